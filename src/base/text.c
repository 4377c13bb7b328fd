/* SPDX-License-Identifier: Apache-2.0 */
/* Text that people are shown: strict UTF-8 with nothing that could disguise it. */
#include "base/attr.h"
#include "base/text.h"

/* Decodes one character in its shortest form; 0 when malformed (NUL is refused anyway). */
static uint32_t
next_char(struct span s, size_t *at)
{
	static const struct { uint8_t mask, lead; uint32_t least; size_t more; } forms[] = {
		{ 0x80, 0x00, 0x0001, 0 }, { 0xe0, 0xc0, 0x0080, 1 },
		{ 0xf0, 0xe0, 0x0800, 2 }, { 0xf8, 0xf0, 0x10000, 3 },
	};
	uint8_t lead = s.p[*at];

	for (size_t i = 0; i < COUNT(forms); i++) {
		uint32_t c = lead & (uint8_t)~forms[i].mask;

		if ((lead & forms[i].mask) != forms[i].lead)
			continue;
		if (forms[i].more > s.n - *at - 1)
			return 0;
		for (size_t k = 1; k <= forms[i].more; k++) {
			if ((s.p[*at + k] & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (s.p[*at + k] & 0x3f);
		}
		*at += 1 + forms[i].more;
		return c >= forms[i].least && c <= 0x10ffff ? c : 0;
	}
	return 0;
}

bool
text_is_clean(struct span s)
{
	static const struct { uint32_t from, to; } barred[] = {
		{ 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x061c, 0x061c }, { 0x200e, 0x200f },
		{ 0x2028, 0x202e }, { 0x2066, 0x2069 }, { 0xd800, 0xdfff },
	};
	size_t at = 0;

	while (at < s.n) {
		uint32_t c;

		if (s.p[at] >= 0x20 && s.p[at] < 0x7f) {	/* nearly all there is */
			at++;
			continue;
		}
		c = next_char(s, &at);
		for (size_t i = 0; i < COUNT(barred); i++)
			if (c >= barred[i].from && c <= barred[i].to)
				return false;
	}
	return true;
}

bool
text_is_utf8(struct span s)
{
	size_t at = 0;

	while (at < s.n) {
		uint32_t c = next_char(s, &at);

		if (c == 0 || (c >= 0xd800 && c <= 0xdfff))
			return false;
	}
	return true;
}
