/* SPDX-License-Identifier: Apache-2.0 */
/* REQUEST_CERTIFICATE, LINK_CERTIFICATE. PROTOCOL.sam 4.7 */
#include "wire/certificate.h"

static const struct field msg_request_certificate_fields[] = {
	{ BYTES(struct msg_request_certificate, key) },
	{ SPAN32(struct msg_request_certificate, signer_record, 0, RECORD_MAX) },
	{ SPAN32(struct msg_request_certificate, key_record, 0, RECORD_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_request_certificate, "REQUEST_CERTIFICATE")

static const struct field msg_certificate_request_fields[] = {
	{ SPAN16(struct msg_certificate_request, csr, 1, CSR_MAX) },
	{ SPAN16(struct msg_certificate_request, attestation, 1, ATTESTATION_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_certificate_request, "REQUEST_CERTIFICATE answer")

static const struct field msg_link_certificate_fields[] = {
	{ BYTES(struct msg_link_certificate, key) },
	{ SPAN32(struct msg_link_certificate, key_record, 0, RECORD_MAX) },
	{ SPAN16(struct msg_link_certificate, certificate, 1, CERTIFICATE_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_link_certificate, "LINK_CERTIFICATE")

static const struct field msg_certificate_linked_fields[] = {
	{ NUMBER(struct msg_certificate_linked, sequence) },
	{ NUMBER(struct msg_certificate_linked, version) },
	{ SPAN32(struct msg_certificate_linked, key_record, 1, RECORD_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_certificate_linked, "LINK_CERTIFICATE answer")

static const struct field msg_revoked_fields[] = {
	{ BYTES(struct msg_revoked, key) },
	{ SPAN32(struct msg_revoked, key_record, 0, RECORD_MAX) },
	{ SPAN16(struct msg_revoked, certificate, 1, CERTIFICATE_MAX) },
	{ RANGE(struct msg_revoked, what, PROOF_CRL, PROOF_OCSP) },
	{ SPAN32(struct msg_revoked, proof, 1, PROOF_BYTES_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_revoked, "REVOKED")

static const struct field msg_revoked_key_fields[] = {
	{ NUMBER(struct msg_revoked_key, sequence) },
	{ NUMBER(struct msg_revoked_key, version) },
	{ FIELD_END },
};
MESSAGE(msg_revoked_key, "REVOKED answer")
