/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sessions of one-time keys: finding, asking again, ending. */
#include <stdlib.h>

#include "audit/open_sessions.h"
#include "base/clock.h"
#include "sam/fail_point.h"
#include "sam/once.h"
#include "wire/hsm.h"

struct onces {
	size_t		 n;
	struct once	*list[OPEN_SESSIONS_MAX];
};

struct onces *
onces_new(struct err *e)
{
	struct onces *t = calloc(1, sizeof(*t));

	if (t == NULL)
		err_set(e, ERR_BACKEND, "no memory for one-time sessions");
	return t;
}

static void
release(struct once *o)
{
	writer_wipe(&o->name);
	writer_wipe(&o->info);
	writer_wipe(&o->csr);
	writer_wipe(&o->attestation);
	free(o->approval.digests);
	free(o->dtbsr);
	free(o->status);
	free(o->signatures);
	explicit_bzero(o, sizeof(*o));
	free(o);
}

void
onces_free(struct onces *t)
{
	for (size_t i = 0; t != NULL && i < t->n; i++)
		release(t->list[i]);
	free(t);
}

struct once *
once_any(struct onces *t, const uint8_t session[ID_LEN])
{
	for (size_t i = 0; i < t->n; i++)
		if (memcmp(t->list[i]->session, session, ID_LEN) == 0)
			return t->list[i];
	return NULL;
}

struct once *
once_add(struct onces *t, const uint8_t session[ID_LEN], struct err *e)
{
	struct once *o;

	if (once_any(t, session) != NULL) {
		err_why(e, ERR_DENIED, "replay", "the session is open already");
		return NULL;
	}
	if (t->n == OPEN_SESSIONS_MAX || (o = calloc(1, sizeof(*o))) == NULL) {
		err_why(e, ERR_BUSY, "busy", "%zu sessions are open", t->n);
		return NULL;
	}
	memcpy(o->session, session, ID_LEN);
	o->name = writer_grow(2048);
	o->info = writer_grow(4096);
	o->csr = writer_grow(4096);
	o->attestation = writer_grow(1024);
	t->list[t->n++] = o;
	return o;
}

struct once *
once_find(struct onces *t, const uint8_t session[ID_LEN], enum once_step step, struct err *e)
{
	struct once *o = once_any(t, session);

	if (o != NULL && o->step == step && !o->busy)
		return o;
	err_why(e, ERR_DENIED, "session", o == NULL ? "no such session is open" :
	    "it is not this session's turn");
	return NULL;
}

const struct once *
once_of(const struct onces *t, const uint8_t d[32])
{
	for (size_t i = 0; i < t->n; i++)
		if (t->list[i]->approval.n > 0 && memcmp(t->list[i]->approval.d, d, 32) == 0)
			return t->list[i];
	return NULL;
}

/* Of any: what the SSA ends by itself is not waited for, it could go on with that for ever. */
bool
onces_closing(const struct onces *t, const uint8_t *signer)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct once *o = t->list[i];

		if (o->busy && o->why != 0 && (signer == NULL ? o->why == SESSION_CHANGED :
		    memcmp(o->signer, signer, ID_LEN) == 0))
			return true;
	}
	return false;
}

static bool
signer_stands(const struct sam *sam, const struct once *o, struct err *e)
{
	const struct row *row = index_find(sam->state->index, RECORD_SIGNER, o->signer);

	if (row == NULL)
		return err_why(e, ERR_DENIED, "owner", "signer is unknown");
	if (row->version != o->signer_version)
		return err_why(e, ERR_DENIED, "version", "signer record was version %u, is %u",
		    o->signer_version, row->version);
	if (row->state != SIGNER_BOUND && row->state != SIGNER_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "signer is in state %u", row->state);
	return true;
}

bool
once_still_holds(const struct sam *sam, const struct once *o, struct err *e)
{
	static const uint8_t none[32];
	const struct state *s = sam->state;

	if (clock_wall() >= o->exp || clock_life() >= o->exp_life)
		return err_why(e, ERR_DENIED, "time", "the session is over its time");
	if (o->epoch != s->epoch)
		return err_why(e, ERR_DENIED, "epoch", "session of another epoch");
	if (!signer_stands(sam, o, e))
		return false;
	if (s->policy.session_seconds == 0)
		return err_why(e, ERR_DENIED, "kind", "the policy offers no one-time keys");
	if (memcmp(o->anchor, none, sizeof(none)) != 0 ? state_anchor(s, o->anchor) == NULL :
	    !once_profile_stands(s, o->profile))
		return err_why(e, ERR_DENIED, "cert", "no trust anchor is of this profile");
	return true;
}

