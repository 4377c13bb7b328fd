/* SPDX-License-Identifier: Apache-2.0 */
/* The ceremony's work in the module, done by propria-hsm --setup in a process of its own. */
#ifndef LAUNCH_MODULE_SETUP_H
#define LAUNCH_MODULE_SETUP_H

#include "audit/genesis.h"
#include "base/secret.h"
#include "launch/config.h"

struct module_made {
	uint8_t	kek[ID_LEN], hmac[ID_LEN];
	uint8_t	log[91], attestation[91];	/* spki */
	char	library[96], token[64], serial[64];
};

/* Makes the group's objects in the token, or nothing. EN 419 241-1 SRG_KM.1.4 */
bool	module_setup(const struct config *, const struct secret *officer_pin, const struct secret *pin,
	    struct module_made *, struct err *) MUST_USE;

#endif
