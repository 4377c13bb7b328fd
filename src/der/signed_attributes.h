/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signed attributes of CAdES and PAdES (RFC 5652 5.3, EN 319 122-1, EN 319 142-1) as the SAM
 * makes them: a closed set, so that nobody says in the signer's name what was not approved.
 * PROTOCOL.sam 1.5; vectors in tests/vectors/attributes.txt.
 */
#ifndef DER_SIGNED_ATTRIBUTES_H
#define DER_SIGNED_ATTRIBUTES_H

#include "der/signature.h"

#define SIGNING_MS_MAX	(253402300799 * UINT64_C(1000))	/* 9999-12-31T23:59:59Z */
#define SIGNED_ATTRIBUTES_MAX	320	/* bytes of the longest */

enum signed_attributes_kind { ATTRIBUTES_CADES = 2, ATTRIBUTES_PADES = 3 };	/* as in statements */
enum commitment { COMMITMENT_APPROVAL = 1 << 0, COMMITMENT_ORIGIN = 1 << 1 };	/* attrs: one at most */

struct signed_attributes {
	uint8_t		 kind;		/* enum signed_attributes_kind */
	uint16_t	 attrs;		/* enum commitment, or 0 */
	const struct alg *alg;
	struct span	 digest;	/* of the document, by alg's hash */
	const uint8_t	*cert;		/* SHA-256 of the certificate */
	uint64_t	 signing_ms;	/* whole seconds count; not in PAdES */
};

/* Kind and attrs are of the closed set. */
bool	signed_attributes_are_offered(uint8_t kind, uint16_t attrs);
/* The SET OF, tag 0x31. What is not of the closed set makes the writer bad. */
void	signed_attributes_write(struct writer *, const struct signed_attributes *);
/* DTBS/R: alg's hash over these bytes, alg->digest_len long. */
void	signed_attributes_digest(const struct signed_attributes *, uint8_t out[DIGEST_MAX]);

#endif
