/* SPDX-License-Identifier: Apache-2.0 */
/* oauth2/authorize and oauth2/pushed_authorize (csc-api 8.3, 8.5; RFC 9126). */
#include <stdlib.h>

#include "ssa/api/document.h"
#include "ssa/api/route.h"
#include "ssa/jwt.h"
#include "ssa/oauth/flow.h"
#include "ssa/oauth/handle.h"
#include "ssa/page/html.h"

#define PUSHED_LIFE_MS	90000
#define PUSHED_URN	"urn:ietf:params:oauth:request_uri:"

/* Exactly one of the registered ones; may be left out where there is only one. */
static bool
redirect_take(const struct client *k, struct span given, struct request *q)
{
	struct reader r = reader_over(k->row.redirects);
	struct span only;

	q->redirect_named = given.p != NULL;
	q->redirect = given;
	if (given.p != NULL)
		return client_may_return_to(k, given);
	if (!rd_span16(&r, 1, UINT16_MAX, &only) || !rd_end(&r))
		return false;
	q->redirect = only;
	return true;
}

static struct request
request_begin(struct call *c)
{
	return (struct request){ .version = strncmp(c->x->path, "/csc/v1/", 8) == 0 ? 1 : 2,
		.plain = c->x->plain, .created = c->now };
}

/* csc-api 8.2. Last of all that is looked at, as its jti is used up. */
static bool
account_take(struct call *c, const struct form *f, const struct client *k, struct request *q,
    struct refusal *why)
{
	struct span text = f->field[P_ACCOUNT_TOKEN];
	struct account_token t;
	struct err e = { 0 };

	if (text.p == NULL)
		return true;
	*why = (struct refusal){ "invalid_request", "Invalid parameter account_token" };
	if (k->row.kind != CLIENT_SECRET || k->row.secret.n != HASH_LEN ||
	    !account_token_verify(text, k->row.secret.p, k->row.client_id, c->now, &t, &e) ||
	    !assertion_spend(c->ssa->tokens, t.jti,
	    (uint64_t)(t.iat + ASSERTION_LIFE_S + CLOCK_SKEW_S) * 1000, c->now))
		return false;
	memcpy(q->account, t.account, sizeof(q->account));
	return true;
}

/* The parameters, and that what they name is there to be shown. */
static bool
request_take(struct call *c, struct request *q, const struct form *f, const struct client *k,
    struct writer *items, struct refusal *why)
{
	if (!request_from_form(q, f, k, items, why) || !request_settle(q, &c->ssa->config.cas, why))
		return false;
	if (documents_are_there(c->ssa, q, c->now))
		return account_take(c, f, k, q, why);
	*why = (struct refusal){ "invalid_authorization_details",
		"A document in documentDigests is not whole, or not there any more" };
	return false;
}

static void
start_from_query(struct call *c, const struct form *f, const struct client *k)
{
	AUTO_WRITER items = writer_grow(REQUEST_MAX);
	struct request q = request_begin(c);
	struct refusal why;

	if (!redirect_take(k, f->field[P_REDIRECT_URI], &q))
		page_error(c, 400, "This application sent you here in a wrong way",
		    "The address to which it wants you to be sent back is not registered. You are not sent there.");
	else if (request_take(c, &q, f, k, &items, &why))
		flow_start(c, &q);
	else
		flow_refuse(c, &q, why.error, why.description);
}

static void
start_from_pushed(struct call *c, const struct form *f, const struct client *k)
{
	struct span uri = f->field[P_REQUEST_URI], secret;
	size_t n = strlen(PUSHED_URN);
	AUTO_WRITER kept = writer_grow(REQUEST_MAX);
	struct handle_row row;
	struct err e = { 0 };
	struct request q;

	secret = uri.n > n && memcmp(uri.p, PUSHED_URN, n) == 0 ? span_of(uri.p + n, uri.n - n) : span_of("", 0);
	if (!handle_find(c->ssa, HANDLE_PUSHED, secret, c->now, &row, &e) ||
	    memcmp(row.requester, k->row.id, 16) != 0) {
		page_error(c, 400, "This request is over", "The application's request is unknown, was used"
		    " already, or took too long. Go back to it and start again.");
		return;
	}
	wr_span(&kept, row.data);	/* lent until the next call */
	if (!writer_ok(&kept) || !request_read(writer_span(&kept), &q) ||
	    !c->ssa->store->ops->handle_drop(c->ssa->store, HANDLE_PUSHED, row.hash, &e)) {
		page_error(c, 500, "This did not work", "A fault on our side. Please try again in a moment.");
		return;
	}
	q.plain = c->x->plain;
	flow_start(c, &q);
}

void
handle_oauth_authorize(struct call *c)
{
	AUTO(client) *k = NULL;
	struct err e = { 0 };
	AUTO_FORM f = { 0 };

	if (!form_query(&f, c->x))
		page_error(c, 400, "This application sent you here in a wrong way",
		    "Its request names a parameter twice.");
	else if (f.field[P_CLIENT_ID].p == NULL ||
	    (k = client_find(c->ssa, f.field[P_CLIENT_ID], &e)) == NULL)
		page_error(c, e.code == ERR_NONE || e.code == ERR_MISSING ? 400 : 500,
		    "This application is not known here", "It is not registered with this service.");
	else if (f.field[P_REQUEST_URI].p != NULL)
		start_from_pushed(c, &f, k);
	else
		start_from_query(c, &f, k);
}

static void
pushed_keep(struct call *c, const struct request *q)
{
	struct handle_row row = { .kind = HANDLE_PUSHED, .expires = c->now + PUSHED_LIFE_MS };
	AUTO_WRITER w = writer_grow(REQUEST_MAX);
	char secret[TOKEN_LETTERS + 1], uri[sizeof(PUSHED_URN) + TOKEN_LETTERS];
	struct err e = { 0 };
	struct emit m;

	request_write(&w, q);
	memcpy(row.requester, q->client, 16);
	row.data = writer_span(&w);
	if (!writer_ok(&w))
		call_invalid(c, "The request is too large");
	else if (!handle_room(c->ssa, c->x->peer, w.n))
		call_busy(c, "Too many requests; wait a moment");
	else if (!handle_make(c->ssa, &row, secret, &e))
		call_failed(c, &e);
	else {
		memcpy(uri, PUSHED_URN, sizeof(PUSHED_URN) - 1);
		memcpy(uri + sizeof(PUSHED_URN) - 1, secret, sizeof(secret));
		m = call_answer(c);
		c->x->status = 201;
		emit_text(&m, "request_uri", uri);
		emit_number(&m, "expires_in", PUSHED_LIFE_MS / 1000);
		call_answered(c, &m);
	}
}

void
handle_pushed_authorize(struct call *c)
{
	AUTO_WRITER items = writer_grow(REQUEST_MAX);
	struct request q = request_begin(c);
	AUTO(client) *k = NULL;
	struct refusal why;
	AUTO_FORM f = { 0 };

	if (!form_read(&f, c->x->body))
		call_invalid(c, "The request is malformed or names a parameter twice");
	else if (f.field[P_REQUEST_URI].p != NULL)	/* RFC 9126 2.1 */
		call_invalid(c, "Invalid parameter request_uri");
	else if ((k = client_authenticate(c, &f)) == NULL)
		return;
	else if (!redirect_take(k, f.field[P_REDIRECT_URI], &q))
		call_invalid(c, "Invalid parameter redirect_uri");
	else if (!request_take(c, &q, &f, k, &items, &why))
		call_error(c, 400, why.error, why.description, NULL);
	else
		pushed_keep(c, &q);
}
