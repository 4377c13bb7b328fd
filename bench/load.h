/* SPDX-License-Identifier: Apache-2.0 */
/* The load generator: one thread, many keep-alive connections, one approval at a time on each. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "processes.h"
#include "signers.h"

struct load;

struct load_config {
	const char		*endpoint, *certificate;	/* https://HOST:PORT */
	const struct bench_signer *signers;
	size_t			 n_signers, connections;
	const struct processes	*processes;
};

struct load_result {
	double	per_second;		/* signatures */
	double	cpu_us[CPU_PARTS];	/* per signature */
	double	foreign;		/* share of the machine that went to others */
	size_t	approvals, verified;
};

struct load	*load_open(const struct load_config *, struct err *) MUST_USE;
void		 load_free(struct load *);

/* As many approvals as the first `connections` carry at once, for ms after a warm-up of a quarter. */
bool	load_full(struct load *, const struct workload *, uint64_t ms, struct load_result *,
	    struct err *) MUST_USE;
/* So many approvals, as fast as they go, each verified in part; nothing is measured. */
bool	load_count(struct load *, const struct workload *, size_t n, struct err *) MUST_USE;
/*
 * Approvals arrive by chance at this rate (a Poisson process), whatever the server does; latencies in
 * ms count from arrival, waiting for a free connection included. *n says how many there are, *foreign
 * what share of the machine went to others meanwhile.
 */
bool	load_steady(struct load *, const struct workload *, double rate, uint64_t ms, double *latencies,
	    size_t max, size_t *n, double *foreign, struct err *) MUST_USE;
/* Means of the approvals of the last load_steady, where they were of one-time keys. */
void	load_steps(const struct load *, double mean_ms[STEPS]);

#endif
