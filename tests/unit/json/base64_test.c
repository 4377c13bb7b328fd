/* SPDX-License-Identifier: Apache-2.0 */
/* One spelling per value, and what CSC clients send for hashes. */
#include "tests/test.h"

#include "json/base64.h"

typedef bool reader_fn(struct span, struct writer *);

static bool
reads(reader_fn *read, const char *text, const char *wanted)
{
	uint8_t bytes[256];
	struct writer w = writer_over(bytes, sizeof(bytes));

	return read(span_str(text), &w) && span_equal(writer_span(&w), span_str(wanted));
}

static bool
refused(reader_fn *read, const char *text)
{
	uint8_t bytes[256];
	struct writer w = writer_over(bytes, sizeof(bytes));

	return !read(span_str(text), &w) && w.n == 0;
}

TEST(base64_has_one_spelling)
{
	CHECK(reads(base64_read, "", ""));
	CHECK(reads(base64_read, "Zg==", "f"));
	CHECK(reads(base64_read, "Zm8=", "fo"));
	CHECK(reads(base64_read, "Zm9v", "foo"));
	CHECK(refused(base64_read, "Zg"));
	CHECK(refused(base64_read, "Zg="));
	CHECK(refused(base64_read, "Zh=="));		/* trailing bits */
	CHECK(refused(base64_read, "Zm9="));
	CHECK(refused(base64_read, "Zm9v\n"));
	CHECK(refused(base64_read, "Z==="));
	CHECK(refused(base64_read, "===="));
	CHECK(refused(base64_read, "Zg==Zg=="));
	CHECK(refused(base64_read, "Zm-v"));
}

TEST(base64url_takes_no_padding)
{
	CHECK(reads(base64url_read, "Zg", "f"));
	CHECK(reads(base64url_read, "-_8", "\xfb\xff"));
	CHECK(refused(base64url_read, "Zg=="));
	CHECK(refused(base64url_read, "+/8"));
	CHECK(refused(base64url_read, "Zh"));
	CHECK(refused(base64url_read, "Z"));
}

TEST(hexadecimal_is_lower_case)
{
	CHECK(reads(hex_read, "00ff", (const char[]){ 0, (char)0xff, 0 }) == false);	/* has a zero byte */
	CHECK(reads(hex_read, "61ff", "a\xff"));
	CHECK(refused(hex_read, "61FF"));
	CHECK(refused(hex_read, "6"));
	CHECK(refused(hex_read, "6g"));
}

TEST(hashes_of_csc_come_in_many_spellings)
{
	CHECK(reads(hash_text_read, "+/8=", "\xfb\xff"));
	CHECK(reads(hash_text_read, "-_8=", "\xfb\xff"));
	CHECK(reads(hash_text_read, "-_8", "\xfb\xff"));
	CHECK(reads(hash_text_read, "+/8", "\xfb\xff"));
	CHECK(reads(hash_text_read, "%2B%2f8%3D", "\xfb\xff"));
	CHECK(refused(hash_text_read, "+_8="));		/* two alphabets */
	CHECK(refused(hash_text_read, "+/9="));		/* trailing bits */
	CHECK(refused(hash_text_read, "+/8=="));
	CHECK(refused(hash_text_read, "%2"));
	CHECK(refused(hash_text_read, "%zz"));
	CHECK(refused(hash_text_read, "Z"));
}

TEST(what_does_not_fit_is_refused_and_leaves_nothing)
{
	uint8_t bytes[2];
	struct writer w = writer_over(bytes, sizeof(bytes));

	CHECK(!base64_read(span_str("Zm9v"), &w) && w.n == 0);
}

TEST(every_length_survives_the_round_trip)
{
	uint8_t in[70], text[200], out[128];

	for (size_t n = 0; n < sizeof(in); n++) {
		struct writer t = writer_over(text, sizeof(text)), o = writer_over(out, sizeof(out));

		memset(in, (int)(0x5a + n), n);
		base64_write(&t, span_of(in, n));
		CHECK(t.n == BASE64_LEN(n) && base64_read(writer_span(&t), &o));
		CHECK(o.n == n && memcmp(out, in, n) == 0);
		writer_reset(&t);
		writer_reset(&o);
		base64url_write(&t, span_of(in, n));
		CHECK(base64url_read(writer_span(&t), &o) && o.n == n && memcmp(out, in, n) == 0);
		writer_reset(&o);
		CHECK(n > 60 || (hash_text_read(writer_span(&t), &o) && o.n == n));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_has_one_spelling),
		cmocka_unit_test(base64url_takes_no_padding),
		cmocka_unit_test(hexadecimal_is_lower_case),
		cmocka_unit_test(hashes_of_csc_come_in_many_spellings),
		cmocka_unit_test(what_does_not_fit_is_refused_and_leaves_nothing),
		cmocka_unit_test(every_length_survives_the_round_trip),
	};

	return RUN(tests);
}
