/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of a code flow and of a login. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "chain.h"
#include "cli/encode.h"
#include "cli/ssa.h"
#include "statement/evidence.h"

#define ROOM		16384
#define WAIT_MS		20000
#define REDIRECT	"https%3A%2F%2Fbench.example%2Fcb"
#define FORM		"application/x-www-form-urlencoded"
#define JSON		"application/json"
#define JWT_TYPE	"urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"

struct message {		/* texts may be NULL */
	const char	*verb, *path, *cookie, *token, *type;
	struct span	 body;
};

static bool
send(struct writer *w, const struct request_site *site, const struct message *m, struct err *e)
{
	char head[4096];
	int n = snprintf(head, sizeof(head), "%s %s HTTP/1.1\r\nHost: %s\r\n%s%s%s%s%s%s%s%s%s"
	    "Content-Length: %zu\r\n\r\n", m->verb, m->path, site->host,
	    m->cookie != NULL ? "Cookie: " : "", m->cookie != NULL ? m->cookie : "", m->cookie != NULL ? "\r\n" : "",
	    m->token != NULL ? "Authorization: Bearer " : "", m->token != NULL ? m->token : "",
	    m->token != NULL ? "\r\n" : "", m->type != NULL ? "Content-Type: " : "",
	    m->type != NULL ? m->type : "", m->type != NULL ? "\r\n" : "", m->body.n);

	wr_bytes(w, head, (size_t)n);
	wr_span(w, m->body);
	return (n < (int)sizeof(head) && writer_ok(w)) || err_set(e, ERR_BUG, "a request does not fit");
}

static bool
get(struct writer *w, const struct request_site *site, const char *path, const char *cookie, struct err *e)
{
	return send(w, site, &(struct message){ "GET", path, cookie, NULL, NULL, span_of("", 0) }, e);
}

/* What follows `name` up to one of the letters in `ends`. */
static bool
cut(struct span text, const char *name, const char *ends, char *out, size_t room)
{
	const char *at = memmem(text.p, text.n, name, strlen(name)), *end = (const char *)text.p + text.n;
	size_t n = 0;

	for (at = at == NULL ? end : at + strlen(name); at + n < end && strchr(ends, at[n]) == NULL; n++)
		if (n + 1 == room)
			return false;
	memcpy(out, at, n);
	out[n] = '\0';
	return n > 0;
}

static bool
authorize(struct chain *c, struct writer *out, const struct request_site *site, const struct job *j,
    struct err *e)
{
	const struct known_key *k = job_key(j);
	uint8_t random[32], digest[32], hash[32];
	char challenge[48] = "", hashes[48] = "", id[HEX_MAX(16)], path[1024];

	random_bytes(random, sizeof(random));
	c->verifier[base64url_text(span_of(random, sizeof(random)), c->verifier)] = '\0';
	sha256(span_str(c->verifier), hash);
	challenge[base64url_text(span_of(hash, sizeof(hash)), challenge)] = '\0';
	job_digest(j, 0, digest);
	hashes[base64url_text(span_of(digest, sizeof(digest)), hashes)] = '\0';
	snprintf(path, sizeof(path), "/oauth2/authorize?response_type=code&client_id=%s&redirect_uri=%s&state=s"
	    "&code_challenge=%s&code_challenge_method=S256&scope=credential&credentialID=%s&numSignatures=1"
	    "&hashAlgorithmOID=%s&hashes=%s", BENCH_CLIENT, REDIRECT, challenge,
	    hex(span_of(k->id, 16), id), k->alg->hash_oid, hashes);
	c->step = AUTHORIZE;
	return get(out, site, path, j->signer->cookie, e);
}

static bool
token_ask(struct chain *c, struct writer *out, const struct request_site *site, const struct job *j,
    struct err *e)
{
	char id[HEX_MAX(16)], audience[400], body[4096];
	char *jwt;

	hex(span_of(j->signer->profile.signer, 16), id);
	snprintf(audience, sizeof(audience), "https://%s/oauth2/token", site->host);
	if ((jwt = ssa_assertion(id, audience, clock_wall(), j->signer->login, e)) == NULL)
		return false;
	snprintf(body, sizeof(body), "grant_type=client_credentials&client_assertion_type=%s"
	    "&client_id=%s&client_assertion=%s", JWT_TYPE, id, jwt);
	free(jwt);
	c->step = TOKEN;
	return send(out, site, &(struct message){ "POST", "/oauth2/token", NULL, NULL, FORM, span_str(body) }, e);
}

bool
chain_begin(struct chain *c, struct writer *out, const struct request_site *site, const struct job *j,
    struct err *e)
{
	return j->what->kind == LOGIN ? token_ask(c, out, site, j, e) : authorize(c, out, site, j, e);
}

/* From AUTHORIZE: on to the signing page, perhaps by way of a page of the server's own. */
static bool
look(struct chain *c, struct writer *out, const struct request_site *site, const struct job *j,
    struct span head, struct err *e)
{
	char path[1024], body[128];

