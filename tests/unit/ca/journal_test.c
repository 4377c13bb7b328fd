/* SPDX-License-Identifier: Apache-2.0 */
/* src/ca/journal.c: what was issued and revoked is known after any end of any writer. */
#include <sys/stat.h>

#include "ca/journal.h"
#include "crypto/hash.h"
#include "pki.h"

static struct scratch dir;

static struct span
serial_of(uint8_t first)
{
	static uint8_t mem[4][ISSUE_SERIAL_LEN];
	static unsigned turn;
	uint8_t *serial = mem[turn++ % 4];

	memset(serial, 0x55, ISSUE_SERIAL_LEN);
	serial[0] = first;
	return span_of(serial, ISSUE_SERIAL_LEN);
}

static bool
issues(struct journal *j, struct span serial)
{
	static const uint8_t hash[HASH_LEN];

	return journal_issue(j, &(struct journal_line){ .serial = serial, .not_before = 1, .not_after = 2,
	    .profile = "long", .subject = "CN=Alice Example,C=SE", .hash = hash }, NULL);
}

static enum standing
standing(struct journal *j, struct span serial)
{
	struct issued issued;

	return journal_find(j, serial, &issued);
}

static void
append_raw(const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/issued", dir.path);
	CHECK((f = fopen(path, "ab")) != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static off_t
length(void)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/issued", dir.path);
	CHECK(stat(path, &st) == 0);
	return st.st_size;
}

static int
begin(void **state UNUSED)
{
	scratch_open(&dir);
	return 0;
}

static int
end(void **state UNUSED)
{
	scratch_close(&dir);
	return 0;
}

TEST(what_was_written_is_there_after_opening_again)
{
	struct journal *j = journal_open(dir.path, NULL);

	CHECK(j != NULL && issues(j, serial_of(0x41)) && issues(j, serial_of(0x42)));
	CHECK(journal_revoke(j, serial_of(0x42), 4, NULL));
	journal_free(j);
	CHECK((j = journal_open(dir.path, NULL)) != NULL);
	CHECK(standing(j, serial_of(0x41)) == STANDING_GOOD);
	CHECK(standing(j, serial_of(0x42)) == STANDING_REVOKED);
	CHECK(standing(j, serial_of(0x43)) == STANDING_UNKNOWN);
	CHECK(journal_revoked(j, NULL) == 1);
	journal_free(j);
}

TEST(a_line_without_its_end_is_cut_off_by_the_next)
{
	struct journal *j = journal_open(dir.path, NULL);
	off_t before;

	CHECK(j != NULL && issues(j, serial_of(0x44)));
	before = length();
	append_raw("issued 45555555555555555555555555555555 1 2 long 00");
	CHECK(standing(j, serial_of(0x45)) == STANDING_UNKNOWN);
	journal_free(j);
	CHECK((j = journal_open(dir.path, NULL)) != NULL);
	CHECK(standing(j, serial_of(0x45)) == STANDING_UNKNOWN);
	CHECK(issues(j, serial_of(0x46)) && standing(j, serial_of(0x46)) == STANDING_GOOD);
	CHECK(length() > before && length() < 2 * before + 200);
	journal_free(j);
	CHECK((j = journal_open(dir.path, NULL)) != NULL);
	CHECK(standing(j, serial_of(0x46)) == STANDING_GOOD);
	journal_free(j);
}

TEST(one_sees_what_another_wrote)
{
	struct journal *one = journal_open(dir.path, NULL), *other = journal_open(dir.path, NULL);

	CHECK(one != NULL && other != NULL && issues(one, serial_of(0x47)));
	CHECK(standing(other, serial_of(0x47)) == STANDING_GOOD);
	CHECK(journal_revoke(other, serial_of(0x47), 1, NULL));
	CHECK(standing(one, serial_of(0x47)) == STANDING_REVOKED);
	CHECK(issues(one, serial_of(0x48)) && issues(other, serial_of(0x49)));
	CHECK(standing(one, serial_of(0x49)) == STANDING_GOOD);
	CHECK(standing(other, serial_of(0x48)) == STANDING_GOOD);
	journal_free(one);
	journal_free(other);
}

TEST(revoking_is_once_for_good_and_of_what_was_issued)
{
	struct journal *j = journal_open(dir.path, NULL);
	struct err e = { 0 };

	CHECK(j != NULL && issues(j, serial_of(0x4a)));
	CHECK(!journal_revoke(j, serial_of(0x4b), 1, &e) && e.code == ERR_MISSING);
	for (unsigned reason = 6; reason <= 8; reason++)
		CHECK(!journal_revoke(j, serial_of(0x4a), reason, NULL));
	CHECK(!journal_revoke(j, serial_of(0x4a), 11, NULL));
	CHECK(standing(j, serial_of(0x4a)) == STANDING_GOOD);
	CHECK(journal_revoke(j, serial_of(0x4a), 10, NULL));
	err_clear(&e);
	CHECK(!journal_revoke(j, serial_of(0x4a), 1, &e) && e.code == ERR_NOT_NOW);
	journal_free(j);
}

TEST(a_list_with_another_hand_in_it_is_not_gone_on_with)
{
	static const char *const lines[] = { "nonsense\n", "issued\n", "issued xyz 1 2 long 00 CN=A\n",
		"issued 4 1 2 long 00 CN=A\n", "revoked 4f 1 1\n", "revoked 41 1\n", "\n",
		"revoked 41555555555555555555555555555555 0 1\n",
		"revoked 41555555555555555555555555555555 7 11\n",
		"revoked 41555555555555555555555555555555 7\n",
		"revoked 41555555555555555555555555555555 7 1 1\n",
		"issued 414141414141414141414141414141414141414141 1 2 long 00 CN=A\n" };

	for (size_t i = 0; i < COUNT(lines); i++) {
		struct journal *j = journal_open(dir.path, NULL);

		CHECK(j != NULL && issues(j, serial_of(0x41)));
		append_raw(lines[i]);
		CHECK(!issues(j, serial_of(0x42)));
		journal_free(j);
		CHECK(journal_open(dir.path, NULL) == NULL);
		end(NULL);
		begin(NULL);
	}
}

TEST(many_are_found_again)
{
	struct issued_table t = { 0 };
	uint8_t serial[8] = { 0 };

	for (unsigned i = 0; i < 20000; i++) {
		memcpy(serial, &i, sizeof(i));
		CHECK(issued_add(&t, span_of(serial, 8)) != NULL);
	}
	CHECK(t.n == 20000);
	for (unsigned i = 0; i < 20000; i++) {
		memcpy(serial, &i, sizeof(i));
		CHECK(issued_find(&t, span_of(serial, 8)) != NULL);
		CHECK(issued_find(&t, span_of(serial, 7)) == NULL);
	}
	CHECK(issued_add(&t, span_of(serial, 0)) == NULL);
	issued_wipe(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_written_is_there_after_opening_again, begin, end),
		cmocka_unit_test_setup_teardown(a_line_without_its_end_is_cut_off_by_the_next, begin, end),
		cmocka_unit_test_setup_teardown(one_sees_what_another_wrote, begin, end),
		cmocka_unit_test_setup_teardown(revoking_is_once_for_good_and_of_what_was_issued, begin, end),
		cmocka_unit_test_setup_teardown(a_list_with_another_hand_in_it_is_not_gone_on_with, begin, end),
		cmocka_unit_test(many_are_found_again),
	};

	return crypto_start(NULL) ? RUN(tests) : 1;
}
