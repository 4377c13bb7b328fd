/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signature algorithms: one number names scheme, hash, MGF and salt together; a key has
 * exactly one, fixed at birth (EN 419 241-1 SRC_DSC.1.1, SRC_SKS.1.1).
 */
#ifndef CRYPTO_ALG_H
#define CRYPTO_ALG_H

#include "base/err.h"
#include "base/span.h"

enum alg_number {
	ALG_ECDSA_P256_SHA256		= 1,
	ALG_ECDSA_P384_SHA384		= 2,
	ALG_RSA3072_PKCS1_SHA256	= 16,
	ALG_RSA3072_PSS_SHA256		= 32,	/* MGF1 with SHA-256, salt of 32 bytes */
};

enum key_kind { KEY_P256, KEY_P384, KEY_RSA3072 };
#define KINDS		3

#define SIGNATURE_MAX	384	/* bytes of the longest signature: RSA-3072 */
#define SPKI_MAX	422	/* bytes of the longest SubjectPublicKeyInfo: RSA-3072 */

struct alg {
	uint16_t	 number;
	const char	*name;		/* "ecdsa-p256-sha256" */
	enum key_kind	 kind;
	size_t		 digest_len;	/* of a DTBS/R */
	size_t		 signature_len;	/* ECDSA: r || s, fixed width; RSA: modulus size */
	size_t		 spki_len;
	unsigned	 bits;
	const char	*oid;		/* CSC signAlgo */
	const char	*hash_oid;	/* CSC hashAlgorithmOID */
	const char	*curve_oid;	/* NULL for RSA */
};

const struct alg *alg_find(uint16_t number);		/* NULL if we do not offer it */
const struct alg *alg_by_name(const char *name);	/* the same */
const struct alg *alg_at(size_t i);			/* the i-th; NULL past the last */

/*
 * Public keys travel as DER SubjectPublicKeyInfo with exactly one encoding per kind, so they are
 * read by comparing with a fixed frame; no decoder is involved.
 */
void	spki_from_point(enum key_kind, struct span point, uint8_t *out);	/* 0x04 || x || y */
void	spki_from_modulus(struct span n, uint8_t *out);			/* e = 65537 */
/* Lends the point, or the modulus of RSA-3072. Wrong frame or length: false. */
bool	spki_open(enum key_kind, struct span spki, struct span *material);
/* Which kind this SPKI is of; false if none of ours. */
bool	spki_kind(struct span spki, enum key_kind *);
/* Frame, and for EC: the point is on its curve; for RSA: n is odd with its top bit set. */
bool	spki_check(enum key_kind, struct span spki, struct err *);

#endif
