/* SPDX-License-Identifier: Apache-2.0 */
/* Arrivals by chance, and what waiting for the module alone would cost them. */
#ifndef BENCH_QUEUE_H
#define BENCH_QUEUE_H

#include <stddef.h>

/* Microseconds until the next arrival of a Poisson process of so many a second. */
double	queue_gap(double rate);
/*
 * The 99th percentile, in ms, of n such arrivals that are served in their order by so many servers,
 * each of which takes the same time for everyone: computed, not measured.
 */
double	queue_p99(double rate, double service_us, size_t servers, size_t n);

#endif
