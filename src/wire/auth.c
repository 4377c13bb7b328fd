/* SPDX-License-Identifier: Apache-2.0 */
/* FACTOR_KEY, GRANT. PROTOCOL.sam 9 */
#include "wire/auth.h"

static const struct field msg_factor_key_fields[] = {
	{ SPAN16(struct msg_factor_key, attestation, 1, 1024) },
	{ FIELD_END },
};
MESSAGE(msg_factor_key, "FACTOR_KEY answer")

static const struct field msg_grant_fields[] = {
	{ SPAN32(struct msg_grant, statement, 1, STATEMENT_WIRE_MAX) },
	{ SPAN16(struct msg_grant, sealed, SEALED_FACTORS_LEN, SEALED_FACTORS_LEN) },
	{ SPAN32(struct msg_grant, record, 0, RECORD_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_grant, "GRANT")

static const struct field msg_granted_fields[] = {
	{ SPAN16(struct msg_granted, grant, 1, 1024) },
	{ FIELD_END },
};
MESSAGE(msg_granted, "GRANT answer")
