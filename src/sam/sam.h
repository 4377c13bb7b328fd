/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decider's whole world: one loop, no threads. Requests become calls; a call is answered at
 * once, or when the log or the module has done its part. EN 419 241-2, the TOE.
 */
#ifndef SAM_SAM_H
#define SAM_SAM_H

#include "audit/anchor.h"
#include "base/log.h"
#include "crypto/hpke.h"
#include "sam/activation.h"
#include "sam/decider.h"
#include "sam/journal.h"
#include "sam/nonce.h"
#include "sam/pool.h"
#include "sam/seal.h"
#include "sam/state.h"
#include "wire/frame.h"
#include "wire/status.h"

enum socket_kind { SOCKET_SSA = 1, SOCKET_OFFICERS = 2 };

struct call {			/* a request that has no answer yet */
	struct call	*next;		/* in lists of those who wait for the same thing */
	uint64_t	 session;	/* its number: the session may be gone by then */
	enum socket_kind socket;
	uint64_t	 number;
	uint8_t		 type;
	bool		 settles_all;	/* answered when no session is left that a change ended */
	/* What the refusal entry names. */
	uint8_t		 signer[ID_LEN], key[ID_LEN], d[32];
	/* What the operation keeps while it waits; freed with the call. */
	void		*work;
	void		(*work_free)(void *);
};

struct sam {
	const struct decider_setup *setup;
	enum sam_state	 open;
	char		 why[200];		/* why it is not open */
	bool		 behind;		/* the anchor says the log was rolled back: only RESUME */
	bool		 stepped;		/* the wall clock was: closed until it is right again */
	bool		 stopping;
	uint64_t	 stop_by;		/* life clock: the last anchor is not awaited longer */
	int		 starting;		/* step of the start, start.c */
	uint64_t	 log_end;		/* bytes of good batches, found by the scan */
	struct tree	 tree;			/* the same as a tree */
	bool		 mend_tree;		/* the tree file is not what the log makes it */
	struct anchor	 anchor;		/* as the token has it */
	struct writer	 genesis;		/* its bytes */
	struct state	*state;
	struct journal	*journal;
	struct pool	*pool;
	struct seal	*seal;
	struct hpke_key	*transport;		/* NULL: nobody seals anything to this trade */
	struct writer	 transport_said;	/* its attestation, once asked for */
	struct nonces	*nonces;
	struct supply	*supply;		/* of one-time keys */
	struct token_reader *tokens;		/* what identity providers signed is read there */
	struct activations *activations;
	uint64_t	 expire_at;		/* life clock: they are looked through again */
	struct onces	*onces;			/* sessions of one-time keys */
	struct counters	*counters;		/* of passkeys, in this life */
	struct sessions	*sessions;
	struct refusals	*refusals;
	struct heads	*heads;
	struct proofread *proofread;
	uint8_t		 module_seed[32];	/* the module's randomness, mixed into ours */
	uint64_t	 salts;
	int64_t		 clock_offset;		/* wall minus boot-time clock, at the start */
	void		*own;			/* what only this trade keeps beside its state */
	struct call	*followers;		/* FOLLOW calls that wait for bytes */
	struct call	*settling;		/* acts in force whose last signatures are awaited */
};

/* Randomness for salts, ids, nonces: kernel and module mixed. EN 419 241-2 FCS_RNG.1 */
void	sam_random(struct sam *, void *, size_t n);
/* Closes the SAM for everything but telling why. */
void	sam_close(struct sam *, const char *fmt, ...) PRINTF(2, 3);
/* false with reason "closed" unless open. */
bool	sam_is_open(const struct sam *, struct err *);
/* An ALARM entry, and a line on the operator's log. */
void	sam_alarm(struct sam *, const char *what, const char *fmt, ...) PRINTF(3, 4);

/* The answer: writes what `payload` holds. The call is freed. */
void	call_answer(struct sam *, struct call *, const struct writer *payload);
/* The same when everything written until now is as durable as asked, and no use is in flight of
 * what it closed (of call->signer, call->key): who is told "frozen" gets no signature after it.
 * Takes the payload; what the operation kept is freed. */
void	call_answer_when(struct sam *, struct call *, enum durable, struct writer payload);
void	calls_settle(struct sam *);		/* answers those that waited for it. Once per loop. */
/* REFUSED, logged within bounds. The call is freed. */
void	call_refuse(struct sam *, struct call *, const struct err *);
void	call_free(struct call *);

#endif
