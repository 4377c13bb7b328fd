/* SPDX-License-Identifier: Apache-2.0 */
/* Codes of RFC 4226 and RFC 6238, and what is not one. */
#include "crypto/hash.h"
#include "crypto/totp.h"
#include "tests/test.h"

#define SEED	span_str("12345678901234567890")

static bool
match(const char *code, uint64_t now_s, uint64_t last, uint64_t *step)
{
	return totp_match(SEED, span_str(code), now_s * 1000, last, step);
}

TEST(the_codes_of_rfc_4226_appendix_d)
{
	static const char *const want[] = { "755224", "287082", "359152", "969429", "338314", "254676",
		"287922", "162583", "399871", "520489" };
	char code[TOTP_DIGITS + 1];

	for (size_t i = 0; i < COUNT(want); i++) {
		totp_code(SEED, i, code);
		CHECK(strcmp(code, want[i]) == 0);
	}
}

/* Its codes have eight digits: ours are their last six. */
TEST(the_codes_of_rfc_6238_appendix_b)
{
	static const struct { uint64_t time; const char *code; } v[] = {
		{ 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
		{ 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" },
	};
	uint64_t step;

	for (size_t i = 0; i < COUNT(v); i++) {
		CHECK(match(v[i].code, v[i].time, 0, &step) && step == v[i].time / 30);
		CHECK(match(v[i].code, v[i].time, step - 1, &step) && step == v[i].time / 30);
	}
}

TEST(a_code_is_taken_one_step_early_and_late_and_no_more)
{
	uint64_t step = 7;

	CHECK(match("254676", 4 * 30, 0, &step) && step == 5);
	CHECK(match("254676", 6 * 30 + 29, 0, &step) && step == 5);
	step = 7;
	CHECK(!match("254676", 4 * 30 - 1, 0, &step) && !match("254676", 7 * 30, 0, &step) && step == 7);
}

TEST(a_code_is_taken_once_and_no_earlier_one_after_it)
{
	uint64_t step = 0;

	CHECK(match("254676", 5 * 30, 4, &step) && step == 5);
	CHECK(!match("254676", 5 * 30, 5, &step));
	CHECK(!match("338314", 5 * 30, 5, &step));
	CHECK(match("287922", 5 * 30, 5, &step) && step == 6);
}

TEST(what_is_no_code_matches_nothing)
{
	static const char *const bad[] = { "", "25467", "2546760", "254677", "154676", "25467 ", "25467\n",
		" 254676" };
	uint64_t step = 7;

	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!match(bad[i], 5 * 30, 0, &step) && step == 7);
	CHECK(!totp_match(SEED, span_of(NULL, 0), 150000, 0, &step));
	CHECK(!totp_match(span_str("12345678901234567891"), span_str("254676"), 150000, 0, &step));
}

TEST(the_first_step_has_none_before_it)
{
	uint64_t step = 7;

	CHECK(match("287082", 0, 0, &step) && step == 1);
	CHECK(!match("755224", 0, 0, &step));	/* step 0 is not after step 0 */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_codes_of_rfc_4226_appendix_d),
		cmocka_unit_test(the_codes_of_rfc_6238_appendix_b),
		cmocka_unit_test(a_code_is_taken_one_step_early_and_late_and_no_more),
		cmocka_unit_test(a_code_is_taken_once_and_no_earlier_one_after_it),
		cmocka_unit_test(what_is_no_code_matches_nothing),
		cmocka_unit_test(the_first_step_has_none_before_it),
	};
	struct err e = {0};

	return crypto_start(&e) ? RUN(tests) : 1;
}
