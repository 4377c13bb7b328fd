/* SPDX-License-Identifier: Apache-2.0 */
/* Key pairs: making one, signing with one. */
#include "hsm/object.h"

#define ATTRS_MAX	16

static const uint8_t oid_p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
static const uint8_t oid_p384[] = { 6, 5, 0x2b, 0x81, 4, 0, 0x22 };
static const uint8_t f4[] = { 1, 0, 1 };
static const CK_ULONG rsa_bits = 3072;

/* What makes a pair be of its kind. */
static const struct {
	CK_MECHANISM_TYPE	mech;
	CK_KEY_TYPE		type;
	size_t			n;
	CK_ATTRIBUTE		attrs[2];
} kinds[] = {
	[KEY_P256] = { CKM_EC_KEY_PAIR_GEN, CKK_EC, 1,
	    { ATTR_BYTES(CKA_EC_PARAMS, oid_p256, sizeof(oid_p256)) } },
	[KEY_P384] = { CKM_EC_KEY_PAIR_GEN, CKK_EC, 1,
	    { ATTR_BYTES(CKA_EC_PARAMS, oid_p384, sizeof(oid_p384)) } },
	[KEY_RSA3072] = { CKM_RSA_PKCS_KEY_PAIR_GEN, CKK_RSA, 2,
	    { ATTR(CKA_MODULUS_BITS, rsa_bits), ATTR_BYTES(CKA_PUBLIC_EXPONENT, f4, sizeof(f4)) } },
};

CK_KEY_TYPE
object_key_type(enum key_kind kind)
{
	return kinds[kind].type;
}

bool
object_make_pair(struct token *t, enum key_kind kind, CK_ATTRIBUTE *pub, size_t n_pub,
    CK_ATTRIBUTE *priv, size_t n_priv, CK_OBJECT_HANDLE made[2], struct err *e)
{
	CK_MECHANISM mech = { kinds[kind].mech, NULL, 0 };
	CK_ATTRIBUTE all[ATTRS_MAX];

	if (n_pub + kinds[kind].n > ATTRS_MAX)
		bug("a template is too long");
	memcpy(all, pub, n_pub * sizeof(*pub));
	memcpy(all + n_pub, kinds[kind].attrs, kinds[kind].n * sizeof(*all));
	return GATE(t->gate, e, C_GenerateKeyPair, t->session, &mech, all, n_pub + kinds[kind].n,
	    priv, n_priv, &made[0], &made[1]);
}

static const uint8_t digest_info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 };		/* SHA-256 */
static const CK_RSA_PKCS_PSS_PARAMS pss = { CKM_SHA256, CKG_MGF1_SHA256, 32 };

/* How each algorithm is asked for. */
static const struct way {
	uint16_t		alg;
	CK_MECHANISM_TYPE	mech;
	const void		*param;
	size_t			n_param;
	struct span		prefix;		/* put before the digest */
} ways[] = {
	{ ALG_ECDSA_P256_SHA256, CKM_ECDSA, NULL, 0, { digest_info, 0 } },
	{ ALG_ECDSA_P384_SHA384, CKM_ECDSA, NULL, 0, { digest_info, 0 } },
	{ ALG_RSA3072_PKCS1_SHA256, CKM_RSA_PKCS, NULL, 0, { digest_info, sizeof(digest_info) } },
	{ ALG_RSA3072_PSS_SHA256, CKM_RSA_PKCS_PSS, &pss, sizeof(pss), { digest_info, 0 } },
};

static const struct way *
way_of(const struct alg *alg)
{
	for (size_t i = 0; i < COUNT(ways); i++)
		if (ways[i].alg == alg->number)
			return &ways[i];
	bug("an algorithm that no module is asked for");
}

bool
object_sign(struct token *t, CK_OBJECT_HANDLE key, const struct alg *alg, struct span digest,
    uint8_t *sig, struct err *e)
{
	const struct way *way = way_of(alg);
	CK_MECHANISM mech = { way->mech, (void *)(uintptr_t)way->param, way->n_param };
	uint8_t data[sizeof(digest_info) + 64], made[SIGNATURE_MAX];
	CK_ULONG n = sizeof(made);

	if (digest.n != alg->digest_len)
		return err_why(e, ERR_DENIED, "dtbs", "digest of another length than the algorithm's");
	memcpy(data, way->prefix.p, way->prefix.n);
	memcpy(data + way->prefix.n, digest.p, digest.n);
	if (!GATE(t->gate, e, C_SignInit, t->session, &mech, key) ||
	    !GATE(t->gate, e, C_Sign, t->session, data, way->prefix.n + digest.n, made, &n))
		return false;
	if (n != alg->signature_len)
		return err_why(
		    e, ERR_BACKEND, "backend", "the module gave a signature of %lu bytes", n);
	memcpy(sig, made, n);
	return true;
}
