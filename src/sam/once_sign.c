/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one use of a one-time key: reserved on disk, then signed and destroyed in one order, then the
 * outcome and the end of the session on disk, then the answer. SESSION_SIGN, for those whose
 * certificate came first, ends here, too. Findings C11, H2.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "der/signed_attributes.h"
#include "sam/counters.h"
#include "sam/fail_point.h"
#include "sam/once.h"
#include "sam/request.h"
#include "sam/use.h"
#include "wire/hsm.h"
#include "wire/session.h"

bool
once_order(struct sam *sam, const struct once *o, const uint8_t *digests, size_t n, bool last,
    pool_done done, struct call *c, struct err *e)
{
	static struct msg_hsm_once m;
	AUTO_WRITER w = writer_grow(HSM_REQUEST_MAX);
	struct err why = { 0 };
	enum session_why ignored;

	m.spki = span_of(o->spki, o->alg->spki_len);
	memcpy(m.id, o->key, ID_LEN);
	m.last = last;
	m.n = n;
	for (size_t i = 0; i < n; i++)
		m.digest[i] = span_of(digests + i * o->alg->digest_len, o->alg->digest_len);
	msg_hsm_once_write(&w, &m);
	if (!writer_ok(&w))
		return err_set(e, ERR_BUG, "signing order over its bounds");
	if (pool_ask_at(sam->pool, o->place, HSM_ONCE, writer_span(&w), false, done, c, &why))
		return true;
	once_module_failed(&why, e, &ignored);
	return false;
}

static void
answer_results(struct sam *sam, struct call *c, const struct once *o)
{
	static struct msg_results m;
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	size_t len = o->alg->signature_len;

	m.place = o->outcome;
	m.signing = o->signing;
	m.n = o->approval.n;
	for (size_t i = 0; i < m.n; i++)
		m.result[i] = (struct use_result){ (uint32_t)i, o->status[i],
			span_of(o->signatures + i * len, o->status[i] == USE_SIGNED ? len : 0) };
	msg_results_write(&w, &m);
	call_answer(sam, c, &w);
}

static void
outcome_is_durable(void *owner, void *job, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct once *o = c->work;

	fail_point("session-outcome");
	if (failure != NULL)
		call_refuse(sam, c, failure);
	else
		answer_results(sam, c, o);
	once_free(sam, o);
}

/* The outcome and the end of the session are one step: nothing comes between them in the log. */
static void
write_outcome(struct sam *sam, struct call *c, struct once *o, enum session_why why)
{
	static struct outcome_item items[USE_ITEMS_MAX];
	struct entry_outcome entry = { .reserved = o->reserved, .alg = o->alg->number,
		.exp = o->approval.exp, .n = o->approval.n };
	size_t digest = o->alg->digest_len, len = o->alg->signature_len;
	uint8_t link[OUTCOME_LINK_LEN];

	memcpy(entry.d, o->approval.d, sizeof(entry.d));
	memcpy(entry.key, o->key, ID_LEN);
	if (o->kind != 0)
		entry.link = outcome_link(link, o->signing, o->cert);
	for (size_t i = 0; i < entry.n; i++)
		items[i] = (struct outcome_item){ (uint32_t)i, o->status[i],
			span_of(o->dtbsr + i * digest, digest),
			span_of(o->signatures + i * len, o->status[i] == USE_SIGNED ? len : 0) };
	entry_outcome_write(journal_begin(sam->journal, ENTRY_OUTCOME), &entry, items);
	journal_end(sam->journal);
	o->outcome = journal_last_place(sam->journal);
	if (o->why == 0 || why == SESSION_SIGNED)
		o->why = (uint8_t)why;
	once_drop_key(sam, o);
	once_log_end(sam, o);
	journal_wait(sam->journal, ON_COPY, outcome_is_durable, c);
}

/* The module's answer; what it did not say stays "unknown". True: at least one was signed. */
static bool
take_signatures(struct once *o, struct reader *answer)
{
	static struct msg_hsm_signed m;
	size_t len = o->alg->signature_len;
	struct err e = { 0 };
	bool any = false;

	if (!msg_hsm_signed_read(answer, &m, &e) || m.n != o->approval.n) {
		log_warn("the module's answer: %s", e.text);
		return false;
	}
	for (size_t i = 0; i < m.n; i++) {
		bool good = m.status[i] == HSM_SIGNED && m.signature[i].n == len;

		o->status[i] = good ? USE_SIGNED : USE_FAILED;
		if (good)
			memcpy(o->signatures + i * len, m.signature[i].p, len);
		any = any || good;
	}
	return any;
}

static void
once_signed(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct once *o = c->work;
	enum session_why why = SESSION_FAILED;
	struct err e = { 0 };

	fail_point("session-signed");
	if (answer != NULL) {
		o->taken = false;	/* destroyed with its last order */
		why = take_signatures(o, answer) ? SESSION_SIGNED : SESSION_FAILED;
	} else {
		once_module_failed(failure, &e, &why);
		if (why != SESSION_WORKER_LOST)
			memset(o->status, USE_FAILED, o->approval.n);
		if (strcmp(failure->reason, "withdrawn") != 0)
			sam_alarm(sam, "module", "a one-time signature failed: %s", failure->text);
	}
	write_outcome(sam, c, o, why);
}

static bool
is_ended(const void *job)
{
	const struct call *c = job;

	return ((const struct once *)c->work)->why != 0;
}

void
onces_withdraw(struct sam *sam)
{
	pool_withdraw(sam->pool, once_signed, is_ended);
}

