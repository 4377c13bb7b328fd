/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of what is shown in words. */
#include "cli/encode.h"
#include "cli/lines.h"
#include "crypto/hash.h"

void
line(FILE *f, const char *label, const char *value)
{
	fprintf(f, "  %-16s %s\n", label, value == NULL ? "(unknown)" : value);
}

void
line_text(FILE *f, const char *label, struct span text)
{
	fprintf(f, "  %-16s ", label);
	print_clean(f, text);
	fputc('\n', f);
}

void
line_hex(FILE *f, const char *label, const void *bytes, size_t n)
{
	char text[HEX_MAX(64)];

	line(f, label, n > 64 ? NULL : hex(span_of(bytes, n), text));
}

void
line_number(FILE *f, const char *label, uint64_t v)
{
	fprintf(f, "  %-16s %llu\n", label, (unsigned long long)v);
}

void
line_key(FILE *f, const char *label, struct span spki)
{
	uint8_t print[HASH_LEN];

	sha256(spki, print);
	line_hex(f, label, print, sizeof(print));
}
