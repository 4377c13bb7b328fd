/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four calls of the signing page about a ticket. Whoever has the ticket may look; approving
 * takes the signer's own authenticator, and the SAM decides. No cookie plays a part here.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ssa/api/credential.h"
#include "ssa/api/document.h"
#include "ssa/api/route.h"
#include "ssa/api/sign.h"
#include "ssa/module.h"
#include "ssa/oauth/approval.h"
#include "ssa/oauth/handle.h"
#include "ssa/once/once.h"
#include "wire/activate.h"

#define PACKAGE_MAX	(STATEMENT_MAX + EVIDENCES_BYTES_MAX + 8)
#define CONTINUE_MS	(10 * MINUTE_MS)
#define DOCUMENT_SHOWN_MAX (1u << 20)	/* in one answer */
#define LIFE_AT		44	/* of statement_life in the genesis: PROTOCOL.sam 6 */
#define LIFE_MAX_MS	300000	/* what our own software takes at most */

/* Fills in account and requester as if a token had named them. Yours; NULL: answered. */
static struct ticket *
ticket_of(struct call *c)
{
	struct ticket *t;
	struct err e = { 0 };
	struct span text;

	if (!call_text(c, "ticket", 64, &text))
		return NULL;
	if ((t = ticket_find(c->ssa, text, &e)) != NULL) {
		memcpy(c->account, t->account, 16);
		memcpy(c->requester, t->q.client, 16);
		return t;
	}
	if (e.code == ERR_MISSING)
		call_error(c, 404, "invalid_request", "There is no such request, or it is over", "unknown");
	else
		call_failed(c, &e);
	return NULL;
}

static bool
signer_held(struct call *c)
{
	struct err e = { 0 };

	if ((c->signer = vault_signer(c->ssa->vault, c->account, &e)) == NULL)
		call_failed(c, &e);
	return c->signer != NULL;
}

static bool
authenticator_write(void *arg, const struct authenticator_row *a)
{
	const struct ways *w = arg;
	struct emit *m = w->m;

	emit_object(m, NULL);
	emit_hex(m, "id", span_of(a->id, 16));
	emit_number(m, "type", a->type);
	emit_span(m, "label", a->label);
	module_way_write(w, a);
	emit_object_end(m);
	return true;
}

static void
key_write(struct emit *m, const struct key *k)
{
	struct reader r = reader_over(k->row.chain);
	struct span one;

	emit_object(m, "key");
	emit_hex(m, "credentialID", span_of(k->row.id, 16));
	emit_base64(m, "spki", k->row.spki);
	emit_number(m, "class", k->row.class);
	emit_number(m, "level", k->row.level);
	emit_number(m, "alg", k->alg->number);
	emit_text(m, "algorithm", k->alg->name);
	emit_number(m, "version", k->row.version);
	if (k->row.certificate.n > 0) {
		emit_base64(m, "certificate", k->row.certificate);
		emit_array(m, "chain");
		while (rd_span32(&r, 1, UINT32_MAX, &one))
			emit_base64(m, NULL, one);
		emit_array_end(m);
	}
	emit_number(m, "evidences", k->row.evidences);
	module_with_write(m, &k->row);
	emit_object_end(m);
}

/* What an account's token handed over is shown to that account alone. NULL: none, or gone. */
static const struct document *
document_at_hand(struct call *c, const struct ticket *t, const struct request_item *i)
{
	static const uint8_t nobody[16];
	const struct document *d = document_of(c->ssa, &t->q, i->document, c->now);

	return d != NULL && (memcmp(d->account, nobody, 16) == 0 ||
	    memcmp(d->account, t->account, 16) == 0) ? d : NULL;
}

