/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-2, HMAC, HKDF, AES-256-GCM over libcrypto, with methods fetched once. */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/err.h"
#include "base/span.h"

#define HASH_LEN	32	/* SHA-256 */
#define HASH_MAX	64
#define AEAD_KEY_LEN	32
#define AEAD_NONCE_LEN	12
#define AEAD_TAG_LEN	16

/*
 * Fetches every method this program uses, runs a known answer test of each, and reads no
 * openssl.cnf. Call it first, before any confinement: libcrypto loads lazily.
 */
bool	crypto_start(struct err *) MUST_USE;

void	sha256(struct span, uint8_t out[HASH_LEN]);
void	sha256_parts(const struct span *parts, size_t n, uint8_t out[HASH_LEN]);	/* concatenated */
void	sha384(struct span, uint8_t out[48]);
void	sha1(struct span, uint8_t out[20]);	/* for names of keys in OCSP; proves nothing */
void	hmac_sha256(struct span key, const struct span *parts, size_t n, uint8_t out[HASH_LEN]);
/* RFC 5869, extract and expand. An empty salt is the RFC's default. */
void	hkdf_sha256(struct span ikm, struct span salt, struct span info, uint8_t *out, size_t n);

/* Writes in.n bytes to out and the tag; a key and nonce pair must never repeat. */
void	aead_seal(const uint8_t key[AEAD_KEY_LEN], const uint8_t nonce[AEAD_NONCE_LEN],
	    struct span aad, struct span in, uint8_t *out, uint8_t tag[AEAD_TAG_LEN]);
/* False when key, associated data or a byte differ; out then holds zeros. */
bool	aead_open(const uint8_t key[AEAD_KEY_LEN], const uint8_t nonce[AEAD_NONCE_LEN],
	    struct span aad, struct span in, const uint8_t tag[AEAD_TAG_LEN], uint8_t *out) MUST_USE;

#endif
