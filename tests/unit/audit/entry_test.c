/* SPDX-License-Identifier: Apache-2.0 */
/* Entries and their payloads: one encoding, exact bounds; and batches of them. */
#include "audit/batch.h"
#include "base/text.h"
#include "tests/unit/audit/fixture.h"
#include "tests/unit/audit/payloads.h"

static const uint8_t fill[400] = { 1, 2, 3 };

/* Writes again what was read. */
static void
rewrite(struct writer *w, enum entry_kind kind, const union entry_payload *p)
{
	struct outcome_item items[USE_ITEMS_MAX];
	struct refusals_item counts[REFUSALS_MAX];
	uint32_t index[USE_ITEMS_MAX];
	struct reader r;
	size_t n = 0;

	switch (kind) {
	case ENTRY_GENESIS: entry_genesis_write(w, &p->genesis); break;
	case ENTRY_START: entry_start_write(w, &p->start); break;
	case ENTRY_STOP: entry_stop_write(w, &p->stop); break;
	case ENTRY_HEAD_SIGNED: entry_head_signed_write(w, &p->head); break;
	case ENTRY_PROPOSED: entry_proposed_write(w, &p->proposed); break;
	case ENTRY_ACT: entry_act_write(w, &p->act); break;
	case ENTRY_SIGNER: entry_signer_write(w, &p->signer); break;
	case ENTRY_KEY: entry_key_write(w, &p->key); break;
	case ENTRY_RESERVED:
		for (; n < p->reserved.n; n++)
			index[n] = entry_reserved_index(&p->reserved, n);
		entry_reserved_write(w, &p->reserved, index);
		break;
	case ENTRY_OUTCOME:
		r = reader_over(p->outcome.items);
		while (entry_outcome_item(&r, &items[n]))
			n++;
		CHECK(n == p->outcome.n && rd_end(&r));
		entry_outcome_write(w, &p->outcome, items);
		break;
	case ENTRY_REFUSED: entry_refused_write(w, &p->refused); break;
	case ENTRY_REFUSALS:
		r = reader_over(p->refusals.items);
		while (entry_refusals_item(&r, &counts[n]))
			n++;
		CHECK(n == p->refusals.n && rd_end(&r));
		entry_refusals_write(w, &p->refusals, counts);
		break;
	case ENTRY_WINDOW: entry_window_write(w, &p->window); break;
	case ENTRY_SESSION: entry_session_write(w, &p->session); break;
	case ENTRY_SESSION_CERTIFIED:
		entry_session_certified_write(w, &p->session_certified);
		break;
	case ENTRY_SESSION_ENDED: entry_session_ended_write(w, &p->session_ended); break;
	case ENTRY_ALARM: entry_alarm_write(w, &p->alarm); break;
	case ENTRY_TRY: entry_try_write(w, &p->try); break;
	case ENTRY_TRIED: entry_tried_write(w, &p->tried); break;
	case ENTRY_GRANTED: entry_granted_write(w, &p->granted); break;
	case ENTRY_PERSON: entry_person_write(w, &p->person); break;
	case ENTRY_GRANT_KEY: entry_grant_key_write(w, &p->grant_key); break;
	}
}

static bool
read_payload(enum entry_kind kind, struct span s, union entry_payload *p)
{
	struct entry entry = { .kind = kind, .payload = s };
	struct err e = { 0 };
	bool ok = entry_payload_read(&entry, p, &e);

	CHECK(ok == (e.code == ERR_NONE));
	return ok;
}

TEST(each_payload_is_read_as_it_was_written)
{
	for (int kind = 1; kind <= TEST_KINDS; kind += kind == 17 ? 3 : 1) {
		AUTO_WRITER w = writer_grow(10000), again = writer_grow(10000);
		union entry_payload p;

		test_payload(&w, (enum entry_kind)kind);
		CHECK(read_payload((enum entry_kind)kind, writer_span(&w), &p));
		rewrite(&again, (enum entry_kind)kind, &p);
		CHECK(span_equal(writer_span(&w), writer_span(&again)));
	}
}

TEST(no_payload_is_read_shorter_or_longer)
{
	for (int kind = 1; kind <= TEST_KINDS; kind += kind == 17 ? 3 : 1) {
		AUTO_WRITER w = writer_grow(10000);
		union entry_payload p;
		size_t whole;

		test_payload(&w, (enum entry_kind)kind);
		whole = w.n;
		wr_u8(&w, 0);
		for (size_t n = 0; n <= w.n; n++)
			CHECK(read_payload((enum entry_kind)kind, span_of(w.p, n), &p) == (n == whole));
	}
}

