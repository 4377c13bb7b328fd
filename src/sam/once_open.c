/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SESSION_CHALLENGE and OPEN_SESSION: one approval, given before the key exists; then a key for it
 * alone, on record before it does anything, and the only request for a certificate it ever signs.
 */
#include "base/clock.h"
#include "crypto/verify.h"
#include "der/csr.h"
#include "sam/attestation.h"
#include "sam/counters.h"
#include "sam/fail_point.h"
#include "sam/once.h"
#include "sam/request.h"
#include "sam/supply.h"
#include "sam/use.h"
#include "wire/hsm.h"
#include "wire/session.h"

#define ISSUED_AT	16		/* in a life nonce */

bool
answer_session_challenge(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	struct msg_session_challenge m;
	struct msg_session_challenged answer = { .seconds = sam->state->policy.session_seconds };
	struct msg_challenged nonce;
	AUTO_SIGNER s = { .row = NULL };
	uint8_t mem[160];
	struct writer w = writer_over(mem, sizeof(mem));

	if (!msg_session_challenge_read(r, &m, e))
		return false;
	memcpy(c->signer, m.signer, ID_LEN);
	if (m.purpose != PURPOSE_SIGN_ONCE && m.purpose != PURPOSE_OPEN_SESSION)
		return err_why(e, ERR_DENIED, "purpose", "no sessions for purpose %04x", m.purpose);
	if (!open_signer(sam, m.signer, m.signer_record, &s, e) ||
	    !challenge_make(sam, m.signer, m.purpose, &nonce, e))
		return false;
	memcpy(answer.fresh, nonce.fresh, sizeof(answer.fresh));
	answer.epoch = nonce.epoch;
	answer.now = nonce.now;
	statement_session(answer.fresh, answer.session);
	memcpy(answer.idv, s.record.evidence, sizeof(answer.idv));
	msg_session_challenged_write(&w, &answer);
	call_answer(sam, c, &w);
	return true;
}

static void
opened(struct sam *sam, struct call *c, const struct err *failure)
{
	struct once *o = c->work;
	AUTO_WRITER w = writer_grow(4096);
	struct msg_session_opened answer = { .expires = o->exp, .csr = writer_span(&o->csr),
		.attestation = writer_span(&o->attestation) };
	enum session_why ignored;
	struct err e = { 0 };

	if (failure != NULL)	/* the attestation, perhaps another worker's: not the key's loss */
		once_module_failed(failure, &e, &ignored);
	if (failure != NULL || !once_goes_on(sam, o, &e)) {
		once_stop(sam, c, o, failure != NULL ? SESSION_FAILED : once_why(&e), &e);
		return;
	}
	memcpy(answer.session, o->session, ID_LEN);
	memcpy(answer.key, o->key, ID_LEN);
	msg_session_opened_write(&w, &answer);
	o->step = ONCE_WAITING;
	o->busy = false;
	fail_point("session-opened");
	call_answer(sam, c, &w);
}

/* The worker has verified the signature under this very key, and what it signed was written here. */
static bool
csr_is_made(struct once *o, struct reader *answer, struct err *e)
{
	static struct msg_hsm_signed m;

	return msg_hsm_signed_read(answer, &m, e) &&
	    (m.n == 1 && m.status[0] == HSM_SIGNED ? true :
	    err_why(e, ERR_BACKEND, "backend", "the request was not signed")) &&
	    csr_write(&o->csr, writer_span(&o->info), o->alg, m.signature[0], e) &&
	    (o->csr.n <= CSR_MAX || err_why(e, ERR_DENIED, "limit", "certificate request over its bounds"));
}

static void
csr_signed(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct once *o = c->work;
	enum session_why why = SESSION_FAILED;
	struct err e = { 0 };

	fail_point("session-requested");
	if (answer == NULL)
		once_module_failed(failure, &e, &why);
	if (answer == NULL || !csr_is_made(o, answer, &e))
		once_stop(sam, c, o, why, &e);
	else if (o->attest)
		attest_once(sam, c, o, opened);
	else
		opened(sam, c, NULL);
}

