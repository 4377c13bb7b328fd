/* SPDX-License-Identifier: Apache-2.0 */
/* Login by password or passkey, and logout. A login lets see and prepare; it approves nothing. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "json/base64.h"
#include "ssa/api/window.h"
#include "ssa/idp/visit.h"
#include "ssa/oauth/flow.h"
#include "ssa/page/html.h"
#include "ssa/page/login.h"
#include "ssa/page/passkey.h"
#include "webauthn/authenticator_data.h"

#define WRONG		"The name or the password is wrong."
#define TOO_MANY	"Too many attempts. Wait a quarter of an hour, or use a passkey."
#define NETWORK_LEN	17		/* a zero byte, address */
#define DELAY_MS	250		/* doubled with each attempt at a name over its limit, so often: */
#define DELAY_DOUBLINGS	5
#define NOT_OURS	"This form was not sent from our page. Please try again."

static void
on_hashed(struct slow_job *j)
{
	call_wake(((struct hashing *)(void *)j)->c);
}

bool
login_hash(struct call *c, struct hashing *h, call_then *hashed)
{
	h->c = c;
	h->job.done = on_hashed;
	call_wait(c, hashed);
	if (slow_ask(c->ssa->slow, &h->job))
		return true;
	call_wake(c);		/* with job.ok false */
	return false;
}

