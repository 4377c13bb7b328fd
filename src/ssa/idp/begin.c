/* SPDX-License-Identifier: Apache-2.0 */
/* providers, and idp/begin: a statement's approval at a provider, whose nonce is the statement's digest. */
#include "json/base64.h"
#include "ssa/idp/visit.h"
#include "ssa/oauth/handle.h"
#include "ssa/oauth/ticket.h"
#include "statement/statement.h"

static const uint8_t nobody[16];

void
handle_providers(struct call *c)
{
	const struct idp_list *list = &c->ssa->config.idps;
	struct emit m = call_answer(c);

	emit_array(&m, "providers");
	for (size_t i = 0; i < list->n; i++) {
		const struct idp_config *p = &list->idp[i];

		if (p->client_id[0] == '\0')
			continue;
		emit_object(&m, NULL);
		emit_text(&m, "name", p->name);
		emit_text(&m, "issuer", p->issuer);
		emit_text(&m, "text", idp_text(p));
		emit_flag(&m, "transaction", p->transaction);
		emit_object_end(&m);
	}
	emit_array_end(&m);
	call_answered(c, &m);
}

/* What a signer approves, and nobody else. */
static bool
is_signers(uint16_t purpose)
{
	return purpose == PURPOSE_SIGN || purpose == PURPOSE_SIGN_ONCE || purpose == PURPOSE_BIND ||
	    purpose == PURPOSE_ADD_AUTHENTICATOR || purpose == PURPOSE_REMOVE_AUTHENTICATOR ||
	    (purpose >> 8 == PURPOSE_CREATE_KEY >> 8 && purpose != PURPOSE_REVOKE_KEY);
}

static bool
statement_taken(struct call *c, struct span bytes, struct statement *s)
{
	struct err e = { 0 };

	if (!statement_read(bytes, s, &e))
		call_error(c, 400, "invalid_request", "Invalid parameter statement", "parse");
	else if (!is_signers(s->purpose))
		call_error(c, 400, "invalid_request", "This statement is none that a signer approves", "purpose");
	else if (memcmp(s->group, c->ssa->group, HASH_LEN) != 0)
		call_error(c, 400, "invalid_request", "The statement is for another group", "group");
	else if (s->exp <= c->now)
		call_error(c, 400, "invalid_request", "The statement is over; fetch a new challenge", "time");
	else
		return true;
	return false;
}

/* For whom: the token's account, a ticket's, or somebody who enrols and has none. */
static bool
subject_may(struct call *c, const struct statement *s, bool with_token)
{
	AUTO(ticket) *t = NULL;
	struct err e = { 0 };
	struct span text;

	if (!with_token && json_text(c->json, "ticket", TOKEN_LETTERS, &text) == JSON_GOT &&
	    (t = ticket_find(c->ssa, text, &e)) != NULL)
		memcpy(c->account, t->account, 16);
	if (memcmp(c->account, nobody, 16) == 0 && s->purpose == PURPOSE_BIND &&
	    handle_room(c->ssa, c->x->peer, BLOCK_BYTES))
		return true;
	if (memcmp(c->account, nobody, 16) != 0 && memcmp(c->account, s->subject, 16) == 0)
		return true;
	if (memcmp(c->account, nobody, 16) == 0 && s->purpose == PURPOSE_BIND)
		call_busy(c, "Too many requests; wait a moment");
	else
		call_error(c, 403, "access_denied", "The statement is of another signer, or the access token is missing",
		    "owner");
	return false;
}

static void
sign_details(struct emit *m, const struct body_sign *b)
{
	emit_span(m, "text", b->text);
	emit_array(m, "documentDigests");
	for (size_t i = 0; i < b->n; i++)
		emit_base64url(m, NULL, b->items[i].digest);
	emit_array_end(m);
	emit_array(m, "labels");
	for (size_t i = 0; i < b->n; i++)
		emit_span(m, NULL, b->items[i].label);
	emit_array_end(m);
}

/* Not of documents: `purpose` says of what. */
static void
none_details(struct emit *m)
{
	emit_text(m, "text", "");
	emit_array(m, "documentDigests");
	emit_array_end(m);
}

