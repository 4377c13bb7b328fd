/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys of passkeys as SubjectPublicKeyInfo, one encoding per kind, and their signatures. */
#ifndef WEBAUTHN_PASSKEY_H
#define WEBAUTHN_PASSKEY_H

#include "base/err.h"
#include "base/span.h"

#define PASSKEY_SPKI_MAX	552	/* RSA-4096 with e of four bytes */
#define PASSKEY_RSA_MIN		256	/* bytes of the modulus */
#define PASSKEY_RSA_MAX		512

enum passkey_kind { PASSKEY_ES256 = 1, PASSKEY_EDDSA, PASSKEY_RS256 };

/* Exactly one of the three encodings; an EC point is on its curve. */
bool	passkey_kind(struct span spki, enum passkey_kind *);
/* The signature (as browsers give it) over the parts, one after another. */
bool	passkey_signed(struct span spki, const struct span *parts, size_t n, struct span sig) MUST_USE;

/* Encodings from the bare values; they write at most PASSKEY_SPKI_MAX and return the length. */
size_t	passkey_spki_p256(const uint8_t x[32], const uint8_t y[32], uint8_t *out);
size_t	passkey_spki_ed25519(const uint8_t x[32], uint8_t *out);
/* 0 where n or e are not as PROTOCOL.sam 0 says. */
size_t	passkey_spki_rsa(struct span n, struct span e, uint8_t *out);
/* Lends n and e of the RSA encoding. */
bool	passkey_rsa_open(struct span spki, struct span *n, struct span *e);

#endif
