/* SPDX-License-Identifier: Apache-2.0 */
/* The version index, the fingerprints and the ring of answers: what the SAM finds again, and
 * what not. */
#include "base/clock.h"
#include "crypto/hash.h"
#include "sam/answers.h"
#include "sam/index.h"
#include "sam/prints.h"
#include "tests/test.h"

/* Numbers that look like random ids, without keeping a million of them. */
static void
id_of(uint64_t n, uint8_t id[32])
{
	for (size_t i = 0; i < 4; i++) {
		n += 0x9e3779b97f4a7c15;
		uint64_t z = n;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		z ^= z >> 31;
		memcpy(id + 8 * i, &z, 8);
	}
}

TEST(a_million_records_are_found_and_no_other)
{
	enum { N = 1000000 };
	AUTO(index) *x = NULL;
	struct err e = { 0 };
	size_t found = 0, wrong = 0;
	uint8_t id[32];

	CHECK((x = index_new(&e)) != NULL);
	for (uint64_t i = 0; i < N; i++) {
		struct row *row;

		id_of(i, id);
		if ((row = index_add(x, i % 3 == 0 ? RECORD_SIGNER : RECORD_KEY, id, &e)) == NULL)
			fail_msg("%s", e.text);
		row->uses = (uint32_t)i;
		row_set_position(row, i << 20 | 5);
	}
	for (uint64_t i = 0; i < N; i++) {
		enum record_type type = i % 3 == 0 ? RECORD_SIGNER : RECORD_KEY;
		const struct row *row;

		id_of(i, id);
		row = index_find(x, type, id);
		found += row != NULL && row->uses == i && row->version == 1 && row_position(row) == (i << 20 | 5);
		wrong += index_find(x, type == RECORD_KEY ? RECORD_SIGNER : RECORD_KEY, id) != NULL;
		id_of(i + 10 * N, id);
		wrong += index_find(x, type, id) != NULL;
	}
	CHECK(found == N && wrong == 0);
	CHECK(index_count(x, RECORD_SIGNER) == (N + 2) / 3 &&
	    index_count(x, RECORD_KEY) == N - (N + 2) / 3);
	/* 32 bytes a row, at most 7/8 full, grown by a quarter */
	CHECK(index_memory(x) <= (uint64_t)N * 32 * 8 / 7 * 5 / 4);
}

TEST(an_id_is_taken_once_per_type)
{
	AUTO(index) *x = NULL;
	struct err e = { 0 };
	uint8_t id[32];

	id_of(1, id);
	CHECK((x = index_new(&e)) != NULL && index_add(x, RECORD_KEY, id, &e) != NULL);
	CHECK(index_add(x, RECORD_SIGNER, id, &e) != NULL && e.code == ERR_NONE);
	CHECK(index_add(x, RECORD_KEY, id, &e) == NULL && e.code == ERR_BUG);
	CHECK(index_count(x, RECORD_KEY) == 1);
}

static struct index *
some_rows(uint64_t n)
{
	struct err e = { 0 };
	struct index *x = index_new(&e);
	uint8_t id[32];

	for (uint64_t i = 0; i < n; i++) {
		struct row *row;

		id_of(i, id);
		CHECK((row = index_add(x, 1 + i % 2, id, &e)) != NULL);
		row->version = (uint32_t)i + 1;
		row->state = (uint8_t)(i % 5 + 1);
		row->before = (uint8_t)(i % 4);
		row->uses = (uint32_t)(7 * i);
		row_set_position(row, UINT64_C(0xffffffffffff) - i);
	}
	return x;
}

TEST(an_index_comes_back_from_its_bytes_and_any_change_shows)
{
	AUTO(index) *x = some_rows(3000);
	AUTO_WRITER w = writer_grow(1 << 20);
	struct err e = { 0 };
	struct reader r;

	index_write(&w, x);
	for (size_t field = 0; field < 34; field++) {
		AUTO(index) *same = NULL, *other = NULL;

		r = reader_over(writer_span(&w));
		CHECK((same = index_read(&r, &e)) != NULL && rd_end(&r) && index_equal(x, same));
		w.p[8 + 34 * 77 + field] ^= 1;
		r = reader_over(writer_span(&w));
		other = index_read(&r, &e);
		CHECK(other == NULL || !index_equal(x, other));
		w.p[8 + 34 * 77 + field] ^= 1;
		err_clear(&e);
	}
}

