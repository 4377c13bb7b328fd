/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a run: a table for people, a list of objects for programs. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "bench.h"

void	report_table(const struct workload *, const struct measured *, size_t n);
bool	report_json(const char *path, const struct workload *, const struct measured *, size_t n,
	    struct err *) MUST_USE;

#endif