static void
items_write(struct emit *m, struct call *c, const struct ticket *t)
{
	struct reader r = reader_over(t->q.items);
	const struct document *d;
	struct request_item i;

	emit_array(m, "items");
	while (request_item_next(&r, &i)) {
		emit_object(m, NULL);
		emit_base64(m, "digest", i.digest);
		emit_span(m, "label", i.label);
		if (i.attributes.n > 0)
			emit_base64(m, "attributes", i.attributes);
		if ((d = document_at_hand(c, t, &i)) != NULL)
			emit_number(m, "document", d->size);
		emit_object_end(m);
	}
	emit_array_end(m);
}

static uint64_t
statement_life(const struct ssa *s)
{
	uint64_t life = 0;

	for (size_t i = 0; i < 4 && s->genesis.n >= LIFE_AT + 4; i++)
		life = life << 8 | s->genesis.p[LIFE_AT + i];
	return life > 0 && life < LIFE_MAX_MS ? life : LIFE_MAX_MS;
}

/* Documents: no key is there yet. */
static bool
once_write(struct call *c, struct emit *m, const struct ticket *t, const struct msg_session_challenged *s,
    struct err *e)
{
	const struct ca_config *ca = ca_list_once(&c->ssa->config.cas, t->q.qualifier);

	if (ca == NULL)
		return err_set(e, ERR_BACKEND, "a ticket's CA is in the configuration no more");
	emit_object(m, "once");
	emit_number(m, "kind", t->q.kind);
	emit_text(m, "qualifier", ca->qualifier);
	if (!once_offer_write(c, m, ca, s, e))
		return false;
	emit_object_end(m);
	return true;
}

/* Of a key, or with what a session's challenge said. */
static void
approval_write(struct call *c, const struct ticket *t, const struct key *k,
    const struct msg_session_challenged *fresh)
{
	struct emit m = call_answer(c);
	struct ways ways = { c->ssa, &m };
	struct err e = { 0 };

	emit_hex(&m, "group", span_of(c->ssa->group, HASH_LEN));
	emit_number(&m, "epoch", fresh->epoch);
	emit_base64url(&m, "fresh", span_of(fresh->fresh, sizeof(fresh->fresh)));
	emit_number(&m, "now", fresh->now);
	emit_number(&m, "life", statement_life(c->ssa));
	emit_hex(&m, "signer", span_of(t->account, 16));
	emit_object(&m, "requester");
	emit_hex(&m, "id", span_of(t->q.client, 16));
	emit_span(&m, "name", t->q.client_name);
	emit_object_end(&m);
	if (k != NULL)
		key_write(&m, k);
	else if (!once_write(c, &m, t, fresh, &e)) {
		call_failed(c, &e);
		return;
	}
	emit_array(&m, "authenticators");
	if (!c->ssa->store->ops->authenticators_of(c->ssa->store, t->account, authenticator_write, &ways, &e)) {
		call_failed(c, &e);
		return;
	}
	emit_array_end(&m);
	items_write(&m, c, t);
	emit_span(&m, "text", t->q.text);
	emit_text(&m, "state", ticket_word(t, c->now));
	emit_number(&m, "expires", ticket_expires(t));
	call_answered(c, &m);
}

static void
free_ticket(void *state)
{
	ticket_free(state);
}

/* The nonce is fetched when the page asks, so that reading time is not the statement's. */
static void
on_challenged(struct call *c, struct reader *r, const struct err *refusal)
{
	struct ticket *t = c->state;
	struct msg_session_challenged fresh = { .seconds = 0 };
	struct msg_challenged m;
	struct err e = { 0 };
	AUTO(key) *k = NULL;

	if (refusal->code != ERR_NONE) {
		call_refused(c, refusal);
	} else if (!msg_challenged_read(r, &m, &e) || (k = vault_key(c->ssa->vault, t->q.key, &e)) == NULL) {
		call_failed(c, &e);
	} else {
		memcpy(fresh.fresh, m.fresh, sizeof(fresh.fresh));
		fresh.epoch = m.epoch;
		fresh.now = m.now;
		approval_write(c, t, k, &fresh);
	}
}

static void on_session_challenged(struct call *, struct reader *, const struct err *);

