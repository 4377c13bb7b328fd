/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions: a passkey's approval of a challenge. PROTOCOL.sam 2.1; WebAuthn 7.2 */
#ifndef WEBAUTHN_ASSERTION_H
#define WEBAUTHN_ASSERTION_H

#include "base/err.h"
#include "webauthn/relying_party.h"

#define ASSERTION_DATA_MAX	1024
#define ASSERTION_SIGNATURE_MAX	512
#define ASSERTION_MAX		(6 + ASSERTION_DATA_MAX + 2048 + ASSERTION_SIGNATURE_MAX)

struct assertion {
	uint8_t		flags;		/* enum authenticator_flag */
	uint32_t	count;
};

/* body: of evidence type 2. The signature first, over raw bytes; then what they say. ERR_DENIED "auth". */
bool	assertion_verify(struct span body, const uint8_t challenge[HASH_LEN], struct span spki,
	    const struct relying_party *, struct assertion *, struct err *) MUST_USE;
/* Signature, type and challenge alone: for whoever holds a receipt, and not the group's genesis. */
bool	assertion_answers(struct span body, const uint8_t challenge[HASH_LEN], struct span spki,
	    struct err *) MUST_USE;

#endif
