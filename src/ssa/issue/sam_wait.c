/* SPDX-License-Identifier: Apache-2.0 */
/* The SAM, asked by a thread that waits for the answer; and the records that follow it. */
#include "base/log.h"
#include "ssa/api/credential.h"
#include "ssa/issue/office.h"
#include "wire/enact.h"

struct waiting {
	struct sam_request	q;
	pthread_mutex_t		lock;
	pthread_cond_t		wake;
	bool			done;
};

static void
on_done(struct sam_request *q)
{
	struct waiting *w = (struct waiting *)q;

	pthread_mutex_lock(&w->lock);
	w->done = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

static bool
answer_take(const struct sam_request *q, struct writer *answer, struct err *e)
{
	struct reader r = reader_over(writer_span(&q->answer));

	if (q->result != SAM_ANSWERED)
		return err_why(e, ERR_BUSY, "unreachable", "the SAM did not answer");
	if (q->type == MSG_REFUSED) {
		msg_refused_raise(&r, "the SAM", e);
		return false;
	}
	if (q->type != q->asked + 1)
		return err_set(e, ERR_BACKEND, "the SAM answered %u to %u", q->type, q->asked);
	wr_span(answer, writer_span(&q->answer));
	return writer_ok(answer) || err_set(e, ERR_BACKEND, "the SAM's answer is too long");
}

bool
sam_wait(struct issuer *i, uint8_t type, struct span payload, struct writer *answer, struct err *e)
{
	struct waiting w = { .q.done = on_done, .lock = PTHREAD_MUTEX_INITIALIZER,
		.wake = PTHREAD_COND_INITIALIZER };
	bool ok;

	sam_ask(i->ssa->sam, &w.q, type, payload);
	pthread_mutex_lock(&w.lock);
	while (!w.done)
		pthread_cond_wait(&w.wake, &w.lock);
	pthread_mutex_unlock(&w.lock);
	ok = answer_take(&w.q, answer, e);
	sam_request_wipe(&w.q);
	pthread_mutex_destroy(&w.lock);
	pthread_cond_destroy(&w.wake);
	return ok;
}

bool
is_outdated(const struct err *e)
{
	return strcmp(e->reason, "version") == 0 || strcmp(e->reason, "record") == 0;
}

bool
holding_take(struct issuer *i, const uint8_t key[16], struct holding *h, struct err *e)
{
	struct holding got = { 0 };

	http_lock(i->http);
	if ((got.key = vault_key(i->ssa->vault, key, e)) != NULL &&
	    (got.signer = vault_signer(i->ssa->vault, got.key->row.owner, e)) == NULL) {
		key_release(got.key);
		got.key = NULL;
	}
	http_unlock(i->http);
	*h = got;
	return got.key != NULL;
}

void
holding_release(struct issuer *i, struct holding *h)
{
	http_lock(i->http);
	key_release(h->key);
	signer_release(h->signer);
	http_unlock(i->http);
	*h = (struct holding){ 0 };
}

static bool
record_fetch(struct issuer *i, uint8_t type, const uint8_t id[16], struct writer *answer,
    struct msg_record *m, struct err *e)
{
	struct msg_object of = { .type = type };
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct reader r;

	memcpy(of.id, id, 16);
	msg_object_write(&w, &of);
	if (!sam_wait(i, SAM_RECORD, writer_span(&w), answer, e))
		return false;
	r = reader_over(writer_span(answer));
	return msg_record_read(&r, m, e);
}

static bool
signer_fetch(struct issuer *i, const struct holding *h, struct err *e)
{
	AUTO_WRITER answer = writer_grow(FRAME_MAX);
	struct msg_record m;
	bool ok;

	if (!record_fetch(i, RECORD_SIGNER, h->signer->id, &answer, &m, e))
		return false;
	http_lock(i->http);
	ok = vault_signer_state(i->ssa->vault, h->signer->id, m.state, m.version, m.record, e);
	http_unlock(i->http);
	return ok;
}

static bool
key_fetch(struct issuer *i, const struct holding *h, struct err *e)
{
	AUTO_WRITER answer = writer_grow(FRAME_MAX);
	struct key_row row = h->key->row;
	struct msg_record m;
	bool ok;

	if (!record_fetch(i, RECORD_KEY, row.id, &answer, &m, e))
		return false;
	row.state = m.state;
	row.version = m.version;
	http_lock(i->http);
	ok = vault_key_put(i->ssa->vault, &row, &m.record, m.record.n > 0, e) &&
	    (row.state != KEY_DESTROYED || h->key->row.state == KEY_DESTROYED ||
	    issuer_revoke(i->ssa, &h->key->row, e));
	http_unlock(i->http);
	return ok;
}

void
records_refresh(struct issuer *i, const uint8_t key[16])
{
	struct holding h;
	struct err e = { 0 };

	if (!holding_take(i, key, &h, &e))
		return;
	if (!signer_fetch(i, &h, &e) || !key_fetch(i, &h, &e))
		log_warn("record not kept: %s", e.text);
	holding_release(i, &h);
}
