/* SPDX-License-Identifier: Apache-2.0 */
/* Seeds as text: base32 of RFC 4648, and the link that apps read from a QR code. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/seed.h"

#define ISSUER	"Propria"

void
seed_text(const uint8_t seed[SEED_BYTES], char text[SEED_TEXT])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	/* Eight letters are five bytes, and twenty bytes have no rest. */
	for (size_t i = 0; i < SEED_TEXT - 1; i++) {
		size_t at = i * 5 / 8, shift = i * 5 % 8;
		unsigned two = (unsigned)seed[at] << 8 | (at + 1 < SEED_BYTES ? seed[at + 1] : 0u);

		text[i] = letters[two >> (11 - shift) & 31];
	}
	text[SEED_TEXT - 1] = '\0';
}

static bool
name_to_link(const char *name, char *out, size_t size)
{
	size_t n = 0;

	for (; *name != '\0'; name++) {
		bool plain = isalnum((unsigned char)*name) || *name == '-' || *name == '_' || *name == '.';

		if (n + 4 > size)
			return false;
		n += (size_t)snprintf(out + n, size - n, plain ? "%c" : "%%%02X", (unsigned char)*name);
	}
	out[n] = '\0';
	return n > 0;
}

bool
seed_link(const uint8_t seed[SEED_BYTES], const char *name, char link[SEED_LINK])
{
	char text[SEED_TEXT], letters[SEED_LINK - 128];
	bool good = name_to_link(name, letters, sizeof(letters));

	seed_text(seed, text);
	if (good)
		snprintf(link, SEED_LINK, "otpauth://totp/" ISSUER ":%s?secret=%s&issuer=" ISSUER, letters, text);
	explicit_bzero(text, sizeof(text));
	return good;
}