TEST(an_index_that_is_cut_or_lies_about_its_length_is_refused)
{
	AUTO(index) *x = some_rows(5);
	AUTO_WRITER w = writer_grow(1 << 20);

	index_write(&w, x);
	for (size_t n = 0; n < w.n; n++) {
		struct reader r = reader_over(span_of(w.p, n));
		struct err e = { 0 };

		CHECK(index_read(&r, &e) == NULL && e.code != ERR_NONE);
	}
	for (size_t i = 0; i < 7; i++) {
		struct reader r = reader_over(writer_span(&w));
		struct err e = { 0 };

		w.p[i] ^= 0x80;
		CHECK(index_read(&r, &e) == NULL);
		w.p[i] ^= 0x80;
	}
}

TEST(a_key_print_is_found_and_a_missing_one_is_not)
{
	struct prints *p;
	struct err e = { 0 };
	uint8_t hash[HASH_LEN];
	char key[32];

	CHECK((p = prints_new(&e)) != NULL);
	for (int i = 0; i < 10000; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		CHECK(!prints_has(p, span_str(key)));
		sha256(span_str(key), hash);
		CHECK(prints_add(p, hash, &e));
		CHECK(prints_has(p, span_str(key)));
	}
	for (int i = 0; i < 10000; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		CHECK(prints_has(p, span_str(key)));
		snprintf(key, sizeof(key), "other %d", i);
		CHECK(!prints_has(p, span_str(key)));
	}
	CHECK(prints_memory(p) <= 10000 * 8 * 8 / 7 * 5 / 4);
	prints_free(p);
}

TEST(equal_sets_of_prints_have_equal_bytes)
{
	struct err e = { 0 };
	struct prints *a = prints_new(&e), *b = prints_new(&e), *c = prints_new(&e);
	AUTO_WRITER wa = writer_grow(1 << 20), wb = writer_grow(1 << 20);
	uint8_t hash[32], zero[32] = { 0 };
	struct reader r;

	for (uint64_t i = 0; i < 1000; i++) {
		id_of(i, hash);
		CHECK(prints_add(a, hash, &e) && prints_add(a, hash, &e));
		id_of(999 - i, hash);
		CHECK(prints_add(b, hash, &e));
	}
	CHECK(prints_add(a, zero, &e) && prints_add(b, zero, &e));
	prints_write(&wa, a);
	prints_write(&wb, b);
	CHECK(wa.n == 8 + 8 * 1001 && span_equal(writer_span(&wa), writer_span(&wb)));
	r = reader_over(writer_span(&wa));
	CHECK(prints_read(&r, c, &e) && rd_end(&r));
	writer_reset(&wb);
	prints_write(&wb, c);
	CHECK(span_equal(writer_span(&wa), writer_span(&wb)));
	for (size_t n = 0; n < wa.n; n += 3) {
		struct prints *d = prints_new(&e);
		struct err f = { 0 };

		r = reader_over(span_of(wa.p, n));
		CHECK(!prints_read(&r, d, &f) && f.code != ERR_NONE);
		prints_free(d);
	}
	prints_free(a);
	prints_free(b);
	prints_free(c);
	prints_free(NULL);
}

