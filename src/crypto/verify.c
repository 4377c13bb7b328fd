/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verification. EC keys are made from the raw point with the EC_KEY functions, deprecated in
 * OpenSSL 3 but 12 to 100 us cheaper per signature than its decoders and EVP_PKEY_fromdata.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "crypto/verify.h"

static const EC_GROUP *
group_of(enum key_kind kind)
{
	static EC_GROUP *groups[2];
	int i = kind == KEY_P256 ? 0 : 1;

	if (groups[i] == NULL)
		groups[i] = EC_GROUP_new_by_curve_name(i == 0 ? NID_X9_62_prime256v1 : NID_secp384r1);
	return groups[i];
}

static EC_KEY *
ec_key(enum key_kind kind, struct span point)
{
	EC_KEY *key;

	/* libcrypto also takes the hybrid forms 6 and 7: a second encoding of the same key. */
	if (point.n == 0 || point.p[0] != POINT_CONVERSION_UNCOMPRESSED)
		return NULL;
	key = EC_KEY_new();
	if (key != NULL && EC_KEY_set_group(key, group_of(kind)) == 1 &&
	    EC_KEY_oct2key(key, point.p, point.n, NULL) == 1)
		return key;
	EC_KEY_free(key);
	ERR_clear_error();
	return NULL;
}

/*
 * Reading refuses coordinates over the field's size and points off the curve. Both curves have
 * cofactor 1: every point but infinity, which has no such encoding, is of the group's order.
 */
bool
point_on_curve(enum key_kind kind, struct span point)
{
	EC_KEY *key = ec_key(kind, point);

	EC_KEY_free(key);
	return key != NULL;
}

static bool
ecdsa_verify(const struct alg *alg, struct span point, struct span digest, struct span sig)
{
	size_t half = sig.n / 2;
	EC_KEY *key = ec_key(alg->kind, point);
	ECDSA_SIG *s = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(sig.p, (int)half, NULL), *v = BN_bin2bn(sig.p + half, (int)half, NULL);
	bool good = false;

	if (key != NULL && s != NULL && r != NULL && v != NULL && ECDSA_SIG_set0(s, r, v) == 1) {
		r = v = NULL;
		good = ECDSA_do_verify(digest.p, (int)digest.n, s, key) == 1;
	}
	BN_free(r);
	BN_free(v);
	ECDSA_SIG_free(s);
	EC_KEY_free(key);
	ERR_clear_error();
	return good;
}

static EVP_PKEY *
rsa_key(struct span modulus, struct span exponent)
{
	BIGNUM *n = BN_bin2bn(modulus.p, (int)modulus.n, NULL);
	BIGNUM *exp = BN_bin2bn(exponent.p, (int)exponent.n, NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (n != NULL && exp != NULL && bld != NULL && ctx != NULL &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, exp) == 1 &&
	    (params = OSSL_PARAM_BLD_to_param(bld)) != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	BN_free(n);
	BN_free(exp);
	return key;
}

static bool
rsa_verify(struct span modulus, struct span exponent, bool pss, struct span digest, struct span sig)
{
	EVP_PKEY *key = rsa_key(modulus, exponent);
	EVP_PKEY_CTX *ctx = key == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool good;

	good = ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
	    (!pss || (EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)digest.n) == 1)) &&
	    EVP_PKEY_verify(ctx, sig.p, sig.n, digest.p, digest.n) == 1;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return good;
}

bool
signature_verify(const struct alg *alg, struct span spki, struct span digest, struct span sig)
{
	static const uint8_t f4[] = { 1, 0, 1 };
	struct span material;

	if (digest.n != alg->digest_len || sig.n != alg->signature_len ||
	    !spki_open(alg->kind, spki, &material))
		return false;
	if (alg->kind != KEY_RSA3072)
		return ecdsa_verify(alg, material, digest, sig);
	return rsa_verify(material, span_of(f4, sizeof(f4)), alg->number == ALG_RSA3072_PSS_SHA256,
	    digest, sig);
}

static bool
rsa_of_any_size(struct span modulus, struct span exponent, bool pss, struct span digest,
    struct span sig)
{
	return modulus.n >= 256 && modulus.n <= 512 && exponent.n <= 4 && digest.n == 32 &&
	    sig.n == modulus.n && rsa_verify(modulus, exponent, pss, digest, sig);
}

bool
rsa_sha256_verify(struct span modulus, struct span exponent, struct span digest, struct span sig)
{
	return rsa_of_any_size(modulus, exponent, false, digest, sig);
}

bool
rsa_pss_sha256_verify(struct span modulus, struct span exponent, struct span digest,
    struct span sig)
{
	return rsa_of_any_size(modulus, exponent, true, digest, sig);
}

bool
ed25519_verify(const uint8_t key[ED25519_LEN], struct span message, struct span sig)
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, ED25519_LEN);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	good = pkey != NULL && ctx != NULL && sig.n == 64 &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
	    EVP_DigestVerify(ctx, sig.p, sig.n, message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return good;
}

void
ed25519_public(const uint8_t seed[ED25519_LEN], uint8_t key[ED25519_LEN])
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_LEN);
	size_t n = ED25519_LEN;

	if (pkey == NULL || EVP_PKEY_get_raw_public_key(pkey, key, &n) != 1)
		bug("ed25519");
	EVP_PKEY_free(pkey);
}

void
ed25519_sign(const uint8_t seed[ED25519_LEN], struct span message, uint8_t sig[64])
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_LEN);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = 64;

	if (pkey == NULL || ctx == NULL || EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) != 1 ||
	    EVP_DigestSign(ctx, sig, &n, message.p, message.n) != 1)
		bug("ed25519");
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
}
