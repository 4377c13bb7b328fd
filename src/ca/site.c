/* SPDX-License-Identifier: Apache-2.0 */
/* One table of resources. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "ca/file.h"
#include "ca/site.h"

#define OCSP_GET_MAX	4096

static const char welcome[] =
    "A certification authority for demonstrations and tests only.\n"
    "It checks no one's identity: nobody should rely on what it issues.\n\n"
    "POST /cmp, /cmp/long, /cmp/short-term	CMP, for registered RAs\n"
    "GET  /crl				revocation list\n"
    "POST /ocsp, GET /ocsp/BASE64		status of one certificate\n"
    "POST /tsa				trial time stamps\n"
    "GET  /ca.pem, /issuing.pem, /root.pem	certificates\n";

void
site_open_cmp(struct site *s, const char *reference, unsigned poll_s)
{
	s->config = (struct cmp_config){ .authority = s->authority, .profiles = &s->profiles,
		.service = &s->cmp_service, .ras = s->ras, .issuing = s->issuing, .secret = s->secret,
		.reference = reference, .poll_s = poll_s,
		.attestation_spki = writer_span(&s->attestation_spki) };
	memcpy(s->config.group, s->group, GROUP_LEN);
	cmp_open(&s->cmp, &s->config);
}

void
site_free(struct site *s)
{
	if (s == NULL)
		return;
	if (s->cmp.transactions != NULL)
		cmp_close(&s->cmp);
	status_free(s->status);
	service_wipe(&s->cmp_service);
	service_wipe(&s->ocsp_service);
	service_wipe(&s->tsa_service);
	X509_free(s->issuing);
	X509_STORE_free(s->ras);
	secret_free(s->secret);
	writer_wipe(&s->attestation_spki);
	authority_free(s->authority);
	free(s);
}

static void
say(struct http_exchange *x, unsigned status, const char *type)
{
	x->status = status;
	x->answer_type = type;
}

/* A text instead of what was wanted. */
static void
fail(struct http_exchange *x, unsigned status, const char *why)
{
	say(x, status, "text/plain; charset=utf-8");
	writer_reset(&x->answer);
	wr_span(&x->answer, span_str(why));
	wr_span(&x->answer, span_str("\n"));
}

static void
fail_err(struct http_exchange *x, const struct err *e)
{
	log_warn("%s: %s", x->path, e->text);
	fail(x, e->code == ERR_FORMAT ? 400 : 500, e->text);
}

static void
answer_cmp(struct site *s, struct http_exchange *x, struct span rest)
{
	const struct profile *profile = profile_find(rest);
	struct err e = { 0 };

	if (profile == NULL)
		fail(x, 404, "no such profile");
	else if (strcasecmp(x->type, "application/pkixcmp") != 0)
		fail(x, 415, "application/pkixcmp is what is answered here");
	else if (cmp_answer(&s->cmp, profile, x->body, &x->answer, &e))
		say(x, 200, "application/pkixcmp");
	else
		fail_err(x, &e);
}

static void
answer_crl(struct site *s, struct http_exchange *x, struct span rest UNUSED)
{
	struct err e = { 0 };

	if (status_crl(s->status, &x->answer, &e))
		say(x, 200, "application/pkix-crl");
	else
		fail_err(x, &e);
}

static void
answer_ocsp_request(struct site *s, struct http_exchange *x, struct span request)
{
	struct err e = { 0 };

	if (status_ocsp(s->status, request, &x->answer, &e))
		say(x, 200, "application/ocsp-response");
	else
		fail_err(x, &e);
}

/* RFC 6960 A.1: the request in base64, in the path. */
static void
answer_ocsp_get(struct site *s, struct http_exchange *x, struct span rest)
{
	uint8_t der[OCSP_GET_MAX];
	int n = rest.n == 0 || rest.n > sizeof(der) ? -1
	    : EVP_DecodeBlock(der, rest.p, (int)rest.n);

	if (n <= 0) {
		fail(x, 400, "an OCSP request in base64 is expected");
		return;
	}
	for (size_t i = rest.n; i > 0 && rest.p[i - 1] == '='; i--)
		n--;
	answer_ocsp_request(s, x, span_of(der, (size_t)n));
}

static void
answer_ocsp_post(struct site *s, struct http_exchange *x, struct span rest UNUSED)
{
	answer_ocsp_request(s, x, x->body);
}

static void
answer_tsa(struct site *s, struct http_exchange *x, struct span rest UNUSED)
{
	struct err e = { 0 };

	if (strcasecmp(x->type, "application/timestamp-query") != 0)
		fail(x, 415, "application/timestamp-query is what is answered here");
	else if (tsa_answer(&s->tsa_service, s->issuing, x->body, &x->answer, &e))
		say(x, 200, "application/timestamp-reply");
	else
		fail_err(x, &e);
}

static void
answer_file(struct site *s, struct http_exchange *x, struct span rest UNUSED)
{
	char path[PATH_LEN];
	struct err e = { 0 };

	if (ca_path(path, authority_dir(s->authority), x->path + 1, &e) &&
	    ca_file_read(path, &x->answer, &e))
		say(x, 200, "application/x-pem-file");
	else
		fail_err(x, &e);
}

static void
answer_welcome(struct site *s UNUSED, struct http_exchange *x, struct span rest UNUSED)
{
	say(x, 200, "text/plain; charset=utf-8");
	wr_span(&x->answer, span_str(welcome));
}

static const struct resource {
	bool		 post;
	const char	*path;
	bool		 beneath;	/* also what stands behind it and a slash */
	void		 (*answer)(struct site *, struct http_exchange *, struct span rest);
} resources[] = {
	{ true, "/cmp", true, answer_cmp },
	{ true, "/ocsp", false, answer_ocsp_post },
	{ true, "/tsa", false, answer_tsa },
	{ false, "/crl", false, answer_crl },
	{ false, "/ocsp", true, answer_ocsp_get },
	{ false, "/ca.pem", false, answer_file },
	{ false, "/issuing.pem", false, answer_file },
	{ false, "/root.pem", false, answer_file },
	{ false, "/", false, answer_welcome },
};

static bool
is_of(const struct resource *r, const char *path, struct span *rest)
{
	size_t n = strlen(r->path);

	*rest = span_str("");
	if (strcmp(path, r->path) == 0)
		return true;
	if (!r->beneath || strncmp(path, r->path, n) != 0 || path[n] != '/')
		return false;
	*rest = span_str(path + n + 1);
	return true;
}

void
site_answer(struct http_exchange *x, void *app)
{
	bool known = false;
	struct span rest;

	for (size_t i = 0; i < COUNT(resources); i++) {
		if (!is_of(&resources[i], x->path, &rest))
			continue;
		known = true;
		if (resources[i].post == x->post) {
			resources[i].answer(app, x, rest);
			return;
		}
	}
	fail(x, known ? 405 : 404, known ? "not by this method" : "no such resource");
}