	if (!cut(head, "/sign#t=", "\r\n", c->ticket, sizeof(c->ticket)))
		return cut(head, "Location: ", "\r\n", path, sizeof(path)) && path[0] == '/' ?
		    get(out, site, path, j->signer->cookie, e) : err_set(e, ERR_FORMAT, "no ticket");
	c->step = LOOK;
	snprintf(body, sizeof(body), "{\"ticket\":\"%s\"}", c->ticket);
	return send(out, site, &(struct message){ "POST", "/propria/v1/approval", NULL, NULL, JSON,
		span_str(body) }, e);
}

/* What the page would show and the person's device sign. */
static bool
statement_of(const struct job *j, struct span shown, struct writer *w, struct err *e)
{
	static struct statement s;		/* large; one request is built at a time */
	uint8_t digests[1][32];
	struct writer fresh = writer_over(s.fresh, sizeof(s.fresh));
	char text[64], id[HEX_MAX(16)], epoch[16];

	job_statement(&s, j, digests);
	if (!cut(shown, "\"fresh\":\"", "\"", text, sizeof(text)) || !base64url_read(span_str(text), &fresh) ||
	    !cut(shown, "\"epoch\":", ",}", epoch, sizeof(epoch)) ||
	    !cut(shown, "\"requester\":{\"id\":\"", "\"", id, sizeof(id)) ||
	    !hex_typed(id, s.sign.requester, sizeof(s.sign.requester)))
		return err_set(e, ERR_FORMAT, "no approval to give: %.*s", (int)shown.n, (const char *)shown.p);
	s.epoch = (uint32_t)strtoul(epoch, NULL, 10);
	statement_write(w, &s);
	return writer_ok(w) || err_set(e, ERR_BUG, "statement");
}

static bool
answer(struct chain *c, struct writer *out, const struct request_site *site, const struct job *j,
    struct span shown, struct err *e)
{
	uint8_t statement_room[2048], evidence_room[256], body_room[ROOM];
	struct writer statement = writer_over(statement_room, sizeof(statement_room));
	struct writer evidence = writer_over(evidence_room, sizeof(evidence_room));
	struct writer body = writer_over(body_room, sizeof(body_room));
	char text[ROOM / 2];

	if (!statement_of(j, shown, &statement, e) ||
	    !job_approve(j, writer_span(&statement), &evidence, e))
		return false;
	wr_span(&body, span_str("{\"ticket\":\""));
	wr_span(&body, span_str(c->ticket));
	wr_span(&body, span_str("\",\"statement\":\""));
	wr_bytes(&body, text, base64_text(writer_span(&statement), text));
	wr_span(&body, span_str("\",\"evidence\":\""));
	wr_bytes(&body, text, base64_text(writer_span(&evidence), text));
	wr_span(&body, span_str("\"}"));
	c->step = ANSWER;
	return send(out, site, &(struct message){ "POST", "/propria/v1/approval/answer", NULL, NULL, JSON,
		writer_span(&body) }, e);
}

static bool
continue_with(struct chain *c, struct writer *out, const struct request_site *site, const struct job *j,
    struct span answered, struct err *e)
{
	char secret[64], path[128];

	if (!cut(answered, "/oauth2/continue?r=", "\"", secret, sizeof(secret)))
		return err_set(e, ERR_FORMAT, "no way on: %.*s", (int)answered.n, (const char *)answered.p);
	snprintf(path, sizeof(path), "/oauth2/continue?r=%s", secret);
	c->step = CONTINUE;
	return get(out, site, path, j->signer->cookie, e);
}

static bool
redeem(struct chain *c, struct writer *out, const struct request_site *site, struct span head, struct err *e)
{
	char code[64], body[512];

	if (!cut(head, "code=", "&\r\n", code, sizeof(code)))
		return err_set(e, ERR_FORMAT, "no code");
	snprintf(body, sizeof(body), "grant_type=authorization_code&client_id=%s&redirect_uri=%s&code=%s"
	    "&code_verifier=%s", BENCH_CLIENT, REDIRECT, code, c->verifier);
	c->step = REDEEM;
	return send(out, site, &(struct message){ "POST", "/oauth2/token", NULL, NULL, FORM, span_str(body) }, e);
}

static bool
use(struct chain *c, struct writer *out, const struct request_site *site, const struct job *j,
    struct span given, struct err *e)
{
	const struct known_key *k = job_key(j);
	char id[HEX_MAX(16)], hash[48], body[512];
	uint8_t digest[32];

