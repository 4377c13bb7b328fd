/* SPDX-License-Identifier: Apache-2.0 */
/* The bounded reader: whatever is not there, or not allowed, changes nothing. */
#include "tests/test.h"

static const uint8_t bytes[] = { 0x00, 0x03, 'a', 'b', 'c', 0xff, 0xfe, 0xfd };

static struct reader
over(size_t n)
{
	return reader_over(span_of(bytes, n));
}

TEST(numbers_are_read_with_the_most_significant_byte_first)
{
	static const uint8_t in[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	struct reader r = reader_over(span_of(in, sizeof(in)));
	uint8_t a;
	uint16_t b;
	uint32_t c;
	uint64_t d;

	CHECK(rd_u8(&r, &a) && a == 1);
	CHECK(rd_u16(&r, &b) && b == 0x0203);
	CHECK(rd_u32(&r, &c) && c == 0x04050607);
	CHECK(rd_u64(&r, &d) && d == 0x08090a0b0c0d0e0full);
	CHECK(rd_end(&r));
}

TEST(a_number_that_is_cut_leaves_reader_and_output_alone)
{
	for (size_t n = 0; n < 8; n++) {
		struct reader r = over(n);
		uint8_t a = 0x77;
		uint16_t b = 0x7777;
		uint32_t c = 0x77777777;
		uint64_t d = 0x7777777777777777;

		CHECK(!rd_u64(&r, &d) && d == 0x7777777777777777);
		CHECK(n >= 4 || (!rd_u32(&r, &c) && c == 0x77777777));
		CHECK(n >= 2 || (!rd_u16(&r, &b) && b == 0x7777));
		CHECK(n >= 1 || (!rd_u8(&r, &a) && a == 0x77));
		CHECK(r.p == bytes && r.n == n);
	}
}

TEST(bytes_that_are_not_there_are_not_read)
{
	struct reader r = over(3);
	uint8_t out[4] = { 9, 9, 9, 9 };
	struct span s = span_of(out, 1);

	CHECK(!rd_bytes(&r, out, 4) && out[0] == 9);
	CHECK(!rd_take(&r, 4, &s) && s.p == out && s.n == 1);
	CHECK(!rd_take(&r, SIZE_MAX, &s) && !rd_bytes(&r, out, SIZE_MAX));
	CHECK(r.n == 3 && rd_bytes(&r, out, 3) && out[2] == 'a' && rd_end(&r));
}

TEST(nothing_can_be_read_from_nothing)
{
	struct reader r = reader_over(span_of(NULL, 0));
	struct span s = span_of(bytes, 1);
	uint8_t a = 5;

	CHECK(!rd_u8(&r, &a) && a == 5 && rd_end(&r));
	CHECK(rd_take(&r, 0, &s) && s.n == 0);
	CHECK(rd_bytes(&r, &a, 0) && a == 5);
}

TEST(a_length_over_its_maximum_is_refused_and_moves_nothing)
{
	struct reader r = over(sizeof(bytes));
	struct span s = span_of(bytes, 1);

	CHECK(!rd_span16(&r, 0, 2, &s) && s.n == 1 && r.n == sizeof(bytes));
	CHECK(rd_span16(&r, 0, 3, &s) && s.n == 3 && memcmp(s.p, "abc", 3) == 0);
	CHECK(!rd_span16(&r, 0, SIZE_MAX, &s) && r.n == 3);	/* 0xfffe bytes are not there */
	CHECK(!rd_span8(&r, 0, SIZE_MAX, &s) && r.n == 3);
	CHECK(!rd_span32(&r, 0, SIZE_MAX, &s) && r.n == 3);
}

TEST(a_length_under_its_minimum_is_refused)
{
	static const uint8_t two[] = { 0, 0, 0, 2, 'x', 'y' };
	struct reader r = reader_over(span_of(two, sizeof(two)));
	struct span s = span_of(two, 1);

	CHECK(!rd_span32(&r, 3, 10, &s) && s.n == 1 && r.n == sizeof(two));
	CHECK(!rd_span8(&r, 1, 10, &s));
	CHECK(rd_span32(&r, 2, 2, &s) && s.n == 2 && rd_end(&r));
}

TEST(a_length_without_all_its_bytes_is_refused_at_every_cut)
{
	static const uint8_t whole[] = { 0, 0, 0, 3, 'x', 'y', 'z' };
	struct span s;

	for (size_t n = 0; n < sizeof(whole); n++) {
		struct reader r = reader_over(span_of(whole, n));

		CHECK(!rd_span32(&r, 0, 100, &s) && r.n == n);
	}
}

TEST(a_count_out_of_its_range_is_refused)
{
	static const uint8_t in[] = { 0, 5, 0, 0, 0, 5 };
	struct reader r = reader_over(span_of(in, sizeof(in)));
	size_t n = 77;

	CHECK(!rd_count16(&r, 6, 9, &n) && !rd_count16(&r, 0, 4, &n) && n == 77);
	CHECK(rd_count16(&r, 5, 5, &n) && n == 5);
	n = 77;
	CHECK(!rd_count32(&r, 6, 9, &n) && !rd_count32(&r, 0, 4, &n) && n == 77 && r.n == 4);
	CHECK(rd_count32(&r, 0, 5, &n) && n == 5 && rd_end(&r));
}

TEST(what_is_left_over_is_not_the_end)
{
	struct reader r = over(1);

	CHECK(!rd_end(&r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_with_the_most_significant_byte_first),
		cmocka_unit_test(a_number_that_is_cut_leaves_reader_and_output_alone),
		cmocka_unit_test(bytes_that_are_not_there_are_not_read),
		cmocka_unit_test(nothing_can_be_read_from_nothing),
		cmocka_unit_test(a_length_over_its_maximum_is_refused_and_moves_nothing),
		cmocka_unit_test(a_length_under_its_minimum_is_refused),
		cmocka_unit_test(a_length_without_all_its_bytes_is_refused_at_every_cut),
		cmocka_unit_test(a_count_out_of_its_range_is_refused),
		cmocka_unit_test(what_is_left_over_is_not_the_end),
	};

	return RUN(tests);
}
