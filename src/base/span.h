/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that somebody else owns. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t	*p;
	size_t		 n;
};

static inline struct span
span_of(const void *p, size_t n)
{
	return (struct span){ .p = p, .n = n };
}

static inline struct span
span_str(const char *s)
{
	return span_of(s, strlen(s));
}

/* Not constant time: for public bytes only. */
static inline bool
span_equal(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

#endif
