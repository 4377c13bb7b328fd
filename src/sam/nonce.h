/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Life nonces: fresh for signers' acts. Key and spent set live and die together with this process,
 * so no restart, clone or second SAM can spend an approval again. PROTOCOL.sam 1.1;
 * EN 419 241-1 SRA_SAP.1.4, SRA_SAP.2.4; EN 419 241-2 FPT_RPL.1.
 */
#ifndef SAM_NONCE_H
#define SAM_NONCE_H

#include "base/err.h"
#include "statement/statement.h"

struct nonces;

/* capacity: nonces remembered; more open ones than that are refused as busy. life_ms: how long one
 * is good. seed: randomness of kernel and module for the life's key. */
struct nonces	*nonces_new(size_t capacity, uint64_t life_ms, const uint8_t seed[32],
    struct err *) MUST_USE;
void		 nonces_free(struct nonces *);
AUTO_FREE(nonces)

uint64_t	 nonces_life(const struct nonces *);
void		 nonces_set_lifetime(struct nonces *, uint64_t life_ms);

struct nonce_scope {		/* what a nonce is good for */
	const uint8_t	*group;		/* 32 */
	uint32_t	 epoch;
	const uint8_t	*subject;	/* 16 */
	uint16_t	 purpose;
};

/* Writes PROTOCOL.sam 1.1. ERR_BUSY when too many are open. now: clock_life(). */
bool	nonces_issue(struct nonces *, const struct nonce_scope *, uint64_t now,
	    uint8_t fresh[FRESH_LEN], struct err *) MUST_USE;
/* Ours, of this life, for this scope, young enough. Says nothing about spent. */
bool	nonces_check(const struct nonces *, const struct nonce_scope *, uint64_t now,
	    const uint8_t fresh[FRESH_LEN], struct err *) MUST_USE;
bool	nonces_is_spent(const struct nonces *, const uint8_t fresh[FRESH_LEN]);
/* Spends one that nonces_check accepted; false if it was spent already. */
bool	nonces_spend(struct nonces *, const uint8_t fresh[FRESH_LEN], struct err *) MUST_USE;

#endif
