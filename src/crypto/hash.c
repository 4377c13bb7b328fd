/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes, MACs, key derivation and sealing: thin over libcrypto; its failure is a bug here. */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/hash.h"
#include "crypto/hpke.h"

static EVP_MD *md256, *md384, *md160;
static EVP_MD_CTX *md_ctx;
static EVP_MAC *hmac;
static EVP_MAC_CTX *hmac_ctx;
static EVP_CIPHER *gcm;
static EVP_CIPHER_CTX *seal_ctx, *open_ctx;

static void
must(int ok, const char *what)
{
	if (ok != 1)
		bug(what);
}

static void
digest_parts(const EVP_MD *md, const struct span *parts, size_t n, uint8_t *out)
{
	must(EVP_DigestInit_ex2(md_ctx, md, NULL), "digest init");
	for (size_t i = 0; i < n; i++)
		must(EVP_DigestUpdate(md_ctx, parts[i].p, parts[i].n), "digest");
	must(EVP_DigestFinal_ex(md_ctx, out, NULL), "digest end");
}

void
sha256(struct span in, uint8_t out[HASH_LEN])
{
	digest_parts(md256, &in, 1, out);
}

void
sha256_parts(const struct span *parts, size_t n, uint8_t out[HASH_LEN])
{
	digest_parts(md256, parts, n, out);
}

void
sha384(struct span in, uint8_t out[48])
{
	digest_parts(md384, &in, 1, out);
}

void
sha1(struct span in, uint8_t out[20])
{
	digest_parts(md160, &in, 1, out);
}

void
hmac_sha256(struct span key, const struct span *parts, size_t n, uint8_t out[HASH_LEN])
{
	size_t len;

	must(EVP_MAC_init(hmac_ctx, key.p, key.n, NULL), "mac init");
	for (size_t i = 0; i < n; i++)
		must(EVP_MAC_update(hmac_ctx, parts[i].p, parts[i].n), "mac");
	must(EVP_MAC_final(hmac_ctx, out, &len, HASH_LEN), "mac end");
}

/* RFC 5869 over the HMAC above: libcrypto's own HKDF looks up its parts by name in each call. */
void
hkdf_sha256(struct span ikm, struct span salt, struct span info, uint8_t *out, size_t n)
{
	static const uint8_t zero[HASH_LEN];
	uint8_t prk[HASH_LEN], block[HASH_LEN], count = 0;
	struct span parts[] = { { block, 0 }, info, { &count, 1 } };

	if (n > 255 * HASH_LEN)
		bug("hkdf length");
	hmac_sha256(salt.n == 0 ? span_of(zero, sizeof(zero)) : salt, &ikm, 1, prk);
	while (n > 0) {
		size_t take = n < HASH_LEN ? n : HASH_LEN;

		count++;
		hmac_sha256(span_of(prk, sizeof(prk)), parts, COUNT(parts), block);
		parts[0].n = HASH_LEN;
		memcpy(out, block, take);
		out += take;
		n -= take;
	}
	explicit_bzero(prk, sizeof(prk));
	explicit_bzero(block, sizeof(block));
}

void
aead_seal(const uint8_t key[AEAD_KEY_LEN], const uint8_t nonce[AEAD_NONCE_LEN], struct span aad,
    struct span in, uint8_t *out, uint8_t tag[AEAD_TAG_LEN])
{
	int n;

	must(EVP_EncryptInit_ex2(seal_ctx, gcm, key, nonce, NULL), "seal init");
	must(EVP_EncryptUpdate(seal_ctx, NULL, &n, aad.p, (int)aad.n), "seal data");
	must(EVP_EncryptUpdate(seal_ctx, out, &n, in.p, (int)in.n), "seal");
	must(EVP_EncryptFinal_ex(seal_ctx, out + n, &n), "seal end");
	must(EVP_CIPHER_CTX_ctrl(seal_ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_LEN, tag), "seal tag");
}

bool
aead_open(const uint8_t key[AEAD_KEY_LEN], const uint8_t nonce[AEAD_NONCE_LEN], struct span aad,
    struct span in, const uint8_t tag[AEAD_TAG_LEN], uint8_t *out)
{
	int n;

