/* SPDX-License-Identifier: Apache-2.0 */
/* The fold of persons and tries, its snapshot, and the record inside the seal. */
#include "auth/person_record.h"
#include "tests/test.h"

static struct state *s;
static uint64_t at;

static bool
fold(enum entry_kind kind, union entry_payload *p)
{
	struct entry entry = { .kind = kind };
	struct fold f = { .s = s, .entry = &entry, .position = ++at, .p = p };
	struct err e = { 0 };

	return auth_kinds[kind](&f, &e);
}

static bool
person(uint8_t id, uint32_t version, uint8_t state, uint16_t purpose, bool record)
{
	static uint8_t mem[512];
	struct writer w = writer_over(mem, sizeof(mem));
	struct statement *st = calloc(1, sizeof(*st));
	union entry_payload p = { .person = { .id = { id }, .version = version, .state = state,
		.cause = purpose, .record = span_str(record ? "x" : "") } };

	CHECK(st != NULL);
	st->purpose = PURPOSE_CHANGE_FACTORS;	/* its form is no matter here */
	st->exp = 1;
	statement_write(&w, st);
	free(st);
	CHECK(writer_ok(&w));
	p.person.statement = writer_span(&w);
	return fold(ENTRY_PERSON, &p);
}

static bool
tried(uint8_t id)
{
	union entry_payload p = { .try = { .person = { id } } };

	return fold(ENTRY_TRY, &p);
}

static bool
ended(uint8_t id, uint8_t what)
{
	union entry_payload p = { .tried = { .person = { id }, .what = what } };

	return fold(ENTRY_TRIED, &p);
}

static bool
granted(uint8_t id, uint16_t factors, uint64_t step, bool grants, uint32_t uses)
{
	union entry_payload p = { .granted = { .person = { id }, .factors = factors, .step = step,
		.uses = uses } };

	p.granted.peer[0] = grants;
	return fold(ENTRY_GRANTED, &p);
}

static void
grant_key(void)
{
	static const uint8_t spki[91] = { 1 };
	union entry_payload p = { .grant_key = { .spki = span_of(spki, sizeof(spki)) } };

	CHECK(fold(ENTRY_GRANT_KEY, &p));
}

static const struct person *
find(uint8_t first)
{
	const uint8_t id[ID_LEN] = { first };

	return persons_find(s->own, id);
}

static int
begin(void **state UNUSED)
{
	struct err e = { 0 };

	at = 0;
	CHECK((s = state_new(&auth_trade, &e)) != NULL);
	CHECK(person(1, 1, PERSON_ADMITTED, PURPOSE_ADMIT, true));
	CHECK(person(1, 2, PERSON_ACTIVE, PURPOSE_SET_FACTORS, true));
	grant_key();
	return 0;
}

static int
finish(void **state UNUSED)
{
	state_free(s);
	return 0;
}

TEST(persons_begin_admitted_and_their_versions_follow)
{
	CHECK(!person(2, 2, PERSON_ADMITTED, PURPOSE_ADMIT, true));
	CHECK(!person(2, 1, PERSON_ADMITTED, PURPOSE_ADMIT, false));
	CHECK(!person(2, 1, PERSON_ACTIVE, PURPOSE_ADMIT, true));
	CHECK(!person(1, 1, PERSON_ADMITTED, PURPOSE_ADMIT, true));
	CHECK(!person(1, 2, PERSON_ACTIVE, PURPOSE_CHANGE_FACTORS, true));
	CHECK(!person(1, 4, PERSON_ACTIVE, PURPOSE_CHANGE_FACTORS, true));
	CHECK(person(1, 3, PERSON_ACTIVE, PURPOSE_CHANGE_FACTORS, true));
	CHECK(person(1, 3, PERSON_CLOSED, PURPOSE_DISMISS, false));
	CHECK(!person(1, 3, PERSON_ACTIVE, PURPOSE_UNLOCK, false) && !tried(1));
}

TEST(a_try_charges_both_and_its_end_gives_back_what_it_should)
{
	CHECK(!tried(9) && tried(1) && find(1)->pins == 1 && find(1)->codes == 1);
	CHECK(ended(1, TRIED_CODE) && find(1)->pins == 0 && find(1)->codes == 1);
	CHECK(!ended(1, TRIED_CODE));
	CHECK(tried(1) && ended(1, TRIED_PIN) && find(1)->pins == 1 && find(1)->codes == 0);
	CHECK(tried(1) && ended(1, TRIED_FORM) && find(1)->pins == 2 && find(1)->codes == 1);
	CHECK(tried(1) && tried(1) && find(1)->pins == 4);	/* the first was cut off: it stays */
	CHECK(granted(1, 1, 0, true, 1) && find(1)->pins == 0 && find(1)->codes == 0);
}

TEST(ten_pins_or_twenty_codes_lock_until_somebody_unlocks)
{
	for (int i = 0; i < 10; i++)
		CHECK(tried(1) && ended(1, TRIED_PIN));
	CHECK(person_is_locked(find(1)) && !tried(1));
	CHECK(person(1, 2, PERSON_ACTIVE, PURPOSE_UNLOCK, false) && !person_is_locked(find(1)));
	for (int i = 0; i < 20; i++)
		CHECK(tried(1) && ended(1, TRIED_CODE));
	CHECK(find(1)->pins == 0 && !tried(1));
}

