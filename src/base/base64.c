/* SPDX-License-Identifier: Apache-2.0 */
/* base64, base64url and hexadecimal. What comes through here is public, so tables may be used. */
#include "base/base64.h"

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char urlsafe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int
value_of(uint8_t c, char c62, char c63)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == c62)
		return 62;
	return c == c63 ? 63 : -1;
}

/* Letters without padding. */
static bool
letters_read(struct span t, char c62, char c63, struct writer *w)
{
	size_t start = w->n;
	uint32_t bits = 0;
	unsigned held = 0;

	if (t.n % 4 == 1)
		return false;
	for (size_t i = 0; i < t.n; i++) {
		int v = value_of(t.p[i], c62, c63);

		if (v < 0) {
			w->n = start;
			return false;
		}
		bits = bits << 6 | (uint32_t)v;
		held += 6;
		if (held >= 8) {
			held -= 8;
			wr_u8(w, (uint8_t)(bits >> held));
		}
	}
	if ((bits & ((1u << held) - 1)) != 0 || !writer_ok(w)) {
		w->n = start;
		return false;
	}
	return true;
}

static size_t
padding_of(struct span t)
{
	size_t n = 0;

	while (n < 2 && n < t.n && t.p[t.n - 1 - n] == '=')
		n++;
	return n;
}

bool
base64_read(struct span text, struct writer *w)
{
	if (text.n % 4 != 0)
		return false;
	return letters_read(span_of(text.p, text.n - padding_of(text)), '+', '/', w);
}

bool
base64url_read(struct span text, struct writer *w)
{
	return letters_read(text, '-', '_', w);
}

static int
nibble_of(uint8_t c, bool upper)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return upper && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
hex_read(struct span text, struct writer *w)
{
	size_t start = w->n;

	if (text.n % 2 != 0)
		return false;
	for (size_t i = 0; i < text.n; i += 2) {
		int high = nibble_of(text.p[i], false), low = nibble_of(text.p[i + 1], false);

		if (high < 0 || low < 0) {
			w->n = start;
			return false;
		}
		wr_u8(w, (uint8_t)(high << 4 | low));
	}
	if (!writer_ok(w))
		w->n = start;
	return writer_ok(w);
}

bool
hex_exact(struct span text, uint8_t *out, size_t n)
{
	uint8_t bytes[64];
	struct writer w = writer_over(bytes, sizeof(bytes));

	if (text.n != 2 * n || n > sizeof(bytes) || !hex_read(text, &w))
		return false;
	memcpy(out, bytes, n);
	return true;
}

/* %XX becomes one character; anything that is not such an escape is refused. */
static bool
percent_read(struct span text, uint8_t *out, size_t room, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (*n == room)
			return false;
		if (c == '%') {
			int high, low;

			if (text.n - i < 3 || (high = nibble_of(text.p[i + 1], true)) < 0 ||
			    (low = nibble_of(text.p[i + 2], true)) < 0)
				return false;
			c = (uint8_t)(high << 4 | low);
			i += 2;
		}
		out[(*n)++] = c;
	}
	return true;
}

bool
hash_text_read(struct span text, struct writer *w)
{
	uint8_t plain[128];
	size_t n, pad;

	if (!percent_read(text, plain, sizeof(plain), &n))
		return false;
	pad = padding_of(span_of(plain, n));
	if (pad > 0 && n % 4 != 0)
		return false;
	text = span_of(plain, n - pad);
	return letters_read(text, '+', '/', w) || (!w->bad && letters_read(text, '-', '_', w));
}

static void
letters_write(struct writer *w, struct span b, const char *alphabet, bool pad)
{
	char group[4];
	size_t i;

	for (i = 0; i + 2 < b.n; i += 3) {
		uint32_t v = (uint32_t)b.p[i] << 16 | (uint32_t)b.p[i + 1] << 8 | b.p[i + 2];

		group[0] = alphabet[v >> 18];
		group[1] = alphabet[v >> 12 & 63];
		group[2] = alphabet[v >> 6 & 63];
		group[3] = alphabet[v & 63];
		wr_bytes(w, group, 4);
	}
	if (i < b.n) {
		uint32_t v = (uint32_t)b.p[i] << 16 | (b.n - i == 2 ? (uint32_t)b.p[i + 1] << 8 : 0);

		group[0] = alphabet[v >> 18];
		group[1] = alphabet[v >> 12 & 63];
		group[2] = b.n - i == 2 ? alphabet[v >> 6 & 63] : '=';
		group[3] = '=';
		wr_bytes(w, group, pad ? 4 : b.n - i + 1);
	}
}

void
base64_write(struct writer *w, struct span bytes)
{
	letters_write(w, bytes, standard, true);
}

void
base64url_write(struct writer *w, struct span bytes)
{
	letters_write(w, bytes, urlsafe, false);
}

void
hex_write(struct writer *w, struct span bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.n; i++) {
		char pair[2] = { digits[bytes.p[i] >> 4], digits[bytes.p[i] & 15] };

		wr_bytes(w, pair, 2);
	}
}

void
hex_text(const void *bytes, size_t n, char *text)
{
	struct writer w = writer_over(text, 2 * n);

	hex_write(&w, span_of(bytes, n));
	text[2 * n] = '\0';
}
