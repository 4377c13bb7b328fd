/* SPDX-License-Identifier: Apache-2.0 */
/* CPU time of the processes that take part, from /proc. */
#ifndef BENCH_PROCESSES_H
#define BENCH_PROCESSES_H

#include <sys/types.h>

#include "bench.h"

struct processes {
	pid_t	ssa, decider, flusher;
	pid_t	ca;		/* 0: none is asked */
	size_t	n_workers;
	pid_t	worker[64];
};

/* Children of the SAM's launcher are told apart by their names. */
bool	processes_find(struct processes *, pid_t ssa, pid_t sam, struct err *) MUST_USE;
/* Microseconds so far, of each part. */
void	processes_cpu(const struct processes *, double us[CPU_PARTS]);
/* Microseconds that all processors together were busy, for anybody. */
double	processors_busy_us(void);

#endif
