/* SPDX-License-Identifier: Apache-2.0 */
/* From an exchange to a call, and from steps to an answer. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "json/base64.h"
#include "ssa/api/cors.h"
#include "ssa/api/fault.h"
#include "ssa/api/route.h"

#define JSON_BODY_MAX	(512u * 1024)
#define SWEEP_MS	60000
#define INVALID		"invalid_request"
#define MODULE_AWAY	"The authentication module is not available; try again later, or approve in another way"

unsigned
call_version(const struct call *c)
{
	return route_version(c->x->path);
}

struct emit
call_answer(struct call *c)
{
	struct emit m;

	writer_reset(&c->x->answer);
	m = emit_into(&c->x->answer);
	c->x->status = 200;
	emit_object(&m, NULL);
	return m;
}

void
call_answered(struct call *c, struct emit *m)
{
	struct err e = { 0 };

	emit_object_end(m);
	if (writer_ok(&c->x->answer))
		return;
	err_set(&e, ERR_BUG, "%s: the answer is too large", c->route->path);
	call_failed(c, &e);
}

void
call_done(struct call *c)
{
	writer_reset(&c->x->answer);
	c->x->status = 204;
	c->x->no_body = true;
}

void
call_error(struct call *c, unsigned status, const char *error, const char *description,
    const char *reason)
{
	struct emit m = call_answer(c);

	c->x->status = status;
	emit_text(&m, "error", error);
	emit_text(&m, "error_description", description);
	if (call_version(c) != 0)
		emit_text(&m, "message", description);	/* what EUDI clients read */
	emit_text(&m, "request_id", c->x->id);
	if (reason != NULL && *reason != '\0')
		emit_text(&m, "reason", reason);
	emit_object_end(&m);
	if ((status == 503 || status == 429) && c->x->retry_after == 0)
		c->x->retry_after = 1;
}

void
call_invalid(struct call *c, const char *description)
{
	call_error(c, 400, INVALID, description, NULL);
}

void
call_refused(struct call *c, const struct err *e)
{
	const struct fault *f = fault_of(e);
	const char *text = route_is_standard(c->route->path) ? f->csc : f->plain;

	if (c->of_module && f->status == 503 && strcmp(f->reason, "lost") != 0)
		text = MODULE_AWAY;
	if (f->status >= 500)
		log_warn("%s %s: %s", c->x->id, c->route->path, e->text);
	call_error(c, f->status, f->error, text, e->reason);
}

void
call_failed(struct call *c, const struct err *e)
{
	log_error("%s %s: %s", c->x->id, c->route->path, e->text);
	call_error(c, 500, "server_error", "The request could not be completed", NULL);
}

static void
on_asked(struct sam_request *q)
{
	struct call *c = (struct call *)((char *)q - offsetof(struct call, ask));

	exchange_resume(c->x);
}

static void
ask_at(struct call *c, struct sam *at, uint8_t type, struct span payload, call_next *next)
{
	c->next = next;
	c->of_module = at != c->ssa->sam;
	c->ask.done = on_asked;
	exchange_suspend(c->x);
	sam_ask(at, &c->ask, type, payload);
}

void
call_ask(struct call *c, uint8_t type, struct span payload, call_next *next)
{
	ask_at(c, c->ssa->sam, type, payload, next);
}

void
call_ask_module(struct call *c, uint8_t type, struct span payload, call_next *next)
{
	ask_at(c, c->ssa->module.sam, type, payload, next);
}

void
call_wait(struct call *c, call_then *woken)
{
	c->woken = woken;
	exchange_suspend(c->x);
}

void
call_wake(struct call *c)
{
	exchange_resume(c->x);
}

void
call_busy(struct call *c, const char *why)
{
	call_error(c, 429, "temporarily_unavailable", why, NULL);
}

static void
asked_result(const struct call *c, struct reader *r, struct err *e)
{
	const struct sam_request *q = &c->ask;
	const char *who = c->of_module ? "the authentication module" : "the SAM";

	switch (q->result) {
	case SAM_ANSWERED:
		if (q->type == MSG_REFUSED)
			msg_refused_raise(r, c->route->path, e);
		else if (q->type != q->asked + 1)
			err_set(e, ERR_BACKEND, "%s answered %u to %u", who, q->type, q->asked);
		break;
	case SAM_LOST:
	case SAM_LATE:
		err_why(e, ERR_BUSY, q->harmless ? "unreachable" : "lost", "%s did not answer", who);
		break;
	case SAM_ASKED:
	case SAM_AWAY:
	case SAM_FULL:
		err_why(e, ERR_BUSY, q->result == SAM_FULL ? "busy" : "unreachable",
		    "%s cannot be reached", who);
		break;
	}
}

