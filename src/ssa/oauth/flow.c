/* SPDX-License-Identifier: Apache-2.0 */
/* The browser's way: request, login, consent or ticket, and back with code or error. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "json/base64.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"
#include "ssa/oauth/code.h"
#include "ssa/oauth/entrust.h"
#include "ssa/oauth/flow.h"
#include "ssa/oauth/handle.h"
#include "ssa/oauth/uri.h"
#include "ssa/page/consent.h"
#include "ssa/page/html.h"

#define LOCATION_MAX	8192

static const uint8_t nothing[32];

void
flow_send(struct call *c, const char *fmt, ...)
{
	char *url = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&url, fmt, ap);
	va_end(ap);
	if (n < 0)
		bug("out of memory");
	exchange_set(c->x, "Location", "%s", url);
	exchange_set(c->x, "Referrer-Policy", "no-referrer");
	explicit_bzero(url, (size_t)n);
	free(url);
	writer_reset(&c->x->answer);
	c->x->status = c->x->verb == VERB_POST ? 303 : 302;
	c->x->no_body = c->x->no_store = true;
}

void
flow_start(struct call *c, const struct request *q)
{
	struct handle_row row = { .kind = HANDLE_REQUEST, .expires = c->now + FLOW_LIFE_MS };
	AUTO_WRITER w = writer_grow(REQUEST_MAX);
	char r[TOKEN_LETTERS + 1];
	struct err e = { 0 };

	request_write(&w, q);
	row.data = writer_span(&w);
	memcpy(row.requester, q->client, 16);
	if (writer_ok(&w) && !handle_room(c->ssa, c->x->peer, w.n))
		page_error(c, 429, "Too many requests", "Wait a moment, then try again.");
	else if (!writer_ok(&w) || !handle_make(c->ssa, &row, r, &e))
		page_failed(c, &e);
	else
		flow_send(c, "/oauth2/resume?r=%s", r);
}

struct flow *
flow_find(struct call *c, struct span r)
{
	struct handle_row row;
	struct err e = { 0 };
	struct flow *f;

	if (!handle_find(c->ssa, HANDLE_REQUEST, r, c->now, &row, &e))
		return NULL;
	if ((f = calloc(1, sizeof(*f))) == NULL || (f->bytes = malloc(row.data.n + 1)) == NULL)
		bug("out of memory");
	memcpy(f->bytes, row.data.p, row.data.n);
	memcpy(f->hash, row.hash, sizeof(f->hash));
	if (request_read(span_of(f->bytes, row.data.n), &f->q))
		return f;
	flow_free(f);
	return NULL;
}

void
flow_free(struct flow *f)
{
	if (f == NULL)
		return;
	free(f->bytes);
	free(f);
}

/* RFC 9207: iss tells a client of several servers whose answer this is. */
static void
send_back(struct call *c, const struct request *q, struct writer *url)
{
	if (q->state.n > 0)
		uri_add(url, "state", q->state);
	uri_add(url, "iss", span_str(c->ssa->base[q->plain].url));
	wr_u8(url, 0);
	if (writer_ok(url))
		flow_send(c, "%s", (const char *)url->p);
	else
		page_error(c, 400, "This did not work", "The client's address is too long.");
}

void
flow_refuse(struct call *c, const struct request *q, const char *error, const char *description)
{
	AUTO_WRITER url = writer_grow(LOCATION_MAX);

	wr_span(&url, q->redirect);
	uri_add(&url, "error", span_str(error));
	uri_add(&url, "error_description", span_str(description));
	send_back(c, q, &url);
}

void
flow_give_code(struct call *c, const struct request *q, const uint8_t account[16],
    const struct ticket *t)
{
	AUTO_WRITER url = writer_grow(LOCATION_MAX);
	char code[TOKEN_LETTERS + 1];
	struct err e = { 0 };

	if (!code_issue(c->ssa, q, account, t, c->now, code, &e)) {
		page_failed(c, &e);
		return;
	}
	wr_span(&url, q->redirect);
	uri_add(&url, "code", span_str(code));
	explicit_bzero(code, sizeof(code));
	send_back(c, q, &url);
}

static bool
flow_end(struct call *c, const struct flow *f)
{
	struct err e = { 0 };

	if (c->ssa->store->ops->handle_move(c->ssa->store, HANDLE_REQUEST, f->hash, 0, 1, nothing,
	    span_of("", 0), &e))
		return true;
	if (e.code == ERR_NOT_NOW)
		page_error(c, 400, "This request was answered", "Go back to the application and start again.");
	else
		page_failed(c, &e);
	return false;
}

