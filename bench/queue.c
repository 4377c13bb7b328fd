/* SPDX-License-Identifier: Apache-2.0 */
/* The queue in front of the bare loop, if the load's arrivals came to it. */
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "bench.h"
#include "queue.h"

double
queue_gap(double rate)
{
	return -log(1 - drand48()) * 1e6 / rate;
}

static size_t
first_free(const double *free_at, size_t servers)
{
	size_t first = 0;

	for (size_t i = 1; i < servers; i++)
		if (free_at[i] < free_at[first])
			first = i;
	return first;
}

double
queue_p99(double rate, double service_us, size_t servers, size_t n)
{
	double *times = calloc(n, sizeof(*times)), *free_at = calloc(servers, sizeof(*free_at));
	double now = 0, p99;

	if (times == NULL || free_at == NULL)
		bug("no memory for a queue");
	for (size_t i = 0; i < n; i++) {
		double *server = &free_at[first_free(free_at, servers)];

		now += queue_gap(rate);
		*server = (*server > now ? *server : now) + service_us;
		times[i] = (*server - now) / 1000;
	}
	p99 = quantile(times, n, 0.99);
	free(times);
	free(free_at);
	return p99;
}
