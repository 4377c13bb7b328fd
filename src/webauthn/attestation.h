/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment of a passkey: attestation object and client data of create. PROTOCOL.sam 2.2; WebAuthn 7.1 */
#ifndef WEBAUTHN_ATTESTATION_H
#define WEBAUTHN_ATTESTATION_H

#include "webauthn/authenticator_data.h"
#include "webauthn/leaf.h"
#include "webauthn/relying_party.h"

#define ATTESTATION_MAX	8192

enum attestation_kind { ATTESTATION_NONE, ATTESTATION_SELF, ATTESTATION_CERTIFICATE };

struct registration {
	struct authenticator_data	data;
	enum attestation_kind		kind;
	struct leaf			leaf;	/* only with a certificate; not trusted yet */
};

/* Everything but whether the certificate stands under a root we know. ERR_DENIED "auth". */
bool	registration_verify(struct span attestation, struct span client,
	    const uint8_t challenge[HASH_LEN], const struct relying_party *, struct registration *,
	    struct err *) MUST_USE;

#endif
