/* SPDX-License-Identifier: Apache-2.0 */
/* CHALLENGE, ACTIVATE, USE, OUTCOME. PROTOCOL.sam 4.2-4.4, 4.8 */
#include "wire/activate.h"

bool
msg_challenge_read(struct reader *r, struct msg_challenge *m, struct err *e)
{
	return (rd_bytes(r, m->signer, sizeof(m->signer)) && rd_u16(r, &m->purpose) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "CHALLENGE");
}

void
msg_challenge_write(struct writer *w, const struct msg_challenge *m)
{
	wr_bytes(w, m->signer, sizeof(m->signer));
	wr_u16(w, m->purpose);
}

static bool
challenged_read(struct reader *r, struct msg_challenged *m)
{
	return rd_bytes(r, m->fresh, sizeof(m->fresh)) && rd_u32(r, &m->epoch) && rd_u64(r, &m->now);
}

bool
msg_challenged_read(struct reader *r, struct msg_challenged *m, struct err *e)
{
	return (challenged_read(r, m) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "CHALLENGE answer");
}

void
msg_challenged_write(struct writer *w, const struct msg_challenged *m)
{
	wr_bytes(w, m->fresh, sizeof(m->fresh));
	wr_u32(w, m->epoch);
	wr_u64(w, m->now);
}

static bool
indexes_read(struct reader *r, size_t min, uint32_t *index, size_t *n)
{
	if (!rd_count32(r, min, USES_MAX, n))
		return false;
	for (size_t i = 0; i < *n; i++)
		if (!rd_u32(r, &index[i]) || (i > 0 && index[i] <= index[i - 1]))
			return false;
	return true;
}

static bool
flag_read(struct reader *r, bool *flag)
{
	uint8_t v;

	if (!rd_u8(r, &v) || v > 1)
		return false;
	*flag = v == 1;
	return true;
}

static void
indexes_write(struct writer *w, const uint32_t *index, size_t n)
{
	wr_u32(w, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		wr_u32(w, index[i]);
}

bool
msg_activate_read(struct reader *r, struct msg_activate *m, struct err *e)
{
	return (rd_span32(r, 1, STATEMENT_WIRE_MAX, &m->statement) &&
	    rd_span32(r, 1, EVIDENCES_WIRE_MAX, &m->evidences) &&
	    rd_span32(r, 1, RECORD_MAX, &m->signer_record) &&
	    rd_span32(r, 1, RECORD_MAX, &m->key_record) && indexes_read(r, 0, m->index, &m->n) &&
	    flag_read(r, &m->next) && rd_end(r)) || err_why(e, ERR_FORMAT, "parse", "ACTIVATE");
}

void
msg_activate_write(struct writer *w, const struct msg_activate *m)
{
	wr_span32(w, m->statement);
	wr_span32(w, m->evidences);
	wr_span32(w, m->signer_record);
	wr_span32(w, m->key_record);
	indexes_write(w, m->index, m->n);
	wr_u8(w, m->next);
}

static bool
results_read(struct reader *r, struct msg_results *m)
{
	if (!rd_u64(r, &m->place) || !rd_count32(r, 0, USES_MAX, &m->n))
		return false;
	for (size_t i = 0; i < m->n; i++)
		if (!rd_u32(r, &m->result[i].index) || !rd_u8(r, &m->result[i].status) ||
		    m->result[i].status > USE_SPENT ||
		    !rd_span16(r, 0, SIGNATURE_WIRE_MAX, &m->result[i].signature))
			return false;
	return true;
}

bool
msg_results_read(struct reader *r, struct msg_results *m, struct err *e)
{
	return (results_read(r, m) && rd_end(r)) || err_why(e, ERR_FORMAT, "parse", "results");
}

void
msg_results_write(struct writer *w, const struct msg_results *m)
{
	wr_u64(w, m->place);
	wr_u32(w, (uint32_t)m->n);
	for (size_t i = 0; i < m->n; i++) {
		wr_u32(w, m->result[i].index);
		wr_u8(w, m->result[i].status);
		wr_span16(w, m->result[i].signature);
	}
}

bool
msg_activated_read(struct reader *r, struct msg_activated *m, struct err *e)
{
	return (rd_bytes(r, m->activation, sizeof(m->activation)) && rd_u64(r, &m->expires) &&
	    results_read(r, &m->results) && flag_read(r, &m->has_next) &&
	    (!m->has_next || challenged_read(r, &m->next)) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "ACTIVATE answer");
}

void
msg_activated_write(struct writer *w, const struct msg_activated *m)
{
	wr_bytes(w, m->activation, sizeof(m->activation));
	wr_u64(w, m->expires);
	msg_results_write(w, &m->results);
	wr_u8(w, m->has_next);
	if (m->has_next)
		msg_challenged_write(w, &m->next);
}

bool
msg_use_read(struct reader *r, struct msg_use *m, struct err *e)
{
	if (!rd_bytes(r, m->activation, sizeof(m->activation)) || !rd_count32(r, 1, USES_MAX, &m->n))
		return err_why(e, ERR_FORMAT, "parse", "USE");
	for (size_t i = 0; i < m->n; i++)
		if (!rd_u32(r, &m->index[i]) || (i > 0 && m->index[i] <= m->index[i - 1]) ||
		    !rd_span8(r, 1, DIGEST_MAX, &m->digest[i]))
			return err_why(e, ERR_FORMAT, "parse", "USE: index %zu", i);
	return rd_end(r) || err_why(e, ERR_FORMAT, "parse", "USE: trailing bytes");
}

void
msg_use_write(struct writer *w, const struct msg_use *m)
{
	wr_bytes(w, m->activation, sizeof(m->activation));
	wr_u32(w, (uint32_t)m->n);
	for (size_t i = 0; i < m->n; i++) {
		wr_u32(w, m->index[i]);
		wr_span8(w, m->digest[i]);
	}
}

bool
msg_outcome_read(struct reader *r, struct msg_outcome *m, struct err *e)
{
	return (rd_bytes(r, m->d, sizeof(m->d)) && indexes_read(r, 1, m->index, &m->n) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "OUTCOME");
}

void
msg_outcome_write(struct writer *w, const struct msg_outcome *m)
{
	wr_bytes(w, m->d, sizeof(m->d));
	indexes_write(w, m->index, m->n);
}
