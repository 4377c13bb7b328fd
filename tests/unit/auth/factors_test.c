/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed factors: one form, for one statement, module and life. */
#include "auth/factors.h"
#include "crypto/hash.h"
#include "tests/test.h"

static struct factors
good(void)
{
	struct factors f = { .d = { 1 }, .person = { 2 }, .pin = span_str("271828"),
		.code = span_str("123456"), .new_pin = span_str("314159"),
		.new_seed = span_str("12345678901234567890") };

	return f;
}

static struct writer
plain_of(const struct factors *f)
{
	struct writer w = writer_grow(512);

	w.lax = true;
	factors_write(&w, f);
	CHECK(writer_ok(&w));
	return w;
}

static bool
reads(const struct factors *f)
{
	struct writer w = plain_of(f);
	struct factors back;
	bool ok = factors_read(writer_span(&w), &back, NULL);

	writer_wipe(&w);
	return ok;
}

TEST(factors_are_read_as_they_were_written)
{
	struct factors f = good(), back;
	struct writer w = plain_of(&f);

	CHECK(w.n == FACTORS_LEN && factors_read(writer_span(&w), &back, NULL));
	CHECK(span_equal(back.pin, f.pin) && span_equal(back.new_seed, f.new_seed));
	CHECK(memcmp(back.d, f.d, 32) == 0 && memcmp(back.person, f.person, ID_LEN) == 0);
	for (size_t n = 0; n < w.n; n++)
		CHECK(!factors_read(span_of(w.p, n), &back, NULL));
	w.p[FACTORS_LEN - 1] = 1;
	CHECK(!factors_read(writer_span(&w), &back, NULL));
	writer_wipe(&w);
}

TEST(a_flipped_bit_is_refused_or_reads_as_what_it_says)
{
	struct factors f = good(), back;
	struct writer w = plain_of(&f);

	for (size_t i = 0; i < 8 * w.n; i++) {
		w.p[i / 8] ^= (uint8_t)(1 << i % 8);
		if (factors_read(writer_span(&w), &back, NULL)) {
			struct writer again = plain_of(&back);

			CHECK(span_equal(writer_span(&again), writer_span(&w)));
			writer_wipe(&again);
		}
		w.p[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	writer_wipe(&w);
}

TEST(what_is_too_short_or_too_long_is_refused)
{
	static const char digits[] = "0123456789012345678901234567890123456789012345678901234567890123456789";
	struct factors f = good();

	CHECK(reads(&f));
#define REFUSES(field, length) f = good(); f.field = span_of(digits, length); CHECK(!reads(&f))
#define TAKES(field, length) f = good(); f.field = span_of(digits, length); CHECK(reads(&f))
	REFUSES(pin, 5);
	TAKES(pin, 64);
	REFUSES(pin, 65);
	TAKES(pin, 0);
	REFUSES(code, 5);
	REFUSES(code, 9);
	REFUSES(new_pin, 5);
	REFUSES(new_seed, 19);
	TAKES(new_seed, 32);
	REFUSES(new_seed, 33);
}

TEST(they_open_for_what_they_were_sealed_for_alone)
{
	struct err e = { 0 };
	AUTO(hpke_key) *key = hpke_key_random(&e), *other = hpke_key_random(&e);
	struct factors f = good(), back;
	struct writer w = plain_of(&f);
	uint8_t module[32] = { 9 }, not_it[32] = { 8 }, info[FACTORS_INFO_LEN], plain[FACTORS_LEN];
	uint8_t sealed[SEALED_FACTORS_LEN];

	factors_info(module, info);
	CHECK(hpke_seal(span_of(hpke_key_point(key), HPKE_POINT_LEN), span_of(info, sizeof(info)),
	    span_of(f.d, 32), writer_span(&w), sealed, &e));
	CHECK(factors_open(key, module, f.d, span_of(sealed, sizeof(sealed)), plain, &back, &e));
	CHECK(!factors_open(other, module, f.d, span_of(sealed, sizeof(sealed)), plain, &back, NULL));
	CHECK(!factors_open(key, not_it, f.d, span_of(sealed, sizeof(sealed)), plain, &back, NULL));
	CHECK(!factors_open(key, module, not_it, span_of(sealed, sizeof(sealed)), plain, &back, NULL));
	CHECK(!factors_open(key, module, f.d, span_of(sealed, sizeof(sealed) - 1), plain, &back, NULL));
	/* Sealed for one, and saying another inside. */
	CHECK(hpke_seal(span_of(hpke_key_point(key), HPKE_POINT_LEN), span_of(info, sizeof(info)),
	    span_of(not_it, 32), writer_span(&w), sealed, &e));
	CHECK(!factors_open(key, module, not_it, span_of(sealed, sizeof(sealed)), plain, &back, &e));
	assert_string_equal(e.reason, "auth");
	writer_wipe(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(factors_are_read_as_they_were_written),
		cmocka_unit_test(a_flipped_bit_is_refused_or_reads_as_what_it_says),
		cmocka_unit_test(what_is_too_short_or_too_long_is_refused),
		cmocka_unit_test(they_open_for_what_they_were_sealed_for_alone),
	};
	struct err e = { 0 };

	if (!crypto_start(&e))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
