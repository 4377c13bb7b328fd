/* SPDX-License-Identifier: Apache-2.0 */
/* Attestations of keys that modules use among themselves and for factors. PROTOCOL.sam 4.8, 9.2 */
#ifndef CLI_ATTESTATION_H
#define CLI_ATTESTATION_H

#include "base/err.h"
#include "base/span.h"
#include "crypto/hash.h"
#include "crypto/hpke.h"

struct attested_transport {		/* what = 6 */
	uint8_t		group[HASH_LEN], key[HPKE_POINT_LEN];
	uint64_t	time;
};
struct attested_factor {		/* what = 5 */
	uint8_t		group[HASH_LEN], key[HPKE_POINT_LEN];
	uint64_t	life, time;
};

/* Signed by this attestation key, which is the genesis's. Whose group it is, is the caller's to compare. */
bool	attestation_transport_read(struct span, struct span attest_spki, struct attested_transport *,
	    struct err *) MUST_USE;
bool	attestation_factor_read(struct span, struct span attest_spki, struct attested_factor *,
	    struct err *) MUST_USE;

#endif
