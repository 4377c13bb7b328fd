/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment codes as people write them. */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "tests/unit/kit/samples.h"
#include "tests/test.h"

static bool
reads(const char *text, uint8_t code[CODE_LEN])
{
	struct err e = { 0 };
	uint8_t before[CODE_LEN];
	bool good;

	memcpy(before, code, CODE_LEN);
	good = code_from_text(text, code, &e);
	CHECK(good || (e.code == ERR_FORMAT && memcmp(before, code, CODE_LEN) == 0));
	return good;
}

TEST(any_code_comes_back_from_its_letters)
{
	for (int i = 0; i < 2000; i++) {
		uint8_t code[CODE_LEN], back[CODE_LEN] = { 0 };
		char text[CODE_LETTERS + 6];

		random_bytes(code, sizeof(code));
		code_to_text(code, text);
		CHECK(strlen(text) == CODE_LETTERS + 5);
		CHECK(reads(text, back) && memcmp(code, back, CODE_LEN) == 0);
	}
}

TEST(case_hyphens_and_look_alikes_do_not_matter)
{
	uint8_t code[CODE_LEN] = { 0 }, one[CODE_LEN] = { 0 }, back[CODE_LEN];

	CHECK(reads("00000000000000000000000000", code) && reads("OoOoO-o0o0O-00000-OOOOO-ooooo-0", back));
	CHECK(memcmp(code, back, CODE_LEN) == 0);
	CHECK(reads("11111111111111111111111110", one) && reads("iIlL1-iIlL1-iIlL1-iIlL1-lllll-o", back));
	CHECK(memcmp(one, back, CODE_LEN) == 0);
	CHECK(reads("zyxwv 00000 abcde 00000 00000 0", back) &&
	    reads("ZYXWV-00000-ABCDE-00000-00000-0", one));
	CHECK(memcmp(one, back, CODE_LEN) == 0);
}

TEST(a_letter_too_few_or_too_many_is_refused)
{
	uint8_t code[CODE_LEN] = { 9 };
	char text[64];

	for (size_t n = 0; n <= 40; n++) {
		memset(text, '0', sizeof(text));
		text[n] = '\0';
		CHECK(reads(text, code) == (n == CODE_LETTERS));
	}
}

TEST(letters_that_are_not_in_the_alphabet_are_refused)
{
	uint8_t code[CODE_LEN] = { 9 };
	size_t good = 0;

	for (unsigned c = 1; c < 256; c++) {
		char text[] = "00000000000000000000000000";

		text[7] = (char)c;
		if (c != '-' && c != ' ')
			good += reads(text, code);
		else
			CHECK(!reads(text, code));
	}
	/* 32 values, letters in both cases, and I L O */
	CHECK(good == 10 + 2 * 22 + 2 * 3);
}

TEST(the_last_two_bits_must_be_zero)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t code[CODE_LEN] = { 9 };

	for (size_t v = 0; v < 32; v++) {
		char text[] = "00000000000000000000000000";

		text[CODE_LETTERS - 1] = alphabet[v];
		CHECK(reads(text, code) == (v % 4 == 0));
	}
}

TEST(one_code_gives_another_seed_in_another_group)
{
	uint8_t code[CODE_LEN], group[32] = { 1 }, a[32], b[32];

	sample_code(code);
	code_seed(code, sample_group(), a);
	code_seed(code, group, b);
	CHECK(memcmp(a, b, 32) != 0);
	code[15] ^= 1;
	code_seed(code, sample_group(), b);
	CHECK(memcmp(a, b, 32) != 0);
}

static int
start(void **state UNUSED)
{
	struct err e = { 0 };

	return crypto_start(&e) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_code_comes_back_from_its_letters),
		cmocka_unit_test(case_hyphens_and_look_alikes_do_not_matter),
		cmocka_unit_test(a_letter_too_few_or_too_many_is_refused),
		cmocka_unit_test(letters_that_are_not_in_the_alphabet_are_refused),
		cmocka_unit_test(the_last_two_bits_must_be_zero),
		cmocka_unit_test(one_code_gives_another_seed_in_another_group),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
