/* SPDX-License-Identifier: Apache-2.0 */
/* Verification with public keys; signing with the few software keys that SIC and tests hold. */
#ifndef CRYPTO_VERIFY_H
#define CRYPTO_VERIFY_H

#include "crypto/alg.h"

#define ED25519_LEN	32	/* seed and public key; a signature is twice this */

/*
 * Does sig (alg->signature_len bytes) sign this digest (alg->digest_len bytes) under this key?
 * Any malformed input is simply false. EN 419 241-1 DSC-2, DSC-3.
 */
bool	signature_verify(const struct alg *, struct span spki, struct span digest, struct span sig)
	    MUST_USE;
/* PKCS #1 v1.5 with SHA-256 under an RSA key of 2048 to 4096 bits that is not one of ours. */
bool	rsa_sha256_verify(struct span modulus, struct span exponent, struct span digest,
	    struct span sig) MUST_USE;
/* The same, PSS: MGF1 with SHA-256, salt of 32 bytes. */
bool	rsa_pss_sha256_verify(struct span modulus, struct span exponent, struct span digest,
	    struct span sig) MUST_USE;
bool	point_on_curve(enum key_kind, struct span point);

bool	ed25519_verify(const uint8_t key[ED25519_LEN], struct span message, struct span sig) MUST_USE;
void	ed25519_public(const uint8_t seed[ED25519_LEN], uint8_t key[ED25519_LEN]);
void	ed25519_sign(const uint8_t seed[ED25519_LEN], struct span message, uint8_t sig[64]);

#endif
