/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PIN made dear: a MAC by the group's HMAC key, which nobody has outside the module, and then
 * Argon2id (RFC 9106), which costs memory and time for each PIN that is tried. PROTOCOL.sam 7.
 */
#ifndef HSM_STRETCH_H
#define HSM_STRETCH_H

#include "hsm/keys.h"

#define STRETCHED_LEN	32

/* HMAC-SHA-256 in the module over "propria-pin-v1" 0 || input, then stretch_mac. */
bool	stretch(struct keys *, struct span input, uint8_t out[STRETCHED_LEN], struct err *) MUST_USE;
/* Would this HSM_HMAC make what only HSM_STRETCH may? */
bool	stretch_is_for(struct span data) MUST_USE;
/* Argon2id: password mac, salt the first 16 bytes of SHA-256(input), 19 MiB, 2 passes, 1 lane. */
bool	stretch_mac(const uint8_t mac[HASH_LEN], struct span input, uint8_t out[STRETCHED_LEN],
	    struct err *) MUST_USE;

#endif
