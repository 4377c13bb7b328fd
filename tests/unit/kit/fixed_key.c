/* SPDX-License-Identifier: Apache-2.0 */
/* Deterministic ECDSA over P-256 with SHA-256, for tests alone: nothing here is constant time. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include "crypto/alg.h"
#include "crypto/hash.h"
#include "tests/unit/kit/fixed_key.h"

static void
must(bool ok)
{
	if (!ok)
		bug("fixed key");
}

static const EC_GROUP *
curve(void)
{
	static EC_GROUP *g;

	if (g == NULL)
		g = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	must(g != NULL);
	return g;
}

void
fixed_key_from(const uint8_t secret[32], struct fixed_key *k)
{
	BIGNUM *d = BN_bin2bn(secret, 32, NULL);
	EC_POINT *q = EC_POINT_new(curve());
	uint8_t point[65];

	must(d != NULL && q != NULL && BN_cmp(d, EC_GROUP_get0_order(curve())) < 0 && !BN_is_zero(d));
	must(EC_POINT_mul(curve(), q, d, NULL, NULL, NULL) == 1);
	must(EC_POINT_point2oct(curve(), q, POINT_CONVERSION_UNCOMPRESSED, point, 65, NULL) == 65);
	memcpy(k->secret, secret, 32);
	spki_from_point(KEY_P256, span_of(point, sizeof(point)), k->spki);
	EC_POINT_free(q);
	BN_free(d);
}

void
fixed_key_of(const char *name, struct fixed_key *k)
{
	uint8_t secret[32];

	sha256(span_str(name), secret);
	fixed_key_from(secret, k);
}

/* RFC 6979 3.2: the first candidate of the generator that is below the order. */
static BIGNUM *
nonce(const uint8_t secret[32], const uint8_t digest[32])
{
	uint8_t v[32], key[32] = { 0 }, step[] = { 0, 1 }, h[32];
	BIGNUM *z = BN_bin2bn(digest, 32, NULL), *k = BN_new();
	BN_CTX *ctx = BN_CTX_new();

	must(z != NULL && k != NULL && BN_nnmod(z, z, EC_GROUP_get0_order(curve()), ctx) == 1);
	must(BN_bn2binpad(z, h, 32) == 32);
	memset(v, 1, sizeof(v));
	for (int i = 0; i < 2; i++) {
		struct span parts[] = { span_of(v, 32), span_of(&step[i], 1), span_of(secret, 32),
			span_of(h, 32) };

		hmac_sha256(span_of(key, 32), parts, 4, key);
		hmac_sha256(span_of(key, 32), parts, 1, v);
	}
	for (;;) {
		struct span parts[] = { span_of(v, 32), span_of(&step[0], 1) };

		hmac_sha256(span_of(key, 32), parts, 1, v);
		must(BN_bin2bn(v, 32, k) != NULL);
		if (!BN_is_zero(k) && BN_cmp(k, EC_GROUP_get0_order(curve())) < 0)
			break;
		hmac_sha256(span_of(key, 32), parts, 2, key);
		hmac_sha256(span_of(key, 32), parts, 1, v);
	}
	BN_CTX_free(ctx);
	BN_free(z);
	return k;
}

/* s = k^-1 (z + r d) mod n, r = x of kG */
void
fixed_key_sign(const struct fixed_key *key, const uint8_t digest[32], uint8_t sig[64])
{
	const BIGNUM *n = EC_GROUP_get0_order(curve());
	BIGNUM *k = nonce(key->secret, digest), *d = BN_bin2bn(key->secret, 32, NULL),
	    *z = BN_bin2bn(digest, 32, NULL), *r = BN_new(), *s = BN_new();
	EC_POINT *p = EC_POINT_new(curve());
	BN_CTX *ctx = BN_CTX_new();

	must(d != NULL && z != NULL && r != NULL && s != NULL && p != NULL && ctx != NULL);
	must(EC_POINT_mul(curve(), p, k, NULL, NULL, ctx) == 1 &&
	    EC_POINT_get_affine_coordinates(curve(), p, r, NULL, ctx) == 1 && BN_nnmod(r, r, n, ctx) == 1);
	must(BN_mod_mul(s, r, d, n, ctx) == 1 && BN_mod_add(s, s, z, n, ctx) == 1 &&
	    BN_mod_inverse(k, k, n, ctx) != NULL && BN_mod_mul(s, s, k, n, ctx) == 1);
	must(BN_bn2binpad(r, sig, 32) == 32 && BN_bn2binpad(s, sig + 32, 32) == 32);
	BN_CTX_free(ctx);
	EC_POINT_free(p);
	BN_free(s);
	BN_free(r);
	BN_free(z);
	BN_free(d);
	BN_free(k);
}