static void
on_again(struct exchange *x)
{
	struct call *c = x->of_handler;
	struct reader r = reader_over(writer_span(&c->ask.answer));
	call_then *woken = TAKE(c->woken);
	struct err e = { 0 };

	c->now = clock_wall();
	if (woken != NULL) {
		woken(c);
		return;
	}
	asked_result(c, &r, &e);
	c->next(c, &r, &e);
}

static void
on_over(struct exchange *x)
{
	struct call *c = x->of_handler;

	if (c == NULL)
		return;
	if (c->state != NULL)
		c->state_free(c->state);
	sam_request_wipe(&c->ask);
	signer_release(c->signer);
	json_release(c->json);
	free(c);
	x->of_handler = NULL;
}

bool
call_text(struct call *c, const char *name, size_t max, struct span *text)
{
	char what[96];

	if (json_text(c->json, name, max, text) == JSON_GOT)
		return true;
	snprintf(what, sizeof(what), "Missing (or invalid type) string parameter %s", name);
	call_invalid(c, what);
	return false;
}

static bool
invalid_parameter(struct call *c, const char *name)
{
	char what[96];

	snprintf(what, sizeof(what), "Invalid parameter %s", name);
	call_invalid(c, what);
	return false;
}

bool
call_base64(struct call *c, const char *name, size_t max, struct writer *w)
{
	struct span text;

	return call_text(c, name, BASE64_LEN(max), &text) &&
	    ((base64_read(text, w) && w->n > 0) || invalid_parameter(c, name));
}

bool
call_id(struct call *c, const char *name, uint8_t id[16])
{
	struct span text;

	return call_text(c, name, 256, &text) &&
	    (hex_exact(text, id, 16) || invalid_parameter(c, name));
}

/* A key of somebody else and one that is not there take the same way, and the same time. */
struct key *
call_own_key(struct call *c, const uint8_t id[16], struct err *e)
{
	struct key *k = vault_key_cached(c->ssa->vault, id);
	bool is_own = false;

	if (k != NULL && memcmp(k->row.owner, c->account, 16) == 0)
		return k;
	key_release(k);
	if (!c->ssa->store->ops->key_is_of(c->ssa->store, id, c->account, &is_own, e) || !is_own)
		return NULL;
	return vault_key(c->ssa->vault, id, e);
}

struct key *
call_key(struct call *c, const uint8_t id[16])
{
	struct err e = { 0 };
	struct key *k = call_own_key(c, id, &e);

	if (k == NULL && e.code != ERR_NONE && e.code != ERR_MISSING)
		call_failed(c, &e);
	else if (k == NULL)
		invalid_parameter(c, "credentialID");	/* unknown and foreign: the same */
	return k;
}

struct key *
call_credential(struct call *c)
{
	uint8_t id[16];

	return call_id(c, "credentialID", id) ? call_key(c, id) : NULL;
}

bool
call_flag(struct call *c, const char *name, bool *flag)
{
	return json_flag(c->json, name, flag) != JSON_WRONG || invalid_parameter(c, name);
}

bool
call_client_data(struct call *c)
{
	struct span text;

	return json_text(c->json, "clientData", JSON_BODY_MAX, &text) != JSON_WRONG ||
	    invalid_parameter(c, "clientData");
}

