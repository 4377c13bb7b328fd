/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as letters. */
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "cli/encode.h"
#include "statement/statement.h"

static const char std[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *
hex(struct span in, char *text)
{
	for (size_t i = 0; i < in.n; i++)
		snprintf(text + 2 * i, 3, "%02x", in.p[i]);
	text[2 * in.n] = '\0';
	return text;
}

static char *
room(size_t n)
{
	char *p = malloc(n);

	if (p == NULL)
		bug("out of memory");
	return p;
}

char *
hex_new(struct span in)
{
	return hex(in, room(HEX_MAX(in.n)));
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
hex_read(const char *text, uint8_t *out, size_t n)
{
	if (strlen(text) != 2 * n)
		return false;
	for (size_t i = 0; i < 2 * n; i++)
		if (digit(text[i]) < 0)
			return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
	return true;
}

static char *
encode(struct span in, const char *letters, bool pad)
{
	char *text = room(4 * (in.n / 3 + 1) + 1), *t = text;

	for (size_t i = 0; i < in.n; i += 3) {
		size_t left = in.n - i;
		uint32_t v = (uint32_t)in.p[i] << 16 | (left > 1 ? in.p[i + 1] << 8 : 0) |
		    (left > 2 ? in.p[i + 2] : 0);

		*t++ = letters[v >> 18];
		*t++ = letters[v >> 12 & 63];
		if (left > 1 || pad)
			*t++ = left > 1 ? letters[v >> 6 & 63] : '=';
		if (left > 2 || pad)
			*t++ = left > 2 ? letters[v & 63] : '=';
	}
	*t = '\0';
	return text;
}

char *
base64_new(struct span in)
{
	return encode(in, std, true);
}

char *
base64url_new(struct span in)
{
	return encode(in, url, false);
}

static bool
decode(const char *text, size_t n, const char *letters, struct writer *w)
{
	uint32_t v = 0;
	unsigned bits = 0;

	if (n % 4 == 1)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *p = text[i] == '\0' ? NULL : strchr(letters, text[i]);

		if (p == NULL)
			return false;
		v = v << 6 | (uint32_t)(p - letters);
		if ((bits += 6) >= 8) {
			bits -= 8;
			wr_u8(w, (uint8_t)(v >> bits));
			v &= (1u << bits) - 1;
		}
	}
	return v == 0 && writer_ok(w);
}

bool
base64_read(const char *text, struct writer *w)
{
	size_t n = strlen(text);

	if (n % 4 != 0)
		return false;
	for (int pad = 0; pad < 2 && n > 0 && text[n - 1] == '='; pad++)
		n--;
	return decode(text, n, std, w);
}

bool
base64url_read(const char *text, struct writer *w)
{
	return decode(text, strlen(text), url, w);
}

char *
time_text(uint64_t ms, char text[TIME_TEXT])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(text, TIME_TEXT, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		snprintf(text, TIME_TEXT, "%llu ms", (unsigned long long)ms);
	return text;
}

void
print_clean(FILE *f, struct span text)
{
	if (text_is_clean(text)) {
		fwrite(text.p, 1, text.n, f);
		return;
	}
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] >= 0x20 && text.p[i] < 0x7f)
			fputc(text.p[i], f);
		else
			fprintf(f, "\\x%02x", text.p[i]);
}
