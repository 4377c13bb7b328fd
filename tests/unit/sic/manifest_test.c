/* SPDX-License-Identifier: Apache-2.0 */
#include "sic/manifest.h"
#include "tests/test.h"

#define HASH	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const char good[] = HASH "  index.html\n" HASH "  r-01/lib/a.js\n"
    HASH "  r-01/lib/b.js\n";

static bool
reads(struct span text)
{
	AUTO(manifest) *m = NULL;
	struct err e = { 0 };

	m = manifest_read(text, &e);
	CHECK((m != NULL) == (e.code == ERR_NONE));
	return m != NULL;
}

TEST(a_manifest_is_read_and_searched)
{
	AUTO(manifest) *m = NULL;
	struct err e = { 0 };

	CHECK((m = manifest_read(span_str(good), &e)) != NULL && m->n == 3);
	CHECK(manifest_find(m, "r-01/lib/b.js") == &m->entries[2]);
	CHECK(manifest_find(m, "r-01/lib") == NULL && manifest_find(m, "") == NULL);
	CHECK(m->entries[0].hash[0] == 0xe3 && m->entries[0].hash[31] == 0x55);
}

TEST(a_manifest_of_another_form_is_refused)
{
	static const char *const bad[] = { "", "\n", HASH "  a", HASH " a\n", HASH "  \n",
		HASH "   a\n", HASH "  a\r\n",
		HASH "  /a\n", HASH "  a/\n", HASH "  a//b\n", HASH "  ../a\n", HASH "  a/../b\n",
		HASH "  .a\n", HASH "  a b\n",
		HASH "  a\n" HASH "  a\n", HASH "  b\n" HASH "  a\n", HASH "  a\n\n", "E3" HASH "  a\n",
		HASH "  a%2e\n",
		HASH "  a\xc3\xa4\n" };

	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!reads(span_str(bad[i])));
	CHECK(!reads(span_of(HASH "  a\0b\n", sizeof(HASH "  a\0b\n") - 1)));
}

TEST(cut_anywhere_but_after_a_line_it_is_refused)
{
	for (size_t n = 0; n < sizeof(good) - 1; n++)
		CHECK(reads(span_of(good, n)) == (n > 0 && good[n - 1] == '\n'));
}

TEST(with_any_bit_flipped_it_says_something_else_or_is_refused)
{
	char text[sizeof(good)];

	memcpy(text, good, sizeof(good));
	for (size_t bit = 0; bit < 8 * (sizeof(good) - 1); bit++) {
		AUTO(manifest) *m = NULL;
		struct err e = { 0 };

		text[bit / 8] ^= (char)(1 << bit % 8);
		if ((m = manifest_read(span_of(text, sizeof(text) - 1), &e)) != NULL)
			for (size_t i = 0; i < m->n; i++)
				CHECK(path_is_plain(m->entries[i].path));
		text[bit / 8] ^= (char)(1 << bit % 8);
	}
}

TEST(a_path_longer_than_its_room_is_refused)
{
	char text[400];

	snprintf(text, sizeof(text), HASH "  %0*d\n", PATH_LEN_MAX, 0);
	CHECK(reads(span_str(text)));
	snprintf(text, sizeof(text), HASH "  %0*d\n", PATH_LEN_MAX + 1, 0);
	CHECK(!reads(span_str(text)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manifest_is_read_and_searched),
		cmocka_unit_test(a_manifest_of_another_form_is_refused),
		cmocka_unit_test(cut_anywhere_but_after_a_line_it_is_refused),
		cmocka_unit_test(with_any_bit_flipped_it_says_something_else_or_is_refused),
		cmocka_unit_test(a_path_longer_than_its_room_is_refused),
	};

	return RUN(tests);
}
