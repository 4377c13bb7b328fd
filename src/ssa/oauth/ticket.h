/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tickets: approvals that a client waits for and a person gives on the signing page. Made by
 * oauth2/authorize with scope credential and by credentials/authorize with the object "page".
 */
#ifndef SSA_OAUTH_TICKET_H
#define SSA_OAUTH_TICKET_H

#include "ssa/api/activation.h"
#include "ssa/oauth/request.h"

#define TICKET_LIFE_MS	(15 * 60000ull)

enum ticket_state {
	TICKET_PENDING, TICKET_APPROVED, TICKET_DECLINED,
	TICKET_DONE,		/* the client has what the approval gave */
	TICKET_OVER = 255	/* revoked */
};

struct ticket {
	uint8_t		hash[HASH_LEN];
	uint8_t		state;
	uint8_t		account[16];
	struct request	q;		/* client, key, items, text; a redirect if it came by OAuth */
	/* From TICKET_APPROVED on. */
	uint8_t		activation[16], d[HASH_LEN];
	uint64_t	until;
	uint8_t		*bytes;
};

/*
 * q: client, client_name, key, n, items, text; by OAuth also the rest. Its key is the account's and
 * its digests fit the key's algorithm: the caller has looked. The text is ticket and CSC handle.
 */
bool	ticket_make(struct ssa *, const uint8_t account[16], struct request *q, uint64_t now,
	    char text[TOKEN_LETTERS + 1], struct err *) MUST_USE;
/* SIC/sign#t=TICKET */
void	ticket_url(const struct ssa *, const char *text, char url[TEXT_MAX + 80]);
/* Yours; NULL with ERR_MISSING. */
struct ticket *ticket_find(struct ssa *, struct span text, struct err *) MUST_USE;
struct ticket *ticket_by_hash(struct ssa *, const uint8_t hash[HASH_LEN], struct err *) MUST_USE;
void	ticket_free(struct ticket *);
static inline void
ticket_auto(struct ticket **t)
{
	ticket_free(*t);
}
uint64_t ticket_expires(const struct ticket *);
/* pending, approved, declined, expired, done */
const char *ticket_word(const struct ticket *, uint64_t now);

/* Each once; ERR_NOT_NOW when it was in another state. */
bool	ticket_approve(struct ssa *, struct ticket *, const struct activation *, struct err *) MUST_USE;
bool	ticket_decline(struct ssa *, struct ticket *, struct err *) MUST_USE;
/* The client gets what the approval gave: from approved to done, once. */
bool	ticket_done(struct ssa *, struct ticket *, struct err *) MUST_USE;
/* The activation that the approval became, to be kept under a SAD. Yours; it becomes DONE. */
struct activation *ticket_redeem(struct ssa *, struct ticket *, struct err *) MUST_USE;
/* The same from what a code remembers of it. */
struct activation *activation_recall(struct ssa *, const uint8_t d[HASH_LEN],
	    const uint8_t activation[16], uint64_t until, struct err *) MUST_USE;

#endif
