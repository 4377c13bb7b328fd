/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hybrid public key encryption, RFC 9180: base mode, single shot, one suite: DHKEM(P-256,
 * HKDF-SHA256) 0x0010, HKDF-SHA256 0x0001, AES-256-GCM 0x0002. A public key is its uncompressed
 * point; spki_from_point and spki_open (alg.h) are the way to its SubjectPublicKeyInfo and back.
 */
#ifndef CRYPTO_HPKE_H
#define CRYPTO_HPKE_H

#include "base/err.h"
#include "base/span.h"

#define HPKE_POINT_LEN	65
#define HPKE_OVERHEAD	(HPKE_POINT_LEN + 16)	/* a sealed text is longer by this */

struct hpke_key;

/* DeriveKeyPair (7.1.3): the same key from the same secret, of 32 bytes at least. */
struct hpke_key	*hpke_key_derive(struct span ikm, struct err *) MUST_USE;	/* yours */
struct hpke_key	*hpke_key_random(struct err *) MUST_USE;			/* yours */
void		 hpke_key_free(struct hpke_key *);			/* wipes; NULL is fine */
const uint8_t	*hpke_key_point(const struct hpke_key *);		/* HPKE_POINT_LEN, lent */

/* Writes plain.n + HPKE_OVERHEAD bytes: enc, then the ciphertext with its tag. A point that is
 * not on the curve is a format error. */
bool	hpke_seal(struct span point, struct span info, struct span aad, struct span plain,
	    uint8_t *out, struct err *) MUST_USE;
/* Writes sealed.n - HPKE_OVERHEAD bytes. "parse": not a sealed text; "auth": for another key, info
 * or aad, or changed; out then holds zeros or is untouched. */
bool	hpke_open(const struct hpke_key *, struct span info, struct span aad, struct span sealed,
	    uint8_t *out, struct err *) MUST_USE;

/* Opens a published text; crypto_start calls it. */
bool	hpke_self_test(struct err *) MUST_USE;

AUTO_FREE(hpke_key)

#endif
