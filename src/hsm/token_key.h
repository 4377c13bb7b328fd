/* SPDX-License-Identifier: Apache-2.0 */
/* A key pair that stays on a token, found by its label: log key, a CA's key, an approval key. */
#ifndef HSM_TOKEN_KEY_H
#define HSM_TOKEN_KEY_H

#include "crypto/alg.h"
#include "hsm/token.h"

struct token_key {
	unsigned long	 handle;	/* of the private key, in the token's present session */
	const struct alg *alg;
	uint8_t		 spki[SPKI_MAX];	/* alg->spki_len bytes */
};

/*
 * Makes a pair: private, sensitive, never extractable, for signing only. CKA_ID is the first 16
 * bytes of SHA-256(spki). Refuses when a key of this label is there. Log in first; crypto_start too.
 */
bool	token_key_make(struct token *, const struct alg *, const char *label, struct token_key *,
	    struct err *) MUST_USE;
/* The one key of this label and this algorithm's kind. */
bool	token_key_find(struct token *, const struct alg *, const char *label, struct token_key *,
	    struct err *) MUST_USE;
/* The same by CKA_ID; `what` is its name in errors. */
bool	token_key_find_id(struct token *, const struct alg *, const uint8_t id[16], const char *what,
	    struct token_key *, struct err *) MUST_USE;
/* Signs, and verifies in software under the key's spki; sig: alg->signature_len bytes. */
bool	token_key_sign(struct token *, const struct token_key *, struct span digest, uint8_t *sig,
	    struct err *) MUST_USE;

#endif
