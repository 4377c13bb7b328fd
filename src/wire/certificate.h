/* SPDX-License-Identifier: Apache-2.0 */
/* REQUEST_CERTIFICATE, LINK_CERTIFICATE: PROTOCOL.sam 4.7; EN 419 241-1 SRC_SKS.1.2 */
#ifndef WIRE_CERTIFICATE_H
#define WIRE_CERTIFICATE_H

#include "wire/activate.h"

#define CSR_MAX		2048
#define CERTIFICATE_MAX	8192
#define ATTESTATION_MAX	512

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

bool	msg_request_certificate_read(struct reader *, struct msg_request_certificate *, struct err *) MUST_USE;
void	msg_request_certificate_write(struct writer *, const struct msg_request_certificate *);
bool	msg_certificate_request_read(struct reader *, struct msg_certificate_request *, struct err *) MUST_USE;
void	msg_certificate_request_write(struct writer *, const struct msg_certificate_request *);
bool	msg_link_certificate_read(struct reader *, struct msg_link_certificate *, struct err *) MUST_USE;
void	msg_link_certificate_write(struct writer *, const struct msg_link_certificate *);
bool	msg_certificate_linked_read(struct reader *, struct msg_certificate_linked *, struct err *) MUST_USE;
void	msg_certificate_linked_write(struct writer *, const struct msg_certificate_linked *);

#endif