/* Whatever a flipped bit makes of it: refused, or read as something that is written the same. */
TEST(a_flipped_payload_has_still_one_encoding)
{
	for (int kind = 1; kind <= TEST_KINDS; kind += kind == 17 ? 3 : 1) {
		AUTO_WRITER w = writer_grow(10000);
		size_t refused = 0;

		test_payload(&w, (enum entry_kind)kind);
		for (size_t bit = 0; bit < 8 * w.n; bit++) {
			AUTO_WRITER again = writer_grow(10000);
			union entry_payload p;

			w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (read_payload((enum entry_kind)kind, writer_span(&w), &p)) {
				rewrite(&again, (enum entry_kind)kind, &p);
				CHECK(span_equal(writer_span(&w), writer_span(&again)));
			} else {
				refused++;
			}
			w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		CHECK(refused > 0 || kind == ENTRY_HEAD_SIGNED || kind == ENTRY_PROPOSED ||
		    kind == ENTRY_SESSION_CERTIFIED || kind == ENTRY_TRY);
	}
}

/* By hand: what the reader must refuse, the writer does not write. */
static bool
reserved_reads(const uint32_t *index, size_t n, uint8_t seen)
{
	AUTO_WRITER w = writer_grow(10000), ours = writer_grow(10000);
	struct entry_reserved m = { .seen = seen, .n = n };
	union entry_payload p;
	bool good;

	wr_zero(&w, 2 * HASH_LEN + 4 * ID_LEN);
	wr_u8(&w, seen);
	wr_zero(&w, 8 + 4);
	wr_u32(&w, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		wr_u32(&w, index[i]);
	good = read_payload(ENTRY_RESERVED, writer_span(&w), &p);
	entry_reserved_write(&ours, &m, index);
	CHECK(writer_ok(&ours) == good);
	CHECK(!good || span_equal(writer_span(&w), writer_span(&ours)));
	return good;
}

TEST(indexes_of_a_reservation_ascend_within_a_thousand)
{
	uint32_t many[1001], down[] = { 2, 1 }, twice[] = { 1, 1 }, high[] = { 1000 };

	for (uint32_t i = 0; i < COUNT(many); i++)
		many[i] = i;
	CHECK(reserved_reads(many, 1000, 1));
	CHECK(!reserved_reads(many, 1001, 1));
	CHECK(!reserved_reads(many, 0, 1));
	CHECK(!reserved_reads(down, 2, 1));
	CHECK(!reserved_reads(twice, 2, 1));
	CHECK(!reserved_reads(high, 1, 1));
	CHECK(!reserved_reads(many, 1, 0) && !reserved_reads(many, 1, 3));
}

static bool
outcome_reads(uint16_t alg, uint8_t status, size_t digest, size_t signature, uint32_t second)
{
	AUTO_WRITER w = writer_grow(10000);
	union entry_payload p;

	wr_zero(&w, HASH_LEN + ID_LEN + 8);
	wr_u16(&w, alg);
	wr_zero(&w, 8 + 1);		/* exp, and no link */
	wr_u32(&w, 2);
	wr_u32(&w, 3);
	wr_span8(&w, span_of(fill, digest));
	wr_u8(&w, status);
	wr_span16(&w, span_of(fill, signature));
	wr_u32(&w, second);
	wr_span8(&w, span_of(fill, digest));
	wr_u8(&w, OUTCOME_NOT_MADE);
	wr_span16(&w, span_of(fill, 0));
	return read_payload(ENTRY_OUTCOME, writer_span(&w), &p);
}

TEST(results_are_as_long_as_their_algorithm_says)
{
	CHECK(outcome_reads(1, OUTCOME_SIGNED, 32, 64, 4));
	CHECK(outcome_reads(32, OUTCOME_SIGNED, 32, 384, 4));
	CHECK(outcome_reads(1, OUTCOME_UNKNOWN, 32, 0, 4));
	CHECK(!outcome_reads(3, OUTCOME_SIGNED, 32, 64, 4));
	CHECK(!outcome_reads(1, OUTCOME_SIGNED, 48, 64, 4));
	CHECK(!outcome_reads(1, OUTCOME_SIGNED, 32, 63, 4));
	CHECK(!outcome_reads(1, OUTCOME_SIGNED, 32, 0, 4));
	CHECK(!outcome_reads(1, OUTCOME_UNKNOWN, 32, 64, 4));
	CHECK(!outcome_reads(1, 3, 32, 0, 4));
	CHECK(!outcome_reads(1, OUTCOME_SIGNED, 32, 64, 3));
	CHECK(!outcome_reads(1, OUTCOME_SIGNED, 32, 64, 2));
	CHECK(!outcome_reads(1, OUTCOME_SIGNED, 32, 64, 1000));
}

TEST(an_unknown_kind_or_version_is_refused)
{
	uint8_t mem[ENTRY_HEAD] = { 0 };
	struct entry entry;
	struct err e = { 0 };

	for (int kind = 0; kind < 256; kind++)
		for (int version = 0; version < 256; version++) {
			mem[16] = (uint8_t)kind;
			mem[17] = (uint8_t)version;
			CHECK(entry_read(span_of(mem, sizeof(mem)), &entry, &e) ==
			    (TEST_KIND_IS(kind) && version == 1));
		}
	mem[16] = mem[17] = 1;
	for (size_t n = 0; n < sizeof(mem); n++)
		CHECK(!entry_read(span_of(mem, n), &entry, &e));
}

TEST(text_that_could_deceive_is_refused)
{
	static const char *const bad[] = { "\n", "\x7f", "\xc2\x85", "\xc0\xaf", "\xe2\x80\xae",
		"\xe2\x81\xa6", "\xe2\x80\xa8", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "a\xc3",
		"\xe2\x80\x8f", "\xd8\x9c", "\xf0\x80\x80\xaf", "\xff" };
	static const char *const good[] = { "", "Ren\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x96\x8b" };

	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!text_is_clean(span_str(bad[i])));
	for (size_t i = 0; i < COUNT(good); i++)
		CHECK(text_is_clean(span_str(good[i])));
	CHECK(!text_is_clean(span_of("a\0b", 3)));
}

TEST(an_entry_that_does_not_fit_is_taken_out_and_the_batch_stays_good)
{
	static uint8_t mem[3000];
	struct writer out = writer_over(mem, 900);
	struct tree tree, before;
	struct batch_view v;
	struct batch b;
	struct err e = { 0 };
	struct entry_alarm small = { span_str("x"), span_str("y") };
	struct entry_alarm big = { span_str("x"), span_of("                ", 16) };
	uint64_t bad;
	size_t used;
	static char spaces[1000];

	memset(spaces, ' ', sizeof(spaces));
	big.detail = span_of(spaces, sizeof(spaces));
	tree_init(&tree);
	before = tree;
	batch_begin(&b, &out, &tree, NULL);
	batch_entry_begin(&b, 1, ENTRY_ALARM);
	entry_alarm_write(&out, &small);
	CHECK(batch_entry_end(&b, NULL, &e));
	batch_entry_begin(&b, 2, ENTRY_ALARM);
	entry_alarm_write(&out, &big);
	CHECK(!batch_entry_end(&b, NULL, &e) && e.code == ERR_BUSY && tree.size == 1);
	err_clear(&e);
	CHECK(batch_end(&b, test_log_key, &e));
	CHECK(batch_read(writer_span(&out), &v, &used, &e) && used == out.n);
	CHECK(batch_mac_holds(&v, test_log_key));
	CHECK(batch_check(&v, &before, NULL, &bad, &e) && before.size == 1);
}

TEST(an_empty_batch_is_not_ended)
{
	AUTO_WRITER out = writer_grow(1000);
	struct err e = { 0 };
	struct tree tree;
	struct batch b;

	tree_init(&tree);
	batch_begin(&b, &out, &tree, NULL);
	CHECK(!batch_end(&b, test_log_key, &e));
}

TEST(a_batch_checked_on_another_tree_leaves_it_alone)
{
	AUTO_WRITER nodes = writer_grow(10000);
	struct err e = { 0 };
	struct batch_view v;
	struct tree tree;
	struct test_log l;
	uint64_t bad = 0;
	size_t used;

	test_log_small(&l);
	tree_init(&tree);
	CHECK(batch_read(test_batch(&l, 1), &v, &used, &e));
	CHECK(!batch_check(&v, &tree, &nodes, &bad, &e) && tree.size == 0 && nodes.n == 0);
	CHECK(batch_mac_holds(&v, test_log_key));
	CHECK(!batch_mac_holds(&v, span_str("other key")));
	for (size_t n = 4; n < v.whole.n; n += 3)
		CHECK(batch_read(span_of(v.whole.p, n), &v, &used, &e) && used == 0);
	test_log_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_payload_is_read_as_it_was_written),
		cmocka_unit_test(no_payload_is_read_shorter_or_longer),
		cmocka_unit_test(a_flipped_payload_has_still_one_encoding),
		cmocka_unit_test(indexes_of_a_reservation_ascend_within_a_thousand),
		cmocka_unit_test(results_are_as_long_as_their_algorithm_says),
		cmocka_unit_test(an_unknown_kind_or_version_is_refused),
		cmocka_unit_test(text_that_could_deceive_is_refused),
		cmocka_unit_test(an_entry_that_does_not_fit_is_taken_out_and_the_batch_stays_good),
		cmocka_unit_test(an_empty_batch_is_not_ended),
		cmocka_unit_test(a_batch_checked_on_another_tree_leaves_it_alone),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
