/* SPDX-License-Identifier: Apache-2.0 */
/* OpenID Connect, authorization code flow with PKCE (RFC 7636), pushed where the provider takes it (RFC 9126). */
#include <stdio.h>

#include "base/clock.h"
#include "crypto/hash.h"
#include "json/base64.h"
#include "json/json.h"
#include "ssa/idp/exchange.h"
#include "ssa/idp/fetch.h"
#include "ssa/oauth/uri.h"

#define KNOWN_MS	3600000ull	/* how long a discovery is believed */
#define FORM_MAX	(2u << 20)	/* an authorization_details with a whole statement, percent-encoded */
#define WORD_MAX	48

bool
exchanger_open(struct exchanger *x, const struct idp_config *c, const atomic_bool *stop, struct err *e)
{
	pthread_mutex_init(&x->lock, NULL);
	x->config = c;
	x->stop = stop;
	return (c->client_id[0] == '\0' ||
	    (x->prove[0] = prove_open(c->client_id, c->secret_file, c->key_file, e)) != NULL) &&
	    (c->login_client_id[0] == '\0' || (x->prove[1] = prove_open(c->login_client_id,
	    c->login_secret_file, c->login_key_file, e)) != NULL);
}

void
exchanger_close(struct exchanger *x)
{
	prove_free(x->prove[0]);
	prove_free(x->prove[1]);
	pthread_mutex_destroy(&x->lock);
}

static bool
get(const struct exchanger *x, void *curl, const char *url, struct writer *answer, struct err *e)
{
	struct fetch f = { .url = url, .ca = x->config->ca_file, .proxy = x->config->proxy,
		.timeout_ms = x->config->timeout_ms, .stop = x->stop };

	return fetch_run(curl, &f, answer, e) && (f.status == 200 || err_why(e, ERR_BUSY, "idp_answer",
	    "The provider answered with HTTP status %ld", f.status));
}

static void
forget(struct exchanger *x)
{
	pthread_mutex_lock(&x->lock);
	x->until = 0;
	pthread_mutex_unlock(&x->lock);
}

/* What is known, or what it says now. */
static bool
discover(struct exchanger *x, void *curl, struct discovery *d, struct err *e)
{
	AUTO_WRITER answer = writer_grow(FETCH_MAX);
	char url[IDP_TEXT_MAX + 40];
	size_t n = strlen(x->config->issuer);
	bool known;

	pthread_mutex_lock(&x->lock);
	if ((known = x->until > clock_life()))
		*d = x->known;
	pthread_mutex_unlock(&x->lock);
	if (known)
		return true;
	n -= x->config->issuer[n - 1] == '/';
	snprintf(url, sizeof(url), "%.*s/.well-known/openid-configuration", (int)n, x->config->issuer);
	if (!get(x, curl, url, &answer, e) || !discovery_read(writer_span(&answer), x->config->issuer, d, e))
		return false;
	pthread_mutex_lock(&x->lock);
	x->known = *d;
	x->until = clock_life() + KNOWN_MS;
	pthread_mutex_unlock(&x->lock);
	return true;
}

/* The provider's word for an error, if it is one that may stand in a sentence of ours. */
static void
word_of(struct span json, char word[WORD_MAX])
{
	struct err ignored = { 0 };
	AUTO_JSON *j = json_read(json, FETCH_MAX, &ignored);
	struct span said;

	word[0] = '\0';
	if (j == NULL || json_text(j, "error", WORD_MAX - 1, &said) != JSON_GOT)
		return;
	for (size_t i = 0; i < said.n; i++)
		if ((said.p[i] < 'a' || said.p[i] > 'z') && said.p[i] != '_')
			return;
	snprintf(word, WORD_MAX, "%.*s", (int)said.n, (const char *)said.p);
}

/* A form with the proof of who we are. What it says about us is not why; where it is may be: so it is looked up anew. */
static bool
post(struct exchanger *x, void *curl, const struct idp_job *j, const char *url, struct writer *form,
    struct writer *answer, struct err *e)
{
	AUTO_WRITER authorization = writer_grow(16384);
	struct fetch f = { .url = url, .ca = x->config->ca_file, .proxy = x->config->proxy,
		.timeout_ms = x->config->timeout_ms, .stop = x->stop };
	char word[WORD_MAX];
	bool ok;

	if (!prove_write(x->prove[j->login], x->config->issuer, clock_wall(), form, &authorization, e))
		return false;
	if (!writer_ok(form) || !writer_ok(&authorization))
		return err_why(e, ERR_FORMAT, "idp_request", "The request is too large for the provider");
	f.form = writer_span(form);
	f.authorization = authorization.n > 0 ? (const char *)authorization.p : NULL;
	ok = fetch_run(curl, &f, answer, e);
	if (ok && (f.status == 200 || f.status == 201))
		return true;
	forget(x);
	if (!ok)
		return false;
	word_of(writer_span(answer), word);
	return err_why(e, ERR_BUSY, "idp_answer", "The provider refused, with HTTP status %ld%s%s", f.status,
	    *word == '\0' ? "" : " and the word ", word);
}

