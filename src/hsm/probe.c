/* SPDX-License-Identifier: Apache-2.0 */
/* Probing at start. */
#include "base/log.h"
#include "crypto/verify.h"
#include "hsm/probe.h"
#include "wire/hsm.h"

/* Signs a digest with the unwrapped key and looks at it in software. */
static bool
signs(struct keys *k, CK_OBJECT_HANDLE key, const struct alg *alg, const struct keys_made *made,
    struct err *e)
{
	static const uint8_t digest[64] = { 0x70, 0x72, 0x6f, 0x62, 0x65 };
	struct span d = span_of(digest, alg->digest_len);
	uint8_t sig[SIGNATURE_MAX];

	if (!object_sign(k->token, key, alg, d, sig, e))
		return false;
	return signature_verify(alg, span_of(made->spki, alg->spki_len), d,
	    span_of(sig, alg->signature_len)) ||
	    err_set(e, ERR_BACKEND, "a signature of the module does not verify");
}

static bool
alg_works(struct keys *k, const struct alg *alg, const struct keys_made *made, struct err *e)
{
	CK_OBJECT_HANDLE key;
	bool good;

	if (!keys_unwrap(k, alg, k->mech, span_of(made->wrapped, made->n_wrapped), &key, e))
		return false;
	good = signs(k, key, alg, made, e) && !object_is(k->token, key, CKA_EXTRACTABLE);
	return keys_drop(k, key, e) && (good ||
	    err_set(e, ERR_BACKEND, "an unwrapped key could leave the module again"));
}

/* The KEK's template must hold against a caller who asks for an extractable key. */
static bool
template_holds(struct keys *k, const struct alg *alg, const struct keys_made *made)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_KEY_TYPE type = object_key_type(alg->kind);
	CK_MECHANISM mech = { k->mech, NULL, 0 };
	CK_ATTRIBUTE lax[] = { ATTR(CKA_CLASS, class), ATTR(CKA_KEY_TYPE, type), ATTR_NO(CKA_TOKEN),
		ATTR_YES(CKA_PRIVATE), ATTR_NO(CKA_SENSITIVE), ATTR_YES(CKA_EXTRACTABLE),
		ATTR_YES(CKA_SIGN) };
	CK_OBJECT_HANDLE key;
	struct err e = {0};
	bool holds;

	if (!GATE(k->token->gate, &e, C_UnwrapKey, k->token->session, &mech, k->kek,
	    (CK_BYTE *)(uintptr_t)made->wrapped, made->n_wrapped, lax, COUNT(lax), &key))
		return true;
	holds = object_is(k->token, key, CKA_SENSITIVE) && !object_is(k->token, key, CKA_EXTRACTABLE);
	return keys_drop(k, key, &e) && holds;
}

/* A key of ours must not leave under a wrapping key that the officer did not make. */
static bool
refuses_untrusted(struct keys *k, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM gen = { CKM_AES_KEY_GEN, NULL, 0 }, mech = { k->mech, NULL, 0 };
	CK_ULONG len = 32, n = WRAPPED_MAX;
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_VALUE_LEN, len), ATTR_NO(CKA_TOKEN), ATTR_YES(CKA_WRAP),
		ATTR_YES(CKA_SENSITIVE) };
	uint8_t out[WRAPPED_MAX];
	CK_OBJECT_HANDLE other;
	struct err e = {0};
	bool refused;

	if (!GATE(k->token->gate, &e, C_GenerateKey, k->token->session, &gen, attrs, COUNT(attrs),
		&other))
		return false;
	refused = !GATE(k->token->gate, &e, C_WrapKey, k->token->session, &mech, other, key, out, &n);
	explicit_bzero(out, sizeof(out));
	err_clear(&e);
	return keys_drop(k, other, &e) && refused;
}

static bool
made_keys_stay(struct keys *k, const struct alg *alg)
{
	CK_OBJECT_HANDLE made[2];
	struct err e = {0};
	bool stay;

	if (!keys_make(k, alg, made, &e))
		return false;
	stay = object_is(k->token, made[1], CKA_WRAP_WITH_TRUSTED) &&
	    object_is(k->token, made[1], CKA_SENSITIVE) && refuses_untrusted(k, made[1]);
	return keys_drop(k, made[0], &e) && keys_drop(k, made[1], &e) && stay;
}

static bool
has_unwrap_template(struct keys *k)
{
	CK_ATTRIBUTE attr = { CKA_UNWRAP_TEMPLATE, NULL, 0 };
	struct err e = {0};

	return GATE(k->token->gate, &e, C_GetAttributeValue, k->token->session, k->kek, &attr, 1) &&
	    attr.ulValueLen != CK_UNAVAILABLE_INFORMATION && attr.ulValueLen > 0;
}

static uint32_t
flags_of(struct keys *k, const struct alg *alg, const struct keys_made *made)
{
	uint32_t flags = 0;

	if (object_is(k->token, k->kek, CKA_TRUSTED))
		flags |= HSM_KEK_TRUSTED;
	if (has_unwrap_template(k) && template_holds(k, alg, made))
		flags |= HSM_KEK_HAS_UNWRAP_TEMPLATE;
	if (made_keys_stay(k, alg))
		flags |= HSM_KEYS_WRAP_WITH_TRUSTED;
	if (object_is(k->token, k->kek, CKA_NEVER_EXTRACTABLE) &&
	    !object_is(k->token, k->kek, CKA_EXTRACTABLE))
		flags |= HSM_KEK_NEVER_EXTRACTABLE;
	return flags;
}

static bool
is_wanted(const struct alg *alg, const uint16_t *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (wanted[i] == alg->number)
			return true;
	return alg->number == ALG_ECDSA_P256_SHA256;
}

/* All wanted algorithms of one kind with one key: RSA keys take a second to make. */
static bool
probe_kind(struct keys *k, enum key_kind kind, const uint16_t *wanted, size_t n, struct probe *p,
    struct err *e)
{
	struct keys_made made = { .n_wrapped = 0 };
	const struct alg *alg;

	for (size_t i = 0; (alg = alg_at(i)) != NULL; i++) {
		if (alg->kind != kind || !is_wanted(alg, wanted, n))
			continue;
		if ((made.n_wrapped == 0 && !keys_generate(k, alg, &made, e)) ||
		    !alg_works(k, alg, &made, e))
			return false;
		p->algs[p->n_algs++] = alg->number;
	}
	if (kind == KEY_P256)
		p->flags = flags_of(k, object_alg(kind), &made);
	return true;
}

bool
probe_run(struct keys *k, const uint16_t *wanted, size_t n, struct probe *out, struct err *e)
{
	struct probe p = { .flags = 0 };
	struct err why = {0};

	if (!probe_kind(k, KEY_P256, wanted, n, &p, e))
		return false;
	if (!probe_kind(k, KEY_P384, wanted, n, &p, &why))
		log_warn("not offered: P-384: %s", why.text);
	err_clear(&why);
	if (!probe_kind(k, KEY_RSA3072, wanted, n, &p, &why))
		log_warn("not offered: RSA-3072: %s", why.text);
	*out = p;
	return true;
}
