/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth/login (csc-api 7.1), where the configuration allows it: a client that holds the signer's
 * password, or a refresh token of such a login. It gets what the signer's own tool gets, no more: the
 * SAM asks for the signer's approval all the same.
 */
#include <stdlib.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "json/base64.h"
#include "ssa/api/route.h"
#include "ssa/oauth/handle.h"
#include "ssa/page/login.h"
#include "ssa/page/tries.h"

#define PAIR_MAX	(LOGIN_NAME_MAX + 1 + PASSWORD_MAX)
#define REFRESH_MS	(30 * DAY_MS)
#define FAILED		"An error occurred during authentication process"

struct attempt {
	struct hashing	hashing;	/* first */
	uint8_t		name[LOGIN_NAME_MAX];
	size_t		name_n;
	uint8_t		account[16], data[64];
	size_t		data_n;		/* 0: nobody of this name */
	bool		remember;
};

static void
attempt_free(void *state)
{
	explicit_bzero(state, sizeof(struct attempt));
	free(state);
}

static void
login_answer(struct call *c, const uint8_t account[16], const uint8_t grant[16], const char *refresh)
{
	struct token_row t = { .scope = SCOPE_SERVICE, .expires = c->now + TOKEN_LIFE_MS };
	char token[TOKEN_LETTERS + 1];
	struct emit m;

	memcpy(t.account, account, 16);
	memcpy(t.requester, account, 16);
	memcpy(t.grant, grant, 16);
	token_issue(c->ssa->tokens, &t, token);
	m = call_answer(c);
	emit_text(&m, "access_token", token);
	if (refresh != NULL)
		emit_text(&m, "refresh_token", refresh);
	emit_number(&m, "expires_in", TOKEN_LIFE_MS / 1000);
	call_answered(c, &m);
	explicit_bzero(token, sizeof(token));
}

static void
after_hash(struct call *c)
{
	static const uint8_t no_grant[16];
	struct attempt *a = c->state;
	struct handle_row h = { .kind = HANDLE_REFRESH, .expires = c->now + REFRESH_MS,
		.data = span_of("", 0) };
	char refresh[TOKEN_LETTERS + 1];
	struct err e = { 0 };

	if (!password_matches(&a->hashing.job, span_of(a->data, a->data_n))) {
		log_warn("%s a login failed", c->x->id);
		call_error(c, 400, "authentication_error", FAILED, NULL);
		return;
	}
	tries_forgive(c->ssa->by_name, span_of(a->name, a->name_n));
	if (!a->remember) {
		login_answer(c, a->account, no_grant, NULL);
		return;
	}
	random_bytes(h.grant, sizeof(h.grant));
	memcpy(h.account, a->account, 16);
	memcpy(h.requester, a->account, 16);
	if (handle_make(c->ssa, &h, refresh, &e))
		login_answer(c, a->account, h.grant, refresh);
	else
		call_failed(c, &e);
	explicit_bzero(refresh, sizeof(refresh));
}

/* Good for its 30 days; auth/revoke ends it and the tokens it gave. */
static void
refreshed(struct call *c, struct span text)
{
	struct handle_row h;
	struct err e = { 0 };
	uint8_t account[16], grant[16];

	if (handle_find(c->ssa, HANDLE_REFRESH, text, c->now, &h, &e) &&
	    h.state == 0 && memcmp(h.requester, h.account, 16) == 0) {
		memcpy(account, h.account, 16);
		memcpy(grant, h.grant, 16);
		login_answer(c, account, grant, NULL);
	} else if (e.code != ERR_NONE && e.code != ERR_MISSING) {
		call_failed(c, &e);
	} else {
		call_invalid(c, "Invalid refresh_token");
	}
}

/* False: answered. */
static bool
pair_read(struct call *c, const char *header, struct attempt *a, struct span *password, struct writer *w)
{
	const uint8_t *colon;

	if (header == NULL || strncasecmp(header, "Basic ", 6) != 0 ||
	    !base64_read(span_str(header + 6), w)) {
		call_error(c, 401, "invalid_request", "Malformed authentication parameter.", NULL);
		c->x->authenticate = "Basic realm=\"CSC\"";
		return false;
	}
	if ((colon = memchr(w->p, ':', w->n)) == NULL) {
		call_invalid(c, "Malformed username-password.");
		return false;
	}
	*password = span_of(colon + 1, (size_t)(w->p + w->n - colon - 1));
	if (password->n <= PASSWORD_MAX && login_name_read(span_of(w->p, (size_t)(colon - w->p)), a->name, &a->name_n))
		return true;
	call_error(c, 400, "authentication_error", FAILED, NULL);
	return false;
}

/* A name that nobody has costs the same time as a wrong password. */
static bool
account_load(struct call *c, struct attempt *a)
{
	struct login_row row;
	struct err e = { 0 };

	if (c->ssa->store->ops->login_get(c->ssa->store, LOGIN_PASSWORD, span_of(a->name, a->name_n), &row, &e)) {
		memcpy(a->account, row.account, 16);
		a->data_n = row.data.n <= sizeof(a->data) ? row.data.n : 0;
		memcpy(a->data, row.data.p, a->data_n);
	} else if (e.code != ERR_MISSING) {
		call_failed(c, &e);
		return false;
	}
	return true;
}

static void
password_try(struct call *c, struct attempt *a)
{
	uint8_t bytes[PAIR_MAX];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct span password;

	if (!pair_read(c, exchange_header(c->x, "Authorization"), a, &password, &w))
		return;
	if (!login_address_may(c) || !tries_take(c->ssa->by_name, span_of(a->name, a->name_n), c->now)) {
		call_busy(c, "Too many attempts; wait a quarter of an hour");
	} else if (account_load(c, a)) {
		password_job(&a->hashing.job, password, span_of(a->data, a->data_n));
		if (!login_hash(c, &a->hashing, after_hash))	/* then it fails as a wrong one would */
			log_warn("%s logins: too many are waiting", c->x->id);
	}
	explicit_bzero(bytes, sizeof(bytes));
}

void
handle_auth_login(struct call *c)
{
	struct attempt *a = calloc(1, sizeof(*a));
	struct span refresh;

	if (a == NULL)
		bug("out of memory");
	c->state = a;
	c->state_free = attempt_free;
	if (!call_flag(c, "rememberMe", &a->remember) || !call_client_data(c))
		return;
	switch (json_text(c->json, "refresh_token", TOKEN_LETTERS, &refresh)) {
	case JSON_GOT:
		refreshed(c, refresh);
		break;
	case JSON_WRONG:
		call_invalid(c, "Invalid string parameter: refresh_token");
		break;
	case JSON_ABSENT:
		password_try(c, a);
		break;
	}
}
