/* SPDX-License-Identifier: Apache-2.0 */
/* RECORD and FREEZE. Reducing what a key may do is for anybody to ask; adding needs approvals. */
#include "sam/enact.h"
#include "sam/request.h"

static const struct row *
object_find(const struct sam *sam, struct call *c, struct reader *r, struct msg_object *m,
    struct err *e)
{
	const struct row *row;

	if (!msg_object_read(r, m, e))
		return NULL;
	memcpy(m->type == RECORD_KEY ? c->key : c->signer, m->id, ID_LEN);
	if ((row = index_find(sam->state->index, m->type, m->id)) == NULL)
		err_why(e, ERR_MISSING, "owner", "no such record");
	return row;
}

bool
answer_record(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	AUTO_WRITER sealed = writer_grow(RECORD_MAX), w = writer_grow(RECORD_MAX + 64);
	struct msg_object m;
	struct msg_record answer;
	const struct row *row = object_find(sam, c, r, &m, e);

	if (row == NULL || !sealed_from_log(sam, m.type, row, &sealed, e))
		return false;
	answer = (struct msg_record){ row->version, row->state, writer_span(&sealed) };
	msg_record_write(&w, &answer);
	call_answer(sam, c, &w);
	return true;
}

static bool
freeze_key(struct sam *sam, const struct msg_object *m, const struct row *row, struct err *e)
{
	AUTO_KEY k = { .row = NULL };
	struct key_change change = { .id = m->id, .version = row->version, .state = KEY_SUSPENDED,
		.cause = KEY_CAUSE_FREEZE };

	if (row->state != KEY_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "key is in state %u", row->state);
	if (!open_key(sam, m->id, span_of(NULL, 0), &k, e))
		return false;
	change.owner = k.owner;
	log_key(sam, &change);
	return true;
}

static bool
freeze_signer(struct sam *sam, const struct msg_object *m, const struct row *row, struct err *e)
{
	AUTO_SIGNER s = { .row = NULL };
	struct signer_change change = { .id = m->id, .version = row->version,
		.state = SIGNER_SUSPENDED };

	if (row->state != SIGNER_BOUND && row->state != SIGNER_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "signer is in state %u", row->state);
	/* The index knows 12 bytes of an id; the record knows them all. */
	if (!open_signer(sam, m->id, span_of(NULL, 0), &s, e))
		return false;
	log_signer(sam, &change);
	return true;
}

/* Activations are closed with the entry (log_key, log_signer), before the answer. */
bool
answer_freeze(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	struct msg_object m;
	const struct row *row = object_find(sam, c, r, &m, e);
	struct writer w = writer_grow(8);

	if (row == NULL ||
	    (m.type == RECORD_KEY ? !freeze_key(sam, &m, row, e) : !freeze_signer(sam, &m, row, e)))
		return false;
	msg_frozen_write(&w, row->version);
	call_answer_when(sam, c, ANCHORED, w);
	return true;
}