TEST(outcomes_of_a_statement_come_youngest_first_and_no_others)
{
	AUTO(answers) *a = NULL;
	struct err e = { 0 };
	uint64_t cursor = 0, position;
	uint8_t d[32], other[32];

	CHECK((a = answers_new(&e)) != NULL);
	id_of(1, d);
	memcpy(other, d, 32);
	other[5] ^= 1;			/* the same chain */
	CHECK(!answers_next(a, d, &cursor, &position) && cursor == 0);
	for (uint64_t i = 1; i <= 10; i++) {
		answers_add(a, d, i);
		answers_add(a, other, 100 + i);
	}
	for (uint64_t i = 10; i >= 1; i--)
		CHECK(answers_next(a, d, &cursor, &position) && position == i);
	CHECK(!answers_next(a, d, &cursor, &position) && !answers_next(a, d, &cursor, &position));
	cursor = 0;
	other[9] ^= 1;
	CHECK(!answers_next(a, other, &cursor, &position));
}

TEST(the_ring_of_answers_forgets_the_oldest_alone)
{
	AUTO(answers) *a = NULL, *b = NULL;
	AUTO_WRITER w = writer_grow(4 << 20), again = writer_grow(4 << 20);
	struct err e = { 0 };
	struct reader r;
	uint8_t d[32];

	CHECK((a = answers_new(&e)) != NULL && (b = answers_new(&e)) != NULL);
	for (uint64_t i = 0; i < 3 * ANSWERS_MAX + 17; i++) {
		id_of(i, d);
		answers_add(a, d, i);
	}
	answers_write(&w, a);
	r = reader_over(writer_span(&w));
	CHECK(answers_read(&r, b) && rd_end(&r));
	answers_write(&again, b);
	CHECK(span_equal(writer_span(&w), writer_span(&again)));
	for (uint64_t i = 0; i < 3 * ANSWERS_MAX + 17; i++) {
		uint64_t ca = 0, cb = 0, at = 0;
		bool kept = i >= 2 * ANSWERS_MAX + 17;

		id_of(i, d);
		CHECK(answers_next(a, d, &ca, &at) == kept && (!kept || at == i));
		CHECK(!kept || !answers_next(a, d, &ca, &at));
		CHECK(answers_next(b, d, &cb, &at) == kept && (!kept || at == i));
	}
}

TEST(a_chain_longer_than_the_ring_ends)
{
	AUTO(answers) *a = NULL;
	struct err e = { 0 };
	uint64_t cursor = 0, position, n = 0;
	uint8_t d[32] = { 1 };

	CHECK((a = answers_new(&e)) != NULL);
	for (uint64_t i = 0; i < 2 * ANSWERS_MAX + 1; i++)
		answers_add(a, d, i);
	while (answers_next(a, d, &cursor, &position))
		CHECK(position == 2 * ANSWERS_MAX - n++);
	CHECK(n == ANSWERS_MAX);
}

TEST(answers_that_are_cut_or_too_many_are_refused)
{
	AUTO(answers) *a = NULL;
	AUTO_WRITER w = writer_grow(1 << 20);
	struct err e = { 0 };
	uint8_t d[32] = { 1 }, many[4] = { 0, 1, 0, 1 };
	struct reader r;

	CHECK((a = answers_new(&e)) != NULL);
	for (uint64_t i = 0; i < 4; i++)
		answers_add(a, d, i);
	answers_write(&w, a);
	for (size_t n = 0; n < w.n; n++) {
		r = reader_over(span_of(w.p, n));
		CHECK(!answers_read(&r, a));
	}
	r = reader_over(span_of(many, 4));
	CHECK(!answers_read(&r, a));
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
		cmocka_unit_test(a_million_records_are_found_and_no_other),
		cmocka_unit_test(an_id_is_taken_once_per_type),
		cmocka_unit_test(an_index_comes_back_from_its_bytes_and_any_change_shows),
		cmocka_unit_test(an_index_that_is_cut_or_lies_about_its_length_is_refused),
		cmocka_unit_test(a_key_print_is_found_and_a_missing_one_is_not),
		cmocka_unit_test(equal_sets_of_prints_have_equal_bytes),
		cmocka_unit_test(outcomes_of_a_statement_come_youngest_first_and_no_others),
		cmocka_unit_test(the_ring_of_answers_forgets_the_oldest_alone),
		cmocka_unit_test(a_chain_longer_than_the_ring_ends),
		cmocka_unit_test(answers_that_are_cut_or_too_many_are_refused),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