	must(EVP_DecryptInit_ex2(open_ctx, gcm, key, nonce, NULL), "open init");
	must(EVP_DecryptUpdate(open_ctx, NULL, &n, aad.p, (int)aad.n), "open data");
	must(EVP_DecryptUpdate(open_ctx, out, &n, in.p, (int)in.n), "open");
	must(EVP_CIPHER_CTX_ctrl(open_ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_LEN,
		 (void *)(uintptr_t)tag), "open tag");
	if (EVP_DecryptFinal_ex(open_ctx, out + n, &n) == 1)
		return true;
	if (in.n > 0)
		explicit_bzero(out, in.n);
	return false;
}

/* One known answer per method: a library that computes wrongly is not started with. */
static bool
self_test(struct err *e)
{
	static const uint8_t abc[HASH_LEN] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41,
		0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a,
		0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	/* RFC 4231, case 2 */
	static const uint8_t mac2[4] = { 0x5b, 0xdc, 0xc1, 0x46 };
	/* RFC 5869, A.3 */
	static const uint8_t okm3[4] = { 0x8d, 0xa4, 0xe7, 0x75 };
	static const uint8_t zero[AEAD_KEY_LEN];
	/* AES-256-GCM, zero key, nonce and block (NIST GCM test case 14) */
	static const uint8_t gcm14[4] = { 0xce, 0xa7, 0x40, 0x3d };
	uint8_t out[48], tag[AEAD_TAG_LEN], back[16], ikm[22];
	struct span what = span_str("what do ya want for nothing?");

	sha256(span_str("abc"), out);
	if (memcmp(out, abc, HASH_LEN) != 0)
		return err_set(e, ERR_BACKEND, "self-test: SHA-256");
	hmac_sha256(span_str("Jefe"), &what, 1, out);
	if (memcmp(out, mac2, sizeof(mac2)) != 0)
		return err_set(e, ERR_BACKEND, "self-test: HMAC");
	memset(ikm, 0x0b, sizeof(ikm));
	hkdf_sha256(span_of(ikm, sizeof(ikm)), span_of(NULL, 0), span_of(zero, 0), out, 42);
	if (memcmp(out, okm3, sizeof(okm3)) != 0)
		return err_set(e, ERR_BACKEND, "self-test: HKDF");
	aead_seal(zero, zero, span_of(zero, 0), span_of(zero, 16), out, tag);
	if (memcmp(out, gcm14, sizeof(gcm14)) != 0 ||
	    !aead_open(zero, zero, span_of(zero, 0), span_of(out, 16), tag, back))
		return err_set(e, ERR_BACKEND, "self-test: AES-GCM");
	tag[0] ^= 1;
	if (aead_open(zero, zero, span_of(zero, 0), span_of(out, 16), tag, back))
		return err_set(e, ERR_BACKEND, "self-test: AES-GCM accepts a wrong tag");
	return true;
}

static bool
hmac_start(void)
{
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
		    (char *)(uintptr_t)"SHA256", 0), OSSL_PARAM_construct_end() };

	return (hmac = EVP_MAC_fetch(NULL, "HMAC", NULL)) != NULL &&
	    (hmac_ctx = EVP_MAC_CTX_new(hmac)) != NULL &&
	    EVP_MAC_CTX_set_params(hmac_ctx, params) == 1;
}

bool
crypto_start(struct err *e)
{
	static bool started;

	if (started)
		return true;
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1 ||
	    (md256 = EVP_MD_fetch(NULL, "SHA256", NULL)) == NULL ||
	    (md384 = EVP_MD_fetch(NULL, "SHA384", NULL)) == NULL ||
	    (md160 = EVP_MD_fetch(NULL, "SHA1", NULL)) == NULL ||
	    (md_ctx = EVP_MD_CTX_new()) == NULL || !hmac_start() ||
	    (gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL)) == NULL ||
	    (seal_ctx = EVP_CIPHER_CTX_new()) == NULL || (open_ctx = EVP_CIPHER_CTX_new()) == NULL)
		return err_set(e, ERR_BACKEND, "libcrypto offers not what is needed");
	return started = self_test(e) && hpke_self_test(e);
}
