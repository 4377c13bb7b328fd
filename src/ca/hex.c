/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal digits, without the C library's leniency. */
#include "ca/hex.h"

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
hex_read(const char *text, uint8_t *out, size_t max, size_t *n)
{
	size_t len = strlen(text);

	if (len == 0 || len % 2 != 0 || len / 2 > max)
		return false;
	for (size_t i = 0; i < len; i++)
		if (digit(text[i]) < 0)
			return false;
	for (size_t i = 0; i < len / 2; i++)
		out[i] = (uint8_t)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
	*n = len / 2;
	return true;
}

void
hex_write(struct span bytes, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.n; i++) {
		out[2 * i] = digits[bytes.p[i] >> 4];
		out[2 * i + 1] = digits[bytes.p[i] & 15];
	}
	out[2 * bytes.n] = '\0';
}