static void
reservation_is_durable(void *owner, void *job, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct once *o = c->work;
	struct err e = { 0 };

	if (failure != NULL) {
		once_stop(sam, c, o, SESSION_FAILED, failure);
		return;
	}
	fail_point("session-reserved");
	/* Asked once more: much may have been confirmed while the reservation was written. */
	if (once_goes_on(sam, o, &e) &&
	    once_order(sam, o, o->dtbsr, o->approval.n, true, once_signed, c, &e))
		return;
	log_warn("reserved, not signed: %s", e.text);
	memset(o->status, USE_FAILED, o->approval.n);
	write_outcome(sam, c, o, strcmp(e.reason, "backend") == 0 ? SESSION_WORKER_LOST : once_why(&e));
}

/* DTBS/R of documents: the signed attributes, with nothing in them that anybody else chose. */
static void
make_dtbsr(struct once *o)
{
	size_t len = o->alg->digest_len;

	o->signing = o->kind == 0 ? 0 : clock_wall() / 1000 * 1000;
	for (size_t i = 0; i < o->approval.n; i++) {
		struct signed_attributes m = { .kind = o->kind, .attrs = o->attrs, .alg = o->alg,
			.digest = span_of(o->approval.digests + i * len, len), .cert = o->cert,
			.signing_ms = o->signing };
		uint8_t digest[DIGEST_MAX];

		if (o->kind == 0)
			memcpy(digest, m.digest.p, len);
		else
			signed_attributes_digest(&m, digest);
		memcpy(o->dtbsr + i * len, digest, len);
	}
}

static void
write_reservation(struct sam *sam, struct once *o)
{
	static uint32_t index[USES_MAX];
	const struct once_approval *a = &o->approval;
	struct entry_reserved entry = { .seen = a->seen, .exp = a->exp, .n = a->n,
		.uses = (uint32_t)a->n };

	memcpy(entry.d, a->d, sizeof(entry.d));
	memcpy(entry.key, o->key, ID_LEN);
	memcpy(entry.signer, o->signer, ID_LEN);
	memcpy(entry.authenticator, a->authenticator, ID_LEN);
	memcpy(entry.evidence, a->evidence, sizeof(entry.evidence));
	memcpy(entry.requester, a->requester, ID_LEN);
	for (uint32_t i = 0; i < a->n; i++)
		index[i] = i;
	entry_reserved_write(journal_begin(sam->journal, ENTRY_RESERVED), &entry, index);
	journal_end(sam->journal);
	o->reserved = journal_last(sam->journal);
}

void
once_sign(struct sam *sam, struct call *c, struct once *o)
{
	size_t n = o->approval.n;

	o->step = ONCE_SIGNING;
	if ((o->dtbsr = calloc(n, o->alg->digest_len)) == NULL || (o->status = malloc(n)) == NULL ||
	    (o->signatures = calloc(n, o->alg->signature_len)) == NULL)
		bug("no memory for a one-time signature");
	memset(o->status, USE_UNKNOWN, n);
	make_dtbsr(o);
	write_reservation(sam, o);
	fail_point("session-reserving");
	journal_wait(sam->journal, ON_DISK, reservation_is_durable, c);
}

/* The statement is of this session: its key, algorithm and CA, as they are. */
static bool
session_fits(const struct once *o, const struct body_sign *b, struct err *e)
{
	uint8_t spki[HASH_LEN];

	sha256(span_of(o->spki, o->alg->spki_len), spki);
	if (memcmp(b->key, o->key, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "session", "the statement names another key");
	if (memcmp(b->spki, spki, sizeof(spki)) != 0)
		return err_why(e, ERR_DENIED, "svd", "the statement names another public key");
	if (b->alg != o->alg->number)
		return err_why(e, ERR_DENIED, "alg", "the key's algorithm is %s", o->alg->name);
	if (memcmp(b->profile, o->profile, sizeof(o->profile)) != 0)
		return err_why(e, ERR_DENIED, "session", "the session is of another profile");
	if (clock_wall() < o->not_before || clock_wall() >= o->not_after)
		return err_why(e, ERR_DENIED, "cert", "certificate is not in its validity");
	return true;
}

/* What the signer approves for his open session, or the session ends: there is no second try. */
static bool
session_is_approved(struct sam *sam, struct once *o, struct once_request *q, struct span record,
    struct err *e)
{
	AUTO_SIGNER s = { .row = NULL };

	return session_fits(o, &q->st.sign, e) &&
	    once_is_approved(sam, q, record, q->st.sign.idv, &s, e);
}

bool
answer_session_sign(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	static struct once_request q;
	struct msg_session_sign m;
	struct once *o;

	if (!msg_session_sign_read(r, &m, e) ||
	    !once_request_read(sam, c, &q, m.statement, m.evidences, e))
		return false;
	if (q.st.purpose != PURPOSE_SIGN_ONCE || q.st.sign.kind != KIND_DTBSR)
		return err_why(e, ERR_DENIED, "kind", "documents are approved when the session opens");
	if ((o = once_find(sam->onces, q.st.sign.session, ONCE_CERTIFIED, e)) == NULL)
		return false;
	if (memcmp(o->signer, q.st.subject, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "session", "it is another signer's session");
	if (!use_has_room(sam, e))
		return false;
	if (!once_still_holds(sam, o, e)) {
		once_end_unheld(sam, o, e);
		return false;
	}
	if (!session_is_approved(sam, o, &q, m.signer_record, e) ||
	    !nonces_spend(sam->nonces, q.st.fresh, e)) {
		once_end(sam, o, SESSION_REFUSED);
		return false;
	}
	counters_follow(sam, &q.approved);
	once_approval_take(o, &q);
	if (q.st.exp < o->exp)
		o->exp = q.st.exp;
	once_lend(c, o);
	once_sign(sam, c, o);
	return true;
}
