/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificate with which a maker attests an authenticator: cut by lengths, verified under a
 * root that the officers installed, read. No path building.
 */
#ifndef WEBAUTHN_LEAF_H
#define WEBAUTHN_LEAF_H

#include "base/err.h"
#include "crypto/alg.h"

struct leaf {
	struct span		 tbs, signature;
	const struct alg	*alg;		/* hash and scheme of the signature on it; NULL: unknown */
	struct span		 issuer, subject, spki;	/* whole DER */
	uint64_t		 not_before, not_after;
	struct span		 aaguid;	/* 1.3.6.1.4.1.45724.1.1.4; empty: none */
	bool			 is_ca;
};

struct attestation_root {
	const struct alg	*alg;		/* 1, 2, or 16 for RSA of any size that passkeys have */
	struct span		 spki, issuer;
	uint32_t		 max_days;
};

bool	leaf_read(struct span der, struct leaf *) MUST_USE;
/* Raw bytes under the root's key; then issuer and validity. */
bool	leaf_is_under(const struct leaf *, const struct attestation_root *, uint64_t now_ms) MUST_USE;
/* May this key be an attestation root's, with this algorithm? */
bool	attestation_root_fits(const struct alg *, struct span spki) MUST_USE;

#endif
