/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Login passkeys: RP ID is the SSA's own host, so none of them can approve anything, and no passkey
 * that approves can log in here (finding C2).
 */
#ifndef SSA_PAGE_PASSKEY_H
#define SSA_PAGE_PASSKEY_H

#include "ssa/api/call.h"

/* Members authData, client, signature of the call's JSON, over this challenge. */
bool	passkey_login_holds(struct call *, const uint8_t challenge[32], struct span spki);
/* Members attestation and client: the new credential's id and key, into *w (id first). */
bool	passkey_registered(struct call *, const uint8_t challenge[32], struct writer *w,
	    struct span *credential, struct span *spki);

#endif
