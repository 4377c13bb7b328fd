/* SPDX-License-Identifier: Apache-2.0 */
/* Clients are registered here and nowhere else; the server reads the table at each request. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"
#include "json/base64.h"
#include "json/json.h"
#include "ssa/config.h"
#include "ssa/jwt.h"
#include "ssa/oauth/client.h"
#include "ssa/oauth/client_command.h"
#include "ssa/oauth/uri.h"

#define SECRET_LEAST	32
#define SECRET_MOST	256

struct wish {
	const char	*config, *kind, *name, *id, *scope, *grant, *secret_fd, *jwk;
	const char	*redirect[REDIRECTS_MAX];
	size_t		 redirects;
	const char	*rest;
};

static bool
words_read(const char *text, const char *const names[], const uint32_t bits[], size_t n, uint32_t *out)
{
	while (*text != '\0') {
		size_t len = strcspn(text, ","), i;

		for (i = 0; i < n; i++)
			if (strlen(names[i]) == len && strncmp(names[i], text, len) == 0)
				break;
		if (i == n)
			return false;
		*out |= bits[i];
		text += len + (text[len] == ',');
	}
	return *out != 0;
}

static bool
rights_read(const struct wish *w, struct client_row *c, struct err *e)
{
	static const char *const scopes[] = { "service", "credential" };
	static const char *const grants[] = { "code", "refresh", "client" };
	static const uint32_t scope_bits[] = { SCOPE_SERVICE, SCOPE_CREDENTIAL };
	static const uint32_t grant_bits[] = { GRANT_CODE, GRANT_REFRESH, GRANT_CLIENT };

	if (!words_read(w->scope != NULL ? w->scope : "service,credential", scopes, scope_bits, 2, &c->scopes))
		return err_set(e, ERR_FORMAT, "--scope is service, credential, or both with a comma");
	if (!words_read(w->grant != NULL ? w->grant : "code", grants, grant_bits, 3, &c->grants))
		return err_set(e, ERR_FORMAT, "--grant is code, refresh, client, with commas");
	if (c->kind == CLIENT_PUBLIC && (c->grants & GRANT_CLIENT) != 0)
		return err_set(e, ERR_FORMAT, "a public client has nothing to prove who it is with: no grant"
		    " client for it");
	if ((c->grants & GRANT_CODE) != 0 && w->redirects == 0)
		return err_set(e, ERR_FORMAT, "grant code needs --redirect URI");
	return true;
}

static bool
redirects_read(const struct wish *w, struct writer *out, struct err *e)
{
	for (size_t i = 0; i < w->redirects; i++) {
		if (!uri_may_redirect(span_str(w->redirect[i])))
			return err_set(e, ERR_FORMAT, "--redirect %zu cannot be used: https://..., or http:// to"
			    " localhost, 127.0.0.1 or [::1]; no fragment", i + 1);
		wr_span16(out, span_str(w->redirect[i]));
	}
	return true;
}

/* The same bytes before and after application/x-www-form-urlencoded, however it is done. */
static bool
is_its_own_encoding(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		    (s.p[i] >= '0' && s.p[i] <= '9') || memchr("-._", s.p[i], 3) != NULL))
			return false;
	return true;
}

/* Typed where there is a terminal; its digest is all that is kept, so it must be unguessable. */
static bool
secret_take(const struct wish *w, uint8_t hash[HASH_LEN], struct err *e)
{
	AUTO(secret) *s = NULL;
	char *end = NULL;
	long fd;

	if (w->secret_fd != NULL) {
		fd = strtol(w->secret_fd, &end, 10);
		if (*w->secret_fd == '\0' || *end != '\0' || fd < 0 || fd > 1023)
			return err_set(e, ERR_FORMAT, "--secret-fd is the number of a descriptor");
		s = secret_read_fd((int)fd, SECRET_MOST, e);
	} else {
		s = secret_ask("Secret of the client: ", SECRET_MOST, e);
	}
	if (s == NULL)
		return false;
	if (secret_span(s).n < SECRET_LEAST)
		return err_set(e, ERR_FORMAT, "a client's secret has at least %d characters, made at random"
		    " (openssl rand -hex 32)", SECRET_LEAST);
	if (!is_its_own_encoding(secret_span(s)))
		return err_set(e, ERR_FORMAT, "a client's secret is of letters, digits and - . _ alone: Basic"
		    " form-encodes all others (RFC 6749 2.3.1), and many libraries forget it. Make one with"
		    " openssl rand -hex 32");
	sha256(secret_span(s), hash);
	return true;
}

