/* SPDX-License-Identifier: Apache-2.0 */
/* ENACT, PROPOSE, FREEZE, RECORD. PROTOCOL.sam 4.5-4.8 */
#include "wire/enact.h"

bool
msg_enact_read(struct reader *r, struct msg_enact *m, struct err *e)
{
	return (rd_span32(r, 1, STATEMENT_WIRE_MAX, &m->statement) &&
	    rd_span32(r, 1, EVIDENCES_WIRE_MAX, &m->evidences) &&
	    rd_span32(r, 0, RECORD_MAX, &m->signer_record) &&
	    rd_span32(r, 0, RECORD_MAX, &m->key_record) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "ENACT");
}

void
msg_enact_write(struct writer *w, const struct msg_enact *m)
{
	wr_span32(w, m->statement);
	wr_span32(w, m->evidences);
	wr_span32(w, m->signer_record);
	wr_span32(w, m->key_record);
}

bool
msg_enacted_read(struct reader *r, struct msg_enacted *m, struct err *e)
{
	uint8_t n;

	if (!rd_u64(r, &m->sequence) || !rd_bytes(r, m->id, sizeof(m->id)) ||
	    !rd_u32(r, &m->version) || !rd_u8(r, &n) || n > COUNT(m->record))
		return err_why(e, ERR_FORMAT, "parse", "ENACT answer");
	for (size_t i = 0; i < n; i++)
		if (!rd_span32(r, 1, RECORD_MAX, &m->record[i]))
			return err_why(e, ERR_FORMAT, "parse", "ENACT answer: record %zu", i);
	m->n = n;
	return rd_end(r) || err_why(e, ERR_FORMAT, "parse", "ENACT answer: trailing bytes");
}

void
msg_enacted_write(struct writer *w, const struct msg_enacted *m)
{
	wr_u64(w, m->sequence);
	wr_bytes(w, m->id, sizeof(m->id));
	wr_u32(w, m->version);
	wr_u8(w, (uint8_t)m->n);
	for (size_t i = 0; i < m->n; i++)
		wr_span32(w, m->record[i]);
}

bool
msg_propose_read(struct reader *r, struct msg_propose *m, struct err *e)
{
	return (rd_u16(r, &m->purpose) && rd_bytes(r, m->subject, sizeof(m->subject)) &&
	    rd_bytes(r, m->body, sizeof(m->body)) && rd_u64(r, &m->expires) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "PROPOSE");
}

void
msg_propose_write(struct writer *w, const struct msg_propose *m)
{
	wr_u16(w, m->purpose);
	wr_bytes(w, m->subject, sizeof(m->subject));
	wr_bytes(w, m->body, sizeof(m->body));
	wr_u64(w, m->expires);
}

bool
msg_proposed_read(struct reader *r, struct msg_proposed *m, struct err *e)
{
	return (rd_bytes(r, m->id, sizeof(m->id)) && rd_u64(r, &m->sequence) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "PROPOSE answer");
}

void
msg_proposed_write(struct writer *w, const struct msg_proposed *m)
{
	wr_bytes(w, m->id, sizeof(m->id));
	wr_u64(w, m->sequence);
}

bool
msg_object_read(struct reader *r, struct msg_object *m, struct err *e)
{
	return (rd_u8(r, &m->type) && (m->type == RECORD_SIGNER || m->type == RECORD_KEY) &&
	    rd_bytes(r, m->id, sizeof(m->id)) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "object");
}

void
msg_object_write(struct writer *w, const struct msg_object *m)
{
	wr_u8(w, m->type);
	wr_bytes(w, m->id, sizeof(m->id));
}

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

bool
msg_record_read(struct reader *r, struct msg_record *m, struct err *e)
{
	return (rd_u32(r, &m->version) && rd_u8(r, &m->state) &&
	    rd_span32(r, 0, RECORD_MAX, &m->record) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "RECORD answer");
}

void
msg_record_write(struct writer *w, const struct msg_record *m)
{
	wr_u32(w, m->version);
	wr_u8(w, m->state);
	wr_span32(w, m->record);
}
