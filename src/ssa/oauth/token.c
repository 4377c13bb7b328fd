/* SPDX-License-Identifier: Apache-2.0 */
/* oauth2/token: three grants (RFC 6749 4.1, 4.4, 6; csc-api 8.6). */
#include "base/log.h"
#include "ssa/api/route.h"
#include "ssa/oauth/code.h"
#include "ssa/oauth/entrust.h"
#include "ssa/oauth/handle.h"

#define REFRESH_LIFE_MS	(30 * DAY_MS)

enum refresh_state { REFRESH_FRESH, REFRESH_USED };

struct answer {
	struct token_row token;
	char		text[TOKEN_LETTERS + 1], refresh[TOKEN_LETTERS + 1];	/* refresh empty: none */
	const struct code *code;	/* NULL: not from one */
};

static bool
is_v1(const struct call *c)
{
	return strncmp(c->x->path, "/csc/v1/", 8) == 0;
}

static void
answer_write(struct call *c, const struct answer *a)
{
	bool credential = a->token.scope == SCOPE_CREDENTIAL;
	AUTO_WRITER details = writer_grow(DETAILS_MAX + 64);
	struct emit m = call_answer(c);

	emit_text(&m, "access_token", a->text);
	emit_text(&m, "token_type", credential && is_v1(c) ? "SAD" : "Bearer");
	emit_number(&m, "expires_in", (a->token.expires - c->now) / 1000);
	emit_text(&m, "scope", credential ? "credential" : "service");
	if (a->refresh[0] != '\0')
		emit_text(&m, "refresh_token", a->refresh);
	if (credential) {
		if (a->code->q.kind == 0)	/* a one-time key is there no more */
			emit_hex(&m, "credentialID", span_of(a->code->q.key, 16));
		if (a->code->q.details.n > 0) {
			if (a->code->q.kind == 0)
				details_enrich(a->code->q.details, a->code->q.key, &details);
			else
				wr_span(&details, a->code->q.details);
			emit_json(&m, "authorization_details", writer_span(&details));
		}
	}
	call_answered(c, &m);
}

static void
invalid_grant(struct call *c, const struct err *e)
{
	if (e->code == ERR_DENIED || e->code == ERR_MISSING)
		call_error(c, 400, "invalid_grant", e->text, NULL);
	else
		call_failed(c, e);
}

static bool
refresh_make(struct call *c, const struct token_row *t, uint64_t expires, char text[TOKEN_LETTERS + 1],
    struct err *e)
{
	struct handle_row row = { .kind = HANDLE_REFRESH, .expires = expires, .data = span_of("", 0) };

	memcpy(row.grant, t->grant, 16);
	memcpy(row.account, t->account, 16);
	memcpy(row.requester, t->requester, 16);
	return handle_make(c->ssa, &row, text, e);
}

static void
token_for(struct call *c, struct answer *a, const uint8_t account[16], const struct client *k,
    const uint8_t grant[16], enum scope scope)
{
	a->token = (struct token_row){ .scope = (uint8_t)scope, .expires = c->now + TOKEN_LIFE_MS };
	memcpy(a->token.account, account, 16);
	memcpy(a->token.requester, k->row.id, 16);
	memcpy(a->token.grant, grant, 16);
}

/* The token names the activation: it lives no longer than what the person signed. */
static bool
credential_token(struct call *c, struct answer *a, const struct code *code, struct err *e)
{
	AUTO(activation) *act = entrusted_take(c->ssa, code->activation);

	if (act == NULL && (act = activation_recall(c->ssa, code->d, code->activation, code->until, e)) == NULL)
		return e->code == ERR_MISSING ? (err_clear(e), err_set(e, ERR_DENIED, "The approval expired")) : false;
	if (act->expires <= c->now + 1000)
		return err_set(e, ERR_DENIED, "The approval expired");
	if (a->token.expires > act->expires)
		a->token.expires = act->expires;
	token_issue(c->ssa->tokens, &a->token, a->text);
	if (!act->window && code->q.kind == 0)
		act->counted = c->ssa->parallel;	/* since the person approved: approval.c */
	activation_keep_as(c->ssa, act, a->token.requester, a->token.hash);
	return true;
}

static void
grant_code(struct call *c, const struct form *f, const struct client *k)
{
	AUTO(code) *code = NULL;
	struct answer a = { 0 };
	struct err e = { 0 };

	if (f->field[P_CODE].p == NULL) {
		call_invalid(c, "Missing parameter code");
		return;
	}
	if ((code = code_redeem(c->ssa, k, f, c->now, &e)) == NULL) {
		invalid_grant(c, &e);
		return;
	}
	a.code = code;
	token_for(c, &a, code->account, k, code->grant, (enum scope)code->q.scope);
	if (code->q.scope == SCOPE_CREDENTIAL) {
		if (!credential_token(c, &a, code, &e)) {
			invalid_grant(c, &e);
			return;
		}
	} else {
		token_issue(c->ssa->tokens, &a.token, a.text);
		if ((k->row.grants & GRANT_REFRESH) != 0 &&
		    !refresh_make(c, &a.token, c->now + REFRESH_LIFE_MS, a.refresh, &e)) {
			call_failed(c, &e);
			return;
		}
	}
	answer_write(c, &a);
	explicit_bzero(&a, sizeof(a));
}

