/* SPDX-License-Identifier: Apache-2.0 */
/* Authorization codes: what a person consented to, for the client to fetch once within a minute. */
#ifndef SSA_OAUTH_CODE_H
#define SSA_OAUTH_CODE_H

#include "ssa/oauth/ticket.h"

#define CODE_LIFE_MS	60000
/* Remembered for longer, so that a replay is known and ends what the code gave (RFC 6749 4.1.2). */
#define CODE_MEMORY_MS	(24 * 3600000ull)

struct code {
	uint8_t		account[16], grant[16];
	struct request	q;
	uint8_t		activation[16], d[HASH_LEN];	/* scope credential */
	uint64_t	until;				/* the approval's end */
	uint8_t		*bytes;
};

/* t: the approved ticket of a credential request; NULL for scope service. */
bool	code_issue(struct ssa *, const struct request *, const uint8_t account[16],
	    const struct ticket *t, uint64_t now, char text[TOKEN_LETTERS + 1], struct err *) MUST_USE;
/*
 * Takes it, once. ERR_DENIED with text for the client: unknown, of another client, used (then all
 * that it gave is ended), expired, another redirect URI, or the wrong verifier. Yours; or NULL.
 */
struct code *code_redeem(struct ssa *, const struct client *, const struct form *, uint64_t now,
	    struct err *) MUST_USE;
void	code_free(struct code *);
static inline void
code_auto(struct code **c)
{
	code_free(*c);
}

#endif