static void
session_ask(struct call *c)
{
	struct msg_session_challenge m = { .purpose = PURPOSE_SIGN_ONCE, .signer_record = c->signer->record };
	AUTO_WRITER w = writer_grow(FRAME_MAX);

	memcpy(m.signer, c->account, ID_LEN);
	msg_session_challenge_write(&w, &m);
	call_ask(c, SAM_SESSION_CHALLENGE, writer_span(&w), on_session_challenged);
}

static void
on_session_challenged(struct call *c, struct reader *r, const struct err *refusal)
{
	struct msg_session_challenged m;
	struct err e = { 0 };

	if (call_is_outdated(c, refusal))
		call_refresh(c, (const uint8_t[16]){ 0 }, session_ask);
	else if (refusal->code != ERR_NONE)
		call_refused(c, refusal);
	else if (!msg_session_challenged_read(r, &m, &e))
		call_failed(c, &e);
	else
		approval_write(c, c->state, NULL, &m);
}

void
handle_approval(struct call *c)
{
	struct msg_challenge m = { .purpose = PURPOSE_SIGN };
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct ticket *t = ticket_of(c);

	if (t == NULL)
		return;
	c->state = t;
	c->state_free = free_ticket;
	if (t->q.kind != 0) {
		if (signer_held(c))
			session_ask(c);
		return;
	}
	memcpy(m.signer, t->account, ID_LEN);
	msg_challenge_write(&w, &m);
	call_ask(c, SAM_CHALLENGE, writer_span(&w), on_challenged);
}

bool
approval_is_pending(struct call *c, const struct ticket *t)
{
	const char *word = ticket_word(t, c->now);

	if (strcmp(word, "pending") == 0)
		return true;
	call_error(c, 409, "invalid_request", strcmp(word, "expired") == 0 ?
	    "The request expired; ask the application to start again" : "The request was answered already",
	    strcmp(word, "expired") == 0 ? "time" : "replay");
	return false;
}

/* The item's document, a part at a time: an answer is bounded. */
void
handle_approval_document(struct call *c)
{
	AUTO(ticket) *t = ticket_of(c);
	const struct document *d = NULL;
	struct request_item i;
	struct reader r;
	int64_t item, at;
	struct emit m;

	if (t == NULL || !approval_is_pending(c, t))
		return;
	r = reader_over(t->q.items);
	if (json_whole(c->json, "item", &item) != JSON_GOT || item < 0 || item >= t->q.n) {
		call_invalid(c, "Missing (or invalid) integer parameter item");
		return;
	}
	for (; item >= 0 && request_item_next(&r, &i); item--)
		d = item > 0 ? NULL : document_at_hand(c, t, &i);
	if (d == NULL) {
		call_error(c, 404, "invalid_request", "The document is not there any more", "unknown");
		return;
	}
	if (json_whole(c->json, "at", &at) != JSON_GOT || at < 0 || (uint64_t)at >= d->size) {
		call_invalid(c, "Missing (or invalid) integer parameter at");
		return;
	}
	m = call_answer(c);
	emit_number(&m, "size", d->size);
	emit_base64(&m, "bytes", span_of(d->bytes + at, d->size - (size_t)at < DOCUMENT_SHOWN_MAX ?
	    d->size - (size_t)at : DOCUMENT_SHOWN_MAX));
	call_answered(c, &m);
}

/* Where the browser goes on; only a request that came by OAuth has such a place. */
static bool
continue_write(struct call *c, const struct ticket *t, struct emit *m, struct err *e)
{
	struct handle_row row = { .kind = HANDLE_CONTINUE, .expires = c->now + CONTINUE_MS };
	char r[TOKEN_LETTERS + 1], url[URL_MAX + TOKEN_LETTERS];

	if (t->q.redirect.n == 0)
		return true;
	memcpy(row.account, t->account, 16);
	memcpy(row.requester, t->q.client, 16);
	row.data = span_of(t->hash, sizeof(t->hash));
	if (!handle_make(c->ssa, &row, r, e))
		return false;
	snprintf(url, sizeof(url), "%s/oauth2/continue?r=%s", c->ssa->base[t->q.plain].url, r);
	emit_text(m, "continue", url);
	return true;
}

