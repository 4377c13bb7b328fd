/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OPEN_WINDOW: a SCAL1 key, for a while, on the SSA's word that it authenticated the signer. No
 * approval stands behind its uses; the log says so. EN 419 241-1 SRA_SAP.2; catalogue L1-2, L1-3.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "sam/open_record.h"
#include "sam/request.h"
#include "sam/use.h"
#include "wire/window.h"

/* What the SSA's word may open: never a SCAL2 key, never more than the officers' policy. */
static bool
key_is_for_windows(const struct opened_key *k, struct err *e)
{
	if (k->record.level != LEVEL_SCAL1)
		return err_why(e, ERR_DENIED, "level", "the key was not born at SCAL1");
	if (!profile_is_none(k->record.with))	/* 16 bytes alike */
		return err_why(e, ERR_DENIED, "level", "the key's own authenticator approves each use");
	if (k->record.class != CLASS_SIGNATURE)
		return err_why(e, ERR_DENIED, "class", "the key is of class %u", k->record.class);
	return true;
}

static bool
policy_allows(const struct policy *p, const struct msg_open_window *m, struct err *e)
{
	if (p->scal1_seconds == 0 || p->scal1_count == 0)
		return err_why(e, ERR_DENIED, "kind", "windows are not offered by the policy");
	if (m->seconds > p->scal1_seconds)
		return err_why(e, ERR_DENIED, "limit", "%u s, %u at most", m->seconds, p->scal1_seconds);
	if (m->count > p->scal1_count)
		return err_why(e, ERR_DENIED, "limit", "%u signatures, %u at most", m->count,
		    p->scal1_count);
	return true;
}

static bool
records_hold(struct sam *sam, const struct msg_open_window *m, struct opened_signer *s,
    struct opened_key *k, struct err *e)
{
	uint64_t now = clock_wall();

	if (!open_key(sam, m->key, m->key_record, k, e) ||
	    !open_signer(sam, k->owner, m->signer_record, s, e))
		return false;
	if (!signer_has_key(&s->record, m->key))
		return err_why(e, ERR_DENIED, "owner", "the key is not this signer's");
	if (s->row->state != SIGNER_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "signer is in state %u", s->row->state);
	if (k->row->state != KEY_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "key is in state %u", k->row->state);
	if (now < k->record.not_before || now >= k->record.not_after)
		return err_why(e, ERR_DENIED, "cert", "certificate is not in its validity");
	return true;
}

/* The entry is the window's only basis; its digest stands where a statement's would. */
static void
window_describe(struct sam *sam, const struct msg_open_window *m, const struct opened_key *k,
    struct entry_window *w)
{
	memcpy(w->key, m->key, ID_LEN);
	memcpy(w->signer, k->owner, ID_LEN);
	memcpy(w->session, m->session, ID_LEN);
	w->expires = clock_wall() + 1000 * (uint64_t)m->seconds;
	w->count = m->count;
	sam_random(sam, w->random, sizeof(w->random));
	window_digest(w, w->d);
}

static struct activation *
window_make(struct sam *sam, const struct msg_open_window *m, const struct entry_window *w,
    const struct opened_signer *s, const struct opened_key *k, struct err *e)
{
	uint64_t life = clock_life();
	uint8_t id[ID_LEN];
	struct activation *a;

	sam_random(sam, id, sizeof(id));
	activations_close_window(sam->activations, m->key, m->session);
	if ((a = activation_add(sam->activations, id, w->d, m->count, k->record.alg,
	    k->record.wrapped, life, e)) == NULL)
		return NULL;
	a->window = true;
	memcpy(a->session, m->session, ID_LEN);
	memcpy(a->signer, k->owner, ID_LEN);
	memcpy(a->key, m->key, ID_LEN);
	a->signer_version = s->row->version;
	a->key_version = k->row->version;
	a->epoch = sam->state->epoch;
	a->exp = w->expires;
	a->exp_life = life + 1000 * (uint64_t)m->seconds;
	a->not_before = k->record.not_before;
	a->not_after = k->record.not_after;
	memcpy(a->spki, k->record.spki.p, k->record.spki.n);
	a->key_epoch = k->epoch;
	a->mech = k->record.mech;
	a->seen = SEEN_LABELS;
	a->kind = KIND_DTBSR;
	return a;
}

static void
window_is_durable(void *owner, void *job, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	uint8_t mem[64];
	struct writer w = writer_over(mem, sizeof(mem));

	if (failure != NULL) {
		call_refuse(sam, c, failure);
		return;
	}
	msg_window_write(&w, c->work);
	call_answer(sam, c, &w);
}

/* Writes the entry; the answer follows when it is on disk. */
static bool
window_log(struct sam *sam, struct call *c, const struct activation *a,
    const struct entry_window *w, struct err *e)
{
	struct msg_window *answer = calloc(1, sizeof(*answer));

	if (answer == NULL)
		return err_set(e, ERR_BACKEND, "no memory");
	memcpy(answer->activation, a->id, ID_LEN);
	memcpy(answer->d, a->d, sizeof(answer->d));
	answer->expires = a->exp;
	c->work = answer;
	c->work_free = free;
	entry_window_write(journal_begin(sam->journal, ENTRY_WINDOW), w);
	journal_end(sam->journal);
	journal_wait(sam->journal, ON_COPY, window_is_durable, c);
	return true;
}

bool
answer_open_window(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	AUTO_SIGNER s = { .row = NULL };
	AUTO_KEY k = { .row = NULL };
	struct msg_open_window m;
	struct entry_window w;
	struct activation *a;

	if (!msg_open_window_read(r, &m, e))
		return false;
	memcpy(c->key, m.key, ID_LEN);
	if (!records_hold(sam, &m, &s, &k, e))
		return false;
	memcpy(c->signer, k.owner, ID_LEN);
	if (!key_is_for_windows(&k, e) || !policy_allows(&sam->state->policy, &m, e) ||
	    !use_has_room(sam, e))
		return false;
	window_describe(sam, &m, &k, &w);
	return (a = window_make(sam, &m, &w, &s, &k, e)) != NULL && window_log(sam, c, a, &w, e);
}

bool
answer_close_windows(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	struct msg_close_windows m;
	struct msg_windows_closed answer;
	uint8_t mem[16];
	struct writer w = writer_over(mem, sizeof(mem));

	if (!msg_close_windows_read(r, &m, e))
		return false;
	answer.n = (uint32_t)activations_close_session(sam->activations, m.session);
	msg_windows_closed_write(&w, &answer);
	call_answer(sam, c, &w);
	return true;
}
