/* SPDX-License-Identifier: Apache-2.0 */
/* oauth2/token: client_credentials with private_key_jwt (csc-api 8.6, RFC 7523). */
#include "json/base64.h"
#include "json/json.h"
#include "ssa/api/route.h"
#include "ssa/jwt.h"

#define ASSERTION_TYPE	"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define VALUE_MAX	8192

enum field { GRANT_TYPE, CLIENT_ID, CLIENT_ASSERTION, CLIENT_ASSERTION_TYPE, SCOPE, FIELDS };
static const char *const field_names[FIELDS] = { "grant_type", "client_id", "client_assertion",
	"client_assertion_type", "scope" };

struct form {
	struct span	field[FIELDS];		/* p NULL: absent */
	uint8_t		bytes[VALUE_MAX];
	struct writer	w;
};

static int
digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
decoded(struct form *f, struct span text, struct span *out)
{
	size_t from = f->w.n;

	for (size_t i = 0; i < text.n; i++) {
		int high, low;

		if (text.p[i] != '%') {
			wr_u8(&f->w, text.p[i] == '+' ? ' ' : text.p[i]);
			continue;
		}
		if (text.n - i < 3 || (high = digit(text.p[i + 1])) < 0 || (low = digit(text.p[i + 2])) < 0)
			return false;
		wr_u8(&f->w, (uint8_t)(high << 4 | low));
		i += 2;
	}
	*out = span_of(f->bytes + from, f->w.n - from);
	return writer_ok(&f->w);
}

static bool
pair_take(struct form *f, struct span pair)
{
	const uint8_t *eq = pair.n == 0 ? NULL : memchr(pair.p, '=', pair.n);
	struct span name, value;

	if (eq == NULL)
		return pair.n == 0;
	if (!decoded(f, span_of(pair.p, (size_t)(eq - pair.p)), &name))
		return false;
	for (size_t i = 0; i < FIELDS; i++) {
		if (!span_equal(name, span_str(field_names[i])))
			continue;
		if (f->field[i].p != NULL || !decoded(f, span_of(eq + 1, (size_t)(pair.p + pair.n - eq - 1)),
		    &value))
			return false;	/* twice, or not decodable */
		if (value.n > 0)
			f->field[i] = value;
		return true;
	}
	return true;		/* unknown ones are ignored */
}

static bool
form_read(struct form *f, struct span body)
{
	*f = (struct form){ 0 };
	f->w = writer_over(f->bytes, sizeof(f->bytes));
	while (body.n > 0) {
		const uint8_t *end = memchr(body.p, '&', body.n);
		size_t n = end == NULL ? body.n : (size_t)(end - body.p);

		if (!pair_take(f, span_of(body.p, n)))
			return false;
		n += end != NULL;
		body = span_of(body.p + n, body.n - n);
	}
	return true;
}

static bool
form_complete(struct call *c, const struct form *f)
{
	if (f->field[CLIENT_ID].p == NULL)
		call_invalid(c, "Missing parameter client_id");
	else if (f->field[GRANT_TYPE].p == NULL)
		call_invalid(c, "Missing parameter grant_type");
	else if (!span_equal(f->field[GRANT_TYPE], span_str("client_credentials")))
		call_invalid(c, "Invalid parameter grant_type");
	else if (f->field[SCOPE].p != NULL && !span_equal(f->field[SCOPE], span_str("service")))
		call_error(c, 400, "invalid_scope", "Invalid parameter scope", NULL);
	else if (f->field[CLIENT_ASSERTION].p == NULL || f->field[CLIENT_ASSERTION_TYPE].p == NULL)
		call_invalid(c, "Client authorization required");
	else if (!span_equal(f->field[CLIENT_ASSERTION_TYPE], span_str(ASSERTION_TYPE)))
		call_invalid(c, "Invalid parameter client_assertion_type");
	else
		return true;
	return false;
}

static void
not_authorized(struct call *c, const char *why)
{
	call_error(c, 401, "invalid_client", why, NULL);
	c->x->authenticate = "Bearer error=\"invalid_client\"";
}

static void
issue(struct call *c, const uint8_t client[16])
{
	struct token_row row = { .scope = SCOPE_SERVICE, .expires = c->now + TOKEN_LIFE_MS };
	char token[TOKEN_LETTERS + 1];
	struct emit m;

	memcpy(row.account, client, 16);
	memcpy(row.requester, client, 16);
	token_issue(c->ssa->tokens, &row, token);
	m = call_answer(c);
	emit_text(&m, "access_token", token);
	emit_text(&m, "token_type", "Bearer");
	emit_number(&m, "expires_in", TOKEN_LIFE_MS / 1000);
	emit_text(&m, "scope", "service");
	call_answered(c, &m);
	explicit_bzero(token, sizeof(token));
}

void
handle_token(struct call *c)
{
	struct err e = { 0 };
	struct client_assertion a;
	struct form f;
	uint8_t id[16];

	if (!form_read(&f, c->x->body)) {
		call_invalid(c, "The request is malformed or names a parameter twice");
		return;
	}
	if (!form_complete(c, &f))
		return;
	if (!hex_exact(f.field[CLIENT_ID], id, 16) ||
	    (c->signer = vault_signer(c->ssa->vault, id, &e)) == NULL) {
		if (e.code != ERR_NONE && e.code != ERR_MISSING)
			call_failed(c, &e);
		else
			call_invalid(c, "Invalid parameter client_id");
		return;
	}
	if (!client_assertion_verify(f.field[CLIENT_ASSERTION], c->signer->login, f.field[CLIENT_ID],
	    c->ssa->base[c->x->plain].audience, AUDIENCES, c->now, &a, &e))
		not_authorized(c, e.text);
	else if (!assertion_spend(c->ssa->tokens, a.jti, (uint64_t)(a.exp + CLOCK_SKEW_S) * 1000, c->now))
		not_authorized(c, "assertion: this jti was used already");
	else
		issue(c, id);
}
