/* SPDX-License-Identifier: Apache-2.0 */
/* The two requests of a signature, and what is made of their answers. */
#ifndef BENCH_REQUEST_H
#define BENCH_REQUEST_H

#include "base/writer.h"
#include "bench.h"
#include "signers.h"

struct job {
	const struct bench_signer *signer;
	const struct workload	*what;
	uint8_t			 seed[32];	/* its digests: this with the index in the last two bytes */
};

struct request_site {
	char	host[256];		/* for the Host field */
};

struct challenge {		/* as getChallenge gives it, or signHash for the next approval */
	bool		there;
	char		text[96];
	uint64_t	since;		/* clock_us() */
};

/* From an answer's member of this name. */
bool	challenge_take(struct span answer, const char *name, struct challenge *);
void	request_challenge(struct writer *, const struct request_site *, const struct job *);
/* Builds the statement, approves it, asks for the signatures and for the next challenge. */
bool	request_sign(struct writer *, const struct request_site *, const struct job *,
	    const struct challenge *, struct err *) MUST_USE;
/* Are all signatures there? With `verify`, the first and the last are verified. */
bool	answer_holds(const struct job *, struct span answer, bool verify, struct err *) MUST_USE;

#endif
