/* SPDX-License-Identifier: Apache-2.0 */
/* /login/register: name and password, or a login passkey. The token comes in the fragment. */
#include <stdlib.h>

#include "base/log.h"
#include "json/base64.h"
#include "ssa/oauth/flow.h"
#include "ssa/oauth/handle.h"
#include "ssa/page/html.h"
#include "ssa/page/login.h"
#include "ssa/page/passkey.h"
#include "ssa/page/register.h"
#include "webauthn/authenticator_data.h"

#define FAULT		"A fault on our side. Please try again in a moment."
#define NO_TOKEN	"The link is not valid any more. Ask for a new one where you enrolled."

/* What was typed comes back only if it could have been right: pages stay small. */
static struct span
echoed(struct span typed, size_t max)
{
	return typed.n <= max ? typed : span_of("", 0);
}

static void
register_form(struct call *c, unsigned status, struct span token, struct span name, const char *said)
{
	char csrf[TOKEN_LETTERS + 1];

	csrf_make(c, csrf);
	page_begin(c, status, "Make your login");
	page_put(c, "<p>With it you see your keys and start signatures here. It does not sign: for that"
	    " you have your authenticator.</p>\n");
	page_put(c, *said == '\0' ? "<p role=\"alert\" id=\"said\" hidden>" : "<p role=\"alert\" id=\"said\">");
	page_text(c, span_str(said));
	page_put(c, "</p>\n");
	login_passkey_box(c, "register", csrf, span_of("", 0));
	page_put(c, "<h2>Or a password</h2>\n<form method=\"post\" action=\"/login/register\">\n");
	page_hidden(c, "csrf", span_str(csrf));
	page_put(c, "<input type=\"hidden\" id=\"token\" name=\"token\" value=\"");
	page_text(c, echoed(token, TOKEN_LETTERS));
	page_put(c, "\">\n<label for=\"name\">Login name</label>\n<input id=\"name\" name=\"name\""
	    " autocomplete=\"username\" autocapitalize=\"none\" required maxlength=\"64\" value=\"");
	page_text(c, echoed(name, LOGIN_NAME_MAX));
	page_put(c, "\">\n<label for=\"password\">Password, at least 12 characters</label>\n"
	    "<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"new-password\""
	    " required minlength=\"12\" maxlength=\"256\">\n<label for=\"again\">The same again</label>\n"
	    "<input id=\"again\" name=\"again\" type=\"password\" autocomplete=\"new-password\" required"
	    " maxlength=\"256\">\n<button class=\"other\">Log in with a password from now on</button>\n"
	    "</form>\n");
	page_end(c, "");
}

struct registering {
	struct hashing	hashing;	/* first */
	uint8_t		token[HASH_LEN], account[16];
	uint8_t		name[LOGIN_NAME_MAX];
	size_t		name_n;
};

/* A token that can still be used, and whose. */
static bool
token_holds(struct call *c, struct span text, uint8_t hash[HASH_LEN], uint8_t account[16], struct err *e)
{
	struct handle_row row;

	if (!handle_find(c->ssa, HANDLE_REGISTER, text, c->now, &row, e))
		return false;
	if (row.state != 0)
		return err_set(e, ERR_MISSING, "the token was used");
	memcpy(hash, row.hash, HASH_LEN);
	memcpy(account, row.account, 16);
	return true;
}

/* Token spent and login made, both or neither. */
static bool
login_make(struct call *c, const uint8_t token[HASH_LEN], const struct login_row *row, struct err *e)
{
	static const uint8_t nothing[16];
	struct store *s = c->ssa->store;

	if (!s->ops->begin(s, e))
		return false;
	if (s->ops->handle_move(s, HANDLE_REGISTER, token, 0, 1, nothing, span_of("", 0), e) &&
	    s->ops->login_put(s, row, e))
		return s->ops->commit(s, e);
	s->ops->rollback(s);
	return false;
}

static void
after_hash(struct call *c)
{
	struct registering *g = c->state;
	uint8_t data[64];
	struct writer w = writer_over(data, sizeof(data));
	struct login_row row = { .kind = LOGIN_PASSWORD, .name = span_of(g->name, g->name_n) };
	struct err e = { 0 };

	if (!g->hashing.job.ok) {
		page_error(c, 503, "This did not work", "Too many people are doing this. Please try again.");
		return;
	}
	password_data(&g->hashing.job, &w);
	row.data = writer_span(&w);
	memcpy(row.account, g->account, 16);
	if (login_make(c, g->token, &row, &e) && session_start(c, g->account, &e)) {
		flow_send(c, "/login");
		return;
	}
	page_failed(c, &e);
}

