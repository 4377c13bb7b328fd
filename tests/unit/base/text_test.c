/* SPDX-License-Identifier: Apache-2.0 */
/* Text rules. */
#include "base/text.h"
#include "tests/test.h"

static size_t
utf8(uint32_t c, uint8_t out[4])
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n; i-- > 1; c >>= 6)
		out[i] = (uint8_t)(0x80 | (c & 0x3f));
	out[0] = (uint8_t)(lead[n] | c);
	return n;
}

/* PROTOCOL.sam 0 */
static bool
may_be(uint32_t c)
{
	return !(c <= 0x1f || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f ||
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x2028 ||
	    c == 0x2029 || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff);
}

TEST(every_character_is_judged_as_the_protocol_says)
{
	uint8_t mem[4];

	for (uint32_t c = 0; c < 0x200000; c++)
		CHECK(text_is_clean(span_of(mem, utf8(c, mem))) == may_be(c));
}

TEST(a_bad_character_is_found_wherever_it_stands)
{
	static const char *const bad[] = { "\xe2\x80\xae", "\xe2\x80\xa8", "\x7f", "\xc2\x85", "\xd8\x9c",
		"\xed\xa0\x80", "\xff" };
	uint8_t mem[32];

	for (size_t i = 0; i < COUNT(bad); i++)
		for (size_t at = 0; at < 16; at++) {
			size_t n = strlen(bad[i]);

			memset(mem, 'x', sizeof(mem));
			memcpy(mem + at, bad[i], n);
			CHECK(!text_is_clean(span_of(mem, 20)));
		}
}

TEST(longer_forms_of_a_character_are_refused)
{
	static const struct { const char *s; size_t n; } bad[] = {
		{ "\xc0\x80", 2 }, { "\xc1\xbf", 2 }, { "\xe0\x80\x80", 3 }, { "\xe0\x9f\xbf", 3 },
		{ "\xf0\x80\x80\x80", 4 }, { "\xf0\x8f\xbf\xbf", 4 }, { "\xf4\x90\x80\x80", 4 },
		{ "\xf8\x88\x80\x80\x80", 5 },
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!text_is_clean(span_of(bad[i].s, bad[i].n)));
}

TEST(a_character_that_breaks_off_is_refused)
{
	static const char euro[] = "\xe2\x82\xac", clef[] = "\xf0\x9d\x84\x9e";

	for (size_t n = 1; n < 3; n++)
		CHECK(!text_is_clean(span_of(euro, n)) && !text_is_clean(span_of(clef, n)));
	CHECK(!text_is_clean(span_of(clef, 3)) && text_is_clean(span_of(clef, 4)) && text_is_clean(span_of(euro, 3)));
	CHECK(!text_is_clean(span_str("\x80")) && !text_is_clean(span_str("\xbf" "a")) && !text_is_clean(span_str("\xe2" "aa")));
}

TEST(nothing_is_clean)
{
	CHECK(text_is_clean(span_of("", 0)) && text_is_clean(span_of(NULL, 0)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_is_judged_as_the_protocol_says),
		cmocka_unit_test(a_bad_character_is_found_wherever_it_stands),
		cmocka_unit_test(longer_forms_of_a_character_are_refused),
		cmocka_unit_test(a_character_that_breaks_off_is_refused),
		cmocka_unit_test(nothing_is_clean),
	};

	return RUN(tests);
}
