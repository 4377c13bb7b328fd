/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys of others. OpenSSL reads them; what comes out is the DER that it writes itself. */
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "cli/encode.h"
#include "cli/file.h"
#include "cli/public_key.h"

static bool
spki_put(EVP_PKEY *key, struct writer *spki, struct err *e)
{
	uint8_t *der = NULL;
	int n = key == NULL ? -1 : i2d_PUBKEY(key, &der);

	EVP_PKEY_free(key);
	if (n <= 0 || n > PUBLIC_KEY_MAX)
		return err_set(e, ERR_FORMAT, "this is no public key that can be used");
	wr_bytes(spki, der, (size_t)n);
	OPENSSL_free(der);
	return writer_ok(spki) || err_set(e, ERR_FORMAT, "the public key is too large");
}

static EVP_PKEY *
decode(const char *type, OSSL_PARAM_BLD *b)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(b);
	EVP_PKEY *key = NULL;

	if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static bool
bytes_of(const json_t *jwk, const char *name, size_t least, size_t most, struct writer *w)
{
	const char *text = json_string_value(json_object_get(jwk, name));

	return text != NULL && base64url_read(span_str(text), w) && w->n >= least && w->n <= most;
}

static EVP_PKEY *
ec_from_jwk(const json_t *jwk)
{
	const char *crv = json_string_value(json_object_get(jwk, "crv"));
	bool small = crv != NULL && strcmp(crv, "P-256") == 0;
	size_t n = small ? 32 : 48;
	AUTO_WRITER x = writer_grow(64), y = writer_grow(64), point = writer_grow(128);
	OSSL_PARAM_BLD *b;
	EVP_PKEY *key = NULL;

	if (crv == NULL || (!small && strcmp(crv, "P-384") != 0) || !bytes_of(jwk, "x", n, n, &x) ||
	    !bytes_of(jwk, "y", n, n, &y) || (b = OSSL_PARAM_BLD_new()) == NULL)
		return NULL;
	wr_u8(&point, 4);
	wr_span(&point, writer_span(&x));
	wr_span(&point, writer_span(&y));
	if (OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, crv, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point.p, point.n) == 1)
		key = decode("EC", b);
	OSSL_PARAM_BLD_free(b);
	return key;
}

static EVP_PKEY *
rsa_from_jwk(const json_t *jwk)
{
	AUTO_WRITER n = writer_grow(512), exponent = writer_grow(8);
	BIGNUM *modulus = NULL, *small = NULL;
	OSSL_PARAM_BLD *b;
	EVP_PKEY *key = NULL;

	if (!bytes_of(jwk, "n", 256, 512, &n) || !bytes_of(jwk, "e", 1, 8, &exponent) ||
	    (b = OSSL_PARAM_BLD_new()) == NULL)
		return NULL;
	modulus = BN_bin2bn(n.p, (int)n.n, NULL);
	small = BN_bin2bn(exponent.p, (int)exponent.n, NULL);
	if (modulus != NULL && small != NULL &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, small) == 1)
		key = decode("RSA", b);
	OSSL_PARAM_BLD_free(b);
	BN_free(modulus);
	BN_free(small);
	return key;
}

static EVP_PKEY *
okp_from_jwk(const json_t *jwk)
{
	const char *crv = json_string_value(json_object_get(jwk, "crv"));
	AUTO_WRITER x = writer_grow(64);

	if (crv == NULL || strcmp(crv, "Ed25519") != 0 || !bytes_of(jwk, "x", 32, 32, &x))
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x.p, x.n);
}

bool
public_key_from_jwk(const json_t *jwk, struct writer *spki, struct err *e)
{
	static const struct { const char *kty; EVP_PKEY *(*read)(const json_t *); } kinds[] = {
		{ "EC", ec_from_jwk }, { "RSA", rsa_from_jwk }, { "OKP", okp_from_jwk },
	};
	const char *kty = json_string_value(json_object_get(jwk, "kty"));

	if (json_object_get(jwk, "d") != NULL)
		return err_set(e, ERR_DENIED, "this is a private key: give its public half alone, and keep "
		    "the other to its owner");
	for (size_t i = 0; kty != NULL && i < COUNT(kinds); i++)
		if (strcmp(kinds[i].kty, kty) == 0)
			return spki_put(kinds[i].read(jwk), spki, e);
	return err_set(e, ERR_FORMAT, "this is no key of a kind that is supported: P-256, P-384, RSA from "
	    "2048 to 4096 bits and Ed25519 are");
}

static EVP_PKEY *
from_pem(struct span bytes)
{
	BIO *bio = BIO_new_mem_buf(bytes.p, (int)bytes.n);
	EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);

	BIO_free(bio);
	return key;
}

static EVP_PKEY *
from_der(struct span bytes)
{
	const uint8_t *p = bytes.p;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long)bytes.n);

	if (key != NULL && p != bytes.p + bytes.n) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

bool
public_key_from_file(const char *path, struct writer *spki, struct err *e)
{
	AUTO_WRITER bytes = writer_grow(65536);
	json_t *jwk;
	bool good;

	if (!file_read(path, &bytes, e))
		return false;
	if (bytes.n > 0 && bytes.p[0] == '{') {
		jwk = json_loadb((const char *)bytes.p, bytes.n, JSON_REJECT_DUPLICATES, NULL);
		good = public_key_from_jwk(jwk, spki, e);
		json_decref(jwk);
		return good;
	}
	return spki_put(bytes.n > 0 && bytes.p[0] == 0x30 ? from_der(writer_span(&bytes))
	    : from_pem(writer_span(&bytes)), spki, e);
}

static int
kind_of(struct span spki)
{
	EVP_PKEY *key = from_der(spki);
	int kind = key == NULL ? 0 : EVP_PKEY_get_base_id(key) == EVP_PKEY_EC
	    ? 1000 + EVP_PKEY_get_bits(key) : EVP_PKEY_get_base_id(key);

	EVP_PKEY_free(key);
	return kind;
}

const char *
public_key_algorithm(struct span spki)
{
	int kind = kind_of(spki);

	return kind == 1256 ? "ES256" : kind == 1384 ? "ES384" : kind == EVP_PKEY_ED25519 ? "EdDSA" : NULL;
}

bool
public_key_is_rsa(struct span spki)
{
	return kind_of(spki) == EVP_PKEY_RSA;
}
