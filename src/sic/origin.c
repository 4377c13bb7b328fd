/* SPDX-License-Identifier: Apache-2.0 */
/* Origins, read strictly: one text for each, so no two texts are one origin. */
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "sic/origin.h"

#define HOST_MAX	253

static struct span
host_of(const char *origin)
{
	const char *host = strstr(origin, "://") + 3;

	return span_of(host, strcspn(host, ":"));
}

static bool
span_ends(struct span s, const char *end)
{
	size_t n = strlen(end);

	return s.n >= n && memcmp(s.p + s.n - n, end, n) == 0;
}

static bool
label_is_one(const uint8_t *p, size_t n)
{
	if (n < 1 || n > 63 || p[0] == '-' || p[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!((p[i] >= 'a' && p[i] <= 'z') || (p[i] >= '0' && p[i] <= '9') || p[i] == '-'))
			return false;
	return true;
}

/* Labels with dots between; an IPv4 address is no host here, so the last begins with a letter. */
static bool
host_is_one(struct span host)
{
	size_t from = 0;

	if (host.n < 1 || host.n > HOST_MAX)
		return false;
	for (size_t i = 0; i <= host.n; i++) {
		if (i < host.n && host.p[i] != '.')
			continue;
		if (!label_is_one(host.p + from, i - from))
			return false;
		if (i == host.n && host.p[from] >= '0' && host.p[from] <= '9')
			return false;
		from = i + 1;
	}
	return true;
}

static bool
port_is_one(const char *port, unsigned own)
{
	unsigned long v;

	if (*port == '\0')
		return true;
	if (*port != ':' || port[1] < '1' || port[1] > '9' || strlen(port) > 6 ||
	    strspn(port + 1, "0123456789") != strlen(port + 1))
		return false;
	v = strtoul(port + 1, NULL, 10);
	return v <= 65535 && v != own;
}

bool
origin_is_one(const char *origin)
{
	bool tls = strncmp(origin, "https://", 8) == 0;
	struct span host;

	if (!tls && strncmp(origin, "http://", 7) != 0)
		return false;
	host = host_of(origin);
	return host_is_one(host) && port_is_one((const char *)host.p + host.n, tls ? 443 : 80) &&
	    (tls || span_equal(host, span_str("localhost")) || span_ends(host, ".localhost"));
}

bool
origin_is_shared(const char *pages, const char *service)
{
	struct span a = host_of(pages), b = host_of(service);

	return span_equal(a, b) || (b.n > a.n + 1 && b.p[b.n - a.n - 1] == '.' &&
	    memcmp(b.p + b.n - a.n, a.p, a.n) == 0);
}
