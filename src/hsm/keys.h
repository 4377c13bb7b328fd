/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of a group on one token, and signing keys, which live in the module only while they are
 * made or used: outside they are wrapped by the KEK. EN 419 241-1 SRG_KM, EN 419 221-5 CM-1..5.
 */
#ifndef HSM_KEYS_H
#define HSM_KEYS_H

#include "crypto/hash.h"
#include "hsm/object.h"
#include "hsm/token_key.h"

#define WRAPPED_MAX	4000

#define LABEL_KEK		"propria kek"
#define LABEL_HMAC		"propria hmac"
#define LABEL_LOG		"propria log"
#define LABEL_ATTESTATION	"propria attestation"
#define LABEL_ANCHOR		"propria anchor"
#define LABEL_PREFIX		"propria "

struct keys {
	struct token		*token;		/* lent */
	CK_MECHANISM_TYPE	 mech;		/* for wrapping new keys */
	uint8_t			 kek_id[OBJECT_ID_LEN], hmac_id[OBJECT_ID_LEN];
	uint8_t			 log_id[OBJECT_ID_LEN], attestation_id[OBJECT_ID_LEN];
	CK_OBJECT_HANDLE	 kek, hmac, anchor[2];	/* anchor.h */
	struct token_key	 log, attestation;
};

struct keys_made {
	uint8_t		spki[SPKI_MAX];		/* alg->spki_len bytes */
	uint8_t		wrapped[WRAPPED_MAX];
	size_t		n_wrapped;
};

bool	keys_mech_is_known(unsigned long mech);	/* one that we wrap or unwrap with */

/* Looks all handles up by the ids in *k: at start, and again after a token was reopened. */
bool	keys_find(struct keys *, struct err *) MUST_USE;

/* A session pair, public and private: wrappable by trusted keys only. keys_drop both. */
bool	keys_make(struct keys *, const struct alg *, CK_OBJECT_HANDLE made[2], struct err *) MUST_USE;
/* Makes a pair, wraps it, destroys it. */
bool	keys_generate(struct keys *, const struct alg *, struct keys_made *, struct err *) MUST_USE;
/* As a session object: sensitive, not extractable, for signing only. keys_drop it. */
bool	keys_unwrap(struct keys *, const struct alg *, CK_MECHANISM_TYPE, struct span wrapped,
	    CK_OBJECT_HANDLE *, struct err *) MUST_USE;
/* Destroys it; where the module fails to, takes a new session, with which it dies too. */
bool	keys_drop(struct keys *, CK_OBJECT_HANDLE, struct err *) MUST_USE;

bool	keys_hmac(struct keys *, struct span data, uint8_t mac[HASH_LEN], struct err *) MUST_USE;

#endif
