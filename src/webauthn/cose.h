/* SPDX-License-Identifier: Apache-2.0 */
/* COSE_Key (RFC 9053) of a credential: three kinds, their exact keys in CTAP2's order. */
#ifndef WEBAUTHN_COSE_H
#define WEBAUTHN_COSE_H

#include "base/reader.h"
#include "webauthn/passkey.h"

enum cose_alg { COSE_ES256 = -7, COSE_EDDSA = -8, COSE_RS256 = -257 };

struct cose_key {
	enum cose_alg	alg;
	size_t		spki_len;
	uint8_t		spki[PASSKEY_SPKI_MAX];
};

/* Takes one off the reader; an EC point is on its curve. */
bool	cose_key_read(struct reader *, struct cose_key *) MUST_USE;

#endif
