/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A P-256 key in somebody's hand: a PKCS#8 file, encrypted under a passphrase, or a key on a
 * PKCS#11 token, written pkcs11:MODULE:TOKEN:LABEL.
 */
#ifndef CLI_KEY_H
#define CLI_KEY_H

#include "base/secret.h"
#include "crypto/alg.h"
#include "statement/evidence.h"

#define KEY_SPKI_LEN	91
#define KEY_PASS_MAX	1024

struct key;

bool		 key_is_on_token(const char *where);
/* File under a passphrase (scrypt, AES-256-CBC), mode 0600; refuses to replace one. */
bool		 key_make_file(const char *path, struct span passphrase, struct err *) MUST_USE;
/* Without a passphrase, mode 0600: for login keys, which approve nothing. */
bool		 key_make_login(const char *path, struct err *) MUST_USE;
bool		 key_make_on_token(const char *where, struct span pin, struct err *) MUST_USE;

/* Is it an encrypted file, that needs a passphrase? */
bool		 key_needs_passphrase(const char *path, bool *, struct err *) MUST_USE;
struct key	*key_open(const char *where, struct span passphrase, struct err *) MUST_USE; /* yours */
void		 key_free(struct key *);	/* NULL is fine */
struct span	 key_spki(const struct key *);	/* lent */
uint8_t		 key_protection(const struct key *);	/* enum protection */
/* r || s over a SHA-256 digest. */
bool		 key_sign(struct key *, const uint8_t digest[HASH_LEN], uint8_t sig[APPROVAL_LEN],
		    struct err *) MUST_USE;
/* ES256 over "propria-approval-v1" 0 || d. */
bool		 key_approve(struct key *, const uint8_t d[HASH_LEN], uint8_t sig[APPROVAL_LEN],
		    struct err *) MUST_USE;

AUTO_FREE(key)

#endif