/* Proof of possession: over bytes made here and nowhere else, once, as the key is in no other state. */
static void
session_is_durable(void *owner, void *job, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct once *o = c->work;
	uint8_t digest[DIGEST_MAX];
	struct err e = { 0 };

	if (failure != NULL) {
		once_stop(sam, c, o, SESSION_FAILED, failure);
		return;
	}
	fail_point("session-logged");
	if (!once_goes_on(sam, o, &e)) {
		once_stop(sam, c, o, once_why(&e), &e);
		return;
	}
	csr_info_write(&o->info, writer_span(&o->name), span_of(o->spki, o->alg->spki_len));
	if (!writer_ok(&o->info))
		err_why(&e, ERR_DENIED, "limit", "certificate request over its bounds");
	else if (alg_digest(o->alg, writer_span(&o->info), digest).n > 0 &&
	    once_order(sam, o, digest, 1, false, csr_signed, c, &e))
		return;
	once_stop(sam, c, o, SESSION_FAILED, &e);
}

static void
session_log(struct sam *sam, struct once *o)
{
	const struct once_approval *a = &o->approval;
	struct entry_session entry = { .alg = o->alg->number, .kind = o->kind, .expires = o->exp,
		.made = o->made };

	memcpy(entry.session, o->session, ID_LEN);
	memcpy(entry.key, o->key, ID_LEN);
	memcpy(entry.signer, o->signer, ID_LEN);
	memcpy(entry.d, a->d, sizeof(entry.d));
	memcpy(entry.authenticator, a->authenticator, ID_LEN);
	memcpy(entry.evidence, a->evidence, sizeof(entry.evidence));
	memcpy(entry.profile, o->profile, sizeof(entry.profile));
	memcpy(entry.idv, o->idv, sizeof(entry.idv));
	sha256(span_of(o->spki, o->alg->spki_len), entry.spki);
	memcpy(entry.requester, a->requester, ID_LEN);
	entry_session_write(journal_begin(sam->journal, ENTRY_SESSION), &entry);
	journal_end(sam->journal);
	o->logged = true;
}

static bool
key_is_taken(struct sam *sam, struct once *o, struct reader *answer, struct err *e)
{
	struct msg_hsm_taken m;

	o->taken = true;
	o->place = pool_place(sam->pool);
	if (!msg_hsm_taken_read(answer, &m, e) || !spki_check(o->alg->kind, m.spki, e))
		return err_why(e, ERR_BACKEND, "backend", "the module gave a malformed key");
	memcpy(o->spki, m.spki.p, m.spki.n);
	o->made = m.made;
	return true;
}

static void
key_taken(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct once *o = c->work;
	enum session_why why = SESSION_FAILED;
	struct err e = { 0 };

	if (answer == NULL)
		once_module_failed(failure, &e, &why);	/* nothing is spent: the approval may come again */
	if (answer == NULL || !key_is_taken(sam, o, answer, &e) || !once_goes_on(sam, o, &e) ||
	    !nonces_spend(sam->nonces, o->fresh, &e)) {
		once_stop(sam, c, o, why, &e);
		return;
	}
	counters_follow(sam, &o->approved);
	fail_point("session-taken");
	session_log(sam, o);
	fail_point("session-logging");
	journal_wait(sam->journal, ON_DISK, session_is_durable, c);
}

static bool
take_key(struct sam *sam, struct call *c, struct once *o, struct err *e)
{
	sam_random(sam, o->key, ID_LEN);
	once_lend(c, o);
	if (supply_take(sam, o->alg, o->key, key_taken, c, e))
		return true;
	once_free(sam, o);
	return false;
}

