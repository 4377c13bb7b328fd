/* SPDX-License-Identifier: Apache-2.0 */
/* SESSION_CHALLENGE, OPEN_SESSION, SESSION_CERTIFICATE, SESSION_SIGN, END_SESSION. PROTOCOL.sam 4.11 */
#include "wire/session.h"

static const struct field msg_session_challenge_fields[] = {
	{ BYTES(struct msg_session_challenge, signer) },
	{ NUMBER(struct msg_session_challenge, purpose) },
	{ SPAN32(struct msg_session_challenge, signer_record, 0, RECORD_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_session_challenge, "SESSION_CHALLENGE")

static const struct field msg_session_challenged_fields[] = {
	{ BYTES(struct msg_session_challenged, fresh) },
	{ NUMBER(struct msg_session_challenged, epoch) },
	{ NUMBER(struct msg_session_challenged, now) },
	{ BYTES(struct msg_session_challenged, session) },
	{ BYTES(struct msg_session_challenged, idv) },
	{ NUMBER(struct msg_session_challenged, seconds) },
	{ FIELD_END },
};
MESSAGE(msg_session_challenged, "SESSION_CHALLENGE answer")

static const struct field msg_open_session_fields[] = {
	{ SPAN32(struct msg_open_session, statement, 1, STATEMENT_WIRE_MAX) },
	{ SPAN32(struct msg_open_session, evidences, 1, EVIDENCES_WIRE_MAX) },
	{ SPAN32(struct msg_open_session, signer_record, 0, RECORD_MAX) },
	{ FLAG(struct msg_open_session, attest) },
	{ FIELD_END },
};
MESSAGE(msg_open_session, "OPEN_SESSION")

static const struct field msg_session_opened_fields[] = {
	{ BYTES(struct msg_session_opened, session) },
	{ BYTES(struct msg_session_opened, key) },
	{ NUMBER(struct msg_session_opened, expires) },
	{ SPAN16(struct msg_session_opened, csr, 1, CSR_MAX) },
	{ SPAN16(struct msg_session_opened, attestation, 0, ATTESTATION_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_session_opened, "OPEN_SESSION answer")

static const struct field msg_session_certificate_fields[] = {
	{ BYTES(struct msg_session_certificate, session) },
	{ SPAN16(struct msg_session_certificate, certificate, 1, CERTIFICATE_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_session_certificate, "SESSION_CERTIFICATE")

static const struct field msg_session_sign_fields[] = {
	{ SPAN32(struct msg_session_sign, statement, 1, STATEMENT_WIRE_MAX) },
	{ SPAN32(struct msg_session_sign, evidences, 1, EVIDENCES_WIRE_MAX) },
	{ SPAN32(struct msg_session_sign, signer_record, 0, RECORD_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_session_sign, "SESSION_SIGN")

static const struct field msg_end_session_fields[] = {
	{ BYTES(struct msg_end_session, session) },
	{ FIELD_END },
};
MESSAGE(msg_end_session, "END_SESSION")
