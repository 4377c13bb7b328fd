/* SPDX-License-Identifier: Apache-2.0 */
/* STATUS, HEAD, ROSTER, FOLLOW, RECEIPT. PROTOCOL.sam 4.1, 4.8 */
#include "wire/activate.h"
#include "wire/status.h"

bool
msg_status_read(struct reader *r, struct msg_status *m, struct err *e)
{
	return (rd_u8(r, &m->state) && m->state <= SAM_CLOSED && rd_span8(r, 0, 200, &m->why) &&
	    rd_bytes(r, m->group, sizeof(m->group)) && rd_u32(r, &m->epoch) && rd_u64(r, &m->size) &&
	    rd_u64(r, &m->anchored) && rd_u64(r, &m->room) && rd_u64(r, &m->now) &&
	    rd_span8(r, 0, 64, &m->version) && rd_u8(r, &m->workers) && rd_u8(r, &m->busy) &&
	    rd_u32(r, &m->activations) && rd_u64(r, &m->signers) && rd_u64(r, &m->keys) &&
	    rd_u64(r, &m->signed_count) && rd_u64(r, &m->refused) && rd_u64(r, &m->follower) &&
	    rd_end(r)) || err_why(e, ERR_FORMAT, "parse", "STATUS answer");
}

void
msg_status_write(struct writer *w, const struct msg_status *m)
{
	wr_u8(w, m->state);
	wr_span8(w, m->why);
	wr_bytes(w, m->group, sizeof(m->group));
	wr_u32(w, m->epoch);
	wr_u64(w, m->size);
	wr_u64(w, m->anchored);
	wr_u64(w, m->room);
	wr_u64(w, m->now);
	wr_span8(w, m->version);
	wr_u8(w, m->workers);
	wr_u8(w, m->busy);
	wr_u32(w, m->activations);
	wr_u64(w, m->signers);
	wr_u64(w, m->keys);
	wr_u64(w, m->signed_count);
	wr_u64(w, m->refused);
	wr_u64(w, m->follower);
}

bool
msg_head_read(struct reader *r, struct msg_head *m, struct err *e)
{
	return (rd_bytes(r, m->head, sizeof(m->head)) && rd_span16(r, 1, 1024, &m->log_key) &&
	    rd_span16(r, 1, 1024, &m->attestation_key) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "HEAD answer");
}

void
msg_head_write(struct writer *w, const struct msg_head *m)
{
	wr_bytes(w, m->head, sizeof(m->head));
	wr_span16(w, m->log_key);
	wr_span16(w, m->attestation_key);
}

static bool
roster_officers_read(struct reader *r, struct msg_roster *m)
{
	uint8_t n;

	if (!rd_u8(r, &n) || n > OFFICERS_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!rd_bytes(r, m->officer[i].id, ID_LEN) || !rd_u8(r, &m->officer[i].role) ||
		    !rd_u8(r, &m->officer[i].type) ||
		    !rd_span8(r, 1, 64, &m->officer[i].person) ||
		    !rd_span16(r, 1, 1024, &m->officer[i].spki))
			return false;
	m->officers = n;
	return true;
}

static bool
roster_anchors_read(struct reader *r, struct msg_roster *m)
{
	uint8_t n;

	if (!rd_u8(r, &n) || n > ANCHORS_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!rd_bytes(r, m->anchor[i].id, 32) || !rd_u8(r, &m->anchor[i].usage) ||
		    !rd_span8(r, 1, 64, &m->anchor[i].label))
			return false;
	m->anchors = n;
	return true;
}

bool
msg_roster_read(struct reader *r, struct msg_roster *m, struct err *e)
{
	return (rd_bytes(r, m->policy, sizeof(m->policy)) && roster_officers_read(r, m) &&
	    roster_anchors_read(r, m) && rd_end(r)) || err_why(e, ERR_FORMAT, "parse", "ROSTER answer");
}

void
msg_roster_write(struct writer *w, const struct msg_roster *m)
{
	wr_bytes(w, m->policy, sizeof(m->policy));
	wr_u8(w, (uint8_t)m->officers);
	for (size_t i = 0; i < m->officers; i++) {
		wr_bytes(w, m->officer[i].id, ID_LEN);
		wr_u8(w, m->officer[i].role);
		wr_u8(w, m->officer[i].type);
		wr_span8(w, m->officer[i].person);
		wr_span16(w, m->officer[i].spki);
	}
	wr_u8(w, (uint8_t)m->anchors);
	for (size_t i = 0; i < m->anchors; i++) {
		wr_bytes(w, m->anchor[i].id, 32);
		wr_u8(w, m->anchor[i].usage);
		wr_span8(w, m->anchor[i].label);
	}
}

bool
msg_follow_read(struct reader *r, struct msg_follow *m, struct err *e)
{
	return (rd_u64(r, &m->from) && rd_u64(r, &m->durable) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "FOLLOW");
}

void
msg_follow_write(struct writer *w, const struct msg_follow *m)
{
	wr_u64(w, m->from);
	wr_u64(w, m->durable);
}

bool
msg_followed_read(struct reader *r, struct msg_followed *m, struct err *e)
{
	return (rd_u64(r, &m->from) && rd_span32(r, 0, FOLLOW_MAX, &m->bytes) && rd_end(r)) ||
	    err_why(e, ERR_FORMAT, "parse", "FOLLOW answer");
}

void
msg_followed_write(struct writer *w, const struct msg_followed *m)
{
	wr_u64(w, m->from);
	wr_span32(w, m->bytes);
}

bool
msg_receipt_read(struct reader *r, struct msg_receipt *m, struct err *e)
{
	return (rd_u64(r, &m->place) && rd_bytes(r, m->signer, ID_LEN) &&
	    rd_bytes(r, m->authenticator, ID_LEN) && rd_span32(r, 0, RECORD_MAX, &m->signer_record) &&
	    rd_end(r)) || err_why(e, ERR_FORMAT, "parse", "RECEIPT");
}

void
msg_receipt_write(struct writer *w, const struct msg_receipt *m)
{
	wr_u64(w, m->place);
	wr_bytes(w, m->signer, ID_LEN);
	wr_bytes(w, m->authenticator, ID_LEN);
	wr_span32(w, m->signer_record);
}

bool
msg_receipted_read(struct reader *r, struct msg_receipted *m, struct err *e)
{
	uint8_t n;

	if (!rd_span32(r, 1, FRAME_MAX, &m->entry) || !rd_u64(r, &m->size) || !rd_u64(r, &m->index) ||
	    !rd_u8(r, &n) || n > PROOF_MAX)
		return err_why(e, ERR_FORMAT, "parse", "RECEIPT answer");
	for (size_t i = 0; i < n; i++)
		if (!rd_bytes(r, m->proof[i], 32))
			return err_why(e, ERR_FORMAT, "parse", "RECEIPT answer: proof");
	m->n = n;
	return (rd_bytes(r, m->head, sizeof(m->head)) && rd_span16(r, 1, 1024, &m->attestation) &&
	    rd_end(r)) || err_why(e, ERR_FORMAT, "parse", "RECEIPT answer");
}

void
msg_receipted_write(struct writer *w, const struct msg_receipted *m)
{
	wr_span32(w, m->entry);
	wr_u64(w, m->size);
	wr_u64(w, m->index);
	wr_u8(w, (uint8_t)m->n);
	for (size_t i = 0; i < m->n; i++)
		wr_bytes(w, m->proof[i], 32);
	wr_bytes(w, m->head, sizeof(m->head));
	wr_span16(w, m->attestation);
}