/* NULL, or what to tell the person. */
static const char *
form_fault(struct call *c, const struct form *f, struct registering *g)
{
	struct span password = f->field[P_PASSWORD];
	struct login_row taken;
	const char *fault;
	struct err e = { 0 };

	if (!csrf_holds(c, f->field[P_CSRF]))
		return "This form was not sent from our page. Please try again.";
	if (!token_holds(c, f->field[P_TOKEN], g->token, g->account, &e))
		return e.code == ERR_MISSING ? NO_TOKEN : FAULT;
	if (!login_name_read(f->field[P_NAME], g->name, &g->name_n))
		return "A login name has 3 to 64 letters, digits or . _ - @ +";
	if ((fault = password_fault(password, span_of(g->name, g->name_n))) != NULL)
		return fault;
	if (!span_equal(password, f->field[P_AGAIN]))
		return "The two passwords differ.";
	if (c->ssa->store->ops->login_get(c->ssa->store, LOGIN_PASSWORD, span_of(g->name, g->name_n), &taken,
	    &e))
		return "This name is taken. Choose another one.";
	return e.code == ERR_MISSING ? NULL : FAULT;
}

static void
register_try(struct call *c)
{
	struct registering *g = calloc(1, sizeof(*g));
	const char *fault;
	AUTO_FORM form = { 0 };

	if (g == NULL)
		bug("out of memory");
	c->state = g;
	c->state_free = free;
	if (!form_read(&form, c->x->body))
		page_error(c, 400, "This did not work", "Please load the page again.");
	else if (!login_address_may(c))
		page_error(c, 429, "Too many attempts", "Wait a quarter of an hour.");
	else if ((fault = form_fault(c, &form, g)) != NULL)
		register_form(c, 403, form.field[P_TOKEN], form.field[P_NAME], fault);
	else {
		password_job(&g->hashing.job, form.field[P_PASSWORD], span_of("", 0));
		if (!login_hash(c, &g->hashing, after_hash))
			log_warn("%s logins: too many are waiting", c->x->id);
	}
}

void
handle_register(struct call *c)
{
	if (c->x->verb == VERB_GET)
		register_form(c, 200, span_of("", 0), span_of("", 0), "");
	else
		register_try(c);
}

static void
passkey_keep(struct call *c, const uint8_t token[HASH_LEN], const uint8_t account[16],
    struct span credential, struct span spki)
{
	struct login_row row = { .kind = LOGIN_PASSKEY, .name = credential, .data = spki };
	struct err e = { 0 };
	struct emit m;

	memcpy(row.account, account, 16);
	if (!login_make(c, token, &row, &e) || !session_start(c, account, &e)) {
		call_failed(c, &e);
		return;
	}
	m = call_answer(c);
	emit_text(&m, "next", "/login");
	call_answered(c, &m);
}

void
handle_register_passkey(struct call *c)
{
	uint8_t token[HASH_LEN], account[16], challenge[CEREMONY_LEN];
	AUTO_WRITER w = writer_grow(CREDENTIAL_ID_MAX + PASSKEY_SPKI_MAX);
	struct span text = span_of("", 0), credential, spki;
	struct err e = { 0 };

	if (!login_address_may(c)) {
		call_busy(c, "Too many attempts. Wait a quarter of an hour.");
		return;
	}
	if (!session_challenge_taken(c, challenge))
		return;
	if (json_text(c->json, "token", TOKEN_LETTERS, &text) != JSON_GOT ||
	    !token_holds(c, text, token, account, &e)) {
		if (e.code == ERR_NONE || e.code == ERR_MISSING)
			call_error(c, 403, "access_denied", NO_TOKEN, NULL);
		else
			call_failed(c, &e);
	} else if (passkey_registered(c, challenge, &w, &credential, &spki))
		passkey_keep(c, token, account, credential, spki);
	else
		call_error(c, 403, "access_denied", "This passkey cannot be used for login here", NULL);
}

void
handle_register_token(struct call *c)
{
	struct handle_row row = { .kind = HANDLE_REGISTER, .expires = c->now + HOUR_MS,
		.data = span_of("", 0) };
	char text[TOKEN_LETTERS + 1];
	struct err e = { 0 };
	struct emit m;

	/* Else whoever once had a token of another application could log in for ever. */
	if (memcmp(c->requester, c->account, 16) != 0) {
		call_error(c, 403, "access_denied", "Only the signer's own tool may do this", NULL);
		return;
	}
	memcpy(row.account, c->account, 16);
	if (!handle_make(c->ssa, &row, text, &e)) {
		call_failed(c, &e);
		return;
	}
	m = call_answer(c);
	emit_text(&m, "register", text);
	call_answered(c, &m);
	explicit_bzero(text, sizeof(text));
}
