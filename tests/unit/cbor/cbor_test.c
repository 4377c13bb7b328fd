/* SPDX-License-Identifier: Apache-2.0 */
/* src/cbor/cbor.c: one encoding, bounded. */
#include "cbor/cbor.h"
#include "tests/test.h"
#include "tests/unit/kit/hex.h"

/* Read whole as an item that is skipped. */
static bool
is_item(const char *text)
{
	struct hex h = hex(text);
	uint8_t *copy = malloc(h.n > 0 ? h.n : 1);	/* so that a sanitizer sees one byte too far */
	struct reader r = reader_over(span_of(copy, h.n));
	bool good;

	CHECK(copy != NULL);
	memcpy(copy, h.p, h.n);
	good = cbor_skip(&r) && rd_end(&r);
	CHECK(good || r.n == 0 || r.p >= copy);
	free(copy);
	return good;
}

TEST(items_in_their_shortest_form_are_read)
{
	static const char *const good[] = { "00", "17", "1818", "18ff", "190100", "19ffff",
		"1a00010000", "1affffffff", "1b0000000100000000", "1bffffffffffffffff", "20", "37", "3818",
		"3903e7", "40", "4101", "5818 000000000000000000000000000000000000000000000000", "60",
		"6161", "80", "8101", "a0", "a10102", "a2 01 02 03 04", "f4", "f5", "f6",
		"a3 01 82 f5 f6 20 41ff 6161 a1 01 80" };

	for (size_t i = 0; i < COUNT(good); i++)
		if (!is_item(good[i]))
			fail_msg("%s", good[i]);
}

TEST(longer_forms_tags_floats_and_endless_items_are_refused)
{
	static const char *const bad[] = { "", "1800", "1817", "190000", "1900ff", "1a00000000",
		"1a0000ffff", "1b0000000000000000", "1b00000000ffffffff", "1c", "1d", "1e", "1f", "5800",
		"581700", "5f4100ff", "7f6161ff", "9f01ff", "bf0102ff", "c001", "c11a00000000", "d8200000",
		"f0", "f3", "f7", "f814", "f820", "f93c00", "fa3f800000", "fb3ff0000000000000", "ff",
		"0000", "4201", "8201", "a101", "a1", "a2 01 02 01 03", "a2 6161 00 6161 01" };

	for (size_t i = 0; i < COUNT(bad); i++)
		if (is_item(bad[i]))
			fail_msg("%s", bad[i]);
}

TEST(depth_and_number_of_members_are_bounded)
{
	CHECK(is_item("81 81 81 81 00"));
	CHECK(!is_item("81 81 81 81 81 00"));
	CHECK(is_item("a1 00 81 a1 00 81 00"));
	CHECK(!is_item("a1 00 81 a1 00 81 80 "));
	CHECK(is_item("9820 0000000000000000 0000000000000000 0000000000000000 0000000000000000"));
	CHECK(!is_item("9821 0000000000000000 0000000000000000 0000000000000000 0000000000000000 00"));
	CHECK(!is_item("9a7fffffff 00"));
	CHECK(!is_item("bb7fffffffffffffff 00"));
}

TEST(values_come_out_as_they_were_written)
{
	struct hex h = hex("1903e8 3903e7 1b7fffffffffffffff 3b7fffffffffffffff 43010203 626869 82 a2");
	struct reader r = reader_over(HEX_SPAN(h));
	struct span s;
	int64_t v;
	size_t n;

	CHECK(cbor_int(&r, &v) && v == 1000);
	CHECK(cbor_int(&r, &v) && v == -1000);
	CHECK(cbor_int(&r, &v) && v == INT64_MAX);
	CHECK(cbor_int(&r, &v) && v == INT64_MIN);
	CHECK(!cbor_text(&r, 0, 9, &s) && !cbor_bytes(&r, 4, 9, &s) && !cbor_bytes(&r, 0, 2, &s));
	CHECK(cbor_bytes(&r, 3, 3, &s) && span_equal(s, span_of("\1\2\3", 3)));
	CHECK(!cbor_bytes(&r, 0, 9, &s) && cbor_text(&r, 2, 2, &s) && span_equal(s, span_str("hi")));
	CHECK(!cbor_map(&r, 9, &n) && !cbor_array(&r, 1, &n) && cbor_array(&r, 2, &n) && n == 2);
	CHECK(!cbor_array(&r, 9, &n) && !cbor_map(&r, 1, &n) && cbor_map(&r, 2, &n) && n == 2);
	CHECK(rd_end(&r));
}

TEST(integers_over_64_bits_with_sign_are_refused)
{
	struct hex h = hex("1b8000000000000000"), g = hex("3b8000000000000000");
	struct reader r = reader_over(HEX_SPAN(h)), q = reader_over(HEX_SPAN(g));
	int64_t v;

	CHECK(!cbor_int(&r, &v) && r.n == 9);
	CHECK(!cbor_int(&q, &v) && q.n == 9);
}

TEST(a_reader_that_fails_has_not_moved)
{
	struct hex h = hex("a2 01 02 01 03");
	struct reader r = reader_over(HEX_SPAN(h));
	size_t n = 77;

	CHECK(!cbor_skip(&r) && !cbor_skip_map(&r) && r.n == 5 && r.p == h.p);
	CHECK(!cbor_array(&r, 9, &n) && n == 77 && r.n == 5);
	r = reader_over(span_of("\x80", 1));
	CHECK(!cbor_skip_map(&r) && cbor_skip(&r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_in_their_shortest_form_are_read),
		cmocka_unit_test(longer_forms_tags_floats_and_endless_items_are_refused),
		cmocka_unit_test(depth_and_number_of_members_are_bounded),
		cmocka_unit_test(values_come_out_as_they_were_written),
		cmocka_unit_test(integers_over_64_bits_with_sign_are_refused),
		cmocka_unit_test(a_reader_that_fails_has_not_moved),
	};

	return RUN(tests);
}