static bool
type_is(struct call *c, const char *wanted, bool needed)
{
	const char *type = exchange_header(c->x, "Content-Type");
	size_t n = strlen(wanted);

	if (type == NULL)
		return !needed;
	return strncasecmp(type, wanted, n) == 0 && (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

static bool
body_read(struct call *c)
{
	struct err e = { 0 };

	if (c->route->takes == TAKES_NOTHING || (c->x->verb == VERB_GET && c->x->body.n == 0))
		return true;
	if (c->route->takes == TAKES_FORM || c->x->body.n == 0)
		return true;
	if ((c->json = json_read(c->x->body, JSON_BODY_MAX, &e)) != NULL)
		return true;
	call_invalid(c, e.text);	/* says which rule and where, repeats nothing of the text */
	return false;
}

static bool
unauthorized(struct call *c, unsigned status, const char *error, const char *description)
{
	call_error(c, status, error, description, NULL);
	if (status == 401)	/* RFC 6750 3.1 */
		c->x->authenticate = "Bearer error=\"invalid_token\"";
	return false;
}

/* A token for one credential opens nothing else, and a client without a user has no account. */
static bool
scope_suffices(struct call *c)
{
	static const uint8_t nobody[16];
	const char *why = NULL;

	if (c->scope == SCOPE_CREDENTIAL && c->route->who != WHO_EITHER)
		why = "The access token is for one credential only";
	else if (c->route->who != WHO_CLIENT && memcmp(c->account, nobody, 16) == 0)
		why = "The access token is of no user";
	if (why != NULL)
		call_error(c, 403, "access_denied", why, NULL);
	return why == NULL;
}

/* Header that does not parse: 400; token that does not hold: 401. csc-api 4.3 */
static bool
caller_known(struct call *c)
{
	static const uint8_t nobody[16];
	const char *header = exchange_header(c->x, "Authorization");
	struct err e = { 0 };
	struct token_row row;
	struct span token;

	if (header == NULL) {
		call_error(c, 401, "invalid_token", "The access token is missing", NULL);
		c->x->authenticate = "Bearer";
		return false;
	}
	if (strncasecmp(header, "Bearer ", 7) != 0 || header[7] == '\0' || strchr(header + 7, ' ') != NULL)
		return unauthorized(c, 400, INVALID, "Malformed authorization header");
	token = span_str(header + 7);
	switch (token_find(c->ssa->tokens, token, c->now, &row)) {
	case TOKEN_EXPIRED:
		return unauthorized(c, 401, "expired_token", "The access token expired");
	case TOKEN_UNKNOWN:
		return unauthorized(c, 401, "invalid_token", "The access token is not valid");
	case TOKEN_GOOD:
		break;
	}
	memcpy(c->account, row.account, 16);
	memcpy(c->requester, row.requester, 16);
	if (!limit_take(c->ssa->accounts, c->account, clock_life()) ||
	    (memcmp(c->account, c->requester, 16) != 0 &&
	    !limit_take(c->ssa->accounts, c->requester, clock_life()))) {
		call_busy(c, "Too many requests for this account or by this client; wait a moment");
		return false;
	}
	c->scope = (enum scope)row.scope;
	c->bearer = token;
	if (!scope_suffices(c))
		return false;
	if (memcmp(c->account, nobody, 16) == 0)
		return true;
	if ((c->signer = vault_signer(c->ssa->vault, c->account, &e)) != NULL)
		return true;
	if (e.code == ERR_MISSING)
		return unauthorized(c, 401, "invalid_token", "The access token is not valid");
	call_failed(c, &e);
	return false;
}

static bool
allowed(struct call *c)
{
	if (c->route->who >= WHO_TOKEN ||
	    (c->route->who == WHO_PERHAPS && exchange_header(c->x, "Authorization") != NULL))
		return caller_known(c);
	if (c->route->who == WHO_ANYONE || limit_take(c->ssa->anonymous, c->x->peer, clock_life()))
		return true;
	call_busy(c, "Too many requests; wait a moment");
	return false;
}

static bool
route_fits(struct call *c)
{
	const struct route *r = c->route = route_find(c->x->path);

	if (r != NULL && !route_is_offered(r, &c->ssa->config))
		r = NULL;
	if (cors_is_preflight(c, r))
		return false;
	if (r == NULL && route_is_standard(c->x->path)) {
		call_error(c, 501, "not_implemented", "This service does not offer this method; info lists "
		    "those that it does", NULL);
		return false;
	}
	if (r == NULL) {
		call_error(c, 404, "not_found", "There is nothing at this address", NULL);
		return false;
	}
	c->x->no_store = r->secret;
	if ((c->x->verb == VERB_GET && r->get) || (c->x->verb == VERB_POST && r->post)) {
		if (c->x->body.n == 0 || type_is(c, r->takes == TAKES_FORM ?
		    "application/x-www-form-urlencoded" : "application/json", r->takes == TAKES_FORM))
			return true;
		call_error(c, 415, INVALID, "This content type is not taken here", NULL);
		return false;
	}
	c->x->allow = r->get && r->post ? "GET, POST" : r->get ? "GET" : "POST";
	call_error(c, 405, INVALID, "This address does not take this HTTP method", NULL);
	return false;
}

void
call_begin(struct exchange *x, void *app)
{
	struct call *c = calloc(1, sizeof(*c));

	if (c == NULL)
		bug("out of memory");
	c->ssa = app;
	c->x = x;
	c->now = clock_wall();
	x->of_handler = c;
	x->again = on_again;
	x->over = on_over;
	if (c->now - c->ssa->swept > SWEEP_MS) {
		c->ssa->swept = c->now;
		c->ssa->store->ops->sweep(c->ssa->store, c->now);
		documents_sweep(c->ssa->documents, c->now);
	}
	if (route_fits(c) && allowed(c) && body_read(c))
		c->route->handle(c);
}
