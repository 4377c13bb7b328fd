/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USE: reserve on disk, sign in the module, outcome on disk, release. The order is the argument: no
 * key is opened before its use is spent, on disk; nothing leaves before its entry is.
 * EN 419 241-1 SRA_SKM.2.1, SRA_SAP.2.4, SRG_AA.1; catalogue 3.6 steps 15 to 19.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "der/signed_attributes.h"
#include "sam/fail_point.h"
#include "sam/request.h"
#include "sam/use.h"
#include "wire/activate.h"
#include "wire/hsm.h"

#define LOG_RESERVE	(1u << 20)	/* room of the log that uses leave to officers' acts */

struct use {
	struct activation	*a;
	enum use_answer		 answer;
	uint64_t		 reserved;		/* sequence number of the reservation */
	uint64_t		 place;			/* of the outcome in the log */
	size_t			 n;
	uint32_t		*index;
	uint8_t			*status;
	uint8_t			*signatures;		/* n x alg->signature_len */
	uint64_t		 signing;		/* ms, of kinds 2 and 3; else 0 */
	uint8_t			*dtbsr;			/* n x alg->digest_len: what is signed */
};

static void
use_free(void *p)
{
	struct use *u = p;

	u->a->in_flight--;
	free(u->index);
	free(u->status);
	free(u->signatures);
	free(u->dtbsr);
	free(u);
}

static struct use *
use_new(struct activation *a, const uint32_t *index, size_t n)
{
	struct use *u = calloc(1, sizeof(*u));

	if (u == NULL || (u->index = calloc(n, sizeof(*u->index))) == NULL ||
	    (u->status = malloc(n)) == NULL ||
	    (u->dtbsr = calloc(n, a->alg->digest_len)) == NULL ||
	    (u->signatures = calloc(n, a->alg->signature_len)) == NULL)
		bug("no memory for a use");
	memcpy(u->index, index, n * sizeof(*index));
	memset(u->status, USE_UNKNOWN, n);
	u->n = n;
	u->a = a;
	a->in_flight++;
	return u;
}

static struct span
use_dtbsr(const struct use *u, size_t i)
{
	return span_of(u->dtbsr + i * u->a->alg->digest_len, u->a->alg->digest_len);
}

/* What was approved, or the signed attributes around it, which are made in here and nowhere else. */
static void
make_dtbsr(struct use *u)
{
	const struct activation *a = u->a;

	u->signing = a->kind == KIND_DTBSR ? 0 : clock_wall() / 1000 * 1000;
	for (size_t i = 0; i < u->n; i++) {
		struct signed_attributes m = { .kind = a->kind, .attrs = a->attrs, .alg = a->alg,
			.digest = activation_digest(a, u->index[i]), .cert = a->cert,
			.signing_ms = u->signing };
		uint8_t digest[DIGEST_MAX];

		if (a->kind == KIND_DTBSR)
			memcpy(digest, m.digest.p, m.digest.n);
		else
			signed_attributes_digest(&m, digest);
		memcpy(u->dtbsr + i * a->alg->digest_len, digest, a->alg->digest_len);
	}
}

static void
use_answer(struct sam *sam, struct call *c, const struct use *u)
{
	static struct msg_activated m;
	AUTO_WRITER w = writer_grow(FRAME_MAX);

	memcpy(m.activation, u->a->id, ID_LEN);
	m.expires = u->a->exp;
	m.results.place = u->place;
	m.results.signing = u->signing;
	m.results.n = u->n;
	for (size_t i = 0; i < u->n; i++) {
		size_t len = u->status[i] == USE_SIGNED ? u->a->alg->signature_len : 0;

		m.results.result[i] = (struct use_result){ u->index[i], u->status[i],
			span_of(u->signatures + i * u->a->alg->signature_len, len) };
	}
	m.has_next = u->answer == USE_ACTIVATED_NEXT &&
	    challenge_make(sam, u->a->signer, PURPOSE_SIGN, &m.next, NULL);
	if (u->answer == USE_RESULTS)
		msg_results_write(&w, &m.results);
	else
		msg_activated_write(&w, &m);
	call_answer(sam, c, &w);
}

