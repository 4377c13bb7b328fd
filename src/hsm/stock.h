/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that live for one signature: made ahead without an owner, moved one way under an id, signed
 * with, destroyed. Session objects that cannot leave the module; nothing of them outlives the
 * worker. A thread of low priority makes them, with a session of its own; everything else is for
 * the worker's one thread. EN 419 241-1 SRG_KM, EN 419 241-2 one-time keys.
 */
#ifndef HSM_STOCK_H
#define HSM_STOCK_H

#include "hsm/object.h"
#include "wire/hsm.h"

struct stock;

struct stock_key {
	CK_OBJECT_HANDLE	 handle;	/* CK_INVALID_HANDLE: no key */
	enum key_kind		 kind;
	uint16_t		 alg;		/* as taken */
	uint8_t			 id[ID_LEN];
	uint8_t			 spki[SPKI_MAX];
	uint64_t		 made;		/* ms since 1970 */
	uint64_t		 since;		/* life clock: made, or taken */
};

/* The token is lent and logged in; no session is opened and no thread begun before a key is due. */
struct stock	*stock_new(struct token *, struct err *) MUST_USE;
void		 stock_free(struct stock *);	/* all keys with it; NULL is fine */

AUTO_FREE(stock)

/* New marks and age; what is over them is destroyed by and by. Two algorithms of a kind: refused. */
bool	stock_mark(struct stock *, const struct msg_hsm_stock *, struct msg_hsm_stocked *, struct err *)
	    MUST_USE;
/* The oldest of its kind is under this id now. Lent until it is dropped. */
const struct stock_key *stock_take(struct stock *, const struct alg *, const uint8_t id[ID_LEN],
	    bool wait, struct err *) MUST_USE;
const struct stock_key *stock_find(struct stock *, const uint8_t id[ID_LEN], struct err *) MUST_USE;
/* Destroys it; where the module fails to, closes the sessions, with which all keys die. An id that
 * is not there is fine. */
void	stock_drop(struct stock *, const uint8_t id[ID_LEN]);
/* Closes the sessions and forgets all keys: before the token is opened anew. */
void	stock_forget(struct stock *);
/* A session could not be closed: nobody knows which keys are left, and the worker has to leave. */
bool	stock_is_lost(const struct stock *);

/* What falls due without a request: keys taken too long ago, a key to make where no thread can. */
void	stock_tick(struct stock *);
int	stock_wait(struct stock *);	/* milliseconds until it makes sense */
/* So many wait unassigned. */
size_t	stock_waiting(struct stock *, enum key_kind);

#endif
