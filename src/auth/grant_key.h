/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key that signs grants: made in the module by an act of security officers and by nothing else,
 * as officers of the SAM have to install its public half by an act of theirs. PROTOCOL.sam 9.6
 */
#ifndef AUTH_GRANT_KEY_H
#define AUTH_GRANT_KEY_H

#include "auth/auth.h"

/* The order to sign this digest with the key that is current; spki: which that is. */
bool	grant_key_order(struct sam *, const uint8_t digest[HASH_LEN], struct writer *order,
	    uint8_t spki[91], struct err *) MUST_USE;

#endif