void
approval_answer(struct call *c, const struct ticket *t, const struct once *o)
{
	struct emit m = call_answer(c);
	struct err e = { 0 };

	emit_text(&m, "state", ticket_word(t, c->now));
	if (t->state == TICKET_APPROVED)
		emit_number(&m, "expires", t->until);
	if (o != NULL)
		once_signed_write(o, &m);
	if (continue_write(c, t, &m, &e))
		call_answered(c, &m);
	else
		call_failed(c, &e);
}

/* A sign with its ticket: sign.c knows the first only, and frees by its own function. */
struct answer {
	struct sign	*sign;
	struct ticket	*ticket;
	void		(*sign_free)(void *);
};

static void
answer_free(void *state)
{
	struct answer *a = state;

	a->sign_free(a->sign);
	ticket_free(a->ticket);
	free(a);
}

bool
approval_is_counted(const struct ticket *t)
{
	return t->q.redirect.n == 0;
}

static void
uncount(struct call *c, const struct ticket *t)
{
	if (!approval_is_counted(t))
		parallel_leave(c->ssa->parallel, c->account);
}

static void on_activated(struct call *, struct reader *, const struct err *);

static void
activate_again(struct call *c)
{
	struct answer *a = c->state;
	struct err e = { 0 };
	struct key *k = vault_key(c->ssa->vault, a->sign->key->row.id, &e);

	if (k != NULL) {
		key_release(a->sign->key);
		a->sign->key = k;
	}
	sign_activate(c, a->sign, on_activated);
}

static void
on_activated(struct call *c, struct reader *r, const struct err *refusal)
{
	struct answer *a = c->state;
	struct msg_activated m;
	struct err e = { 0 };

	if (sign_is_outdated(c, a->sign, refusal)) {
		call_refresh(c, a->sign->key->row.id, activate_again);
		return;
	}
	if (refusal->code != ERR_NONE || !msg_activated_read(r, &m, &e)) {
		uncount(c, a->ticket);
		if (refusal->code != ERR_NONE)
			call_refused(c, refusal);
		else
			call_failed(c, &e);
		return;
	}
	memcpy(a->sign->activation->id, m.activation, 16);
	a->sign->activation->expires = m.expires;
	approval_keep(c->ssa, &a->sign->package, c->account);
	if (ticket_approve(c->ssa, a->ticket, a->sign->activation, &e)) {
		approval_answer(c, a->ticket, NULL);
		return;
	}
	uncount(c, a->ticket);
	if (e.code == ERR_NOT_NOW)
		call_error(c, 409, "invalid_request", "The request was answered already", "replay");
	else
		call_failed(c, &e);
}

/* The digests in the client's order, as sign.c compares them with the statement's. */
static void
digests_take(struct sign *s, const struct request *q)
{
	struct reader r = reader_over(q->items);
	size_t len = s->key->alg->digest_len;
	struct request_item i;

	if ((s->digests = calloc(q->n, len)) == NULL)
		bug("out of memory");
	for (s->n = 0; s->n < q->n && request_item_next(&r, &i) && i.digest.n == len; s->n++)
		memcpy(s->digests + s->n * len, i.digest.p, len);
}

bool
approval_agrees(const struct ticket *t, const struct body_sign *b)
{
	return memcmp(b->requester, t->q.client, 16) == 0 && span_equal(b->name, t->q.client_name) &&
	    span_equal(b->text, t->q.text);
}

static bool
requester_agrees(const struct ticket *t, struct span bytes)
{
	static struct statement st;	/* large; handlers run on one thread */
	struct err ignored = { 0 };

	return statement_read(bytes, &st, &ignored) && st.purpose == PURPOSE_SIGN && approval_agrees(t, &st.sign);
}

