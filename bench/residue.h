/* SPDX-License-Identifier: Apache-2.0 */
/* What many one-time sessions leave behind. */
#ifndef BENCH_RESIDUE_H
#define BENCH_RESIDUE_H

#include "load.h"

/*
 * So many sessions, and a tenth of it before; false if decider or flusher then has over 2 MiB more
 * resident than at the start, or a worker more than that and what the module keeps. Says what each has.
 */
bool	residue_run(struct load *, const struct workload *, const struct processes *, size_t n, struct err *)
	    MUST_USE;

#endif
