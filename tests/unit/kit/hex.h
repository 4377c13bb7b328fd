/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes written as hexadecimal in test files; spaces are skipped. */
#ifndef TESTS_KIT_HEX_H
#define TESTS_KIT_HEX_H

#include "tests/test.h"

struct hex {
	uint8_t	p[2048];
	size_t	n;
};

static inline int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static inline struct hex
hex(const char *s)
{
	struct hex h = { .n = 0 };

	for (; *s != '\0'; s += *s == ' ' ? 1 : 2)
		if (*s != ' ') {
			CHECK(hex_digit(s[0]) >= 0 && hex_digit(s[1]) >= 0 && h.n < sizeof(h.p));
			h.p[h.n++] = (uint8_t)(hex_digit(s[0]) << 4 | hex_digit(s[1]));
		}
	return h;
}

#define HEX_SPAN(h) span_of((h).p, (h).n)

#endif