/* Used twice: the client and a thief both have it. RFC 9700 4.14.2 */
static void
refresh_replayed(struct call *c, const struct handle_row *row)
{
	struct err failed = { 0 };

	log_warn("a refresh token was used twice; what its consent gave is revoked");
	if (!tokens_end_grant(c->ssa->tokens, row->grant, &failed))
		log_error("revoking what a consent gave: %s", failed.text);
	call_error(c, 400, "invalid_grant", "Invalid parameter refresh_token", NULL);
}

static bool
refresh_found(struct call *c, const struct form *f, const struct client *k, struct handle_row *row)
{
	struct err e = { 0 };

	if ((k->row.grants & GRANT_REFRESH) == 0)
		call_error(c, 400, "unauthorized_client", "This client may not refresh tokens", NULL);
	else if (f->field[P_REFRESH_TOKEN].p == NULL)
		call_invalid(c, "Missing parameter refresh_token");
	else if (f->field[P_SCOPE].p != NULL && !form_is(f, P_SCOPE, "service"))
		call_error(c, 400, "invalid_scope", "Invalid parameter scope", NULL);
	else if (!handle_find(c->ssa, HANDLE_REFRESH, f->field[P_REFRESH_TOKEN], c->now, row, &e)) {
		if (e.code != ERR_MISSING)
			call_failed(c, &e);
		else
			call_error(c, 400, "invalid_grant", "Invalid parameter refresh_token", NULL);
	} else if (memcmp(row->requester, k->row.id, 16) != 0)
		call_error(c, 400, "invalid_grant", "Invalid parameter refresh_token", NULL);
	else
		return true;
	return false;
}

static void
grant_refresh(struct call *c, const struct form *f, const struct client *k)
{
	struct answer a = { 0 };
	struct err e = { 0 };
	struct handle_row row;

	if (!refresh_found(c, f, k, &row))
		return;
	if (row.state != REFRESH_FRESH || !c->ssa->store->ops->handle_move(c->ssa->store, HANDLE_REFRESH,
	    row.hash, REFRESH_FRESH, REFRESH_USED, row.grant, span_of("", 0), &e)) {
		if (e.code == ERR_NONE || e.code == ERR_NOT_NOW)
			refresh_replayed(c, &row);
		else
			call_failed(c, &e);
		return;
	}
	token_for(c, &a, row.account, k, row.grant, SCOPE_SERVICE);
	/* The end stays where the consent set it. */
	if (!refresh_make(c, &a.token, row.expires, a.refresh, &e)) {
		call_failed(c, &e);
		return;
	}
	token_issue(c->ssa->tokens, &a.token, a.text);
	answer_write(c, &a);
	explicit_bzero(&a, sizeof(a));
}

static void
grant_client(struct call *c, const struct form *f, const struct client *k)
{
	static const uint8_t nobody[16];
	struct answer a = { 0 };

	if ((k->row.grants & GRANT_CLIENT) == 0 || k->row.kind == CLIENT_PUBLIC)
		call_error(c, 400, "unauthorized_client", "This client may not use this grant", NULL);
	else if (f->field[P_SCOPE].p != NULL && !form_is(f, P_SCOPE, "service"))
		call_error(c, 400, "invalid_scope", "Invalid parameter scope", NULL);
	else {
		token_for(c, &a, k->is_account ? k->row.id : nobody, k, nobody, SCOPE_SERVICE);
		token_issue(c->ssa->tokens, &a.token, a.text);
		answer_write(c, &a);
		explicit_bzero(&a, sizeof(a));
	}
}

static const struct grant {
	const char	*name;
	void		(*answer)(struct call *, const struct form *, const struct client *);
} grants[] = {
	{ "authorization_code", grant_code },
	{ "refresh_token", grant_refresh },
	{ "client_credentials", grant_client },
};

void
handle_token(struct call *c)
{
	const struct grant *g = NULL;
	AUTO(client) *k = NULL;
	AUTO_FORM f = { 0 };

	if (!form_read(&f, c->x->body)) {
		call_invalid(c, "The request is malformed or names a parameter twice");
		return;
	}
	for (size_t i = 0; i < COUNT(grants); i++)
		if (form_is(&f, P_GRANT_TYPE, grants[i].name))
			g = &grants[i];
	if (f.field[P_GRANT_TYPE].p == NULL)
		call_invalid(c, "Missing parameter grant_type");
	else if (g == NULL)
		call_invalid(c, "Invalid parameter grant_type");
	else if ((k = client_authenticate(c, &f)) != NULL)
		g->answer(c, &f, k);
}
