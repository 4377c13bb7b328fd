/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates that somebody waits for: threads that ask the CAs of one-time keys, each with connections
 * of its own that stay open, so that the HTTP thread never waits.
 */
#ifndef SSA_ONCE_CA_POOL_H
#define SSA_ONCE_CA_POOL_H

#include "cmp/ca.h"

#define ISSUES_WAITING	256

/* Lives with the one who asks; untouchable from ca_pool_ask until done was called. */
struct issue {
	void		(*done)(struct issue *);	/* on a thread of the pool: only pass it on */
	const struct ca_config *ca;
	struct span	 csr, attestation;		/* lent until then */
	uint64_t	 deadline;			/* of clock_life */

	struct err	 e;		/* ERR_NONE: certificate and chain, checked against the request alone */
	char		 said[CA_SAID_MAX + 1];		/* the CA's own words, or "" */
	struct writer	 certificate, chain;		/* chain: n x v32 */
	uint64_t	 waited_us;			/* for the CA's answers */
	struct issue	*later;
};

struct ca_pool;

/* Reads keys and certificates of all CAs of one-time keys; they are read once for each thread. */
struct ca_pool	*ca_pool_start(const struct ca_list *, unsigned threads, struct err *) MUST_USE;
void		 ca_pool_stop(struct ca_pool *);	/* ends what waits, in failure; NULL is fine */
void		 ca_pool_free(struct ca_pool *);	/* stops; NULL is fine */
/* False, and done is not called: too many are waiting. */
bool		 ca_pool_ask(struct ca_pool *, struct issue *) MUST_USE;
void		 issue_wipe(struct issue *);

#endif