	if (!cut(given, "\"access_token\":\"", "\"", c->token, sizeof(c->token)))
		return err_set(e, ERR_FORMAT, "no token: %.*s", (int)given.n, (const char *)given.p);
	job_digest(j, 0, digest);
	hash[base64_text(span_of(digest, sizeof(digest)), hash)] = '\0';
	snprintf(body, sizeof(body), "{\"credentialID\":\"%s\",\"hashAlgorithmOID\":\"%s\",\"signAlgo\":\"%s\","
	    "\"hashes\":[\"%s\"]}", hex(span_of(k->id, 16), id), k->alg->hash_oid, k->alg->oid, hash);
	c->step = USE;
	return send(out, site, &(struct message){ "POST", "/csc/v2/signatures/signHash", NULL, c->token, JSON,
		span_str(body) }, e);
}

bool
chain_next(struct chain *c, struct writer *out, const struct request_site *site, const struct job *j,
    unsigned status, struct span head, struct span body, bool *done, struct err *e)
{
	bool sent_on = c->step == AUTHORIZE || c->step == CONTINUE;

	*done = false;
	if (sent_on ? status != 302 && status != 303 : status != 200)
		return err_set(e, ERR_DENIED, "step %d, status %u: %.*s", (int)c->step, status, (int)body.n,
		    (const char *)body.p);
	switch (c->step) {
	case AUTHORIZE:
		return look(c, out, site, j, head, e);
	case LOOK:
		return answer(c, out, site, j, body, e);
	case ANSWER:
		return continue_with(c, out, site, j, body, e);
	case CONTINUE:
		return redeem(c, out, site, head, e);
	case REDEEM:
		return use(c, out, site, j, body, e);
	case USE:
		*done = true;
		return true;
	case TOKEN:
		*done = cut(body, "\"access_token\":\"", "\"", c->token, sizeof(c->token));
		return *done || err_set(e, ERR_FORMAT, "no token");
	}
	bug("a step that is none");
}

/* Sends what stands in conn->out and waits. */
static bool
exchanged(struct conn *conn, unsigned *status, struct span *head, struct span *body, struct err *e)
{
	struct pollfd p = { .fd = conn->fd, .events = POLLIN };
	enum conn_got got = conn_send(conn) ? CONN_AGAIN : CONN_BROKEN;

	while (got == CONN_AGAIN && (got = conn_receive(conn, status, body)) == CONN_AGAIN)
		if (poll(&p, 1, WAIT_MS) != 1)
			break;
	if (got != CONN_ANSWER)
		return err_set(e, ERR_BACKEND, "no answer while a login was made");
	*head = span_of(conn->in.p, (size_t)(body->p - conn->in.p));
	return true;
}

static bool
session_make(struct bench_signer *s, struct conn *conn, const struct request_site *site, struct err *e)
{
	char visit[100], csrf[64], form[512], cookie[128], id[HEX_MAX(16)], session[100], password[48];
	struct span head, body;
	uint8_t random[32];
	unsigned status;

	random_bytes(random, sizeof(random));
	password[base64url_text(span_of(random, sizeof(random)), password)] = '\0';
	if (!get(&conn->out, site, "/login/register", NULL, e) || !exchanged(conn, &status, &head, &body, e))
		return false;
	if (!cut(head, "__Host-visit=", ";\r", visit, sizeof(visit)) ||
	    !cut(body, "name=\"csrf\" value=\"", "\"", csrf, sizeof(csrf)))
		return err_set(e, ERR_FORMAT, "no form for a login");
	snprintf(cookie, sizeof(cookie), "__Host-visit=%s", visit);
	snprintf(form, sizeof(form), "csrf=%s&token=%s&name=bench-%s&password=%s&again=%s", csrf, s->may_register,
	    hex(span_of(s->profile.signer, 16), id), password, password);
	if (!send(&conn->out, site, &(struct message){ "POST", "/login/register", cookie, NULL, FORM,
	    span_str(form) }, e) || !exchanged(conn, &status, &head, &body, e))
		return false;
	if (status != 303 || !cut(head, "__Host-session=", ";\r", session, sizeof(session)))
		return err_set(e, ERR_DENIED, "no login was made: status %u", status);
	snprintf(s->cookie, sizeof(s->cookie), "__Host-session=%s", session);
	return true;
}

bool
chain_sessions(struct bench_signer *signers, size_t n, const char *endpoint, const char *certificate,
    struct err *e)
{
	struct request_site site;
	char host[256], *port;
	SSL_CTX *tls;
	bool good = true;

	snprintf(host, sizeof(host), "%s", endpoint + strlen("https://"));
	snprintf(site.host, sizeof(site.host), "%s", host);
	if ((port = strrchr(host, ':')) == NULL || (tls = conn_context(certificate, e)) == NULL)
		return err_set(e, ERR_FORMAT, "endpoint %s has no port", endpoint);
	*port++ = '\0';
	for (size_t i = 0; i < n && good; i++) {
		struct conn conn = { 0 };

		good = conn_open(&conn, tls, host, port, e) && session_make(&signers[i], &conn, &site, e);
		conn_close(&conn);
	}
	SSL_CTX_free(tls);
	return good;
}
