/* SPDX-License-Identifier: Apache-2.0 */
/* Signing keys: generate, wrap, unwrap, drop. */
#include "hsm/anchor.h"
#include "hsm/keys.h"

bool
keys_mech_is_known(unsigned long mech)
{
	return mech == CKM_AES_KEY_WRAP_PAD || mech == MECH_AES_KWP;
}

bool
keys_find(struct keys *k, struct err *e)
{
	const struct alg *p256 = alg_find(ALG_ECDSA_P256_SHA256);
	struct keys f = *k;

	if (!object_by_id(k->token, CKO_SECRET_KEY, k->kek_id, LABEL_KEK, &f.kek, e) ||
	    !object_by_id(k->token, CKO_SECRET_KEY, k->hmac_id, LABEL_HMAC, &f.hmac, e) ||
	    !token_key_find_id(k->token, p256, k->log_id, LABEL_LOG, &f.log, e) ||
	    !token_key_find_id(
		k->token, p256, k->attestation_id, LABEL_ATTESTATION, &f.attestation, e) ||
	    !anchor_find(k->token, f.anchor, e))
		return false;
	*k = f;
	return true;
}

/* Extractable, so that it can be wrapped, but by trusted keys only. */
bool
keys_make(struct keys *k, const struct alg *alg, CK_OBJECT_HANDLE made[2], struct err *e)
{
	CK_ATTRIBUTE pub[] = { ATTR_NO(CKA_TOKEN), ATTR_YES(CKA_VERIFY), ATTR_NO(CKA_ENCRYPT),
		ATTR_NO(CKA_WRAP) };
	CK_ATTRIBUTE priv[] = { ATTR_NO(CKA_TOKEN), ATTR_YES(CKA_PRIVATE), ATTR_YES(CKA_SENSITIVE),
		ATTR_YES(CKA_EXTRACTABLE), ATTR_YES(CKA_WRAP_WITH_TRUSTED), ATTR_YES(CKA_SIGN),
		ATTR_NO(CKA_DECRYPT), ATTR_NO(CKA_UNWRAP), ATTR_NO(CKA_DERIVE) };

	return object_make_pair(k->token, alg->kind, pub, COUNT(pub), priv, COUNT(priv), made, e);
}

static bool
export_pair(struct keys *k, const struct alg *alg, const CK_OBJECT_HANDLE made[2],
    struct keys_made *out, struct err *e)
{
	CK_MECHANISM mech = { k->mech, NULL, 0 };
	CK_ULONG n = sizeof(out->wrapped);

	if (!object_spki(k->token, made[0], alg->kind, out->spki, e) ||
	    !GATE(k->token->gate, e, C_WrapKey, k->token->session, &mech, k->kek, made[1],
	    out->wrapped, &n))
		return false;
	if (n == 0 || n > sizeof(out->wrapped))
		return err_why(e, ERR_BACKEND, "backend", "the module wrapped a key into %lu bytes", n);
	out->n_wrapped = n;
	return true;
}

bool
keys_generate(struct keys *k, const struct alg *alg, struct keys_made *out, struct err *e)
{
	CK_OBJECT_HANDLE made[2];
	struct err lost = {0};
	bool good;

	if (!keys_make(k, alg, made, e))
		return false;
	good = export_pair(k, alg, made, out, e);
	if (!object_destroy(k->token, made[0], &lost) || !object_destroy(k->token, made[1], &lost))
		return token_renew(k->token, e) && good;	/* takes both along */
	return good;
}

/* A blob that the module does not accept is a damaged record, not a broken module. */
static bool
unwrap_failed(CK_RV rv, struct err *e)
{
	if (rv == CKR_WRAPPED_KEY_INVALID || rv == CKR_WRAPPED_KEY_LEN_RANGE)
		return err_why(e, ERR_DENIED, "record", "the module does not accept the wrapped key");
	return gate_passed(rv, "C_UnwrapKey", e);
}

bool
keys_unwrap(struct keys *k, const struct alg *alg, CK_MECHANISM_TYPE how, struct span wrapped,
    CK_OBJECT_HANDLE *key, struct err *e)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_KEY_TYPE type = object_key_type(alg->kind);
	CK_MECHANISM mech = { how, NULL, 0 };
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_CLASS, class), ATTR(CKA_KEY_TYPE, type), ATTR_NO(CKA_TOKEN),
		ATTR_YES(CKA_PRIVATE), ATTR_YES(CKA_SENSITIVE), ATTR_NO(CKA_EXTRACTABLE),
		ATTR_YES(CKA_SIGN), ATTR_NO(CKA_DECRYPT), ATTR_NO(CKA_UNWRAP), ATTR_NO(CKA_DERIVE) };
	CK_RV rv;

	rv = k->token->gate->f->C_UnwrapKey(k->token->session, &mech, k->kek,
	    (CK_BYTE *)(uintptr_t)wrapped.p, wrapped.n, attrs, COUNT(attrs), key);
	return rv == CKR_OK || unwrap_failed(rv, e);
}

bool
keys_drop(struct keys *k, CK_OBJECT_HANDLE key, struct err *e)
{
	struct err lost = {0};

	return object_destroy(k->token, key, &lost) || token_renew(k->token, e);
}

bool
keys_hmac(struct keys *k, struct span data, uint8_t mac[HASH_LEN], struct err *e)
{
	CK_MECHANISM mech = { CKM_SHA256_HMAC, NULL, 0 };
	uint8_t made[HASH_LEN];
	CK_ULONG n = sizeof(made);

	if (!GATE(k->token->gate, e, C_SignInit, k->token->session, &mech, k->hmac) ||
	    !GATE(k->token->gate, e, C_Sign, k->token->session, (CK_BYTE *)(uintptr_t)data.p, data.n,
	    made, &n))
		return false;
	if (n != HASH_LEN)
		return err_why(e, ERR_BACKEND, "backend", "the module gave a MAC of %lu bytes", n);
	memcpy(mac, made, n);
	explicit_bzero(made, sizeof(made));
	return true;
}
