/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bare loop: processes that do with the module what a worker does for one approval (unwrap, sign,
 * verify in software, destroy) through the same code, and nothing else.
 */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include "bench.h"

struct bare;

struct bare_config {
	const char	*module, *token, *pin_file;
	const char	*state;		/* the SAM's state directory: which objects are the group's */
	size_t		 processes, keys;
};

/* Starts them one after another; each makes keys of its own under the group's KEK. */
struct bare	*bare_start(const struct bare_config *, struct err *) MUST_USE;
void		 bare_free(struct bare *);
/* Signatures per second of all together, and CPU microseconds per signature. */
bool		 bare_run(struct bare *, const struct workload *, uint64_t ms, double *per_second,
		    double *cpu_us, struct err *) MUST_USE;

#endif
