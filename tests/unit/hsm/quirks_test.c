/* SPDX-License-Identifier: Apache-2.0 */
/* The quirk table, and how a module's answers are named. */
#include "hsm/gate.h"
#include "test.h"

TEST(softhsm_is_known_as_a_software_module)
{
	const struct quirk *q = quirk_find("SoftHSM", "Implementation of PKCS11");

	CHECK(q->software && q->value_is_fixed && q->flickers && q->note[0] != '\0');
}

TEST(a_name_that_only_contains_the_known_one_is_another_module)
{
	CHECK(!quirk_find("Not SoftHSM", "Implementation of PKCS11")->software);
}

TEST(an_unknown_module_has_no_quirks)
{
	const struct quirk *q = quirk_find("Some vendor", "Some library");

	CHECK(!q->software && !q->value_is_fixed && !q->flickers);
	CHECK(quirk_find("", "") == q);
}

TEST(an_error_names_call_and_answer_and_keeps_the_number)
{
	struct err e = {0};

	CHECK(!gate_passed(CKR_MECHANISM_INVALID, "C_UnwrapKey", &e));
	CHECK(e.code == ERR_BACKEND && e.cause == 0x70 && strcmp(e.reason, "backend") == 0);
	CHECK(strcmp(e.text, "C_UnwrapKey: CKR_MECHANISM_INVALID (0x70)") == 0);
}

TEST(the_first_error_is_kept)
{
	struct err e = {0};

	CHECK(!gate_passed(CKR_DEVICE_ERROR, "C_Sign", &e));
	CHECK(!gate_passed(CKR_GENERAL_ERROR, "C_DestroyObject", &e));
	CHECK(e.cause == CKR_DEVICE_ERROR && strncmp(e.text, "C_Sign:", 7) == 0);
}

TEST(a_loss_is_told_from_a_refusal)
{
	struct err gone = {0}, refused = {0};

	CHECK(!gate_passed(CKR_TOKEN_NOT_PRESENT, "C_SignInit", &gone) && gate_lost(&gone));
	CHECK(!gate_passed(CKR_MECHANISM_INVALID, "C_SignInit", &refused) && !gate_lost(&refused));
}

TEST(unknown_answers_are_named_as_such)
{
	CHECK(strcmp(gate_name(CKR_PIN_LOCKED), "CKR_PIN_LOCKED") == 0);
	CHECK(strcmp(gate_name(0x7777), "unknown") == 0);
	CHECK(strcmp(gate_name(0x80000001UL), "vendor's own") == 0);
}

TEST(padded_text_loses_its_blanks_and_what_a_terminal_would_obey)
{
	char out[9];

	gate_text((const unsigned char *)"a b\x1b\xff   ", 8, out);
	CHECK(strcmp(out, "a b??") == 0);
	gate_text((const unsigned char *)"        ", 8, out);
	CHECK(out[0] == '\0');
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(softhsm_is_known_as_a_software_module),
		cmocka_unit_test(a_name_that_only_contains_the_known_one_is_another_module),
		cmocka_unit_test(an_unknown_module_has_no_quirks),
		cmocka_unit_test(an_error_names_call_and_answer_and_keeps_the_number),
		cmocka_unit_test(the_first_error_is_kept),
		cmocka_unit_test(a_loss_is_told_from_a_refusal),
		cmocka_unit_test(unknown_answers_are_named_as_such),
		cmocka_unit_test(padded_text_loses_its_blanks_and_what_a_terminal_would_obey),
	};

	return RUN(tests);
}
