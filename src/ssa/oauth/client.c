/* SPDX-License-Identifier: Apache-2.0 */
/* Clients, and their authentication (RFC 6749 2.3, RFC 7523). */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/secret.h"
#include "json/base64.h"
#include "ssa/jwt.h"
#include "ssa/oauth/client.h"

#define BASIC_MAX	1024

static struct span
placed(uint8_t **at, struct span s)
{
	struct span here = span_of(*at, s.n);

	if (s.n > 0)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return here;
}

/* The store lends until its next call. */
static struct client *
client_copy(const struct client_row *r)
{
	struct client *c = calloc(1, sizeof(*c));
	uint8_t *at;

	if (c == NULL)
		bug("out of memory");
	c->row = *r;
	at = c->bytes = malloc(r->client_id.n + r->name.n + r->secret.n + r->spki.n + r->redirects.n + 1);
	if (at == NULL)
		bug("out of memory");
	c->row.client_id = placed(&at, r->client_id);
	c->row.name = placed(&at, r->name);
	c->row.secret = placed(&at, r->secret);
	c->row.spki = placed(&at, r->spki);
	c->row.redirects = placed(&at, r->redirects);
	return c;
}

void
client_free(struct client *c)
{
	if (c == NULL)
		return;
	free(c->bytes);
	free(c);
}

/* The signing pages need no registration: their origin stands in the configuration. */
static struct client *
sic_client(struct ssa *s)
{
	uint8_t redirect[TEXT_MAX + 16], hash[HASH_LEN];
	struct writer w = writer_over(redirect, sizeof(redirect));
	char uri[TEXT_MAX + 16];
	struct client_row row = { .client_id = span_str(SIC_CLIENT_ID), .name = span_str(s->config.name),
		.kind = CLIENT_PUBLIC, .grants = GRANT_CODE | GRANT_REFRESH, .scopes = SCOPE_SERVICE };
	struct client *c;

	snprintf(uri, sizeof(uri), "%s/callback", s->config.sic_origin);
	wr_span16(&w, span_str(uri));
	row.redirects = writer_span(&w);
	sha256(span_str("propria-client " SIC_CLIENT_ID), hash);
	memcpy(row.id, hash, sizeof(row.id));
	c = client_copy(&row);
	c->is_sic = true;
	return c;
}

struct client *
client_find(struct ssa *s, struct span client_id, struct err *e)
{
	struct client_row row;

	if (s->config.sic_origin[0] != '\0' && span_equal(client_id, span_str(SIC_CLIENT_ID)))
		return sic_client(s);
	return s->store->ops->client_get(s->store, client_id, &row, e) ? client_copy(&row) : NULL;
}

struct client *
client_by_id(struct ssa *s, const uint8_t id[16], struct err *e)
{
	struct client *sic = s->config.sic_origin[0] != '\0' ? sic_client(s) : NULL;
	struct client_row row;

	if (sic != NULL && memcmp(sic->row.id, id, 16) == 0)
		return sic;
	client_free(sic);
	return s->store->ops->client_by_id(s->store, id, &row, e) ? client_copy(&row) : NULL;
}

bool
client_may_return_to(const struct client *c, struct span uri)
{
	struct reader r = reader_over(c->row.redirects);
	struct span one;

	while (rd_span16(&r, 1, UINT16_MAX, &one))
		if (span_equal(one, uri))
			return true;
	return false;
}

struct credentials {
	struct span	id, secret;		/* p NULL: absent */
	bool		basic;
	uint8_t		bytes[2 * BASIC_MAX];
};

/* Both halves are form-encoded before they are joined (RFC 6749 2.3.1). */
static bool
basic_read(const char *header, struct credentials *k)
{
	uint8_t joined[BASIC_MAX];
	struct writer w = writer_over(joined, sizeof(joined)), out = writer_over(k->bytes, sizeof(k->bytes));
	const uint8_t *colon;
	size_t n;
	bool ok;

	header += strspn(header, " ");
	ok = base64_read(span_str(header), &w) && (colon = memchr(joined, ':', w.n)) != NULL;
	if (ok) {
		ok = form_decode(span_of(joined, (size_t)(colon - joined)), &out);
		n = out.n;
		k->id = span_of(k->bytes, n);
		ok = ok && form_decode(span_of(colon + 1, w.n - (size_t)(colon + 1 - joined)), &out);
		k->secret = span_of(k->bytes + n, out.n - n);
	}
	k->basic = true;
	explicit_bzero(joined, sizeof(joined));
	return ok && k->id.n > 0;
}

static void
not_authorized(struct call *c, const struct credentials *k, const char *why)
{
	call_error(c, 401, "invalid_client", why, NULL);
	c->x->authenticate = k->basic ? "Basic realm=\"clients\"" : "Bearer error=\"invalid_client\"";
}