static bool
jwk_take(const struct wish *w, uint8_t spki[91], struct err *e)
{
	uint8_t bytes[8192];
	AUTO_JSON *j = NULL;
	ssize_t n;
	int fd;

	if (w->jwk == NULL)
		return err_set(e, ERR_FORMAT, "--kind key needs --jwk FILE: the public P-256 key as JWK");
	if ((fd = open(w->jwk, O_RDONLY | O_CLOEXEC)) < 0)
		return err_errno(e, ERR_BACKEND, errno, "%s cannot be read", w->jwk);
	n = read(fd, bytes, sizeof(bytes));
	close(fd);
	if (n < 0)
		return err_errno(e, ERR_BACKEND, errno, "%s cannot be read", w->jwk);
	return (j = json_read(span_of(bytes, (size_t)n), sizeof(bytes), e)) != NULL && jwk_read(j, spki, e);
}

static bool
id_fits(const char *id)
{
	size_t n = strlen(id);

	return n >= 1 && n <= CLIENT_ID_MAX && strcmp(id, SIC_CLIENT_ID) != 0 && strspn(id,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

static bool
kind_read(const char *text, uint8_t *kind, struct err *e)
{
	static const char *const names[] = { "public", "secret", "key" };

	for (uint8_t i = 0; text != NULL && i < COUNT(names); i++)
		if (strcmp(text, names[i]) == 0) {
			*kind = (uint8_t)(i + 1);
			return true;
		}
	return err_set(e, ERR_FORMAT, "--kind is public, secret or key");
}

static bool
row_build(const struct wish *w, struct client_row *c, struct writer *redirects, uint8_t material[91],
    struct err *e)
{
	if (w->name == NULL || !text_is_clean(span_str(w->name)) || strlen(w->name) > CLIENT_NAME_MAX ||
	    *w->name == '\0')
		return err_set(e, ERR_FORMAT, "--name is what people are shown: 1 to %d bytes, no control"
		    " characters", CLIENT_NAME_MAX);
	if (w->id != NULL && !id_fits(w->id))
		return err_set(e, ERR_FORMAT, "--id has 1 to %d letters, digits or . _ -, and is not %s",
		    CLIENT_ID_MAX, SIC_CLIENT_ID);
	if (!kind_read(w->kind, &c->kind, e) || !rights_read(w, c, e) || !redirects_read(w, redirects, e))
		return false;
	c->name = span_str(w->name);
	c->redirects = writer_span(redirects);
	if (c->kind == CLIENT_SECRET) {
		if (!secret_take(w, material, e))
			return false;
		c->secret = span_of(material, HASH_LEN);
	} else if (c->kind == CLIENT_KEY) {
		if (!jwk_take(w, material, e))
			return false;
		c->spki = span_of(material, 91);
	}
	return true;
}

static bool
add(struct store *s, const struct wish *w, struct err *e)
{
	AUTO_WRITER redirects = writer_grow(REDIRECTS_MAX * (REDIRECT_MAX + 2));
	struct client_row c = { 0 }, there;
	uint8_t material[91];
	char hex[33];

	if (!row_build(w, &c, &redirects, material, e))
		return false;
	random_bytes(c.id, sizeof(c.id));
	hex_text(c.id, sizeof(c.id), hex);
	c.client_id = span_str(w->id != NULL ? w->id : hex);
	if (s->ops->client_get(s, c.client_id, &there, e))
		return err_set(e, ERR_DENIED, "there is a client of this id; remove it first");
	if (e->code != ERR_MISSING)
		return false;
	err_clear(e);
	if (!s->ops->client_put(s, &c, e))
		return false;
	printf("%.*s\n", (int)c.client_id.n, (const char *)c.client_id.p);
	return true;
}

static bool
shown(void *arg UNUSED, const struct client_row *c)
{
	static const char *const kinds[] = { "?", "public", "secret", "key" };
	struct reader r = reader_over(c->redirects);
	struct span one;

	printf("%.*s\t%s\t%s%s\t%s%s%s\t%.*s", (int)c->client_id.n, (const char *)c->client_id.p,
	    kinds[c->kind <= CLIENT_KEY ? c->kind : 0],
	    c->scopes & SCOPE_SERVICE ? "service " : "", c->scopes & SCOPE_CREDENTIAL ? "credential" : "",
	    c->grants & GRANT_CODE ? "code " : "", c->grants & GRANT_REFRESH ? "refresh " : "",
	    c->grants & GRANT_CLIENT ? "client" : "", (int)c->name.n, (const char *)c->name.p);
	while (rd_span16(&r, 1, UINT16_MAX, &one))
		printf("\t%.*s", (int)one.n, (const char *)one.p);
	printf("\n");
	return true;
}

static bool
list(struct store *s, const struct wish *w UNUSED, struct err *e)
{
	return s->ops->clients(s, shown, NULL, e);
}

static bool
forget(struct store *s, const struct wish *w, struct err *e)
{
	struct err why = { 0 };

	if (w->rest == NULL)
		return err_set(e, ERR_FORMAT, "say which: propria-ssa client remove -c FILE CLIENT_ID");
	if (s->ops->client_remove(s, span_str(w->rest), &why))
		return true;
	return why.code == ERR_MISSING ? err_set(e, ERR_MISSING, "there is no client of this id") :
	    (*e = why, false);
}

static bool
options_read(int argc, char **argv, struct wish *w)
{
	static const struct option options[] = { { "config", 1, NULL, 'c' }, { "kind", 1, NULL, 'k' },
		{ "name", 1, NULL, 'n' }, { "id", 1, NULL, 'i' }, { "redirect", 1, NULL, 'r' },
		{ "scope", 1, NULL, 's' }, { "grant", 1, NULL, 'g' }, { "secret-fd", 1, NULL, 'f' },
		{ "jwk", 1, NULL, 'j' }, { 0 } };
	const struct { int c; const char **to; } texts[] = { { 'c', &w->config }, { 'k', &w->kind },
		{ 'n', &w->name }, { 'i', &w->id }, { 's', &w->scope }, { 'g', &w->grant },
		{ 'f', &w->secret_fd }, { 'j', &w->jwk } };
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (c == '?' || (c == 'r' && w->redirects == REDIRECTS_MAX))
			return false;
		if (c == 'r')
			w->redirect[w->redirects++] = optarg;
		for (size_t i = 0; i < COUNT(texts); i++)
			if (texts[i].c == c)
				*texts[i].to = optarg;
	}
	if (optind < argc)
		w->rest = argv[optind++];
	return w->config != NULL && optind == argc;
}

static const struct verb_of {
	const char	*name;
	bool		(*act)(struct store *, const struct wish *, struct err *);
} verbs[] = { { "add", add }, { "list", list }, { "remove", forget } };

int
client_command(int argc, char **argv)
{
	const struct verb_of *v = NULL;
	struct wish w = { 0 };
	struct config config;
	struct err e = { 0 };
	struct store *s;
	bool ok;

	for (size_t i = 0; argc > 1 && i < COUNT(verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			v = &verbs[i];
	if (v == NULL || !options_read(argc - 1, argv + 1, &w)) {
		fputs("usage: propria-ssa client ...\n" CLIENT_USAGE, stderr);
		return 2;
	}
	if (!crypto_start(&e) || !config_read(&config, w.config, &e) ||
	    (s = store_sqlite_open(config.store, &e)) == NULL) {
		fprintf(stderr, "propria-ssa: %s\n", e.text);
		return 1;
	}
	ok = v->act(s, &w, &e);
	store_close(s);
	if (!ok)
		fprintf(stderr, "propria-ssa: %s\n", e.text);
	return ok ? 0 : 1;
}
