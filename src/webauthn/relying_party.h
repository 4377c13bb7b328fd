/* SPDX-License-Identifier: Apache-2.0 */
/* The relying party of all passkeys that approve: the SIC, whose origin the genesis fixes. */
#ifndef WEBAUTHN_RELYING_PARTY_H
#define WEBAUTHN_RELYING_PARTY_H

#include "base/origin.h"
#include "crypto/hash.h"

struct relying_party {
	uint8_t	origin_len;		/* 0: the group has none and takes no passkeys */
	uint8_t	origin[ORIGIN_MAX];
	uint8_t	id_hash[HASH_LEN];	/* SHA-256 of its host, the RP ID */
	bool	shared;			/* the SSA's pages could use the same RP ID */
};

/* False where one of the origins is malformed, or only one is there. Both empty: no passkeys. */
bool	relying_party_init(struct relying_party *, struct span origin, struct span service);

#endif
