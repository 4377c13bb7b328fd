/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in files and on tokens behind one door. */
#include <stdlib.h>

#include "cli/file.h"
#include "cli/key.h"
#include "cli/key_file.h"
#include "cli/key_token.h"
#include "crypto/verify.h"

struct key {
	EVP_PKEY		*file;		/* one of the two */
	struct key_token	*token;
	uint8_t			 spki[KEY_SPKI_LEN];
};

bool
key_is_on_token(const char *where)
{
	return strncmp(where, "pkcs11:", 7) == 0;
}

void
key_free(struct key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->file);
	key_token_free(k->token);
	free(k);
}

static bool
open_it(struct key *k, const char *where, struct span passphrase, struct err *e)
{
	if (key_is_on_token(where))
		return (k->token = key_token_open(where, passphrase, k->spki, e)) != NULL;
	return (k->file = key_file_open(where, passphrase, e)) != NULL &&
	    key_file_spki(k->file, k->spki, e);
}

struct key *
key_open(const char *where, struct span passphrase, struct err *e)
{
	AUTO(key) *k = calloc(1, sizeof(*k));

	if (k == NULL)
		bug("out of memory");
	return open_it(k, where, passphrase, e) ? TAKE(k) : NULL;
}

struct span
key_spki(const struct key *k)
{
	return span_of(k->spki, sizeof(k->spki));
}

uint8_t
key_protection(const struct key *k)
{
	return k->token != NULL ? PROTECTION_CARD : PROTECTION_FILE;
}

bool
key_sign(struct key *k, const uint8_t digest[HASH_LEN], uint8_t sig[APPROVAL_LEN], struct err *e)
{
	uint8_t made[APPROVAL_LEN];

	if (!(k->token != NULL ? key_token_sign(k->token, digest, made, e)
	    : key_file_sign(k->file, digest, made, e)))
		return false;
	if (!signature_verify(alg_find(ALG_ECDSA_P256_SHA256), key_spki(k), span_of(digest, HASH_LEN),
	    span_of(made, sizeof(made))))
		return err_set(e, ERR_BACKEND, "the key made a signature that does not verify; "
		    "it was thrown away. Is the token or the memory of this machine faulty?");
	memcpy(sig, made, sizeof(made));
	return true;
}

bool
key_approve(struct key *k, const uint8_t d[HASH_LEN], uint8_t sig[APPROVAL_LEN], struct err *e)
{
	uint8_t digest[HASH_LEN];

	approval_digest(d, digest);
	return key_sign(k, digest, sig, e);
}
