/* SPDX-License-Identifier: Apache-2.0 */
/* Client of the server signing application. What it answers is treated as hostile. */
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/encode.h"
#include "cli/explain.h"
#include "cli/ssa.h"

#define TOKEN_PATH	"/oauth2/token"
#define TRIES		5	/* a second apart: the server may be starting again */

bool
ssa_open(struct ssa *s, const char *server, const char *cacert, struct err *e)
{
	s->token = NULL;
	return (s->http = http_new(server, cacert, e)) != NULL;
}

void
ssa_close(struct ssa *s)
{
	http_free(s->http);
	if (s->token != NULL)
		explicit_bzero(s->token, strlen(s->token));
	free(s->token);
	*s = (struct ssa){ 0 };
}

/* The server's words, as far as they are plain ASCII. */
static void
plain(const char *in, char *out, size_t size)
{
	size_t n = 0;

	for (; in != NULL && *in != '\0' && n + 1 < size; in++)
		out[n++] = *in >= 0x20 && *in < 0x7f ? *in : '?';
	out[n] = '\0';
}

static void
refusal(long status, const json_t *j, struct err *e)
{
	const char *reason = json_string_value(json_object_get(j, "reason"));
	char error[48], words[180];

	if (reason != NULL && explain_reason(reason) != NULL) {
		explain_refusal(e, "The SAM", reason);
		return;
	}
	plain(json_string_value(json_object_get(j, "error")), error, sizeof(error));
	plain(json_string_value(json_object_get(j, "error_description")), words, sizeof(words));
	if (reason != NULL && strcmp(reason, "ca") == 0) {	/* final: the key is gone */
		err_exit(e, EXIT_FAILED, "%s", words);
		return;
	}
	words[120] = '\0';
	err_exit(e, status >= 500 ? EXIT_UNREACHABLE : EXIT_REFUSED, "The server refused (%ld %s): %s",
	    status, error, words[0] != '\0' ? words : "it does not say why");
}

json_t *
ssa_answer_read(long status, struct span body, struct err *e)
{
	json_t *j = json_loadb((const char *)body.p, body.n, JSON_REJECT_DUPLICATES, NULL);

	if (status >= 400 && status < 600) {
		refusal(status, j, e);
		json_decref(j);
		return NULL;
	}
	if (status < 200 || status > 299 || !json_is_object(j)) {
		json_decref(j);
		err_exit(e, EXIT_UNREACHABLE, "the server's answer (%ld) is none of Propria's: is --server "
		    "right", status);
		return NULL;
	}
	return j;
}

static json_t *
call(struct ssa *s, const char *path, const char *type, struct span body, struct err *e)
{
	AUTO_WRITER answer = writer_grow(HTTP_ANSWER_MAX);
	long status = 0;

	if (!http_call(s->http, path, s->token, type, body, &status, &answer, e))
		return NULL;
	return ssa_answer_read(status, writer_span(&answer), e);
}

json_t *
ssa_get(struct ssa *s, const char *path, struct err *e)
{
	return call(s, path, NULL, span_of(NULL, 0), e);
}

json_t *
ssa_post(struct ssa *s, const char *path, json_t *body, struct err *e)
{
	char *text = json_dumps(body, JSON_COMPACT);
	json_t *j;

	json_decref(body);
	if (text == NULL)
		bug("out of memory");
	j = call(s, path, "application/json", span_str(text), e);
	free(text);
	return j;
}

json_t *
ssa_post_again(struct ssa *s, const char *path, json_t *body, struct err *e)
{
	json_t *answer = NULL;

	for (int i = 0; i < TRIES && answer == NULL; i++) {
		if (i > 0) {
			const struct timespec second = { .tv_sec = 1 };

			err_clear(e);
			nanosleep(&second, NULL);
		}
		answer = ssa_post(s, path, json_incref(body), e);
		if (answer == NULL && command_exit(e) != EXIT_UNREACHABLE)
			break;
	}
	json_decref(body);
	return answer;
}

static char *
jwt_part(json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT), *encoded;

	json_decref(j);
	if (text == NULL)
		bug("out of memory");
	encoded = base64url_new(span_str(text));
	free(text);
	return encoded;
}

static char *
jwt_sign(const char *head, const char *claims, struct key *key, struct err *e)
{
	size_t n = strlen(head) + strlen(claims) + 3 + 2 * APPROVAL_LEN;
	uint8_t digest[HASH_LEN], sig[APPROVAL_LEN];
	char *jwt = malloc(n), *encoded;

	if (jwt == NULL)
		bug("out of memory");
	snprintf(jwt, n, "%s.%s", head, claims);
	sha256(span_str(jwt), digest);
	if (!key_sign(key, digest, sig, e)) {
		free(jwt);
		return NULL;
	}
	encoded = base64url_new(span_of(sig, sizeof(sig)));
	snprintf(jwt, n, "%s.%s.%s", head, claims, encoded);
	free(encoded);
	return jwt;
}

