/* SPDX-License-Identifier: Apache-2.0 */
/* The offline verifier: what it accepts, and that nothing altered passes. */
#include <unistd.h>

#include "auditor/verify_file.h"
#include "tests/unit/audit/fixture.h"

static bool
verify(const struct test_log *l, bool with_key, struct verify_report *report, struct err *e)
{
	struct verify_options o = { .group = l->group };
	int fd = test_file(writer_span(&l->bytes));
	bool ok;

	if (with_key)
		o.log_key = test_log_key;
	ok = verify_file(fd, &o, report, e);
	close(fd);
	return ok;
}

/* Refused, the entry named is this one, and the text has this word. */
static bool
refused(const struct test_log *l, uint64_t sequence, const char *word)
{
	struct verify_report report;
	struct err e = { 0 };

	return !verify(l, true, &report, &e) && report.end.sequence == sequence &&
	    strstr(e.text, word) != NULL;
}

TEST(a_whole_log_verifies_and_is_counted)
{
	struct verify_report report;
	struct err e = { 0 };
	struct test_log l;

	test_log_small(&l);
	wr_zero(&l.bytes, 1000);
	for (int with = 0; with < 2; with++) {
		CHECK(verify(&l, with, &report, &e));
		CHECK(report.size == l.tree.size && report.batches == l.n);
		CHECK(report.bytes == l.at[l.n] && report.signatures == 3);
		CHECK(report.signed_size == l.first[3] && report.end.how == SCAN_CLEAN);
		CHECK(report.entries[ENTRY_RESERVED] == 2 && report.entries[ENTRY_GENESIS] == 1);
		CHECK(memcmp(report.root, l.root[l.n - 1], HASH_LEN) == 0);
		CHECK(memcmp(report.group, l.group, HASH_LEN) == 0);
	}
	test_log_free(&l);
}

TEST(another_group_is_refused)
{
	struct test_log l;

	test_log_small(&l);
	l.group[0] ^= 1;
	CHECK(refused(&l, 0, "another group"));
	test_log_free(&l);
}

TEST(an_empty_log_is_refused)
{
	struct verify_report report;
	struct err e = { 0 };
	struct test_log l;

	test_log_init(&l);
	CHECK(!verify(&l, false, &report, &e));
	wr_zero(&l.bytes, 4096);
	err_clear(&e);
	CHECK(!verify(&l, false, &report, &e) && strstr(e.text, "empty") != NULL);
	test_log_free(&l);
}

/* Every bit. Without the log key the MACs alone may change. */
TEST(a_flipped_bit_anywhere_is_found)
{
	struct verify_report report;
	struct test_log l;
	size_t batch = 0;

	test_log_small(&l);
	wr_zero(&l.bytes, 600);
	for (size_t i = 0; i < l.bytes.n; i++) {
		struct err e = { 0 }, f = { 0 };
		bool in_mac;

		while (batch < l.n && i >= l.at[batch + 1])
			batch++;
		in_mac = batch < l.n && i >= l.at[batch + 1] - HASH_LEN;
		l.bytes.p[i] ^= (uint8_t)(1 << i % 8);
		CHECK(!verify(&l, true, &report, &e) && e.code != ERR_NONE);
		CHECK(report.batches == batch && report.size == l.first[batch]);
		CHECK(verify(&l, false, &report, &f) == in_mac);
		l.bytes.p[i] ^= (uint8_t)(1 << i % 8);
	}
	test_log_free(&l);
}

TEST(a_cut_log_tells_how_far_it_is_good)
{
	struct verify_report report;
	struct err e = { 0 };
	struct test_log l;

	test_log_small(&l);
	l.bytes.n -= 5;
	CHECK(!verify(&l, false, &report, &e) && report.end.how == SCAN_TORN);
	CHECK(report.size == l.first[l.n - 1] && report.bytes == l.at[l.n - 1]);
	test_log_free(&l);
}

TEST(a_log_that_begins_with_something_else_is_refused)
{
	struct test_log l;

	test_log_init(&l);
	test_begin(&l);
	test_add_start(&l);
	test_end(&l);
	CHECK(refused(&l, 0, "genesis"));
	test_log_free(&l);
}

TEST(an_officer_without_proof_of_the_key_is_refused)
{
	struct test_log l;

	test_log_init(&l);
	l.bad_proof = true;
	test_begin(&l);
	test_add_genesis(&l);
	test_end(&l);
	CHECK(refused(&l, 0, "did not prove"));
	test_log_free(&l);
}

TEST(a_second_genesis_is_refused)
{
	uint8_t group[HASH_LEN];
	struct test_log l;

	test_log_small(&l);
	memcpy(group, l.group, HASH_LEN);
	test_begin(&l);
	test_add_genesis(&l);
	test_end(&l);
	memcpy(l.group, group, HASH_LEN);
	CHECK(refused(&l, l.tree.size - 1, "second genesis"));
	test_log_free(&l);
}

TEST(time_goes_back_only_with_a_clock_alarm)
{
	struct verify_report report;
	struct err e = { 0 };
	struct test_log l;

	test_log_small(&l);
	l.time -= 500000;
	test_begin(&l);
	test_add_alarm(&l, "clock", "set back");
	test_end(&l);
	CHECK(verify(&l, true, &report, &e));
	l.time -= 500000;
	test_begin(&l);
	test_add_start(&l);
	test_end(&l);
	CHECK(verify(&l, true, &report, &e));	/* right after the alarm */
	l.time -= 5000;
	test_begin(&l);
	test_add_alarm(&l, "disk", "full");
	test_end(&l);
	CHECK(refused(&l, l.tree.size - 1, "time"));
	test_log_free(&l);
}

