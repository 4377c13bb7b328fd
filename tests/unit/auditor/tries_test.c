/* SPDX-License-Identifier: Apache-2.0 */
/* What a log of an authentication module must not say. */
#include "auditor/tries.h"
#include "tests/unit/audit/fixture.h"

static struct tries t;
static const uint8_t peer[HASH_LEN] = { 1 };

static bool
person(uint32_t version, uint8_t state, uint16_t cause, bool record)
{
	struct entry entry = { .kind = ENTRY_PERSON };
	union entry_payload p = { .person = { .id = { 7 }, .version = version, .state = state,
		.cause = cause, .record = span_str(record ? "x" : "") } };

	return tries_follow(&t, &entry, &p, NULL);
}

static bool
tried(uint8_t d)
{
	struct entry entry = { .kind = ENTRY_TRY };
	union entry_payload p = { .try = { .person = { 7 }, .d = { d } } };

	return tries_follow(&t, &entry, &p, NULL);
}

static bool
ended(uint8_t d, uint8_t what)
{
	struct entry entry = { .kind = ENTRY_TRIED };
	union entry_payload p = { .tried = { .person = { 7 }, .d = { d }, .what = what } };

	return tries_follow(&t, &entry, &p, NULL);
}

static bool
granted(uint8_t d, uint64_t step, uint32_t uses)
{
	struct entry entry = { .kind = ENTRY_GRANTED };
	union entry_payload p = { .granted = { .person = { 7 }, .d = { d }, .step = step, .uses = uses } };

	memcpy(p.granted.peer, peer, sizeof(peer));
	return tries_follow(&t, &entry, &p, NULL);
}

static void
grant_key(void)
{
	struct entry entry = { .kind = ENTRY_GRANT_KEY };
	union entry_payload p = { .grant_key = { .d = { 0 } } };

	CHECK(tries_follow(&t, &entry, &p, NULL));
}

static int
begin(void **state UNUSED)
{
	tries_init(&t);
	CHECK(person(1, PERSON_ADMITTED, 0x0601, true) && person(2, PERSON_ACTIVE, 0x0602, true));
	grant_key();
	return 0;
}

static int
finish(void **state UNUSED)
{
	tries_wipe(&t);
	return 0;
}

TEST(persons_come_once_and_their_versions_follow)
{
	CHECK(!person(1, PERSON_ADMITTED, 0x0601, true));
	CHECK(!person(4, PERSON_ACTIVE, 0x0603, true) && !person(3, PERSON_ACTIVE, 0x0604, false));
	CHECK(person(3, PERSON_ACTIVE, 0x0603, true) && person(3, PERSON_CLOSED, 0x0605, false));
	CHECK(!person(3, PERSON_ACTIVE, 0x0604, false) && !tried(1));
}

TEST(each_end_has_its_try)
{
	CHECK(!ended(1, TRIED_PIN) && !granted(1, 0, 1));
	CHECK(tried(1) && !ended(2, TRIED_PIN) && ended(1, TRIED_PIN) && !ended(1, TRIED_PIN));
	CHECK(tried(3) && granted(3, 0, 1) && !granted(3, 0, 2));
}

TEST(a_code_comes_once)
{
	CHECK(tried(1) && granted(1, 50, 1));
	CHECK(tried(2) && !granted(2, 50, 2));
	CHECK(tried(3) && granted(3, 51, 2));
}

TEST(uses_of_the_grant_key_have_no_gap)
{
	CHECK(tried(1) && !granted(1, 0, 2));
	CHECK(tried(2) && granted(2, 0, 1));
	grant_key();
	CHECK(tried(3) && granted(3, 0, 1));
}

TEST(who_is_locked_is_not_tried)
{
	for (uint8_t i = 0; i < 10; i++)
		CHECK(tried(i) && ended(i, TRIED_PIN));
	CHECK(!tried(10));
	CHECK(person(2, PERSON_ACTIVE, 0x0604, false) && tried(11));
	for (uint8_t i = 0; i < 19; i++)
		CHECK(ended((uint8_t)(11 + i), TRIED_CODE) && tried((uint8_t)(12 + i)));
	CHECK(ended(30, TRIED_CODE) && !tried(31));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(persons_come_once_and_their_versions_follow, begin, finish),
		cmocka_unit_test_setup_teardown(each_end_has_its_try, begin, finish),
		cmocka_unit_test_setup_teardown(a_code_comes_once, begin, finish),
		cmocka_unit_test_setup_teardown(uses_of_the_grant_key_have_no_gap, begin, finish),
		cmocka_unit_test_setup_teardown(who_is_locked_is_not_tried, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
