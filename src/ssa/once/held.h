/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-time keys whose certificate came first and whose one use is to come. In memory alone: the SAM
 * ends them with our connection, and nothing of them is worth keeping. PROTOCOL.sam 4.11
 */
#ifndef SSA_ONCE_HELD_H
#define SSA_ONCE_HELD_H

#include "ssa/ssa.h"

struct held {
	struct key	*key;			/* as a credential: id, owner, certificate, chain */
	const struct ca_config *ca;
	uint8_t		 session[16];
	uint8_t		 d[HASH_LEN];		/* of OPEN_SESSION */
	uint64_t	 expires;
	unsigned	 connection;		/* that the SAM ends it with */
	struct held	*next;
};

/*
 * Copies what `from` says, with this certificate and chain; owner, id, algorithm and profile are in
 * the row. Lent, as all that follows, until the next step of a call.
 */
struct held	*held_add(struct ssa *, const struct held *from, const struct key_row *);
/* NULL: none that lives, or another account's. */
struct held	*held_find(struct ssa *, const uint8_t account[16], const uint8_t id[16]);
struct held	*held_opened_by(struct ssa *, const uint8_t account[16], const uint8_t d[HASH_LEN]);
typedef bool	 held_seen(void *arg, const struct held *);	/* false ends the walk */
void		 held_of(struct ssa *, const uint8_t account[16], held_seen *, void *);
/* It is over, as far as we know; none: nothing. */
void		 held_drop(struct ssa *, const uint8_t id[16]);
/* The signer changed, with which the SAM ends all of theirs. */
void		 held_drop_of(struct ssa *, const uint8_t account[16]);
void		 held_drop_all(struct ssa *);

#endif
