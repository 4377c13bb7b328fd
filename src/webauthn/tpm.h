/* SPDX-License-Identifier: Apache-2.0 */
/* What a TPM certifies about a key: TPMT_PUBLIC and TPMS_ATTEST. WebAuthn 8.3 */
#ifndef WEBAUTHN_TPM_H
#define WEBAUTHN_TPM_H

#include "base/span.h"

/* pub_area is this key's, and cert_info certifies pub_area over this hash. The signature over
 * cert_info is the caller's to verify. */
bool	tpm_certifies(struct span cert_info, struct span pub_area, struct span spki,
	    const uint8_t attested_hash[32]);

#endif
