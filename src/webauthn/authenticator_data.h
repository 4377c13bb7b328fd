/* SPDX-License-Identifier: Apache-2.0 */
/* Authenticator data: what the authenticator says of itself and of the ceremony. WebAuthn 6.1 */
#ifndef WEBAUTHN_AUTHENTICATOR_DATA_H
#define WEBAUTHN_AUTHENTICATOR_DATA_H

#include "crypto/hash.h"
#include "webauthn/cose.h"

#define AUTHENTICATOR_DATA_MIN	37
#define AUTHENTICATOR_DATA_MAX	4096
#define CREDENTIAL_ID_MAX	1023

enum authenticator_flag {
	FLAG_USER_PRESENT = 1 << 0, FLAG_USER_VERIFIED = 1 << 2, FLAG_BACKUP_ELIGIBLE = 1 << 3,
	FLAG_BACKED_UP = 1 << 4, FLAG_ATTESTED = 1 << 6, FLAG_EXTENSIONS = 1 << 7,
	FLAGS_RESERVED = 1 << 1 | 1 << 5
};

struct authenticator_data {
	uint8_t		rp_id_hash[HASH_LEN];
	uint8_t		flags;
	uint32_t	count;
	/* Only where FLAG_ATTESTED is set. */
	uint8_t		aaguid[16];
	struct span	credential;
	struct cose_key	key;
};

/* Form only; false where a byte is left or missing. Lends the credential id. */
bool	authenticator_data_read(struct span, struct authenticator_data *) MUST_USE;
/* This relying party, present, verified, no backup without eligibility; ERR_DENIED "auth". */
bool	authenticator_data_holds(const struct authenticator_data *, const uint8_t rp_id_hash[HASH_LEN],
	    bool attested, struct err *) MUST_USE;

#endif
