/* SPDX-License-Identifier: Apache-2.0 */
/* What libcrypto does not give of a CMP message (RFC 9810, 4211), read from its DER. */
#ifndef CA_MESSAGE_H
#define CA_MESSAGE_H

#include "der/der.h"

/*
 * The value of generalInfo's entry OID_ATTESTATION, which must be an OCTET STRING; once.
 * False: there is none, or the message is malformed.
 */
bool	message_attestation(struct span message, struct span *attestation) MUST_USE;
/* The reason in the one request of an rr; 0 where there is none. */
bool	message_reason(struct span message, unsigned *reason) MUST_USE;
/* Subject, and public key with its own tag (*spki over `w`), of a CertTemplate. */
bool	template_read(struct span template, struct writer *w, struct span *subject, struct span *spki)
	    MUST_USE;
/* PKIStatus of a PKIStatusInfo. */
bool	status_info_read(struct span info, uint32_t *status) MUST_USE;

#endif
