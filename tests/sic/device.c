/* SPDX-License-Identifier: Apache-2.0 */
/* Software keys over libcrypto. */
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "der/signature.h"
#include "tests/sic/device.h"
#include "tests/test.h"

static void
take(struct device *d, EVP_PKEY *pkey)
{
	unsigned char *p = d->spki;

	CHECK(pkey != NULL && i2d_PUBKEY(pkey, NULL) == DEVICE_SPKI);
	CHECK(i2d_PUBKEY(pkey, &p) == DEVICE_SPKI);
	d->pkey = pkey;
}

void
device_make(struct device *d)
{
	take(d, EVP_EC_gen("P-256"));
}

void
device_read(struct device *d, const char *pem, const char *passphrase_file)
{
	FILE *f = fopen(passphrase_file, "r"), *key = fopen(pem, "r");
	char passphrase[128];

	CHECK(f != NULL && key != NULL && fgets(passphrase, sizeof(passphrase), f) != NULL);
	passphrase[strcspn(passphrase, "\n")] = '\0';
	take(d, PEM_read_PrivateKey(key, NULL, NULL, passphrase));
	fclose(f);
	fclose(key);
}

void
device_free(struct device *d)
{
	EVP_PKEY_free(d->pkey);
	d->pkey = NULL;
}

void
device_sign(const struct device *d, const uint8_t digest[HASH_LEN], uint8_t sig[APPROVAL_LEN])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(d->pkey, NULL);
	uint8_t der[80], raw[SIGNATURE_MAX];
	size_t n = sizeof(der);

	CHECK(ctx != NULL && EVP_PKEY_sign_init(ctx) == 1);
	CHECK(EVP_PKEY_sign(ctx, der, &n, digest, HASH_LEN) == 1);
	CHECK(signature_from_der(alg_find(ALG_ECDSA_P256_SHA256), span_of(der, n), raw));
	memcpy(sig, raw, APPROVAL_LEN);
	EVP_PKEY_CTX_free(ctx);
}

void
device_approve(const struct device *d, const uint8_t what[HASH_LEN], uint8_t sig[APPROVAL_LEN])
{
	uint8_t digest[HASH_LEN];

	approval_digest(what, digest);
	device_sign(d, digest, sig);
}

struct span
device_spki(const struct device *d)
{
	return span_of(d->spki, sizeof(d->spki));
}
