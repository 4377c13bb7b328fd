/* SPDX-License-Identifier: Apache-2.0 */
/* Redirect URIs. They are compared as bytes elsewhere; here is only what may be registered. */
#include "ssa/oauth/uri.h"

static size_t
scheme_length(struct span uri)
{
	static const char *const schemes[] = { "https://", "http://" };

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(schemes[i]);

		if (uri.n > n && memcmp(uri.p, schemes[i], n) == 0)
			return n;
	}
	return 0;
}

static struct span
authority_of(struct span uri)
{
	size_t from = scheme_length(uri), n = from;

	while (n < uri.n && uri.p[n] != '/' && uri.p[n] != '?')
		n++;
	return span_of(uri.p + from, n - from);
}

static bool
ends_with(struct span s, const char *end)
{
	size_t n = strlen(end);

	return s.n > n && memcmp(s.p + s.n - n, end, n) == 0;
}

/* An authority without its port: is it this machine? RFC 6761 6.3, RFC 8252 7.3 */
static bool
is_this_machine(struct span host)
{
	size_t n = host.n;

	while (n > 0 && host.p[n - 1] >= '0' && host.p[n - 1] <= '9')
		n--;
	if (n > 0 && n < host.n && host.p[n - 1] == ':')
		host.n = n - 1;
	return span_equal(host, span_str("localhost")) || ends_with(host, ".localhost") ||
	    span_equal(host, span_str("127.0.0.1")) || span_equal(host, span_str("[::1]"));
}

bool
uri_may_redirect(struct span uri)
{
	size_t scheme = scheme_length(uri);
	struct span authority;

	if (scheme == 0 || uri.n > REDIRECT_MAX)
		return false;
	for (size_t i = 0; i < uri.n; i++)
		if (uri.p[i] <= ' ' || uri.p[i] >= 0x7f || strchr("#\"<>\\^`{|}", uri.p[i]) != NULL)
			return false;
	authority = authority_of(uri);
	if (authority.n == 0 || memchr(authority.p, '@', authority.n) != NULL ||
	    memchr(authority.p, '*', authority.n) != NULL || memchr(authority.p, ';', authority.n) != NULL ||
	    memchr(authority.p, ',', authority.n) != NULL || memchr(authority.p, '\'', authority.n) != NULL)
		return false;
	return scheme == 8 || is_this_machine(authority);
}

struct span
uri_origin(struct span uri)
{
	return span_of(uri.p, scheme_length(uri) + authority_of(uri).n);
}

void
uri_add(struct writer *w, const char *name, struct span value)
{
	static const char hex[] = "0123456789ABCDEF";

	wr_u8(w, w->n > 0 && memchr(w->p, '?', w->n) != NULL ? '&' : '?');
	wr_bytes(w, name, strlen(name));
	wr_u8(w, '=');
	for (size_t i = 0; i < value.n; i++) {
		uint8_t c = value.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '.' || c == '_' || c == '~') {
			wr_u8(w, c);
			continue;
		}
		wr_u8(w, '%');
		wr_u8(w, (uint8_t)hex[c >> 4]);
		wr_u8(w, (uint8_t)hex[c & 15]);
	}
}