static bool
is_ipv4(const uint8_t peer[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(peer, mapped, sizeof(mapped)) == 0;
}

/* No byte of a login name is 0: none can be mistaken for a network with a name. */
static void
network_of(const uint8_t peer[16], uint8_t network[NETWORK_LEN])
{
	memset(network, 0, NETWORK_LEN);
	memcpy(network + 1, peer, is_ipv4(peer) ? 15 : 7);	/* a /24, or a /56 */
}

bool
login_address_may(struct call *c)
{
	uint8_t who[17] = { 'a' };

	memcpy(who + 1, c->x->peer, 16);
	if (!is_ipv4(c->x->peer))
		memset(who + 9, 0, 8);
	return tries_take(c->ssa->by_address, span_of(who, sizeof(who)), c->now);
}

static void
data_write(struct call *c, const char *name, struct span value)
{
	page_put(c, " data-");
	page_put(c, name);
	page_put(c, "=\"");
	page_text(c, value);
	page_put(c, "\"");
}

void
login_passkey_box(struct call *c, const char *act, const char *csrf, struct span r)
{
	uint8_t challenge[CEREMONY_LEN], letters[BASE64_LEN(CEREMONY_LEN)];
	struct writer w = writer_over(letters, sizeof(letters));

	ceremony_make(c, challenge);
	base64url_write(&w, span_of(challenge, sizeof(challenge)));
	page_put(c, "<div id=\"passkey\" hidden");
	data_write(c, "act", span_str(act));
	data_write(c, "csrf", span_str(csrf));
	data_write(c, "r", r);
	data_write(c, "challenge", writer_span(&w));
	data_write(c, "rp", span_str(c->ssa->base[c->x->plain].host));
	data_write(c, "name", span_str(c->ssa->config.name));
	page_put(c, ">\n<button type=\"button\" id=\"touch\">");
	page_put(c, strcmp(act, "login") == 0 ? "Log in with a passkey" : "Make a passkey for login");
	page_put(c, "</button>\n</div>\n");
}

static void
login_form(struct call *c, unsigned status, const struct flow *f, struct span r, const char *said)
{
	char csrf[TOKEN_LETTERS + 1], leads_to[2 * REDIRECT_MAX] = "";

	csrf_make(c, csrf);
	if (f != NULL)
		flow_leads_to(c, f, leads_to);
	page_begin(c, status, "Log in");
	if (f != NULL) {
		page_put(c, "<p>to continue to <strong>");
		page_text(c, f->q.client_name);
		page_put(c, "</strong></p>\n");
	}
	page_put(c, *said == '\0' ? "<p role=\"alert\" id=\"said\" hidden>" : "<p role=\"alert\" id=\"said\">");
	page_text(c, span_str(said));
	page_put(c, "</p>\n");
	login_passkey_box(c, "login", csrf, r);
	idp_buttons(c, r);
	page_put(c, "<form method=\"post\" action=\"/login\">\n");
	page_hidden(c, "csrf", span_str(csrf));
	page_hidden(c, "r", r);
	page_put(c, "<label for=\"name\">Login name</label>\n<input id=\"name\" name=\"name\""
	    " autocomplete=\"username\" autocapitalize=\"none\" required maxlength=\"64\">\n"
	    "<label for=\"password\">Password</label>\n<input id=\"password\" name=\"password\""
	    " type=\"password\" autocomplete=\"current-password\" required maxlength=\"256\">\n"
	    "<button class=\"other\">Log in with the password</button>\n</form>\n");
	page_end(c, leads_to);
}

static void
logged_in_page(struct call *c, const struct session *who)
{
	char csrf[TOKEN_LETTERS + 1];

	csrf_make(c, csrf);
	page_begin(c, 200, "You are logged in");
	page_put(c, "<form method=\"post\" action=\"/logout\">\n");
	page_hidden(c, "csrf", span_str(csrf));
	page_put(c, "<button class=\"other\">Log out</button>\n</form>\n");
	idp_links(c, who->account, csrf);
	page_end(c, "");
}

static void
over(struct call *c)
{
	page_error(c, 400, "This request is over", "It was answered, or took too long. Go back to the"
	    " application and start again.");
}

static void
login_page(struct call *c)
{
	AUTO(flow) *f = NULL;
	struct session who;
	AUTO_FORM form = { 0 };

	if (!form_query(&form, c->x) ||
	    (form.field[P_R].p != NULL && (f = flow_find(c, form.field[P_R])) == NULL))
		over(c);
	else if (f == NULL && session_find(c, &who))
		logged_in_page(c, &who);
	else
		login_form(c, 200, f, form.field[P_R], "");
}

struct attempt {
	struct hashing	hashing;	/* first */
	uint8_t		who[NETWORK_LEN + LOGIN_NAME_MAX];	/* network and name */
	struct flow	*flow;
	char		r[TOKEN_LETTERS + 1];
	uint8_t		name[LOGIN_NAME_MAX];
	size_t		name_n;
	uint8_t		account[16];
	uint8_t		data[64];
	size_t		data_n;		/* 0: nobody of this name */
};

static void
attempt_free(void *state)
{
	struct attempt *a = state;

	flow_free(a->flow);
	explicit_bzero(a, sizeof(*a));
	free(a);
}

static void
send_on(struct call *c, const char *r)
{
	if (*r != '\0')
		flow_send(c, "/oauth2/resume?r=%s", r);
	else
		flow_send(c, "/login");
}

static void
after_hash(struct call *c)
{
	struct attempt *a = c->state;
	struct err e = { 0 };

	if (!password_matches(&a->hashing.job, span_of(a->data, a->data_n))) {
		log_warn("%s a login failed", c->x->id);
		login_form(c, 403, a->flow, span_str(a->r), WRONG);
		return;
	}
	tries_forgive(c->ssa->by_name, span_of(a->who, NETWORK_LEN + a->name_n));
	tries_give_back(c->ssa->by_name, span_of(a->name, a->name_n));
	if (session_start(c, a->account, &e)) {
		send_on(c, a->r);
		return;
	}
	page_failed(c, &e);
}

/* Copies what there is of this name; of a name that is not there, the same is done with nothing. */
static bool
login_load(struct call *c, struct attempt *a, struct err *e)
{
	struct login_row row;
	struct err why = { 0 };

	if (c->ssa->store->ops->login_get(c->ssa->store, LOGIN_PASSWORD, span_of(a->name, a->name_n), &row,
	    &why)) {
		memcpy(a->account, row.account, 16);
		a->data_n = row.data.n <= sizeof(a->data) ? row.data.n : 0;
		memcpy(a->data, row.data.p, a->data_n);
	} else if (why.code != ERR_MISSING) {
		*e = why;
		return false;
	}
	return true;
}

static bool
attempt_read(struct call *c, struct attempt *a, const struct form *form)
{
	struct span r = form->field[P_R];

	if (r.p != NULL && (a->flow = flow_find(c, r)) == NULL) {
		over(c);
		return false;
	}
	memcpy(a->r, r.p == NULL ? (const uint8_t *)"" : r.p, r.n);
	if (!csrf_holds(c, form->field[P_CSRF])) {
		login_form(c, 403, a->flow, r, NOT_OURS);
		return false;
	}
	if (form->field[P_NAME].p == NULL || form->field[P_PASSWORD].p == NULL ||
	    form->field[P_PASSWORD].n > PASSWORD_MAX ||
	    !login_name_read(form->field[P_NAME], a->name, &a->name_n)) {
		login_form(c, 403, a->flow, r, WRONG);
		return false;
	}
	return true;
}

/*
 * A name is closed to the network that guesses at it, not to its owner. To all others each attempt at
 * it takes longer, whatever comes of it, and whether there is such a name or not.
 */
static bool
name_may(struct call *c, struct attempt *a)
{
	unsigned most = c->ssa->config.tries_by_name, before, over;

	network_of(c->x->peer, a->who);
	memcpy(a->who + NETWORK_LEN, a->name, a->name_n);
	if (!tries_take(c->ssa->by_name, span_of(a->who, NETWORK_LEN + a->name_n), c->now))
		return false;
	before = tries_count(c->ssa->by_name, span_of(a->name, a->name_n), c->now);
	over = before > most ? before - most : 0;
	a->hashing.job.delay_ms = over == 0 ? 0 : over > DELAY_DOUBLINGS ? DELAY_MS << DELAY_DOUBLINGS :
	    DELAY_MS << over;
	return true;
}

static void
login_try(struct call *c)
{
	struct attempt *a = calloc(1, sizeof(*a));
	struct err e = { 0 };
	AUTO_FORM form = { 0 };

	if (a == NULL)
		bug("out of memory");
	c->state = a;
	c->state_free = attempt_free;
	if (!form_read(&form, c->x->body)) {
		over(c);
		return;
	}
	if (!attempt_read(c, a, &form))
		return;
	if (!login_address_may(c) || !name_may(c, a))
		login_form(c, 429, a->flow, form.field[P_R], TOO_MANY);
	else if (!login_load(c, a, &e))
		page_failed(c, &e);
	else {
		password_job(&a->hashing.job, form.field[P_PASSWORD], span_of(a->data, a->data_n));
		if (!login_hash(c, &a->hashing, after_hash))
			log_warn("%s logins: too many are waiting", c->x->id);
	}
}

void
handle_login(struct call *c)
{
	if (c->x->verb == VERB_GET)
		login_page(c);
	else
		login_try(c);
}

static void
passkey_refused(struct call *c)
{
	call_error(c, 403, "access_denied", "This passkey does not log in here", NULL);
}

static void
passkey_session(struct call *c, const uint8_t account[16])
{
	char next[64];
	struct span r = span_of("", 0);
	struct err e = { 0 };
	struct emit m;

	if (!session_start(c, account, &e)) {
		call_failed(c, &e);
		return;
	}
	if (json_text(c->json, "r", TOKEN_LETTERS, &r) == JSON_GOT && r.n == TOKEN_LETTERS)
		snprintf(next, sizeof(next), "/oauth2/resume?r=%.*s", (int)r.n, (const char *)r.p);
	else
		snprintf(next, sizeof(next), "/login");
	m = call_answer(c);
	emit_text(&m, "next", next);
	call_answered(c, &m);
}

void
handle_login_passkey(struct call *c)
{
	uint8_t challenge[CEREMONY_LEN], id[CREDENTIAL_ID_MAX + 3], spki[PASSKEY_SPKI_MAX], account[16];
	struct writer w = writer_over(id, sizeof(id));
	struct login_row row;
	struct span text;
	struct err e = { 0 };
	size_t n = 0;

	if (!login_address_may(c)) {
		call_busy(c, TOO_MANY);
		return;
	}
	if (!session_challenge_taken(c, challenge))
		return;
	if (json_text(c->json, "id", BASE64_LEN(CREDENTIAL_ID_MAX), &text) != JSON_GOT ||
	    !base64url_read(text, &w)) {
		call_invalid(c, "Invalid parameter id");
		return;
	}
	if (c->ssa->store->ops->login_get(c->ssa->store, LOGIN_PASSKEY, writer_span(&w), &row, &e)) {
		n = row.data.n <= sizeof(spki) ? row.data.n : 0;
		memcpy(spki, row.data.p, n);
		memcpy(account, row.account, 16);
	} else if (e.code != ERR_MISSING) {
		call_failed(c, &e);
		return;
	}
	if (n > 0 && passkey_login_holds(c, challenge, span_of(spki, n)))
		passkey_session(c, account);
	else
		passkey_refused(c);
}

static void
logout_page(struct call *c)
{
	struct session who;

	if (session_find(c, &who))
		logged_in_page(c, &who);
	else
		page_error(c, 200, "You are logged out", "Nobody is logged in in this browser.");
}

static void
logged_out(struct call *c)
{
	flow_send(c, "/logout");
}

/* Clients that this login let sign do so no longer. */
static void
logout(struct call *c)
{
	struct session who;
	bool was_in = session_find(c, &who);
	uint8_t session[16];
	struct err e = { 0 };

	if (!session_end(c, &e)) {
		page_failed(c, &e);
		return;
	}
	if (!was_in) {
		logged_out(c);
		return;
	}
	window_browser(who.hash, session);
	window_close(c, session, logged_out);
}

void
handle_logout(struct call *c)
{
	AUTO_FORM form = { 0 };

	if (c->x->verb == VERB_GET)
		logout_page(c);
	else if (!form_read(&form, c->x->body) || !csrf_holds(c, form.field[P_CSRF]))
		page_error(c, 403, "This form was not sent from our page", "Please try again.");
	else
		logout(c);
}
