/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as letters. */
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "cli/encode.h"
#include "statement/statement.h"

char *
hex(struct span in, char *text)
{
	hex_text(in.p, in.n, text);
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

bool
hex_typed(const char *text, uint8_t *out, size_t n)
{
	char lower[HEX_MAX(64)];
	size_t i;

	for (i = 0; text[i] != '\0' && i + 1 < sizeof(lower); i++)
		lower[i] = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] | 0x20) : text[i];
	lower[i] = '\0';
	return text[i] == '\0' && hex_exact(span_str(lower), out, n);
}

static char *
encoded(struct span in, void (*write)(struct writer *, struct span))
{
	char *text = room(BASE64_LEN(in.n) + 1);
	struct writer w = writer_over(text, BASE64_LEN(in.n));

	write(&w, in);
	text[w.n] = '\0';
	return text;
}

char *
base64_new(struct span in)
{
	return encoded(in, base64_write);
}

char *
base64url_new(struct span in)
{
	return encoded(in, base64url_write);
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
