/* SPDX-License-Identifier: Apache-2.0 */
/* The two requests of a signature, and what is made of their answers. */
#ifndef BENCH_REQUEST_H
#define BENCH_REQUEST_H

#include "base/writer.h"
#include "bench.h"
#include "signers.h"

/* As the client is registered (bench/run) and as statements name it. */
#define BENCH_CLIENT	"propria-bench"

struct job {
	const struct bench_signer *signer;
	const struct workload	*what;
	uint8_t			 seed[32];	/* its digests: this with the index in the last two bytes */
};

struct request_site {
	char	host[256];		/* for the Host field */
};

struct held_challenge {		/* as getChallenge gives it, or signHash for the next approval */
	bool		there;
	char		text[96];
	uint64_t	since;		/* clock_us() */
};

/* From an answer's member of this name. */
bool	challenge_take(struct span answer, const char *name, struct held_challenge *);
void	request_challenge(struct writer *, const struct request_site *, const struct job *);
/* Builds the statement, approves it, asks for the signatures and for the next challenge. */
bool	request_sign(struct writer *, const struct request_site *, const struct job *,
	    const struct held_challenge *, struct err *) MUST_USE;
/* Parts of the above, for chain.c and once.c. */
void	request_post(struct writer *, const struct request_site *, const struct job *, const char *path,
	    struct span body);
const struct known_key *job_key(const struct job *);
void	job_digest(const struct job *, size_t i, uint8_t out[32]);
/* The text between the quotes after `name`. */
bool	text_after(struct span answer, const char *name, struct span *text);
/* A SIGN statement of the job's key over its digests; fresh, epoch and requester are the caller's to set. */
struct statement;
void	job_statement(struct statement *, const struct job *, uint8_t digests[][32]);
bool	job_approve(const struct job *, struct span statement, struct writer *evidences, struct err *) MUST_USE;
size_t	base64_text(struct span, char *out);		/* letters; no zero byte is promised */
size_t	base64url_text(struct span, char *out);
/* Are all signatures there? With `verify`, the first and the last are verified. */
bool	answer_holds(const struct job *, struct span answer, bool verify, struct err *) MUST_USE;

#endif