TEST(codes_come_once_and_uses_have_no_gap)
{
	CHECK(!granted(1, 3, 7, true, 1));		/* no try */
	CHECK(tried(1) && !granted(1, 3, 0, true, 1) && !granted(1, 1, 7, true, 1));
	CHECK(!granted(1, 3, 7, true, 2) && !granted(1, 3, 7, false, 1));
	CHECK(granted(1, 3, 7, true, 1) && find(1)->step == 7);
	CHECK(tried(1) && !granted(1, 3, 7, true, 2) && granted(1, 3, 8, false, 1));
	grant_key();
	CHECK(tried(1) && granted(1, 3, 9, true, 1));
}

TEST(a_snapshot_is_the_same_state)
{
	AUTO_WRITER w = writer_grow(64u << 20);
	struct state *back = NULL;
	struct err e = { 0 };

	for (unsigned i = 2; i < 200; i++)
		CHECK(person((uint8_t)i, 1, PERSON_ADMITTED, PURPOSE_ADMIT, true));
	CHECK(tried(1) && granted(1, 3, 7, true, 1) && tried(1));
	s->policy = (struct policy){ .statement_life = 1, .min_loa = 1, .ro_quorum = 1, .so_quorum = 2,
		.keys_per_signer = 1 };
	s->rp.origin_len = 0;
	state_write(&w, s);
	CHECK(writer_ok(&w) && (back = state_read(&auth_trade, writer_span(&w), &e)) != NULL);
	CHECK(state_equal(s, back));
	CHECK(persons_find(back->own, find(1)->id)->open == 1);
	((struct persons *)back->own)->list[0].pins++;
	CHECK(!state_equal(s, back));
	state_free(back);
}

TEST(records_are_read_as_they_were_written_and_nothing_else)
{
	struct person_record m = { .peer = { 1 }, .signer = { 2 }, .name = span_str("Pat"), .kinds = 3,
		.seed = span_str("12345678901234567890") }, back;
	uint8_t mem[512];
	struct writer w = writer_over(mem, sizeof(mem)), again;
	uint8_t other[512];

	person_record_write(&w, &m);
	CHECK(writer_ok(&w) && person_record_read(writer_span(&w), &back, NULL));
	for (size_t n = 0; n < w.n; n++)
		CHECK(!person_record_read(span_of(mem, n), &back, NULL));
	for (size_t i = 0; i < 8 * w.n; i++) {
		mem[i / 8] ^= (uint8_t)(1 << i % 8);
		if (person_record_read(writer_span(&w), &back, NULL)) {
			again = writer_over(other, sizeof(other));
			person_record_write(&again, &back);
			CHECK(span_equal(writer_span(&again), writer_span(&w)));
		}
		mem[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	m.kinds = 1;		/* a seed that nobody has */
	w = writer_over(mem, sizeof(mem));
	w.lax = true;
	person_record_write(&w, &m);
	CHECK(!person_record_read(writer_span(&w), &back, NULL));
}

/* The closed list: who may ask for what, and whose approvals each act needs. */
TEST(each_act_has_its_rule)
{
	static const struct { uint16_t purpose; enum approver by; } must[] = {
		{ PURPOSE_ADMIT, BY_REGISTRATION_QUORUM }, { PURPOSE_SET_FACTORS, BY_CODE },
		{ PURPOSE_CHANGE_FACTORS, BY_FACTORS }, { PURPOSE_UNLOCK, BY_SECURITY_QUORUM },
		{ PURPOSE_DISMISS, BY_REGISTRATION }, { PURPOSE_NEW_GRANT_KEY, BY_SECURITY_QUORUM },
		{ PURPOSE_CHECK, BY_FACTORS }, { PURPOSE_ADD_PEER, BY_SECURITY_QUORUM } };

	for (size_t i = 0; i < COUNT(must); i++)
		CHECK(rule_find(&auth_trade, must[i].purpose)->by == must[i].by);
	for (unsigned p = 0; p <= UINT16_MAX; p++) {
		const struct rule *r = rule_find(&auth_trade, (uint16_t)p);

		CHECK(r == NULL || p >= 0x0600 || p == PURPOSE_FOUND || (p >= 0x0403 && p <= 0x0408));
		CHECK(p < 0x0600 || rule_find(&sam_trade, (uint16_t)p) == NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(persons_begin_admitted_and_their_versions_follow, begin, finish),
		cmocka_unit_test_setup_teardown(a_try_charges_both_and_its_end_gives_back_what_it_should, begin, finish),
		cmocka_unit_test_setup_teardown(ten_pins_or_twenty_codes_lock_until_somebody_unlocks, begin, finish),
		cmocka_unit_test_setup_teardown(codes_come_once_and_uses_have_no_gap, begin, finish),
		cmocka_unit_test_setup_teardown(a_snapshot_is_the_same_state, begin, finish),
		cmocka_unit_test(records_are_read_as_they_were_written_and_nothing_else),
		cmocka_unit_test(each_act_has_its_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
