/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes for people. */
#ifndef AUDITOR_HEX_H
#define AUDITOR_HEX_H

#include <stddef.h>
#include <stdint.h>

/* 2 * n digits and a zero. */
static inline void
hex_write(char *out, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
}

#endif