static void
outcome_is_durable(void *owner, void *job, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;

	if (failure != NULL) {
		call_refuse(sam, c, failure);
		return;
	}
	fail_point("outcome-durable");
	use_answer(sam, c, c->work);
}

static void
write_outcome(struct sam *sam, struct call *c)
{
	struct use *u = c->work;
	struct entry_outcome entry = { .reserved = u->reserved, .alg = u->a->alg->number,
		.exp = u->a->exp, .n = u->n };
	static struct outcome_item items[USE_ITEMS_MAX];
	uint8_t link[OUTCOME_LINK_LEN];

	memcpy(entry.d, u->a->d, sizeof(entry.d));
	memcpy(entry.key, u->a->key, ID_LEN);
	if (u->signing != 0)
		entry.link = outcome_link(link, u->signing, u->a->cert);
	for (size_t i = 0; i < u->n; i++) {
		size_t len = u->status[i] == USE_SIGNED ? u->a->alg->signature_len : 0;

		items[i] = (struct outcome_item){ u->index[i], u->status[i],
			use_dtbsr(u, i),
			span_of(u->signatures + i * u->a->alg->signature_len, len) };
	}
	entry_outcome_write(journal_begin(sam->journal, ENTRY_OUTCOME), &entry, items);
	journal_end(sam->journal);
	u->place = journal_last_place(sam->journal);
	journal_wait(sam->journal, ON_COPY, outcome_is_durable, c);
}

/* The module's answer; what it did not say stays "unknown". */
static void
take_signatures(struct use *u, struct reader *answer)
{
	static struct msg_hsm_signed m;
	struct err e = { 0 };

	if (!msg_hsm_signed_read(answer, &m, &e) || m.n != u->n) {
		log_warn("the module's answer: %s", e.text);
		return;
	}
	for (size_t i = 0; i < u->n; i++) {
		if (m.status[i] != HSM_SIGNED || m.signature[i].n != u->a->alg->signature_len) {
			u->status[i] = USE_FAILED;
			continue;
		}
		u->status[i] = USE_SIGNED;
		memcpy(u->signatures + i * u->a->alg->signature_len, m.signature[i].p, m.signature[i].n);
	}
}

static void
use_signed(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct use *u = c->work;

	fail_point("signed");
	if (answer != NULL)
		take_signatures(u, answer);
	else if (strcmp(failure->reason, "lost") != 0)
		memset(u->status, USE_FAILED, u->n);
	if (answer == NULL && strcmp(failure->reason, "withdrawn") != 0)
		sam_alarm(sam, "module", "a signing operation failed: %s", failure->text);
	write_outcome(sam, c);
}

static bool
is_of_closed(const void *job)
{
	const struct call *c = job;
	const struct use *u = c->work;

	return activation_is_closed(u->a);
}

void
uses_withdraw(struct sam *sam)
{
	pool_withdraw(sam->pool, use_signed, is_of_closed);
}

/* Opens the wrapped key for this one order, with the share that the key's grant brought. */
static bool
sign_order(struct sam *sam, const struct use *u, struct writer *w, struct err *e)
{
	static struct msg_hsm_sign m;
	AUTO_WRITER wrapped = writer_grow(HSM_WRAPPED_MAX);
	const struct activation *a = u->a;

	if (!seal_unwrapped(sam->seal, a->key_epoch, a->key, share_span(&a->share),
	    span_of(a->wrapped, a->wrapped_len), &wrapped, e))
		return false;
	m.alg = a->alg->number;
	m.spki = span_of(a->spki, a->alg->spki_len);
	m.mech = a->mech;
	m.wrapped = writer_span(&wrapped);
	m.n = u->n;
	for (size_t i = 0; i < u->n; i++)
		m.digest[i] = use_dtbsr(u, i);
	msg_hsm_sign_write(w, &m);
	return writer_ok(w) || err_set(e, ERR_BUG, "signing order over its bounds");
}

