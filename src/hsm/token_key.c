/* SPDX-License-Identifier: Apache-2.0 */
/* Key pairs that stay on the token. */
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "hsm/object.h"
#include "hsm/token_key.h"

static bool
make_pair(struct token *t, const struct alg *alg, const char *label, CK_OBJECT_HANDLE made[2],
    struct err *e)
{
	CK_ATTRIBUTE pub[] = { ATTR_YES(CKA_TOKEN), ATTR_NO(CKA_PRIVATE), ATTR_YES(CKA_VERIFY),
		ATTR_NO(CKA_ENCRYPT), ATTR_NO(CKA_WRAP), ATTR_BYTES(CKA_LABEL, label, strlen(label)) };
	CK_ATTRIBUTE priv[] = { ATTR_YES(CKA_TOKEN), ATTR_YES(CKA_PRIVATE), ATTR_YES(CKA_SENSITIVE),
		ATTR_NO(CKA_EXTRACTABLE), ATTR_YES(CKA_SIGN), ATTR_NO(CKA_DECRYPT), ATTR_NO(CKA_UNWRAP),
		ATTR_NO(CKA_DERIVE), ATTR_BYTES(CKA_LABEL, label, strlen(label)) };

	return object_make_pair(t, alg->kind, pub, COUNT(pub), priv, COUNT(priv), made, e);
}

/* The id follows from the public key, so it is set when that is known. */
static bool
name_pair(struct token *t, const CK_OBJECT_HANDLE made[2], struct token_key *k, struct err *e)
{
	uint8_t hash[HASH_LEN];
	CK_ATTRIBUTE id = ATTR_BYTES(CKA_ID, hash, OBJECT_ID_LEN);

	if (!object_spki(t, made[0], k->alg->kind, k->spki, e))
		return false;
	sha256(span_of(k->spki, k->alg->spki_len), hash);
	return GATE(t->gate, e, C_SetAttributeValue, t->session, made[0], &id, 1) &&
	    GATE(t->gate, e, C_SetAttributeValue, t->session, made[1], &id, 1);
}

bool
token_key_make(struct token *t, const struct alg *alg, const char *label, struct token_key *out,
    struct err *e)
{
	CK_ATTRIBUTE same[] = { ATTR_BYTES(CKA_LABEL, label, strlen(label)) };
	struct token_key k = { .alg = alg };
	CK_OBJECT_HANDLE made[2], there;
	size_t n;

	if (!object_search(t, same, COUNT(same), &there, 1, &n, e))
		return false;
	if (n > 0)
		return err_set(e, ERR_DENIED, "token '%s' has a '%s' already", t->wanted, label);
	if (!make_pair(t, alg, label, made, e))
		return false;
	if (!name_pair(t, made, &k, e)) {
		(void)t->gate->f->C_DestroyObject(t->session, made[0]);
		(void)t->gate->f->C_DestroyObject(t->session, made[1]);
		return false;
	}
	k.handle = made[1];
	*out = k;
	return true;
}

bool
token_key_find(struct token *t, const struct alg *alg, const char *label, struct token_key *out,
    struct err *e)
{
	struct token_key k = { .alg = alg };
	CK_OBJECT_HANDLE public;

	if (!object_by_label(t, CKO_PUBLIC_KEY, label, &public, e) ||
	    !object_by_label(t, CKO_PRIVATE_KEY, label, &k.handle, e) ||
	    !object_spki(t, public, alg->kind, k.spki, e))
		return false;
	*out = k;
	return true;
}

bool
token_key_find_id(struct token *t, const struct alg *alg, const uint8_t id[16], const char *what,
    struct token_key *out, struct err *e)
{
	struct token_key k = { .alg = alg };
	CK_OBJECT_HANDLE public;

	if (!object_by_id(t, CKO_PUBLIC_KEY, id, what, &public, e) ||
	    !object_by_id(t, CKO_PRIVATE_KEY, id, what, &k.handle, e) ||
	    !object_spki(t, public, alg->kind, k.spki, e))
		return false;
	*out = k;
	return true;
}

bool
token_key_sign(struct token *t, const struct token_key *k, struct span digest, uint8_t *sig,
    struct err *e)
{
	uint8_t made[SIGNATURE_MAX];
	size_t n = k->alg->signature_len;

	if (!object_sign(t, k->handle, k->alg, digest, made, e))
		return false;
	if (!signature_verify(k->alg, span_of(k->spki, k->alg->spki_len), digest, span_of(made, n)))
		return err_why(
		    e, ERR_BUG, "backend", "the module gave a signature that does not verify");
	memcpy(sig, made, n);
	return true;
}
