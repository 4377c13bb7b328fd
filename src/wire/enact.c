/* SPDX-License-Identifier: Apache-2.0 */
/* ENACT, PROPOSE, FREEZE, RECORD. PROTOCOL.sam 4.5-4.8 */
#include "wire/enact.h"

static const struct field msg_enact_fields[] = {
	{ SPAN32(struct msg_enact, statement, 1, STATEMENT_WIRE_MAX) },
	{ SPAN32(struct msg_enact, evidences, 0, EVIDENCES_WIRE_MAX) },
	{ SPAN32(struct msg_enact, signer_record, 0, RECORD_MAX) },
	{ SPAN32(struct msg_enact, key_record, 0, RECORD_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_enact, "ENACT")

static const struct field enacted_record[] = {
	{ SPAN32(struct msg_enacted, record[0], 1, RECORD_MAX), EACH_OF(struct msg_enacted, record) },
	{ FIELD_END },
};
static const struct field msg_enacted_fields[] = {
	{ NUMBER(struct msg_enacted, sequence) },
	{ BYTES(struct msg_enacted, id) },
	{ NUMBER(struct msg_enacted, version) },
	{ LIST8(struct msg_enacted, n, 0, 2, enacted_record) },
	{ FIELD_END },
};
MESSAGE(msg_enacted, "ENACT answer")

static const struct field msg_propose_fields[] = {
	{ NUMBER(struct msg_propose, purpose) },
	{ BYTES(struct msg_propose, subject) },
	{ BYTES(struct msg_propose, body) },
	{ NUMBER(struct msg_propose, expires) },
	{ FIELD_END },
};
MESSAGE(msg_propose, "PROPOSE")

static const struct field msg_proposed_fields[] = {
	{ BYTES(struct msg_proposed, id) },
	{ NUMBER(struct msg_proposed, sequence) },
	{ FIELD_END },
};
MESSAGE(msg_proposed, "PROPOSE answer")

static const struct field msg_object_fields[] = {
	{ RANGE(struct msg_object, type, RECORD_SIGNER, RECORD_PERSON) },
	{ BYTES(struct msg_object, id) },
	{ FIELD_END },
};
MESSAGE(msg_object, "object")

static const struct field msg_record_fields[] = {
	{ NUMBER(struct msg_record, version) },
	{ NUMBER(struct msg_record, state) },
	{ SPAN32(struct msg_record, record, 0, RECORD_MAX) },
	{ FIELD_END },
};
MESSAGE(msg_record, "RECORD answer")

bool
msg_frozen_read(struct reader *r, uint32_t *version, struct err *e)
{
	return (rd_u32(r, version) && rd_end(r)) || err_why(e, ERR_FORMAT, "parse", "FREEZE answer");
}

void
msg_frozen_write(struct writer *w, uint32_t version)
{
	wr_u32(w, version);
}