/* One way only, and one name only. */
static bool
credentials_read(struct call *c, const struct form *f, struct credentials *k)
{
	const char *header = exchange_header(c->x, "Authorization");

	if (header != NULL && (strncasecmp(header, "Basic ", 6) != 0 || !basic_read(header + 6, k))) {
		not_authorized(c, k, "Invalid authorization header");
		return false;
	}
	if (f->field[P_CLIENT_ID].p != NULL && k->basic && !span_equal(k->id, f->field[P_CLIENT_ID]))
		call_invalid(c, "Invalid parameter client_id");
	else if ((k->basic ? 1 : 0) + (f->field[P_CLIENT_SECRET].p != NULL) +
	    (f->field[P_CLIENT_ASSERTION].p != NULL) > 1)
		call_invalid(c, "More than one way of client authentication");
	else {
		if (!k->basic) {
			k->id = f->field[P_CLIENT_ID];
			k->secret = f->field[P_CLIENT_SECRET];
		}
		if (k->id.p != NULL)
			return true;
		call_invalid(c, "Missing parameter client_id");
	}
	return false;
}

/* A signer's own tool: its id is the account's, its key the login key registered at enrolment. */
static struct client *
account_client(struct call *c, struct span id_text, struct err *e)
{
	struct client_row row = { .kind = CLIENT_KEY, .grants = GRANT_CLIENT, .scopes = SCOPE_SERVICE,
		.client_id = id_text, .name = span_str(""), .secret = span_str(""),
		.redirects = span_str("") };
	struct client *k;
	struct signer *s;

	if (!hex_exact(id_text, row.id, 16)) {
		err_set(e, ERR_MISSING, "no such client");
		return NULL;
	}
	if ((s = vault_signer(c->ssa->vault, row.id, e)) == NULL)
		return NULL;
	row.spki = s->login;
	k = client_copy(&row);
	k->is_account = true;
	signer_release(s);
	return k;
}

static bool
assertion_holds(struct call *c, const struct form *f, const struct client *k,
    const struct credentials *given)
{
	struct client_assertion a;
	struct err e = { 0 };

	if (f->field[P_CLIENT_ASSERTION].p == NULL || f->field[P_CLIENT_ASSERTION_TYPE].p == NULL)
		call_invalid(c, "Client authorization required");
	else if (!form_is(f, P_CLIENT_ASSERTION_TYPE, ASSERTION_TYPE))
		call_invalid(c, "Invalid parameter client_assertion_type");
	else if (!client_assertion_verify(f->field[P_CLIENT_ASSERTION], k->row.spki, k->row.client_id,
	    c->ssa->base[c->x->plain].audience, AUDIENCES, c->now, &a, &e))
		not_authorized(c, given, e.text);
	else if (!assertion_spend(c->ssa->tokens, a.jti, (uint64_t)(a.exp + CLOCK_SKEW_S) * 1000, c->now))
		not_authorized(c, given, "assertion: this jti was used already");
	else
		return true;
	return false;
}

static bool
secret_holds(struct call *c, const struct client *k, const struct credentials *given)
{
	uint8_t hash[HASH_LEN];

	if (given->secret.p == NULL) {
		call_invalid(c, "Client authorization required");
		return false;
	}
	sha256(given->secret, hash);
	if (secret_equal(span_of(hash, sizeof(hash)), k->row.secret))
		return true;
	not_authorized(c, given, "Invalid parameter client_secret");
	return false;
}

static bool
client_proves(struct call *c, const struct form *f, const struct client *k,
    const struct credentials *given)
{
	if (k->row.kind == CLIENT_KEY)
		return assertion_holds(c, f, k, given);
	if (k->row.kind == CLIENT_SECRET)
		return secret_holds(c, k, given);
	/* Some public clients send an empty secret; one that is there is of somebody else. */
	if (given->secret.n == 0 && f->field[P_CLIENT_ASSERTION].p == NULL)
		return true;
	not_authorized(c, given, "This client has no secret");
	return false;
}

struct client *
client_authenticate(struct call *c, const struct form *f)
{
	struct credentials given = { 0 };
	AUTO(client) *k = NULL;
	struct err e = { 0 };
	bool ok = false;

	if (credentials_read(c, f, &given)) {
		if ((k = client_find(c->ssa, given.id, &e)) == NULL && e.code == ERR_MISSING) {
			err_clear(&e);
			k = account_client(c, given.id, &e);
		}
		if (k != NULL)
			ok = client_proves(c, f, k, &given);
		else if (e.code != ERR_MISSING)
			call_failed(c, &e);
		else if (given.basic)
			not_authorized(c, &given, "Invalid parameter client_id");
		else
			call_invalid(c, "Invalid parameter client_id");
	}
	explicit_bzero(given.bytes, sizeof(given.bytes));
	return ok ? TAKE(k) : NULL;
}
