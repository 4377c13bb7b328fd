/* SPDX-License-Identifier: Apache-2.0 */
/* Web origins, in the one spelling in which a browser serializes them. */
#include "base/origin.h"

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
ends_with(struct span s, struct span tail)
{
	return s.n >= tail.n && memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0;
}

/* Labels of a-z 0-9 '-', none empty, none with '-' at an end; the last one is no number. */
static bool
is_host(struct span s)
{
	size_t label = 0;

	if (s.n == 0 || s.n > 253)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool first = i == label, last = i + 1 == s.n || s.p[i + 1] == '.';

		if (c == '.') {
			if (first || i + 1 == s.n)
				return false;
			label = i + 1;
		} else if (c == '-' ? first || last : !is_digit(c) && (c < 'a' || c > 'z')) {
			return false;
		}
	}
	return !is_digit(s.p[label]);
}

static bool
is_port(struct span s, unsigned usual)
{
	unsigned port = 0;

	if (s.n == 0 || s.n > 5 || s.p[0] == '0')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return false;
		port = 10 * port + (s.p[i] - '0');
	}
	return port <= 65535 && port != usual;
}

static bool
is_local(struct span host)
{
	return span_equal(host, span_str("localhost")) || ends_with(host, span_str(".localhost"));
}

static bool
starts_with(struct span s, const char *head)
{
	return s.n >= strlen(head) && memcmp(s.p, head, strlen(head)) == 0;
}

bool
origin_host(struct span origin, struct span *host)
{
	bool secure = starts_with(origin, "https://");
	size_t head = secure ? 8 : 7, end;

	if (origin.n > ORIGIN_MAX || (!secure && !starts_with(origin, "http://")))
		return false;
	for (end = head; end < origin.n && origin.p[end] != ':'; end++)
		;
	if (end < origin.n && !is_port(span_of(origin.p + end + 1, origin.n - end - 1),
	    secure ? 443 : 80))
		return false;
	if (!is_host(span_of(origin.p + head, end - head)) ||
	    (!secure && !is_local(span_of(origin.p + head, end - head))))
		return false;
	*host = span_of(origin.p + head, end - head);
	return true;
}

bool
host_is_within(struct span host, struct span parent)
{
	return ends_with(host, parent) &&
	    (host.n == parent.n || host.p[host.n - parent.n - 1] == '.');
}