static void
reservation_is_durable(void *owner, void *job, const struct err *failure)
{
	struct sam *sam = owner;
	struct call *c = job;
	struct use *u = c->work;
	AUTO_WRITER w = writer_grow(HSM_REQUEST_MAX);
	struct err e = { 0 };

	if (failure != NULL) {
		call_refuse(sam, c, failure);
		return;
	}
	fail_point("reserved");
	/* Asked once more: a freeze may have been confirmed while the reservation was written. */
	if (!activation_still_holds(u->a, sam->state, clock_wall(), clock_life(), &e) ||
	    !sign_order(sam, u, &w, &e) ||
	    !pool_ask(sam->pool, HSM_SIGN, writer_span(&w), false, use_signed, c, &e)) {
		log_warn("reserved, not signed: %s", e.text);
		memset(u->status, USE_FAILED, u->n);
		write_outcome(sam, c);
	}
}

static void
write_reservation(struct sam *sam, struct use *u)
{
	const struct activation *a = u->a;
	struct entry_reserved entry = { .seen = a->seen, .exp = a->exp, .n = u->n };
	const struct row *row = index_find(sam->state->index, RECORD_KEY, a->key);

	memcpy(entry.d, a->d, sizeof(entry.d));
	memcpy(entry.key, a->key, ID_LEN);
	memcpy(entry.signer, a->signer, ID_LEN);
	memcpy(entry.authenticator, a->authenticator, ID_LEN);
	memcpy(entry.evidence, a->evidence, sizeof(entry.evidence));
	memcpy(entry.requester, a->requester, ID_LEN);
	entry.uses = row->uses + (uint32_t)u->n;
	entry_reserved_write(journal_begin(sam->journal, ENTRY_RESERVED), &entry, u->index);
	journal_end(sam->journal);
	u->reserved = journal_last(sam->journal);
}

/* Busy is said before anything is burned. */
bool
use_has_room(const struct sam *sam, struct err *e)
{
	if (journal_room(sam->journal) < LOG_RESERVE)
		return err_why(e, ERR_NOT_NOW, "room", "the log's disk is nearly full");
	if (pool_alive(sam->pool) == 0)
		return err_why(e, ERR_BACKEND, "backend", "no module worker is running");
	if (pool_queued(sam->pool) >= 2048 || sam->state->reserved_open >= RESERVED_OPEN_MAX / 2)
		return err_why(e, ERR_BUSY, "busy", "too many signatures wait for the module");
	return true;
}

bool
use_begin(struct sam *sam, struct call *c, struct activation *a, const uint32_t *index,
    const struct span *digest, size_t n, enum use_answer answer, struct err *e)
{
	struct use *u;

	memcpy(c->signer, a->signer, ID_LEN);
	memcpy(c->key, a->key, ID_LEN);
	memcpy(c->d, a->d, sizeof(c->d));
	if (!activation_still_holds(a, sam->state, clock_wall(), clock_life(), e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!activation_covers(a, index[i], digest != NULL ? digest[i] : span_of(NULL, 0), e))
			return false;
	if (!use_has_room(sam, e))
		return false;
	u = use_new(a, index, n);
	u->answer = answer;
	c->work = u;
	c->work_free = use_free;
	for (size_t i = 0; i < n; i++)
		a->used[index[i]] = 1;
	for (size_t i = 0; a->window && i < n; i++)
		activation_fill(a, index[i], digest[i]);
	make_dtbsr(u);
	write_reservation(sam, u);
	fail_point("reserving");
	journal_wait(sam->journal, ON_DISK, reservation_is_durable, c);
	return true;
}

bool
answer_use(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	static struct msg_use m;
	struct activation *a;

	if (!msg_use_read(r, &m, e))
		return false;
	if ((a = activation_find(sam->activations, m.activation)) == NULL)
		return err_why(e, ERR_MISSING, "unknown", "no such activation");
	return use_begin(sam, c, a, m.index, m.digest, m.n, USE_RESULTS, e);
}
