/* SPDX-License-Identifier: Apache-2.0 */
/* Passkeys in the decider: what an enrolment proves, and when a passkey suffices. PROTOCOL.sam 2.1-2.3 */
#ifndef SAM_PASSKEY_H
#define SAM_PASSKEY_H

#include "sam/record.h"
#include "sam/state.h"

/*
 * The authenticator that BIND or ADD_AUTHENTICATOR introduces, without its id. Of a passkey the whole
 * enrolment is verified here; the caller verifies that it approved the statement.
 */
bool	new_authenticator(const struct state *, const struct statement *, struct authenticator *,
	    struct err *) MUST_USE;
/* Kind of key by the policy's dates, and whose page asked for it: as for SCAL2. "level" */
bool	passkey_is_taken(const struct state *, struct span spki, struct err *) MUST_USE;

#endif
