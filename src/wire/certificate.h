/* SPDX-License-Identifier: Apache-2.0 */
/* REQUEST_CERTIFICATE, LINK_CERTIFICATE: PROTOCOL.sam 4.7; EN 419 241-1 SRC_SKS.1.2 */
#ifndef WIRE_CERTIFICATE_H
#define WIRE_CERTIFICATE_H

#include "wire/activate.h"

#define CSR_MAX		2048
#define CERTIFICATE_MAX	8192
#define ATTESTATION_MAX	512
#define PROOF_BYTES_MAX	262144	/* of a CRL or OCSP response */

struct msg_request_certificate {
	uint8_t		key[ID_LEN];
	struct span	signer_record, key_record;
};
struct msg_certificate_request {
	struct span	csr, attestation;
};
struct msg_link_certificate {
	uint8_t		key[ID_LEN];
	struct span	key_record, certificate;
};
struct msg_certificate_linked {
	uint64_t	sequence;
	uint32_t	version;
	struct span	key_record;
};
enum revocation_proof { PROOF_CRL = 1, PROOF_OCSP = 2 };

struct msg_revoked {
	uint8_t		key[ID_LEN];
	struct span	key_record, certificate;
	uint8_t		what;			/* enum revocation_proof */
	struct span	proof;
};
struct msg_revoked_key {	/* the answer */
	uint64_t	sequence;
	uint32_t	version;
};

MESSAGE_OF(msg_revoked);
MESSAGE_OF(msg_revoked_key);
MESSAGE_OF(msg_request_certificate);
MESSAGE_OF(msg_certificate_request);
MESSAGE_OF(msg_link_certificate);
MESSAGE_OF(msg_certificate_linked);

#endif