static void
challenge_add(struct writer *form, const char *verifier)
{
	uint8_t hash[HASH_LEN], letters[BASE64_LEN(HASH_LEN)];
	struct writer w = writer_over(letters, sizeof(letters));

	sha256(span_str(verifier), hash);
	base64url_write(&w, span_of(hash, sizeof(hash)));
	form_add(form, "code_challenge", writer_span(&w));
	form_add(form, "code_challenge_method", span_str("S256"));
}

static const char *
client_of(const struct exchanger *x, const struct idp_job *j)
{
	return j->login ? x->config->login_client_id : x->config->client_id;
}

static void
request_write(const struct exchanger *x, const struct idp_job *j, struct writer *form)
{
	form_add(form, "response_type", span_str("code"));
	form_add(form, "redirect_uri", span_str(j->redirect));
	form_add(form, "scope", span_str(x->config->scope));
	form_add(form, "state", span_str(j->state));
	form_add(form, "nonce", span_str(j->nonce));
	challenge_add(form, j->verifier);
	if (*j->prompt != '\0')
		form_add(form, "prompt", span_str(j->prompt));
	if (*j->max_age != '\0')
		form_add(form, "max_age", span_str(j->max_age));
	if (!j->login && x->config->acr_values[0] != '\0')
		form_add(form, "acr_values", span_str(x->config->acr_values));
	if (j->details.n > 0)
		form_add(form, "authorization_details", j->details);
}

static bool
pushed(struct exchanger *x, void *curl, struct idp_job *j, const struct discovery *d, struct writer *form,
    struct err *e)
{
	AUTO_WRITER answer = writer_grow(FETCH_MAX);
	struct err ignored = { 0 };
	struct span uri;

	if (!post(x, curl, j, d->pushed, form, &answer, e))
		return false;
	AUTO_JSON *o = json_read(writer_span(&answer), FETCH_MAX, &ignored);
	if (o == NULL || json_text(o, "request_uri", 1024, &uri) != JSON_GOT || uri.n == 0)
		return err_why(e, ERR_BUSY, "idp_answer", "The provider's answer to the pushed request is not as it"
		    " should be");
	uri_add(&j->out, "client_id", span_str(client_of(x, j)));
	uri_add(&j->out, "request_uri", uri);
	return true;
}

static void
begin(struct exchanger *x, void *curl, struct idp_job *j, struct err *e)
{
	AUTO_WRITER form = writer_grow(FORM_MAX);
	struct discovery d;

	j->out = writer_grow(IDP_URL_MAX);
	if (!discover(x, curl, &d, e))
		return;
	request_write(x, j, &form);
	wr_bytes(&j->out, d.authorization, strlen(d.authorization));
	if (d.pushed[0] != '\0' && strcmp(x->config->par, "auto") == 0) {
		if (!pushed(x, curl, j, &d, &form, e))
			return;
	} else {
		form_add(&form, "client_id", span_str(client_of(x, j)));
		wr_u8(&j->out, strchr(d.authorization, '?') == NULL ? '?' : '&');
		wr_span(&j->out, writer_span(&form));
	}
	if (!writer_ok(&j->out) || !writer_ok(&form))
		err_why(e, ERR_FORMAT, "idp_request", "The request is too large for the provider");
}

/* RFC 9207: an answer of another provider is not redeemed at this one. */
static bool
issuer_agrees(const struct exchanger *x, const struct idp_job *j, const struct discovery *d, struct err *e)
{
	if (j->issuer.p == NULL ? !d->names_issuer : span_equal(j->issuer, span_str(x->config->issuer)))
		return true;
	return err_why(e, ERR_DENIED, "idp_answer", "The answer came from another provider than the one that was"
	    " asked");
}

static bool
token_take(struct idp_job *j, struct span answer, struct err *e)
{
	struct err ignored = { 0 };
	AUTO_JSON *o = json_read(answer, FETCH_MAX, &ignored);
	struct span token;

	if (o == NULL)
		return err_why(e, ERR_BUSY, "idp_answer", "The provider's answer is not JSON");
	if (json_text(o, "id_token", IDP_TOKEN_MAX, &token) != JSON_GOT || token.n == 0)
		return err_why(e, ERR_BUSY, "idp_answer", "The provider's answer has no ID token, or one of more than"
		    " %d letters", IDP_TOKEN_MAX);
	wr_span(&j->out, token);
	return true;
}

static void
redeem(struct exchanger *x, void *curl, struct idp_job *j, struct err *e)
{
	AUTO_WRITER form = writer_grow(65536);
	AUTO_WRITER answer = writer_grow(FETCH_MAX);
	struct discovery d;

	j->out = writer_grow(IDP_TOKEN_MAX);
	j->keys = writer_grow(FETCH_MAX);
	if (!discover(x, curl, &d, e) || !issuer_agrees(x, j, &d, e))
		return;
	form_add(&form, "grant_type", span_str("authorization_code"));
	form_add(&form, "code", j->code);
	form_add(&form, "redirect_uri", span_str(j->redirect));
	form_add(&form, "code_verifier", span_str(j->verifier));
	if (!post(x, curl, j, d.token, &form, &answer, e) || !token_take(j, writer_span(&answer), e))
		return;
	if (j->login && !get(x, curl, d.keys, &j->keys, e))
		forget(x);
}

void
exchange_run(struct exchanger *x, void *curl, struct idp_job *j)
{
	if (j->act == IDP_BEGIN)
		begin(x, curl, j, &j->e);
	else
		redeem(x, curl, j, &j->e);
}