bool
once_goes_on(const struct sam *sam, const struct once *o, struct err *e)
{
	if (o->why != 0)
		return err_why(e, ERR_DENIED, "session", "the session was ended");
	return sam_is_open(sam, e) && once_still_holds(sam, o, e);
}

void
once_free(struct sam *sam, struct once *o)
{
	struct onces *t = sam->onces;
	size_t i = 0;

	while (t->list[i] != o)
		i++;
	t->list[i] = t->list[--t->n];
	release(o);
}

static void
dropped(void *owner UNUSED, void *job UNUSED, struct reader *answer UNUSED,
    const struct err *e UNUSED)
{
}

/* A worker that is lost has taken the key with it; one that answers no more is killed. */
void
once_drop_key(struct sam *sam, struct once *o)
{
	uint8_t mem[ID_LEN];
	struct writer w = writer_over(mem, sizeof(mem));

	if (!o->taken)
		return;
	o->taken = false;
	msg_hsm_drop_write(&w, o->key);
	(void)!pool_ask_at(sam->pool, o->place, HSM_DROP, writer_span(&w), true, dropped, NULL, NULL);
}

/* A closed SAM writes nothing: the next START ends what the log has open. */
void
once_log_end(struct sam *sam, struct once *o)
{
	struct entry_session_ended entry = { .why = o->why };

	if (!o->logged || sam->open != SAM_OPEN || journal_failure(sam->journal) != NULL)
		return;
	memcpy(entry.session, o->session, ID_LEN);
	memcpy(entry.key, o->key, ID_LEN);
	entry_session_ended_write(journal_begin(sam->journal, ENTRY_SESSION_ENDED), &entry);
	journal_end(sam->journal);
	o->logged = false;
	fail_point("session-ended");
}

void
once_end(struct sam *sam, struct once *o, enum session_why why)
{
	if (o->why == 0)
		o->why = (uint8_t)why;
	if (o->busy)
		return;
	once_drop_key(sam, o);
	once_log_end(sam, o);
	once_free(sam, o);
}

enum session_why
once_why(const struct err *e)
{
	return strcmp(e->reason, "time") == 0 ? SESSION_OVER_TIME : SESSION_CHANGED;
}

void
once_end_unheld(struct sam *sam, struct once *o, const struct err *e)
{
	once_end(sam, o, once_why(e));
}

void
onces_end_all(struct sam *sam, enum session_why why)
{
	for (size_t i = sam->onces->n; i-- > 0;)
		once_end(sam, sam->onces->list[i], why);
}

void
onces_end_of(struct sam *sam, uint64_t connection)
{
	for (size_t i = sam->onces->n; i-- > 0;)
		if (sam->onces->list[i]->connection == connection)
			once_end(sam, sam->onces->list[i], SESSION_CONNECTION);
}

void
onces_recheck(struct sam *sam)
{
	for (size_t i = sam->onces->n; i-- > 0;) {
		struct err e = { 0 };

		if (!once_still_holds(sam, sam->onces->list[i], &e))
			once_end_unheld(sam, sam->onces->list[i], &e);
	}
}

void
onces_tick(struct sam *sam, uint64_t now_life)
{
	uint64_t now = clock_wall();

	for (size_t i = sam->onces->n; i-- > 0;) {
		struct once *o = sam->onces->list[i];

		if (o->taken && pool_at(sam->pool, o->place.worker).life != o->place.life)
			once_end(sam, o, SESSION_WORKER_LOST);
		else if (now >= o->exp || now_life >= o->exp_life)
			once_end(sam, o, SESSION_OVER_TIME);
	}
}

void
once_stop(struct sam *sam, struct call *c, struct once *o, enum session_why why, const struct err *e)
{
	o->busy = false;
	once_end(sam, o, why);
	call_refuse(sam, c, e);
}

void
once_module_failed(const struct err *failure, struct err *e, enum session_why *why)
{
	bool lost = strcmp(failure->reason, "lost") == 0;
	bool said = !lost && strcmp(failure->reason, "refused") != 0 &&
	    strcmp(failure->reason, "withdrawn") != 0 && failure->reason[0] != '\0';

	*why = lost ? SESSION_WORKER_LOST : SESSION_FAILED;
	err_why(e, said ? failure->code : ERR_BACKEND, said ? failure->reason : "backend",
	    "one-time key: %s", failure->text);
}

static void
lent(void *once UNUSED)
{
}

void
once_lend(struct call *c, struct once *o)
{
	memcpy(c->signer, o->signer, ID_LEN);
	memcpy(c->key, o->key, ID_LEN);
	c->work = o;
	c->work_free = lent;
	o->busy = true;
}
