/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment codes: 128 bits that a person carries by hand. PROTOCOL.sam 1.4 */
#include <ctype.h>

#include "statement/evidence.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void
code_seed(const uint8_t code[CODE_LEN], const uint8_t group[32], uint8_t seed[32])
{
	hkdf_sha256(span_of(code, CODE_LEN), span_of(group, 32), span_str("propria-code-v1"), seed, 32);
}

void
code_to_text(const uint8_t code[CODE_LEN], char text[CODE_LETTERS + 6])
{
	size_t at = 0;

	for (unsigned i = 0; i < CODE_LETTERS; i++) {
		unsigned value = 0;

		for (unsigned k = 0; k < 5; k++) {
			unsigned bit = 5 * i + k;

			value = value << 1 |
			    (bit < 8 * CODE_LEN ? code[bit / 8] >> (7 - bit % 8) & 1u : 0u);
		}
		if (i > 0 && i % 5 == 0)
			text[at++] = '-';
		text[at++] = alphabet[value];
	}
	text[at] = '\0';
}

static int
letter_value(char c)
{
	const char *p;

	c = (char)toupper((unsigned char)c);
	if (c == 'I' || c == 'L')
		c = '1';
	if (c == 'O')
		c = '0';
	p = c == '\0' ? NULL : strchr(alphabet, c);
	return p == NULL ? -1 : (int)(p - alphabet);
}

bool
code_from_text(const char *text, uint8_t code[CODE_LEN], struct err *e)
{
	uint8_t out[CODE_LEN + 1] = { 0 };
	unsigned n = 0;

	for (; *text != '\0'; text++) {
		int v;

		if (*text == '-' || *text == ' ')
			continue;
		if ((v = letter_value(*text)) < 0 || n == CODE_LETTERS)
			return err_set(e, ERR_FORMAT, "enrolment code: %u letters and digits, "
			    "as handed over by your registration officer", CODE_LETTERS);
		for (unsigned k = 0; k < 5; k++)
			if (v >> (4 - k) & 1)
				out[(5 * n + k) / 8] |= (uint8_t)(0x80 >> (5 * n + k) % 8);
		n++;
	}
	if (n != CODE_LETTERS || out[CODE_LEN] != 0)
		return err_set(e, ERR_FORMAT, "enrolment code: %u letters and digits are needed, or "
		    "one of them is wrong", CODE_LETTERS);
	memcpy(code, out, CODE_LEN);
	explicit_bzero(out, sizeof(out));
	return true;
}
