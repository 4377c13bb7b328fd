/* SPDX-License-Identifier: Apache-2.0 */
/* The disk by itself: what two durable appends, one after the other, take. */
#ifndef BENCH_DISK_H
#define BENCH_DISK_H

#include "bench.h"

/*
 * Overwrites zeros of a new file in that directory, `bytes` at a time, each with its fdatasync, as the
 * flusher does; a signature waits for two (reservation, outcome), so pairs are timed.
 */
bool	disk_measure(const char *directory, size_t bytes, size_t pairs, double *p50_ms, double *p99_ms,
	    struct err *) MUST_USE;

#endif
