/* SPDX-License-Identifier: Apache-2.0 */
/* The trial CA by itself: what a certificate takes with nothing else to do. */
#ifndef BENCH_AUTHORITY_H
#define BENCH_AUTHORITY_H

#include "processes.h"

struct authority_cost {
	double	ms;		/* of one transaction, one after the other */
	double	ca_us, client_us;	/* CPU: of the CA's process, of the client */
};

/* `directory`: of the trial, where the registration authority's key is. */
bool	authority_measure(const char *url, const char *directory, const struct processes *, size_t n,
	    struct authority_cost *, struct err *) MUST_USE;

#endif
