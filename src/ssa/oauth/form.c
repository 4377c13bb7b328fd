/* SPDX-License-Identifier: Apache-2.0 */
/* Forms and queries: one table of names, one value for each. */
#include <stdlib.h>

#include "ssa/oauth/form.h"

#define QUERY_MAX	32768		/* the server's memory for one request's head */

static const char *const names[PARAMS] = {
	[P_RESPONSE_TYPE] = "response_type", [P_CLIENT_ID] = "client_id",
	[P_CLIENT_SECRET] = "client_secret", [P_CLIENT_ASSERTION] = "client_assertion",
	[P_CLIENT_ASSERTION_TYPE] = "client_assertion_type", [P_REDIRECT_URI] = "redirect_uri",
	[P_SCOPE] = "scope", [P_STATE] = "state", [P_AUTHORIZATION_DETAILS] = "authorization_details",
	[P_CODE_CHALLENGE] = "code_challenge", [P_CODE_CHALLENGE_METHOD] = "code_challenge_method",
	[P_REQUEST_URI] = "request_uri", [P_CREDENTIAL_ID] = "credentialID",
	[P_SIGNATURE_QUALIFIER] = "signatureQualifier", [P_NUM_SIGNATURES] = "numSignatures",
	[P_HASH] = "hash", [P_HASHES] = "hashes", [P_HASH_ALGORITHM_OID] = "hashAlgorithmOID",
	[P_DESCRIPTION] = "description", [P_PROMPT] = "prompt", [P_ACCOUNT_TOKEN] = "account_token", [P_REQUEST] = "request",
	[P_GRANT_TYPE] = "grant_type", [P_CODE] = "code", [P_REFRESH_TOKEN] = "refresh_token",
	[P_CODE_VERIFIER] = "code_verifier", [P_TOKEN] = "token",
	[P_HASH_TYPE] = "hashType", [P_SIGNATURE_FORMAT] = "signatureFormat",
	[P_TOKEN_TYPE_HINT] = "token_type_hint", [P_R] = "r", [P_CSRF] = "csrf", [P_NAME] = "name",
	[P_PASSWORD] = "password", [P_AGAIN] = "again", [P_ACT] = "act",
	[P_ERROR] = "error", [P_ISS] = "iss", [P_PROVIDER] = "provider",
};

static int
digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
form_decode(struct span text, struct writer *w)
{
	for (size_t i = 0; i < text.n; i++) {
		int high, low;

		if (text.p[i] != '%') {
			wr_u8(w, text.p[i] == '+' ? ' ' : text.p[i]);
			continue;
		}
		if (text.n - i < 3 || (high = digit(text.p[i + 1])) < 0 || (low = digit(text.p[i + 2])) < 0)
			return false;
		wr_u8(w, (uint8_t)(high << 4 | low));
		i += 2;
	}
	return writer_ok(w);
}

static bool
name_find(struct span name, enum param *which)
{
	for (size_t i = 0; i < PARAMS; i++)
		if (span_equal(name, span_str(names[i]))) {
			*which = (enum param)i;
			return true;
		}
	return false;
}

static bool
value_take(struct form *f, enum param which, struct span value)
{
	if (f->field[which].p != NULL)
		return false;
	if (memchr(value.p, '\0', value.n) != NULL)
		return false;		/* nothing of ours holds one, and C would stop there */
	f->field[which] = value;	/* empty ones count for repetition; form_finish takes them away */
	return true;
}

static bool
form_finish(struct form *f, bool ok)
{
	for (size_t i = 0; i < PARAMS; i++)
		if (!ok || f->field[i].n == 0)
			f->field[i] = (struct span){ 0 };
	return ok;
}

/* The bytes never move: what is decoded is never longer than what was sent. */
static void
form_start(struct form *f, size_t room)
{
	uint8_t *bytes = malloc(room + 1);

	if (bytes == NULL)
		bug("out of memory");
	*f = (struct form){ .w = writer_over(bytes, room + 1) };
}

static bool
pair_take(struct form *f, struct span pair)
{
	const uint8_t *eq = pair.n == 0 ? NULL : memchr(pair.p, '=', pair.n);
	struct span name = { 0 }, value;
	size_t from = f->w.n;
	enum param which;

	if (eq == NULL)
		return pair.n == 0;
	value = span_of(eq + 1, (size_t)(pair.p + pair.n - eq - 1));
	if (!form_decode(span_of(pair.p, (size_t)(eq - pair.p)), &f->w))
		return false;
	name = span_of(f->w.p + from, f->w.n - from);
	if (!name_find(name, &which))
		return true;
	from = f->w.n;
	return form_decode(value, &f->w) && value_take(f, which, span_of(f->w.p + from, f->w.n - from));
}

bool
form_read(struct form *f, struct span body)
{
	form_start(f, body.n);
	while (body.n > 0) {
		const uint8_t *end = memchr(body.p, '&', body.n);
		size_t n = end == NULL ? body.n : (size_t)(end - body.p);

		if (!pair_take(f, span_of(body.p, n)))
			return form_finish(f, false);
		n += end != NULL;
		body = span_of(body.p + n, body.n - n);
	}
	return form_finish(f, true);
}

static bool
query_take(void *arg, struct span name, struct span value)
{
	struct form *f = arg;
	size_t from = f->w.n;
	enum param which;

	if (!name_find(name, &which))
		return true;
	wr_span(&f->w, value);
	return writer_ok(&f->w) && value_take(f, which, span_of(f->w.p + from, value.n));
}

bool
form_query(struct form *f, struct exchange *x)
{
	form_start(f, QUERY_MAX);
	return form_finish(f, exchange_query(x, query_take, f));
}

void
form_wipe(struct form *f)
{
	if (f->w.p == NULL)
		return;
	explicit_bzero(f->w.p, f->w.n);		/* secrets, codes, passwords */
	free(f->w.p);
	*f = (struct form){ 0 };
}

bool
form_is(const struct form *f, enum param which, const char *value)
{
	return f->field[which].p != NULL && span_equal(f->field[which], span_str(value));
}