void
flow_finish(struct call *c, const struct flow *f, const uint8_t account[16])
{
	if (flow_end(c, f))
		flow_give_code(c, &f->q, account, NULL);
}

void
flow_decline(struct call *c, const struct flow *f)
{
	if (flow_end(c, f))
		flow_refuse(c, &f->q, "access_denied", "The user did not allow it");
}

void
flow_leads_to(const struct call *c, const struct flow *f, char text[2 * REDIRECT_MAX])
{
	struct span origin = uri_origin(f->q.redirect);

	snprintf(text, 2 * REDIRECT_MAX, "%.*s %s", (int)origin.n, (const char *)origin.p,
	    c->ssa->config.sic_origin);
}

struct choice {
	struct call	*c;
	bool		 found;
	uint8_t		 id[16];
};

static bool
key_seen_first(void *arg, const struct key_row *k)
{
	struct choice *choice = arg;

	choice->found = k->state == KEY_ACTIVE && k->certificate.n > 0;
	if (choice->found)
		memcpy(choice->id, k->id, 16);
	return !choice->found;
}

/* The one that was named, if it is this person's; or the person's first. */
static struct key *
key_of(struct call *c, const struct request *q, const uint8_t account[16], struct err *e)
{
	struct choice choice = { .c = c };
	struct key *k;

	if (memcmp(q->key, nothing, 16) == 0) {
		if (!c->ssa->store->ops->keys_of(c->ssa->store, account, key_seen_first, &choice, e))
			return NULL;
		if (!choice.found) {
			err_set(e, ERR_MISSING, "no key");
			return NULL;
		}
	}
	k = vault_key(c->ssa->vault, choice.found ? choice.id : q->key, e);
	if (k == NULL || memcmp(k->row.owner, account, 16) == 0)
		return k;
	key_release(k);
	err_set(e, ERR_MISSING, "somebody else's key");
	return NULL;
}

/* On our word, without an approval: a key of that level, where windows are opened at all. */
static bool
is_entrusted(const struct call *c, const struct key *k)
{
	return k->row.level == LEVEL_SCAL1 && c->ssa->config.scal1_count > 0;
}

static const char *
items_fault(const struct call *c, const struct request *q, const struct key *k)
{
	struct reader r = reader_over(q->items);
	struct request_item i;

	if (!credential_is_enabled(k, c->now))
		return "The credential identified by credentialID is disabled";
	if (q->items.n == 0 && !is_entrusted(c, k))
		return q->version == 1 ? "Missing parameter hash" : "Missing parameter hashes";
	if (q->hash_oid.n > 0 && !span_equal(q->hash_oid, span_str(k->alg->hash_oid)))
		return "Invalid parameter hashAlgorithmOID";
	while (request_item_next(&r, &i))
		if (i.digest.n != k->alg->digest_len)
			return "Invalid digest value length";
	return NULL;
}

/* The key of a credential request that can be answered. Yours; NULL: answered, and the flow is over. */
static struct key *
flow_key(struct call *c, const struct flow *f, const struct session *who)
{
	struct err e = { 0 };
	AUTO(key) *k = key_of(c, &f->q, who->account, &e);
	const char *fault = "Invalid parameter credentialID";	/* unknown and foreign: the same */

	if (k == NULL && e.code != ERR_MISSING) {
		page_failed(c, &e);
		return NULL;
	}
	if (k != NULL && (fault = items_fault(c, &f->q, k)) == NULL)
		return TAKE(k);
	if (flow_end(c, f))
		flow_refuse(c, &f->q, "invalid_request", fault);
	return NULL;
}

void
flow_approve(struct call *c, struct flow *f, const struct key *k, const struct session *who)
{
	char ticket[TOKEN_LETTERS + 1], url[TEXT_MAX + 80];
	struct err e = { 0 };

	if (c->ssa->config.sic_origin[0] == '\0') {
		flow_refuse(c, &f->q, "temporarily_unavailable", "There is no signing page here");
		return;
	}
	if (k != NULL)
		memcpy(f->q.key, k->row.id, 16);
	memcpy(f->q.session, who->hash, sizeof(f->q.session));
	if (!ticket_make(c->ssa, who->account, &f->q, c->now, ticket, &e)) {
		page_failed(c, &e);
		return;
	}
	ticket_url(c->ssa, ticket, url);
	flow_send(c, "%s", url);
}

static void
to_login(struct call *c, struct span r)
{
	flow_send(c, "/login?r=%.*s", (int)r.n, (const char *)r.p);
}

