/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client data, what the browser says of the ceremony: the one JSON that the SAM reads, flat, and
 * only after its hash was found signed (or, at enrolment, attested or in the approved statement).
 */
#ifndef WEBAUTHN_CLIENT_DATA_H
#define WEBAUTHN_CLIENT_DATA_H

#include "base/err.h"
#include "base/span.h"

#define CLIENT_DATA_MAX		2048
#define CLIENT_DATA_MEMBERS	32
#define CLIENT_DATA_CREATE	"webauthn.create"
#define CLIENT_DATA_GET		"webauthn.get"

/* type, challenge, origin are these; not across origins. ERR_FORMAT or ERR_DENIED, reason "auth". */
bool	client_data_binds(struct span json, const char *type, const uint8_t challenge[32],
	    struct span origin, struct err *) MUST_USE;
/* The same without an origin to compare: for those who verify a receipt without the group's genesis. */
bool	client_data_answers(struct span json, const char *type, const uint8_t challenge[32],
	    struct err *) MUST_USE;

#endif
