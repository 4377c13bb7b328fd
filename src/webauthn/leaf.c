/* SPDX-License-Identifier: Apache-2.0 */
/* Attestation certificates. They are laxer than signers' certificates: empty subjects, old RSA keys. */
#include "crypto/verify.h"
#include "der/signature.h"
#include "webauthn/leaf.h"
#include "webauthn/passkey.h"

#define LEAF_MAX	4096
#define EXTENSIONS_MAX	32
#define DAY_MS		UINT64_C(86400000)

/* Of the three signatures that makers' CAs use; others are no fault, but verify under nothing. */
static bool
signature_alg_read(struct reader *r, const struct alg **alg)
{
	static const struct { const char *oid; uint16_t number; } known[] = {
		{ "1.2.840.10045.4.3.2", ALG_ECDSA_P256_SHA256 },
		{ "1.2.840.10045.4.3.3", ALG_ECDSA_P384_SHA384 },
		{ "1.2.840.113549.1.1.11", ALG_RSA3072_PKCS1_SHA256 },
	};
	struct reader in;
	struct span oid;

	if (!der_enter(r, DER_SEQUENCE, &in) || !der_oid(&in, &oid))
		return false;
	*alg = NULL;
	for (size_t i = 0; i < COUNT(known); i++)
		if (oid_is(oid, known[i].oid))
			*alg = alg_find(known[i].number);
	return true;
}

static bool
extension_read(struct reader *r, struct leaf *leaf)
{
	struct reader in, value, inner;
	struct span oid, content;
	bool critical;

	if (!der_enter(r, DER_SEQUENCE, &in) || !der_oid(&in, &oid) || !der_flag(&in, &critical) ||
	    !der_take(&in, DER_OCTET_STRING, &content) || !rd_end(&in))
		return false;
	value = reader_over(content);
	if (oid_is(oid, "1.3.6.1.4.1.45724.1.1.4"))
		return leaf->aaguid.n == 0 && der_take(&value, DER_OCTET_STRING, &leaf->aaguid) &&
		    leaf->aaguid.n == 16 && rd_end(&value);
	if (oid_is(oid, "2.5.29.19"))
		return der_enter(&value, DER_SEQUENCE, &inner) && der_flag(&inner, &leaf->is_ca);
	return true;
}

static bool
extensions_read(struct reader *r, struct leaf *leaf)
{
	struct reader in, list;

	if (!der_enter(r, DER_EXPLICIT(3), &in) || !der_enter(&in, DER_SEQUENCE, &list) || !rd_end(&in))
		return false;
	for (size_t i = 0; !rd_end(&list); i++)
		if (i == EXTENSIONS_MAX || !extension_read(&list, leaf))
			return false;
	return true;
}

static bool
tbs_read(struct reader *tbs, struct leaf *leaf)
{
	struct span content, whole;
	struct reader in, sub;
	uint32_t version;
	uint8_t tag;

	if (!der_enter(tbs, DER_SEQUENCE, &in) || !rd_end(tbs) ||
	    !der_enter(&in, DER_EXPLICIT(0), &sub) || !der_small(&sub, &version) || version != 2 ||
	    !der_take(&in, DER_INTEGER, &content) || !der_take(&in, DER_SEQUENCE, &content) ||
	    !der_whole(&in, DER_SEQUENCE, &leaf->issuer) || !der_enter(&in, DER_SEQUENCE, &sub) ||
	    !der_time(&sub, &leaf->not_before) || !der_time(&sub, &leaf->not_after) ||
	    leaf->not_after <= leaf->not_before || !rd_end(&sub) ||
	    !der_whole(&in, DER_SEQUENCE, &leaf->subject) ||
	    !der_whole(&in, DER_SEQUENCE, &leaf->spki))
		return false;
	while (!rd_end(&in) && !der_is(&in, DER_EXPLICIT(3)))
		if (!der_any(&in, &tag, &content, &whole))
			return false;
	return rd_end(&in) || (extensions_read(&in, leaf) && rd_end(&in));
}

bool
leaf_read(struct span der, struct leaf *out)
{
	struct reader all = reader_over(der), in, tbs;
	struct leaf leaf = { .alg = NULL };

	if (der.n > LEAF_MAX || !der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all) ||
	    !der_whole(&in, DER_SEQUENCE, &leaf.tbs) || !signature_alg_read(&in, &leaf.alg) ||
	    !der_bits(&in, &leaf.signature) || !rd_end(&in))
		return false;
	tbs = reader_over(leaf.tbs);
	if (!tbs_read(&tbs, &leaf))
		return false;
	*out = leaf;
	return true;
}

bool
attestation_root_fits(const struct alg *alg, struct span spki)
{
	struct span n, e;

	if (alg->number == ALG_RSA3072_PKCS1_SHA256)
		return passkey_rsa_open(spki, &n, &e);
	return alg->number != ALG_RSA3072_PSS_SHA256 && spki_check(alg->kind, spki, NULL);
}

static bool
is_signed_by(const struct leaf *leaf, const struct attestation_root *root)
{
	uint8_t raw[SIGNATURE_MAX], digest[DIGEST_MAX];
	struct span n, e, d;

	if (leaf->alg == NULL || leaf->alg != root->alg)
		return false;
	d = alg_digest(leaf->alg, leaf->tbs, digest);
	if (leaf->alg->kind == KEY_RSA3072)
		return passkey_rsa_open(root->spki, &n, &e) && rsa_sha256_verify(n, e, d, leaf->signature);
	return signature_from_der(leaf->alg, leaf->signature, raw) &&
	    signature_verify(leaf->alg, root->spki, d, span_of(raw, leaf->alg->signature_len));
}

bool
leaf_is_under(const struct leaf *leaf, const struct attestation_root *root, uint64_t now)
{
	return is_signed_by(leaf, root) && span_equal(leaf->issuer, root->issuer) && !leaf->is_ca &&
	    leaf->not_before <= now && now < leaf->not_after &&
	    leaf->not_after - leaf->not_before <= root->max_days * DAY_MS;
}
