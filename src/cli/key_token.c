/* SPDX-License-Identifier: Apache-2.0 */
/* Keys on tokens: pkcs11:MODULE:TOKEN:LABEL. MODULE is the path of a PKCS#11 library. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/key_token.h"
#include "hsm/token_key.h"

struct key_token {
	struct token		*token;
	struct token_key	 key;
};

struct place {
	char	module[256], token[40], label[80];
};

static bool
part(const char **at, char *out, size_t size, bool last)
{
	size_t n = last ? strlen(*at) : strcspn(*at, ":");

	if (n == 0 || n >= size || (!last && (*at)[n] != ':'))
		return false;
	memcpy(out, *at, n);
	out[n] = '\0';
	*at += n + (last ? 0 : 1);
	return true;
}

static bool
place_read(const char *where, struct place *p, struct err *e)
{
	const char *at = where + strlen("pkcs11:");

	return (part(&at, p->module, sizeof(p->module), false) &&
	    part(&at, p->token, sizeof(p->token), false) &&
	    part(&at, p->label, sizeof(p->label), true)) ||
	    err_set(e, ERR_FORMAT, "a key on a token is written pkcs11:MODULE:TOKEN:LABEL (the path "
	    "of the PKCS#11 library, the token's label, the key's label), not %.60s", where);
}

void
key_token_free(struct key_token *k)
{
	if (k == NULL)
		return;
	token_free(k->token);
	free(k);
}

bool
key_make_on_token(const char *where, struct span pin, struct err *e)
{
	AUTO(token) *token = NULL;
	struct token_key made;
	struct place place;

	return place_read(where, &place, e) &&
	    (token = token_open(place.module, place.token, e)) != NULL &&
	    token_login(token, pin, e) &&
	    token_key_make(token, alg_find(ALG_ECDSA_P256_SHA256), place.label, &made, e);
}

static bool
open_in(struct key_token *k, const struct place *place, struct span pin, struct err *e)
{
	return (k->token = token_open(place->module, place->token, e)) != NULL &&
	    token_login(k->token, pin, e) &&
	    token_key_find(k->token, alg_find(ALG_ECDSA_P256_SHA256), place->label, &k->key, e);
}

struct key_token *
key_token_open(const char *where, struct span pin, uint8_t spki[KEY_SPKI_LEN], struct err *e)
{
	struct key_token *k = calloc(1, sizeof(*k));
	struct place place;

	if (k == NULL)
		bug("out of memory");
	if (!place_read(where, &place, e) || !open_in(k, &place, pin, e)) {
		key_token_free(k);
		return NULL;
	}
	memcpy(spki, k->key.spki, KEY_SPKI_LEN);
	return k;
}

bool
key_token_sign(struct key_token *k, const uint8_t digest[HASH_LEN], uint8_t sig[APPROVAL_LEN],
    struct err *e)
{
	return token_key_sign(k->token, &k->key, span_of(digest, HASH_LEN), sig, e);
}
