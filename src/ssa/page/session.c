/* SPDX-License-Identifier: Apache-2.0 */
/* Cookies and what hangs on them. */
#include "base/clock.h"
#include "base/secret.h"
#include "json/base64.h"
#include "ssa/oauth/handle.h"
#include "ssa/oauth/uri.h"
#include "ssa/page/session.h"

#define SESSION		"__Host-session"
#define VISIT		"__Host-visit"
#define ATTRIBUTES	"Path=/; Secure; HttpOnly; SameSite=Lax"

/* One cookie by its name; of two with one name (another host cannot set __Host-) none. */
static struct span
cookie_of(struct call *c, const char *name)
{
	const char *at = exchange_header(c->x, "Cookie");
	struct span found = { 0 };
	size_t n = strlen(name);

	while (at != NULL && *at != '\0') {
		size_t whole = strcspn(at, ";");

		if (whole > n && strncmp(at, name, n) == 0 && at[n] == '=') {
			if (found.p != NULL)
				return (struct span){ 0 };
			found = span_of(at + n + 1, whole - n - 1);
		}
		at += whole;
		at += strspn(at, "; ");
	}
	return found.n == TOKEN_LETTERS ? found : (struct span){ 0 };
}

bool
session_find(struct call *c, struct session *s)
{
	struct handle_row row;
	struct err ignored = { 0 };
	struct reader r;
	struct session got;

	if (!handle_find(c->ssa, HANDLE_SESSION, cookie_of(c, SESSION), c->now, &row, &ignored) ||
	    row.state != 0)
		return false;
	r = reader_over(row.data);
	if (!rd_u64(&r, &got.created) || !rd_end(&r))
		return false;
	memcpy(got.account, row.account, 16);
	memcpy(got.hash, row.hash, sizeof(got.hash));
	*s = got;
	return true;
}

static bool
older_end(struct call *c, struct err *e)
{
	struct session s;

	return !session_find(c, &s) ||
	    c->ssa->store->ops->handle_drop(c->ssa->store, HANDLE_SESSION, s.hash, e);
}

bool
session_start(struct call *c, const uint8_t account[16], struct err *e)
{
	return session_start_at(c, account, c->now, e);
}

bool
session_start_at(struct call *c, const uint8_t account[16], uint64_t at, struct err *e)
{
	struct handle_row row = { .kind = HANDLE_SESSION, .expires = c->now + SESSION_LIFE_MS };
	char text[TOKEN_LETTERS + 1];
	uint8_t created[8];
	struct writer w = writer_over(created, sizeof(created));

	wr_u64(&w, at);
	row.data = writer_span(&w);
	memcpy(row.account, account, 16);
	if (!older_end(c, e) || !handle_make(c->ssa, &row, text, e))
		return false;
	exchange_set(c->x, "Set-Cookie", SESSION "=%s; " ATTRIBUTES, text);
	explicit_bzero(text, sizeof(text));
	return true;
}

bool
session_end(struct call *c, struct err *e)
{
	exchange_set(c->x, "Set-Cookie", SESSION "=; " ATTRIBUTES "; Max-Age=0");
	return older_end(c, e);
}

static void
csrf_of(struct span visit, char text[TOKEN_LETTERS + 1])
{
	const struct span parts[] = { span_of("propria-csrf-v1", 16), visit };
	struct writer w = writer_over(text, TOKEN_LETTERS);
	uint8_t hash[HASH_LEN];

	sha256_parts(parts, COUNT(parts), hash);
	base64url_write(&w, span_of(hash, sizeof(hash)));
	text[TOKEN_LETTERS] = '\0';
}

/* The visit's cookie: what the browser sent, or one that it gets with this answer. */
static void
visit_of(struct call *c, char text[TOKEN_LETTERS + 1])
{
	struct span visit = cookie_of(c, VISIT);
	uint8_t ignored[HASH_LEN];

	if (visit.p != NULL) {
		memcpy(text, visit.p, TOKEN_LETTERS);
		text[TOKEN_LETTERS] = '\0';
		return;
	}
	if (c->visit[0] == '\0') {
		secret_text(c->visit, ignored);
		exchange_set(c->x, "Set-Cookie", VISIT "=%s; " ATTRIBUTES, c->visit);
	}
	memcpy(text, c->visit, TOKEN_LETTERS + 1);
}