/* For a provider that shows what is approved: with the statement, so that it can compute d itself. */
static void
details_write(struct writer *w, const struct statement *s, struct span bytes, const uint8_t d[HASH_LEN])
{
	struct emit m = emit_into(w);

	emit_array(&m, NULL);
	emit_object(&m, NULL);
	emit_text(&m, "type", "propria");
	emit_text(&m, "purpose", purpose_name(s->purpose));
	emit_base64url(&m, "d", span_of(d, HASH_LEN));
	if (s->purpose == PURPOSE_SIGN || s->purpose == PURPOSE_SIGN_ONCE)
		sign_details(&m, &s->sign);
	else
		none_details(&m);
	emit_base64url(&m, "statement", bytes);
	emit_object_end(&m);
	emit_array_end(&m);
}

/* base64url, or base64 as our other calls have it. */
static bool
call_statement(struct call *c, struct writer *w)
{
	struct span text;

	if (!call_text(c, "statement", BASE64_LEN(STATEMENT_MAX), &text))
		return false;
	if ((base64url_read(text, w) || base64_read(text, w)) && w->n > 0)
		return true;
	call_invalid(c, "Invalid parameter statement");
	return false;
}

static void
provider_refused(struct call *c, const struct err *e)
{
	call_error(c, e->code == ERR_FORMAT ? 400 : 502, e->code == ERR_FORMAT ? "invalid_request" :
	    "temporarily_unavailable", e->text, e->reason);
}

static void
on_begun(struct call *c)
{
	struct visit *v = c->state;
	struct idp_flow *f = visit_flow(v);
	struct emit m;

	if (v->job.e.code != ERR_NONE || f == NULL) {
		if (f != NULL)
			idp_flow_wipe(f);
		err_why(&v->job.e, ERR_BUSY, "busy", "Too many visits to providers at once; try again");
		provider_refused(c, &v->job.e);
		return;
	}
	m = call_answer(c);
	emit_text(&m, "flow", v->flow_text);
	emit_span(&m, "url", writer_span(&v->job.out));
	emit_number(&m, "expires", f->expires);
	call_answered(c, &m);
}

/* return: page or cli. */
static bool
return_read(struct call *c, bool *page)
{
	struct span text;

	if (!call_text(c, "return", 8, &text))
		return false;
	*page = span_equal(text, span_str("page"));
	if (!*page && !span_equal(text, span_str("cli")))
		call_invalid(c, "Invalid parameter return: page or cli");
	else if (*page && c->ssa->config.sic_origin[0] == '\0')
		call_invalid(c, "There is no signing page here");
	else
		return true;
	return false;
}

static void
begin(struct call *c, struct span bytes, const struct statement *s, size_t which, bool page, bool with_token)
{
	struct visit *v = visit_new(c);
	struct idp_flow *f = visit_begin(v, IDP_APPROVE, which);
	struct writer w;
	uint8_t d[HASH_LEN];

	if (f == NULL) {
		call_busy(c, "Too many visits to providers at once; wait a moment");
		return;
	}
	statement_digest(bytes, d);
	w = writer_over(f->nonce, IDP_LETTERS);
	base64url_write(&w, span_of(d, sizeof(d)));
	f->page = page;
	f->with_token = with_token;
	if (c->ssa->config.idps.idp[which].transaction)
		details_write(&v->details, s, bytes, d);
	if (!writer_ok(&v->details)) {
		idp_flow_wipe(f);
		call_invalid(c, "The statement is too large for a provider that shows it");
		return;
	}
	visit_ask(v, f, on_begun);
}

void
handle_idp_begin(struct call *c)
{
	AUTO_WRITER statement = writer_grow(STATEMENT_MAX);
	bool with_token = exchange_header(c->x, "Authorization") != NULL, page;
	static struct statement s;	/* large; handlers run on one thread */
	struct span name;
	size_t which;

	if (!call_text(c, "provider", IDP_NAME_MAX, &name) || !return_read(c, &page) ||
	    !call_statement(c, &statement))
		return;
	if (!idp_find(&c->ssa->config, name, false, &which))
		call_invalid(c, "Invalid parameter provider: see /propria/v1/providers");
	else if (statement_taken(c, writer_span(&statement), &s) && subject_may(c, &s, with_token))
		begin(c, writer_span(&statement), &s, which, page, with_token);
}
