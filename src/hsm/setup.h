/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ceremony on a token that its operator has initialised: the security officer generates the
 * KEK as trusted (no module lets a user do that, none lets it be set later), the user the rest.
 */
#ifndef HSM_SETUP_H
#define HSM_SETUP_H

#include "hsm/token.h"

struct setup_made {
	uint8_t	kek[16], hmac[16];		/* CKA_ID */
	uint8_t	log[91], attestation[91];	/* spki; CKA_ID is the start of its SHA-256 */
};

/* All or nothing. Refuses a token that carries objects of another ceremony. */
bool	setup_make(struct token *, struct span officer_pin, struct span pin, struct setup_made *,
	    struct err *) MUST_USE;
/* Removes every object whose label begins with "propria "; *n says how many. No way back. */
bool	setup_wipe(struct token *, struct span officer_pin, struct span pin, size_t *n, struct err *)
	    MUST_USE;

#endif
