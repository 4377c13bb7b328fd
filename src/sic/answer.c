/* SPDX-License-Identifier: Apache-2.0 */
/* The answers, and the headers that go with each of them. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sic/answer.h"

/*
 * Nothing from anywhere but here, and no script that is not a file of the manifest. pdf.js starts
 * its worker through the one trusted-types policy that the pages have (web/lib/pdf.js).
 */
static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self' %s; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types propria";

static const struct header fixed[] = {
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cross-Origin-Embedder-Policy", "require-corp" },
	{ "Permissions-Policy", "publickey-credentials-get=(self), publickey-credentials-create=(self), "
	    "accelerometer=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), "
	    "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()" },
};

void
always_init(struct always *a, const char *ssa, bool tls)
{
	*a = (struct always){ 0 };
	if (snprintf(a->policy, sizeof(a->policy), policy, ssa) >= (int)sizeof(a->policy))
		bug("policy longer than its room");
	a->headers[a->n++] = (struct header){ "Content-Security-Policy", a->policy };
	for (size_t i = 0; i < COUNT(fixed); i++)
		a->headers[a->n++] = fixed[i];
	if (tls)
		a->headers[a->n++] = (struct header){ "Strict-Transport-Security", "max-age=63072000" };
}

static void
with(struct answer *a, const char *name, const char *value)
{
	a->headers[a->n++] = (struct header){ name, value };
}

static void
plain(struct answer *a, unsigned status, const char *text)
{
	*a = (struct answer){ .status = status, .body = span_str(text) };
	with(a, "Content-Type", "text/plain; charset=utf-8");
	with(a, "Cache-Control", "no-store");
}

/* "gzip" stands in the list, and not with a weight of zero. */
static bool
takes_gzip(const char *list)
{
	for (const char *p = list; p != NULL && *p != '\0'; p += strcspn(p, ","), p += *p == ',') {
		p += strspn(p, " \t");
		if (strncasecmp(p, "gzip", 4) != 0 || strchr(" \t;,", p[4]) == NULL)
			continue;
		p += 4 + strspn(p + 4, " \t");
		return *p != ';' || strpbrk(p, "123456789") != NULL;
	}
	return false;
}

static void
whole(const struct page *page, const struct request *r, struct answer *a)
{
	bool gzip = page->gzip.bytes.p != NULL && takes_gzip(r->accept_encoding);
	const struct body *body = gzip ? &page->gzip : &page->plain;
	bool same = r->if_none_match != NULL && strcmp(r->if_none_match, body->etag) == 0;

	*a = (struct answer){ .status = same ? 304 : 200 };
	with(a, "ETag", body->etag);
	with(a, "Cache-Control", page->forever ? "public, max-age=31536000, immutable" : "no-cache");
	with(a, "Vary", "Accept-Encoding");
	if (same)
		return;
	with(a, "Content-Type", page->type);
	if (gzip)
		with(a, "Content-Encoding", "gzip");
	a->body = body->bytes;
}

void
answer_make(const struct pages *pages, const struct request *r, struct answer *a)
{
	const struct page *page;

	if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "HEAD") != 0) {
		plain(a, 405, "Only GET and HEAD are answered here.\n");
		with(a, "Allow", "GET, HEAD");
	} else if (r->odd)
		plain(a, 400, "This request cannot be understood in one way only.\n");
	else if (strlen(r->path) > URL_MAX)
		plain(a, 414, "This address is too long.\n");
	else if ((page = pages_find(pages, r->path)) == NULL)
		plain(a, 404, "There is no such page.\n");
	else
		whole(page, r, a);
}