char *
ssa_assertion(const char *client, const char *audience, uint64_t now_ms, struct key *key,
    struct err *e)
{
	json_int_t now = (json_int_t)(now_ms / 1000);
	char id[HEX_MAX(16)], *head, *claims, *jwt;
	uint8_t random[16];

	random_bytes(random, sizeof(random));
	hex(span_of(random, sizeof(random)), id);
	head = jwt_part(json_pack("{s:s,s:s}", "alg", "ES256", "typ", "JWT"));
	claims = jwt_part(json_pack("{s:s,s:s,s:s,s:I,s:I,s:s}", "iss", client, "sub", client, "aud",
	    audience, "iat", now, "exp", now + 120, "jti", id));
	jwt = jwt_sign(head, claims, key, e);
	free(head);
	free(claims);
	return jwt;
}

static bool
token_take(struct ssa *s, const json_t *j, struct err *e)
{
	const char *token;

	if (!ssa_text(j, "access_token", &token, e))
		return false;
	if (strpbrk(token, "\r\n\t ") != NULL || strlen(token) > 4096)
		return err_exit(e, EXIT_UNREACHABLE, "the server's access token is malformed");
	if ((s->token = strdup(token)) == NULL)
		bug("out of memory");
	return true;
}

bool
ssa_login(struct ssa *s, const uint8_t signer[16], struct key *login, struct err *e)
{
	AUTO_WRITER form = writer_grow(8192);
	char client[HEX_MAX(16)], audience[2048], *jwt;
	AUTO_JSON *j = NULL;

	hex(span_of(signer, 16), client);
	snprintf(audience, sizeof(audience), "%s%s", http_server(s->http), TOKEN_PATH);
	if ((jwt = ssa_assertion(client, audience, clock_wall(), login, e)) == NULL)
		return false;
	wr_span(&form, span_str("grant_type=client_credentials&client_assertion_type="
	    "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_id="));
	wr_span(&form, span_str(client));
	wr_span(&form, span_str("&client_assertion="));
	wr_span(&form, span_str(jwt));
	free(jwt);
	return (j = call(s, TOKEN_PATH, "application/x-www-form-urlencoded", writer_span(&form), e)) !=
	    NULL && token_take(s, j, e);
}

json_t *
ssa_login_jwk(const struct key *key)
{
	struct span point;
	char *x, *y;
	json_t *j;

	if (!spki_open(KEY_P256, key_spki(key), &point))
		bug("login key");
	x = base64url_new(span_of(point.p + 1, 32));
	y = base64url_new(span_of(point.p + 33, 32));
	j = json_pack("{s:s,s:s,s:s,s:s}", "kty", "EC", "crv", "P-256", "x", x, "y", y);
	free(x);
	free(y);
	return j;
}

static bool
odd(const char *name, struct err *e)
{
	return err_exit(e, EXIT_UNREACHABLE, "the server's answer has no fit \"%s\": it is of another "
	    "version, or something between spoils it", name);
}

bool
ssa_text(const json_t *j, const char *name, const char **out, struct err *e)
{
	const char *text = json_string_value(json_object_get(j, name));

	if (text == NULL)
		return odd(name, e);
	*out = text;
	return true;
}

bool
ssa_number(const json_t *j, const char *name, uint64_t max, uint64_t *out, struct err *e)
{
	const json_t *v = json_object_get(j, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > max)
		return odd(name, e);
	*out = (uint64_t)json_integer_value(v);
	return true;
}

bool
ssa_hex(const json_t *j, const char *name, uint8_t *out, size_t n, struct err *e)
{
	const char *text;

	return ssa_text(j, name, &text, e) && (hex_typed(text, out, n) || odd(name, e));
}

bool
ssa_base64(const json_t *j, const char *name, struct writer *w, struct err *e)
{
	const char *text;

	return ssa_text(j, name, &text, e) && (base64_read(span_str(text), w) || odd(name, e));
}

bool
ssa_base64url(const json_t *j, const char *name, struct writer *w, struct err *e)
{
	const char *text;

	return ssa_text(j, name, &text, e) && (base64url_read(span_str(text), w) || odd(name, e));
}

void
ssa_put_base64(json_t *j, const char *name, struct span bytes)
{
	char *text = base64_new(bytes);

	json_object_set_new(j, name, json_string(text));
	free(text);
}
