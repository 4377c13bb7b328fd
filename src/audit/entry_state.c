/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of state entries, line by line as PROTOCOL.sam 5.2 names them. */
#include "audit/entry_state.h"
#include "audit/genesis.h"
#include "base/text.h"

/* Reads into a copy; the caller's struct is touched when all of it is right. */
#define END(r, in, out, name)							\
	if (!rd_end(&(r)))							\
		return err_set(e, ERR_FORMAT, name ": trailing bytes");		\
	*(out) = (in);								\
	return true

bool
entry_genesis_read(struct span bytes, struct entry_genesis *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct entry_genesis m;

	if (!rd_span32(&r, 1, GENESIS_MAX, &m.genesis) ||
	    !rd_span32(&r, 1, LOG_STATEMENT_MAX, &m.statement) ||
	    !rd_span32(&r, 1, LOG_EVIDENCES_MAX, &m.evidences))
		return err_set(e, ERR_FORMAT, "GENESIS: malformed");
	END(r, m, out, "GENESIS");
}

void
entry_genesis_write(struct writer *w, const struct entry_genesis *m)
{
	wr_span32(w, m->genesis);
	wr_span32(w, m->statement);
	wr_span32(w, m->evidences);
}

bool
entry_start_read(struct span bytes, struct entry_start *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct entry_start m;

	if (!rd_u64(&r, &m.life) || !rd_bytes(&r, m.boot, ID_LEN) ||
	    !rd_bytes(&r, m.random, HASH_LEN) || !rd_span8(&r, 0, UINT8_MAX, &m.program) ||
	    !text_is_clean(m.program))
		return err_set(e, ERR_FORMAT, "START: malformed");
	END(r, m, out, "START");
}

void
entry_start_write(struct writer *w, const struct entry_start *m)
{
	wr_u64(w, m->life);
	wr_bytes(w, m->boot, ID_LEN);
	wr_bytes(w, m->random, HASH_LEN);
	wr_span8(w, m->program);
}

bool
entry_stop_read(struct span bytes, struct entry_stop *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct entry_stop m;

	if (!rd_span8(&r, 0, UINT8_MAX, &m.why) || !text_is_clean(m.why))
		return err_set(e, ERR_FORMAT, "STOP: malformed");
	END(r, m, out, "STOP");
}

void
entry_stop_write(struct writer *w, const struct entry_stop *m)
{
	wr_span8(w, m->why);
}

bool
entry_head_signed_read(struct span bytes, struct head *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct head m;

	if (!head_read(&r, &m))
		return err_set(e, ERR_FORMAT, "HEAD: malformed");
	END(r, m, out, "HEAD");
}

void
entry_head_signed_write(struct writer *w, const struct head *m)
{
	head_write(w, m);
}

bool
entry_proposed_read(struct span bytes, struct entry_proposed *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct entry_proposed m;

	if (!rd_u16(&r, &m.purpose) || !rd_bytes(&r, m.subject, ID_LEN) ||
	    !rd_bytes(&r, m.body, HASH_LEN) || !rd_u64(&r, &m.expires))
		return err_set(e, ERR_FORMAT, "PROPOSED: malformed");
	END(r, m, out, "PROPOSED");
}

void
entry_proposed_write(struct writer *w, const struct entry_proposed *m)
{
	wr_u16(w, m->purpose);
	wr_bytes(w, m->subject, ID_LEN);
	wr_bytes(w, m->body, HASH_LEN);
	wr_u64(w, m->expires);
}

bool
entry_act_read(struct span bytes, struct entry_act *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct entry_act m;

	if (!rd_span32(&r, 1, LOG_STATEMENT_MAX, &m.statement) ||
	    !rd_span32(&r, 1, LOG_EVIDENCES_MAX, &m.evidences))
		return err_set(e, ERR_FORMAT, "ACT: malformed");
	END(r, m, out, "ACT");
}

void
entry_act_write(struct writer *w, const struct entry_act *m)
{
	wr_span32(w, m->statement);
	wr_span32(w, m->evidences);
}

bool
entry_signer_read(struct span bytes, struct entry_signer *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct entry_signer m;

	if (!rd_bytes(&r, m.id, ID_LEN) || !rd_u32(&r, &m.version) || !rd_u8(&r, &m.state) ||
	    m.state < 1 || m.state > 5 || !rd_u16(&r, &m.cause) || !rd_bytes(&r, m.d, HASH_LEN))
		return err_set(e, ERR_FORMAT, "SIGNER: head");
	if (!rd_span32(&r, 0, LOG_STATEMENT_MAX, &m.statement) ||
	    !rd_span32(&r, 0, LOG_EVIDENCES_MAX, &m.evidences) ||
	    !rd_span32(&r, 0, LOG_RECORD_MAX, &m.record))
		return err_set(e, ERR_FORMAT, "SIGNER: statement, evidences or record");
	END(r, m, out, "SIGNER");
}

void
entry_signer_write(struct writer *w, const struct entry_signer *m)
{
	wr_bytes(w, m->id, ID_LEN);
	wr_u32(w, m->version);
	wr_u8(w, m->state);
	wr_u16(w, m->cause);
	wr_bytes(w, m->d, HASH_LEN);
	wr_span32(w, m->statement);
	wr_span32(w, m->evidences);
	wr_span32(w, m->record);
}

bool
entry_key_read(struct span bytes, struct entry_key *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct entry_key m;

	if (!rd_bytes(&r, m.id, ID_LEN) || !rd_bytes(&r, m.owner, ID_LEN) ||
	    !rd_u32(&r, &m.version) || !rd_u8(&r, &m.state) || m.state < 1 || m.state > 5 ||
	    !rd_u16(&r, &m.cause) || !rd_bytes(&r, m.d, HASH_LEN) ||
	    !rd_bytes(&r, m.detail, HASH_LEN) || !rd_span32(&r, 0, LOG_RECORD_MAX, &m.record))
		return err_set(e, ERR_FORMAT, "KEY: malformed");
	END(r, m, out, "KEY");
}

void
entry_key_write(struct writer *w, const struct entry_key *m)
{
	wr_bytes(w, m->id, ID_LEN);
	wr_bytes(w, m->owner, ID_LEN);
	wr_u32(w, m->version);
	wr_u8(w, m->state);
	wr_u16(w, m->cause);
	wr_bytes(w, m->d, HASH_LEN);
	wr_bytes(w, m->detail, HASH_LEN);
	wr_span32(w, m->record);
}