void
visit_name(struct call *c, uint8_t hash[32])
{
	char visit[TOKEN_LETTERS + 1];

	visit_of(c, visit);
	sha256(span_str(visit), hash);
}

bool
visit_is(struct call *c, const uint8_t hash[32])
{
	struct span visit = cookie_of(c, VISIT);
	uint8_t got[HASH_LEN];

	if (visit.p == NULL)
		return false;
	sha256(visit, got);
	return memcmp(got, hash, sizeof(got)) == 0;
}

void
csrf_make(struct call *c, char text[TOKEN_LETTERS + 1])
{
	char visit[TOKEN_LETTERS + 1];

	visit_of(c, visit);
	csrf_of(span_str(visit), text);
}

static bool
is_our_origin(const struct call *c, const char *origin)
{
	return span_equal(span_str(origin), uri_origin(span_str(c->ssa->base[c->x->plain].url)));
}

bool
csrf_holds(struct call *c, struct span token)
{
	const char *origin = exchange_header(c->x, "Origin");
	struct span visit = cookie_of(c, VISIT);
	char wanted[TOKEN_LETTERS + 1];

	if (visit.p == NULL || (origin != NULL && !is_our_origin(c, origin)))
		return false;
	csrf_of(visit, wanted);
	return secret_equal(token, span_of(wanted, TOKEN_LETTERS));
}

static void
ceremony_mac(struct call *c, uint64_t at, struct span visit, uint8_t challenge[CEREMONY_LEN])
{
	uint8_t mac[HASH_LEN];
	struct writer w = writer_over(challenge, CEREMONY_LEN);
	struct span parts[2];

	wr_u64(&w, at);
	parts[0] = span_of(challenge, 8);
	parts[1] = visit;
	hmac_sha256(span_of(c->ssa->ceremony_key, sizeof(c->ssa->ceremony_key)), parts, 2, mac);
	wr_bytes(&w, mac, CEREMONY_LEN - 8);
}

void
ceremony_make(struct call *c, uint8_t challenge[CEREMONY_LEN])
{
	char visit[TOKEN_LETTERS + 1];

	visit_of(c, visit);
	ceremony_mac(c, c->now, span_str(visit), challenge);
}

bool
ceremony_take(struct call *c, const uint8_t challenge[CEREMONY_LEN])
{
	struct span visit = cookie_of(c, VISIT);
	uint8_t wanted[CEREMONY_LEN], hash[HASH_LEN];
	struct reader r = reader_over(span_of(challenge, CEREMONY_LEN));
	uint64_t at = 0;

	if (visit.p == NULL || !rd_u64(&r, &at) || at > c->now || c->now - at > CEREMONY_MS)
		return false;
	ceremony_mac(c, at, visit, wanted);
	if (!secret_equal(span_of(wanted, sizeof(wanted)), span_of(challenge, CEREMONY_LEN)))
		return false;
	sha256(span_of(challenge, CEREMONY_LEN), hash);
	return assertion_spend(c->ssa->tokens, hash, at + CEREMONY_MS, c->now);
}

bool
session_challenge_taken(struct call *c, uint8_t challenge[CEREMONY_LEN])
{
	uint8_t bytes[BASE64_ROOM(64)];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct span csrf, text;

	if (json_text(c->json, "csrf", 64, &csrf) != JSON_GOT || !csrf_holds(c, csrf) ||
	    json_text(c->json, "challenge", 64, &text) != JSON_GOT || !base64url_read(text, &w) ||
	    w.n != CEREMONY_LEN || !ceremony_take(c, bytes)) {
		call_error(c, 403, "access_denied", "This page is too old; load it again", NULL);
		return false;
	}
	memcpy(challenge, bytes, CEREMONY_LEN);
	return true;
}
