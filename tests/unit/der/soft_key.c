/* SPDX-License-Identifier: Apache-2.0 */
/* Software keys for tests, by libcrypto's high-level functions only. */
#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "crypto/hash.h"
#include "soft_key.h"

#define KEYS	2	/* of each algorithm */

static void
make(struct soft_key *key, const struct alg *alg)
{
	unsigned char *p = key->mem;

	key->alg = alg;
	key->pkey = alg->kind == KEY_RSA3072 ? EVP_RSA_gen(3072u)
	    : EVP_EC_gen(alg->kind == KEY_P256 ? "P-256" : "P-384");
	CHECK(key->pkey != NULL && i2d_PUBKEY(key->pkey, NULL) == (int)alg->spki_len);
	CHECK(i2d_PUBKEY(key->pkey, &p) == (int)alg->spki_len);
	key->spki = span_of(key->mem, alg->spki_len);
}

static struct soft_key *
kept(uint16_t number, size_t which)
{
	static struct soft_key keys[4 * KEYS];
	const struct alg *alg = alg_find(number);

	for (size_t i = which; i < COUNT(keys); i += KEYS) {
		if (keys[i].alg == NULL)
			make(&keys[i], alg);
		if (keys[i].alg == alg)
			return &keys[i];
	}
	bug("no room for test keys");
}

struct soft_key *
soft_key(uint16_t number)
{
	return kept(number, 0);
}

struct soft_key *
soft_key_other(uint16_t number)
{
	return kept(number, 1);
}

static void
set_padding(const struct alg *alg, EVP_PKEY_CTX *ctx)
{
	if (alg->kind != KEY_RSA3072)
		return;
	if (alg->number == ALG_RSA3072_PSS_SHA256) {
		CHECK(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1);
		CHECK(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 32) == 1);
		CHECK(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1);
	}
}

static void
split(const uint8_t *der, size_t n, size_t half, uint8_t *raw)
{
	const unsigned char *p = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)n);

	CHECK(sig != NULL);
	CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, (int)half) == (int)half);
	CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + half, (int)half) == (int)half);
	ECDSA_SIG_free(sig);
}

bool
soft_key_sign(void *self, struct span digest, uint8_t *raw, struct err *e UNUSED)
{
	struct soft_key *key = self;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	uint8_t sig[512];
	size_t n = sizeof(sig);

	CHECK(EVP_PKEY_sign_init(ctx) == 1);
	set_padding(key->alg, ctx);
	CHECK(EVP_PKEY_CTX_set_signature_md(ctx,
	    key->alg->digest_len == 48 ? EVP_sha384() : EVP_sha256()) == 1);
	CHECK(EVP_PKEY_sign(ctx, sig, &n, digest.p, digest.n) == 1);
	EVP_PKEY_CTX_free(ctx);
	if (key->alg->kind == KEY_RSA3072)
		memcpy(raw, sig, n);
	else
		split(sig, n, key->alg->signature_len / 2, raw);
	return true;
}

void
soft_key_sign_x509(struct soft_key *key, X509 *x)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx;

	CHECK(EVP_DigestSignInit(md, &ctx, key->alg->digest_len == 48 ? EVP_sha384() : EVP_sha256(),
	    NULL, key->pkey) == 1);
	set_padding(key->alg, ctx);
	CHECK(X509_sign_ctx(x, md) > 0);
	EVP_MD_CTX_free(md);
}

X509_NAME *
test_name(const char *cn)
{
	const unsigned char *c = (const unsigned char *)"SE", *n = (const unsigned char *)cn;
	X509_NAME *name = X509_NAME_new();

	CHECK(X509_NAME_add_entry_by_txt(name, "C", MBSTRING_UTF8, c, -1, -1, 0));
	CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, n, -1, -1, 0));
	return name;
}

struct span
test_der_of_name(X509_NAME *name, uint8_t *mem, size_t size)
{
	unsigned char *p = mem;
	int n = i2d_X509_NAME(name, NULL);

	CHECK(n > 0 && (size_t)n <= size && i2d_X509_NAME(name, &p) == n);
	return span_of(mem, (size_t)n);
}

struct span
test_der_of_x509(X509 *x, uint8_t *mem, size_t size)
{
	unsigned char *p = mem;
	int n = i2d_X509(x, NULL);

	CHECK(n > 0 && (size_t)n <= size && i2d_X509(x, &p) == n);
	return span_of(mem, (size_t)n);
}