/* What a person was told when the identity was looked at (SESSION_CHALLENGE) bounds the session. */
static bool
session_time(const struct sam *sam, const struct statement *st, struct once *o, struct err *e)
{
	struct reader r = reader_over(span_of(st->fresh + ISSUED_AT, 8));
	uint64_t issued, now = clock_wall(), life = clock_life(), left;

	if (!rd_u64(&r, &issued))
		bug("nonce");
	o->exp_life = issued + 1000 * (uint64_t)sam->state->policy.session_seconds;
	if (o->exp_life <= life)
		return err_why(e, ERR_DENIED, "time", "the session is over its time");
	left = o->exp_life - life;
	if (st->exp - now < left)
		left = st->exp - now;
	o->exp_life = life + left;
	o->exp = now + left;
	return true;
}

/* What the statement says of the session: all of it is in what the signer approved. */
static bool
session_make(struct sam *sam, const struct once_request *q, const struct opened_signer *s,
    struct once *o, struct err *e)
{
	bool documents = q->st.purpose == PURPOSE_SIGN_ONCE;
	const struct body_sign *b = &q->st.sign;
	const struct body_open_session *b0 = &q->st.open_session;

	o->kind = documents ? b->kind : 0;
	o->attrs = documents ? b->attrs : 0;
	o->alg = alg_find(documents ? b->alg : b0->alg);
	memcpy(o->profile, documents ? b->profile : b0->profile, sizeof(o->profile));
	memcpy(o->idv, documents ? b->idv : b0->idv, sizeof(o->idv));
	memcpy(o->signer, q->st.subject, ID_LEN);
	o->signer_version = s->row->version;
	o->epoch = sam->state->epoch;
	wr_span(&o->name, s->record.name);
	once_approval_take(o, q);
	return session_time(sam, &q->st, o, e) && once_still_holds(sam, o, e);
}

static bool
names_its_session(const struct once_request *q, uint8_t session[ID_LEN], struct err *e)
{
	bool documents = q->st.purpose == PURPOSE_SIGN_ONCE;

	if (documents && q->st.sign.kind == KIND_DTBSR)
		return err_why(e, ERR_DENIED, "kind", "DTBS/R are approved when the certificate is there");
	statement_session(q->st.fresh, session);
	return memcmp(session, documents ? q->st.sign.session : q->st.open_session.session, ID_LEN) == 0 ||
	    err_why(e, ERR_DENIED, "session", "the session is not that of the nonce");
}

bool
answer_open_session(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	static struct once_request q;
	struct msg_open_session m;
	AUTO_SIGNER s = { .row = NULL };
	uint8_t session[ID_LEN];
	struct once *o;

	if (!msg_open_session_read(r, &m, e) ||
	    !once_request_read(sam, c, &q, m.statement, m.evidences, e) ||
	    !names_its_session(&q, session, e) ||
	    !once_is_approved(sam, &q, m.signer_record, q.st.purpose == PURPOSE_SIGN_ONCE ?
	    q.st.sign.idv : q.st.open_session.idv, &s, e) || !use_has_room(sam, e))
		return false;
	if ((o = once_add(sam->onces, session, e)) == NULL)
		return false;
	if (!session_make(sam, &q, &s, o, e)) {
		once_free(sam, o);
		return false;
	}
	o->connection = c->session;
	o->attest = m.attest;
	memcpy(o->fresh, q.st.fresh, sizeof(o->fresh));
	o->approved = q.approved;
	return take_key(sam, c, o, e);
}

static void
end_is_durable(void *owner, void *job, const struct err *failure)
{
	struct writer w = writer_over(NULL, 0);

	if (failure != NULL)
		call_refuse(owner, job, failure);
	else
		call_answer(owner, job, &w);
}

/* Nobody can tell by the answer whether there was one. */
bool
answer_end_session(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	struct msg_end_session m;
	struct once *o;

	if (!msg_end_session_read(r, &m, e))
		return false;
	if ((o = once_any(sam->onces, m.session)) != NULL)
		once_end(sam, o, SESSION_BY_SSA);
	journal_wait(sam->journal, ON_DISK, end_is_durable, c);
	return true;
}
