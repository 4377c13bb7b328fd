/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CKA_IDs of this group's objects in the module, from the file "objects" that the ceremony
 * leaves in the state directory. It is a convenience and nobody trusts it: the decider compares the
 * keys that answer with the genesis entry.
 */
#ifndef LAUNCH_OBJECTS_H
#define LAUNCH_OBJECTS_H

#include "base/err.h"
#include "base/span.h"

#define OBJECT_ID_LEN	16

struct objects {
	uint8_t	kek[OBJECT_ID_LEN];
	uint8_t	hmac[OBJECT_ID_LEN];
	uint8_t	log[OBJECT_ID_LEN];
	uint8_t	attestation[OBJECT_ID_LEN];
};

bool	objects_read(int dir_fd, struct objects *, struct err *) MUST_USE;
bool	objects_write(int dir_fd, const struct objects *, struct err *) MUST_USE; /* not over one */

#endif