bool
flow_wants_login(const struct flow *f, const struct session *who)
{
	return (f->q.login_anew && who->created < f->q.created) ||
	    (memcmp(f->q.account, nothing, 16) != 0 && memcmp(f->q.account, who->account, 16) != 0);
}

/* The use of a SCAL1 key rests on the login alone: not on one of this morning. */
static bool
login_is_fresh(const struct call *c, const struct flow *f, const struct session *who)
{
	return who->created + LOGIN_FRESH_MS > c->now && !flow_wants_login(f, who);
}

static void
credential_step(struct call *c, struct flow *f, const struct session *who, struct span r)
{
	AUTO(key) *k = NULL;

	if (f->q.kind != 0) {		/* its key is made when the person has approved */
		if (flow_end(c, f))
			flow_approve(c, f, NULL, who);
		return;
	}
	if ((k = flow_key(c, f, who)) == NULL)
		return;
	if (is_entrusted(c, k) && !login_is_fresh(c, f, who))
		to_login(c, r);
	else if (is_entrusted(c, k))
		entrust_page(c, f, k, r);
	else if (flow_end(c, f))
		flow_approve(c, f, k, who);
}

void
flow_entrust(struct call *c, struct flow *flow, const struct session *who, struct span shown, struct span r)
{
	uint8_t id[16];
	AUTO(flow) *f = flow;
	AUTO(key) *k = flow_key(c, f, who);

	if (k == NULL)
		return;
	if (!is_entrusted(c, k))	/* no page of ours asked this */
		page_error(c, 400, "This request is over", "Go back to the application and start again.");
	else if (!login_is_fresh(c, f, who))
		to_login(c, r);
	else if (!hex_exact(shown, id, 16) || memcmp(id, k->row.id, 16) != 0)
		entrust_page(c, f, k, r);	/* another of the person's keys is the first one now */
	else if (flow_end(c, f))
		entrust(c, TAKE(f), TAKE(k), who);
}

static void
flow_step(struct call *c, struct flow *f, struct span r)
{
	struct session who;

	if (!session_find(c, &who) || flow_wants_login(f, &who))
		to_login(c, r);
	else if (f->q.scope == SCOPE_CREDENTIAL)
		credential_step(c, f, &who, r);
	else if (span_equal(f->q.client_id, span_str(SIC_CLIENT_ID)))
		flow_finish(c, f, who.account);
	else
		consent_page(c, f, r);
}

void
handle_resume(struct call *c)
{
	AUTO_FORM form = { 0 };
	AUTO(flow) *f = NULL;

	if (!form_query(&form, c->x) || (f = flow_find(c, form.field[P_R])) == NULL)
		page_error(c, 400, "This request is over", "It was answered, or took too long. Go back to the"
		    " application and start again.");
	else
		flow_step(c, f, form.field[P_R]);
}

/* The way back from the signing page: once, and in the browser that went there. */
void
handle_continue(struct call *c)
{
	AUTO_FORM form = { 0 };
	AUTO(ticket) *t = NULL;
	struct session who;
	struct handle_row row;
	struct err e = { 0 };
	uint8_t hash[HASH_LEN];

	if (!form_query(&form, c->x) ||
	    !handle_find(c->ssa, HANDLE_CONTINUE, form.field[P_R], c->now, &row, &e) ||
	    row.data.n != HASH_LEN) {
		page_error(c, 400, "This request is over", "Go back to the application and start again.");
		return;
	}
	memcpy(hash, row.data.p, HASH_LEN);
	if ((t = ticket_by_hash(c->ssa, hash, &e)) == NULL)
		page_failed(c, &e);
	else if (!session_find(c, &who) || memcmp(who.hash, t->q.session, sizeof(who.hash)) != 0)
		page_error(c, 403, "Another browser asked for this", "The application is waiting in the"
		    " browser where you started. Nothing was given to it here.");
	else if (!c->ssa->store->ops->handle_move(c->ssa->store, HANDLE_CONTINUE, row.hash, 0, 1, nothing,
	    span_of("", 0), &e))
		page_error(c, 400, "This request was answered", "Go back to the application and start again.");
	else if (t->state == TICKET_DECLINED)
		flow_refuse(c, &t->q, "access_denied", "The signer declined");
	else if (t->state == TICKET_APPROVED && ticket_done(c->ssa, t, &e))
		flow_give_code(c, &t->q, t->account, t);
	else
		page_error(c, 400, "This request is over", "Go back to the application and start again.");
}