TEST(one_index_of_a_statement_is_reserved_once)
{
	struct test_log l;

	test_log_small(&l);
	test_begin(&l);
	test_add_reserved(&l, "three", 1, 8);	/* the next index: fine */
	test_add_reserved(&l, "other", 1, 5);	/* another statement: fine */
	test_add_reserved(&l, "three", 2, 7);
	test_end(&l);
	CHECK(refused(&l, l.tree.size - 1, "reserved before"));
	test_log_free(&l);
}

TEST(an_outcome_needs_its_reservation)
{
	struct test_log l;

	test_log_small(&l);
	test_begin(&l);
	test_add_outcome(&l, "never", 4, 1, 0);
	test_end(&l);
	CHECK(refused(&l, l.tree.size - 1, "never reserved"));
	test_log_free(&l);
}

TEST(an_outcome_names_the_reservation_it_had)
{
	uint64_t reserved;
	struct test_log l;

	test_log_small(&l);
	test_begin(&l);
	reserved = test_add_reserved(&l, "four", 2, 0);
	test_add_outcome(&l, "four", reserved, 1, 0);
	test_add_outcome(&l, "four", reserved - 1, 1, 1);
	test_end(&l);
	CHECK(refused(&l, l.tree.size - 1, "was reserved in entry"));
	test_log_free(&l);
}

TEST(a_place_has_one_outcome)
{
	uint64_t reserved;
	struct test_log l;

	test_log_small(&l);
	test_begin(&l);
	reserved = test_add_reserved(&l, "four", 2, 0);
	test_add_outcome(&l, "four", reserved, 2, 0);
	test_add_outcome(&l, "four", reserved, 1, 1);
	test_end(&l);
	CHECK(refused(&l, l.tree.size - 1, "outcome already"));
	test_log_free(&l);
}

TEST(uses_of_a_key_have_no_gap)
{
	struct test_log l;

	for (int i = -1; i <= 1; i += 2) {
		test_log_small(&l);
		l.uses += (uint32_t)i;
		test_begin(&l);
		test_add_reserved(&l, "four", 1, 0);
		test_end(&l);
		CHECK(refused(&l, l.tree.size - 1, "used"));
		test_log_free(&l);
	}
}

TEST(a_head_of_another_root_is_refused)
{
	struct test_log l;

	test_log_small(&l);
	l.root[4][9] ^= 1;		/* signed all right, by the log key */
	test_begin(&l);
	test_add_head(&l, 4);
	test_end(&l);
	CHECK(refused(&l, l.tree.size - 1, "root"));
	test_log_free(&l);
}

TEST(a_head_of_another_group_or_key_is_refused)
{
	struct test_log l;

	test_log_small(&l);
	l.group[1] ^= 1;
	test_begin(&l);
	test_add_head(&l, 4);
	test_end(&l);
	l.group[1] ^= 1;
	CHECK(refused(&l, l.tree.size - 1, "signed"));
	test_log_free(&l);
}

TEST(a_head_of_the_future_or_an_earlier_one_is_refused)
{
	struct test_log l;

	test_log_small(&l);
	l.first[3] += 100;
	test_begin(&l);
	test_add_head(&l, 2);
	test_end(&l);
	CHECK(refused(&l, l.tree.size - 1, "cannot be here"));
	test_log_free(&l);
	test_log_small(&l);
	test_begin(&l);
	test_add_head(&l, 0);
	test_end(&l);
	CHECK(refused(&l, l.tree.size - 1, "cannot be here"));
	test_log_free(&l);
}

TEST(a_payload_that_does_not_read_is_named)
{
	struct err e = { 0 };
	struct test_log l;

	test_log_small(&l);
	test_begin(&l);
	batch_entry_begin(&l.batch, l.time, ENTRY_STOP);
	wr_u8(&l.bytes, 9);
	CHECK(batch_entry_end(&l.batch, NULL, &e));
	test_end(&l);
	CHECK(refused(&l, l.tree.size - 1, "payload of \"stop\": malformed at byte 1"));
	test_log_free(&l);
}

TEST(a_directory_without_a_log_is_said_so)
{
	struct verify_options o = { 0 };
	struct verify_report report;
	struct err e = { 0 };
	int dir = test_directory();

	CHECK(!verify_directory(test_path, &o, &report, &e) && e.code == ERR_MISSING);
	test_directory_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_log_verifies_and_is_counted),
		cmocka_unit_test(another_group_is_refused),
		cmocka_unit_test(an_empty_log_is_refused),
		cmocka_unit_test(a_flipped_bit_anywhere_is_found),
		cmocka_unit_test(a_cut_log_tells_how_far_it_is_good),
		cmocka_unit_test(a_log_that_begins_with_something_else_is_refused),
		cmocka_unit_test(an_officer_without_proof_of_the_key_is_refused),
		cmocka_unit_test(a_second_genesis_is_refused),
		cmocka_unit_test(time_goes_back_only_with_a_clock_alarm),
		cmocka_unit_test(one_index_of_a_statement_is_reserved_once),
		cmocka_unit_test(an_outcome_needs_its_reservation),
		cmocka_unit_test(an_outcome_names_the_reservation_it_had),
		cmocka_unit_test(a_place_has_one_outcome),
		cmocka_unit_test(uses_of_a_key_have_no_gap),
		cmocka_unit_test(a_head_of_another_root_is_refused),
		cmocka_unit_test(a_head_of_another_group_or_key_is_refused),
		cmocka_unit_test(a_head_of_the_future_or_an_earlier_one_is_refused),
		cmocka_unit_test(a_payload_that_does_not_read_is_named),
		cmocka_unit_test(a_directory_without_a_log_is_said_so),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
