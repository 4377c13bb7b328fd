/* SPDX-License-Identifier: Apache-2.0 */
/* P-256 keys of tests. */
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/hash.h"
#include "der/signature.h"
#include "json/base64.h"
#include "tests/test.h"
#include "tests/unit/ssa/keys.h"

EVP_PKEY *
test_key(void)
{
	EVP_PKEY *k = EVP_EC_gen("P-256");

	CHECK(k != NULL);
	return k;
}

void
test_key_spki(EVP_PKEY *k, uint8_t spki[91])
{
	uint8_t *p = spki;

	CHECK(i2d_PUBKEY(k, NULL) == 91 && i2d_PUBKEY(k, &p) == 91);
}

void
test_key_sign(EVP_PKEY *k, const uint8_t digest[32], uint8_t raw[64])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k, NULL);
	uint8_t der[80], out[SIGNATURE_MAX];
	size_t n = sizeof(der);

	CHECK(EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_sign(ctx, der, &n, digest, 32) == 1);
	CHECK(signature_from_der(alg_find(ALG_ECDSA_P256_SHA256), span_of(der, n), out));
	memcpy(raw, out, 64);
	EVP_PKEY_CTX_free(ctx);
}

void
test_certificate(EVP_PKEY *k, const char *cert_path, const char *key_path, struct writer *der)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	X509_EXTENSION *san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name,
	    "DNS:localhost,IP:127.0.0.1");
	uint8_t *bytes = NULL;
	FILE *f;
	int n;

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 0x3f9a01);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)"localhost", -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, k);
	X509_add_ext(x, san, -1);
	CHECK(X509_sign(x, k, EVP_sha256()) > 0);
	if (cert_path != NULL) {
		CHECK((f = fopen(cert_path, "w")) != NULL && PEM_write_X509(f, x) == 1 && fclose(f) == 0);
		CHECK((f = fopen(key_path, "w")) != NULL &&
		    PEM_write_PrivateKey(f, k, NULL, NULL, 0, NULL, NULL) == 1 && fclose(f) == 0);
	}
	if (der != NULL) {
		n = i2d_X509(x, &bytes);
		CHECK(n > 0);
		wr_bytes(der, bytes, (size_t)n);
		OPENSSL_free(bytes);
	}
	X509_EXTENSION_free(san);
	X509_free(x);
}

void
test_jws(EVP_PKEY *k, const char *header, const char *claims, struct writer *w)
{
	uint8_t digest[32], raw[64];

	base64url_write(w, span_str(header));
	wr_u8(w, '.');
	base64url_write(w, span_str(claims));
	sha256(writer_span(w), digest);
	test_key_sign(k, digest, raw);
	wr_u8(w, '.');
	base64url_write(w, span_of(raw, 64));
}
