/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compact form of a signed token (RFC 7515, 7.1): three parts of base64url with dots between,
 * nothing else. Letters become bytes here; what the bytes mean is read elsewhere, and only when
 * their signature was found good.
 */
#ifndef TOKEN_COMPACT_H
#define TOKEN_COMPACT_H

#include "base/err.h"
#include "base/span.h"

#define TOKEN_MAX		16384	/* the most evidence may be */
#define TOKEN_HEADER_MAX	2048
#define TOKEN_PAYLOAD_MAX	12288
#define TOKEN_SIGNATURE_MAX	512	/* RSA-4096 */

struct compact {
	struct span	signed_part;	/* lent: the letters that are signed, with their dot */
	size_t		header_len, payload_len, signature_len;
	uint8_t		header[TOKEN_HEADER_MAX];
	uint8_t		payload[TOKEN_PAYLOAD_MAX];
	uint8_t		signature[TOKEN_SIGNATURE_MAX];
};

/* No part is empty; one spelling per value. ERR_DENIED, reason "idp_parse". */
bool	compact_read(struct span token, struct compact *, struct err *) MUST_USE;

#endif
