/* SPDX-License-Identifier: Apache-2.0 */
/* Text that can be shown in one line without lying about its order. */
#include "audit/text.h"

static bool
may_be_shown(uint32_t c)
{
	return !(c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	    (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff);
}

/* How many bytes follow the first one, its payload, and the least value of that length. */
static bool
lead(uint8_t b, size_t *more, uint32_t *c, uint32_t *least)
{
	static const struct { uint8_t mask, is; uint32_t least; } leads[] = {
		{ 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};

	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if ((b & leads[i].mask) == leads[i].is) {
			*more = i;
			*c = b & (uint8_t)~leads[i].mask;
			*least = leads[i].least;
			return true;
		}
	return false;
}

bool
audit_text_ok(struct span s)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t c, least;
		size_t more;

		if (!lead(s.p[i++], &more, &c, &least) || more > s.n - i)
			return false;
		for (; more > 0; more--, i++) {
			if ((s.p[i] & 0xc0) != 0x80)
				return false;
			c = c << 6 | (s.p[i] & 0x3f);
		}
		if (c < least || !may_be_shown(c))
			return false;
	}
	return true;
}