bool
approval_package_take(struct call *c, struct writer *package)
{
	AUTO_WRITER statement = writer_grow(STATEMENT_MAX);
	AUTO_WRITER evidence = writer_grow(EVIDENCES_BYTES_MAX);

	if (!call_base64(c, "statement", STATEMENT_MAX, &statement) ||
	    !call_base64(c, "evidence", EVIDENCES_BYTES_MAX, &evidence))
		return false;
	wr_span32(package, writer_span(&statement));
	wr_span32(package, writer_span(&evidence));
	return true;
}

static bool
statement_fits(struct call *c, struct sign *s, const struct ticket *t)
{
	const char *fault = sign_package_fault(c, s);

	if (fault == NULL && !requester_agrees(t, s->package.statement))
		fault = "Invalid parameter statement";
	if (fault == NULL)
		return true;
	call_error(c, 400, "invalid_request", "The statement is not of this request",
	    strstr(fault, "Hash") != NULL ? "dtbs" : "parse");
	return false;
}

static void
sign_answer(struct call *c, struct ticket *t)
{
	struct answer *a = calloc(1, sizeof(*a));
	struct err e = { 0 };

	if (a == NULL)
		bug("out of memory");
	a->ticket = t;
	a->sign = sign_new(c);
	a->sign_free = c->state_free;
	c->state = a;
	c->state_free = answer_free;
	a->sign->only_activate = true;
	if ((a->sign->key = vault_key(c->ssa->vault, t->q.key, &e)) == NULL) {
		call_failed(c, &e);
		return;
	}
	digests_take(a->sign, &t->q);
	if (!approval_package_take(c, &a->sign->bytes) || !statement_fits(c, a->sign, t))
		return;
	if (!approval_is_counted(t) && !parallel_enter(c->ssa->parallel, c->account, c->now))
		call_busy(c, "Too many authorizations under way; use or await those");
	else
		sign_activate(c, a->sign, on_activated);
}

void
handle_approval_answer(struct call *c)
{
	AUTO(ticket) *t = ticket_of(c);

	if (t == NULL || !approval_is_pending(c, t) || !signer_held(c))
		return;
	if (t->q.kind != 0)
		once_answer(c, TAKE(t));
	else
		sign_answer(c, TAKE(t));
}

void
handle_approval_decline(struct call *c)
{
	AUTO(ticket) *t = ticket_of(c);
	struct err e = { 0 };

	if (t == NULL || !approval_is_pending(c, t))
		return;
	if (ticket_decline(c->ssa, t, &e)) {
		/* Here, where it happens once: the client may ask as often as it likes. */
		if (approval_is_counted(t))
			parallel_leave(c->ssa->parallel, c->account);
		approval_answer(c, t, NULL);
	} else if (e.code == ERR_NOT_NOW)
		call_error(c, 409, "invalid_request", "The request was answered already", "replay");
	else
		call_failed(c, &e);
}

static bool
use_counted(void *arg, const struct use_row *u)
{
	*(uint64_t *)arg += u->indexes.n / 4;
	return true;
}

void
handle_approval_state(struct call *c)
{
	static const uint8_t none[HASH_LEN];
	AUTO(ticket) *t = ticket_of(c);
	struct err e = { 0 };
	uint64_t n = 0;
	struct emit m;

	if (t == NULL)
		return;
	if (memcmp(t->d, none, HASH_LEN) != 0 &&
	    !c->ssa->store->ops->uses_of(c->ssa->store, t->d, use_counted, &n, &e)) {
		call_failed(c, &e);
		return;
	}
	m = call_answer(c);
	emit_text(&m, "state", t->state == TICKET_PENDING && once_is_answering(c->ssa, t->hash) ? "certifying" :
	    ticket_word(t, c->now));
	emit_number(&m, "signed", n);
	call_answered(c, &m);
}
