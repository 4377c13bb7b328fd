/* SPDX-License-Identifier: Apache-2.0 */
/* Entries as lines for people. */
#include "auditor/entry_text.h"
#include "base/text.h"
#include "tests/unit/audit/fixture.h"
#include "tests/unit/audit/payloads.h"

TEST(each_entry_is_one_clean_line)
{
	for (int kind = 1; kind <= TEST_KINDS; kind += kind == 17 ? 3 : 1) {
		AUTO_WRITER w = writer_grow(10000);
		char line[ENTRY_LINE], small[40];
		struct err e = { 0 };
		struct entry entry;

		entry_head_write(&w, 12, 1700000000123, (enum entry_kind)kind);
		test_payload(&w, (enum entry_kind)kind);
		CHECK(entry_read(writer_span(&w), &entry, &e));
		CHECK(entry_text(&entry, line, sizeof(line), &e));
		CHECK(strncmp(line, "12 2023-11-14T22:13:20.123Z ", 28) == 0);
		CHECK(strstr(line, entry_kind_name(entry.kind)) == line + 28);
		CHECK(text_is_clean(span_str(line)));
		CHECK(entry_text(&entry, small, sizeof(small), &e) && strlen(small) < sizeof(small));
		entry.payload.n--;
		CHECK(!entry_text(&entry, line, sizeof(line), &e));
	}
}

TEST(lines_say_who_what_and_how_many)
{
	AUTO_WRITER w = writer_grow(10000);
	struct entry entry = { .kind = ENTRY_OUTCOME };
	char line[ENTRY_LINE];
	struct err e = { 0 };

	test_payload(&w, ENTRY_OUTCOME);
	entry.payload = writer_span(&w);
	CHECK(entry_text(&entry, line, sizeof(line), &e));
	CHECK(strstr(line, "n=2 signed=1 not-made=0 unknown=1") != NULL);
	writer_reset(&w);
	test_payload(&w, ENTRY_SIGNER);
	entry = (struct entry){ .kind = ENTRY_SIGNER, .payload = writer_span(&w) };
	CHECK(entry_text(&entry, line, sizeof(line), &e));
	CHECK(strstr(line, "signer=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa version=3 state=closed "
	    "cause=close") != NULL);
	writer_reset(&w);
	test_payload(&w, ENTRY_REFUSALS);
	entry = (struct entry){ .kind = ENTRY_REFUSALS, .payload = writer_span(&w) };
	CHECK(entry_text(&entry, line, sizeof(line), &e));
	CHECK(strstr(line, " nonce=5 busy=70000") != NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_entry_is_one_clean_line),
		cmocka_unit_test(lines_say_who_what_and_how_many),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
