/* SPDX-License-Identifier: Apache-2.0 */
/* Where a log ends, and what counts as torn: every cut, every bit, batches moved about. */
#include <unistd.h>

#include "audit/tree_file.h"
#include "tests/unit/audit/fixture.h"

static const struct span no_key;

static struct scan_end
scan(struct span bytes, struct span key)
{
	int fd = test_file(bytes);
	struct err e = { 0 };
	struct scan_end end;
	struct tree tree;

	tree_init(&tree);
	CHECK(scan_log(fd, 0, &tree, key, NULL, &end, &e));
	CHECK(end.sequence >= tree.size);
	close(fd);
	return end;
}

/* The batch that holds this offset. */
static size_t
batch_of(const struct test_log *l, size_t offset)
{
	size_t i = 0;

	while (i + 1 < l->n && l->at[i + 1] <= offset)
		i++;
	return i;
}

TEST(a_whole_log_is_clean_with_and_without_zeros_behind)
{
	struct test_log l;
	struct scan_end end;

	test_log_small(&l);
	end = scan(writer_span(&l.bytes), test_log_key);
	CHECK(end.how == SCAN_CLEAN && end.offset == l.bytes.n && end.batches == l.n &&
	    end.sequence == l.tree.size);
	wr_zero(&l.bytes, 3 << 20);
	end = scan(writer_span(&l.bytes), test_log_key);
	CHECK(end.how == SCAN_CLEAN && end.offset == l.at[l.n]);
	end = scan(writer_span(&l.bytes), no_key);
	CHECK(end.how == SCAN_CLEAN && end.offset == l.at[l.n]);
	end = scan(span_of(NULL, 0), no_key);
	CHECK(end.how == SCAN_CLEAN && end.offset == 0 && end.sequence == 0);
	test_log_free(&l);
}

TEST(the_wrong_key_makes_a_log_of_many_batches_damaged)
{
	struct test_log l;
	struct scan_end end;

	test_log_small(&l);
	end = scan(writer_span(&l.bytes), span_str("another key of any length here.."));
	CHECK(end.how == SCAN_DAMAGED && end.sequence == 0 && end.offset == 0);
	test_log_free(&l);
}

/* At every length the file may end: all batches before are kept, none behind, never damage. */
TEST(a_log_cut_at_any_byte_loses_the_unfinished_batch_alone)
{
	struct test_log l;

	test_log_small(&l);
	for (size_t n = 0; n <= l.bytes.n; n++) {
		struct scan_end a = scan(span_of(l.bytes.p, n), test_log_key);
		struct scan_end b = scan(span_of(l.bytes.p, n), no_key);
		size_t i = n == l.bytes.n ? l.n : batch_of(&l, n);

		CHECK(a.how == (n == l.at[i] ? SCAN_CLEAN : SCAN_TORN));
		CHECK(a.offset == l.at[i] && a.batches == i && a.sequence == l.first[i]);
		CHECK(b.how == a.how && b.offset == a.offset && b.sequence == a.sequence);
	}
	test_log_free(&l);
}

/* The same with zeros instead of an end: what a power cut leaves in a file with room ahead. */
TEST(a_log_zeroed_from_any_byte_loses_the_unfinished_batch_alone)
{
	struct test_log l;

	test_log_small(&l);
	wr_zero(&l.bytes, 2000);
	for (size_t n = l.at[l.n]; n > 0; n--) {
		size_t i = batch_of(&l, n - 1);
		bool gone;
		struct scan_end end;

		l.bytes.p[n - 1] = 0;
		gone = n - 1 == l.at[i];
		end = scan(writer_span(&l.bytes), test_log_key);
		CHECK(end.how == (gone ? SCAN_CLEAN : SCAN_TORN) || end.offset == l.at[i + 1]);
		CHECK(end.offset == l.at[i] || end.offset == l.at[i + 1]);
		CHECK(end.how != SCAN_DAMAGED);
	}
	test_log_free(&l);
}

static void
check_flip(const struct test_log *l, size_t bit, struct span key)
{
	size_t i = batch_of(l, bit / 8);
	struct scan_end end;

	l->bytes.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	end = scan(writer_span(&l->bytes), key);
	l->bytes.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	if (bit / 8 >= l->at[l->n]) {
		CHECK(end.how != SCAN_CLEAN && end.offset == l->at[l->n]);
		return;
	}
	if (key.n == 0 && bit / 8 >= l->at[i + 1] - HASH_LEN) {
		CHECK(end.how == SCAN_CLEAN);	/* in a MAC, and nobody has the key */
		return;
	}
	CHECK(end.offset == l->at[i] && end.batches == i);
	/* A wrong count in the head makes the entry after the last one the first that is missed. */
	CHECK(end.sequence >= l->first[i] && end.sequence < l->first[i + 1] +
	    (bit / 8 < l->at[i] + BATCH_HEAD));
	CHECK(end.how == SCAN_DAMAGED || (end.how == SCAN_TORN && i == l->n - 1));
}

TEST(a_flipped_bit_anywhere_is_found_at_its_batch)
{
	struct test_log l;

	test_log_small(&l);
	wr_zero(&l.bytes, 100);
	for (size_t bit = 0; bit < 8 * l.bytes.n; bit += 3)
		check_flip(&l, bit, test_log_key);
	for (size_t bit = 0; bit < 8 * l.bytes.n; bit += 3)
		check_flip(&l, bit + 1 < 8 * l.bytes.n ? bit + 1 : bit, no_key);
	test_log_free(&l);
}

/* The head lies in the first sector: half of it right and half of it wrong is no tear. */
TEST(a_flipped_bit_in_the_head_of_the_last_batch_is_damage)
{
	struct test_log l;
	size_t at;

	test_log_small(&l);
	at = l.at[l.n - 1];
	for (size_t i = 0; i < BATCH_HEAD; i++) {
		if (i >= 12 && i < 20)
			continue;	/* count and bytes: nobody knows what they were */
		l.bytes.p[at + i] ^= 0x10;
		CHECK(scan(writer_span(&l.bytes), test_log_key).how == SCAN_DAMAGED);
		l.bytes.p[at + i] ^= 0x10;
	}
	test_log_free(&l);
}

TEST(lost_sectors_of_the_last_batch_are_torn_and_of_another_damage)
{
	static char text[5000];
	struct test_log l;

	memset(text, 'x', sizeof(text) - 1);
	test_log_small(&l);
	for (int i = 0; i < 2; i++) {
		test_begin(&l);
		test_add_alarm(&l, "long", text);
		test_end(&l);
	}
	wr_zero(&l.bytes, 9000);
	for (size_t i = l.n - 2; i < l.n; i++)
		for (size_t s = l.at[i] / 512; s <= (l.at[i + 1] - 1) / 512; s++) {
			size_t from = s * 512 > l.at[i] ? s * 512 : l.at[i];
			size_t to = (s + 1) * 512 < l.at[i + 1] ? (s + 1) * 512 : l.at[i + 1];
			uint8_t was[512];
			struct scan_end end;

			memcpy(was, l.bytes.p + from, to - from);
			memset(l.bytes.p + from, 0, to - from);
			end = scan(writer_span(&l.bytes), test_log_key);
			memcpy(l.bytes.p + from, was, to - from);
			CHECK(end.offset == l.at[i]);
			CHECK(end.how == (i == l.n - 1 ? SCAN_TORN : SCAN_DAMAGED));
		}
	test_log_free(&l);
}

/* A list of batches, by number. */
static struct scan_end
composed(const struct test_log *l, const size_t *order, size_t n, struct span key)
{
	AUTO_WRITER w = writer_grow(1u << 20);

	for (size_t i = 0; i < n; i++)
		wr_span(&w, test_batch(l, order[i]));
	return scan(writer_span(&w), key);
}

TEST(batches_deleted_moved_or_doubled_are_damage_where_it_begins)
{
	static const struct { size_t order[7], n, good; } cases[] = {
		{ { 0, 1, 3, 4, 5 }, 5, 2 }, { { 1, 2, 3, 4, 5 }, 5, 0 },
		{ { 0, 1, 2, 3, 5 }, 5, 4 }, { { 0, 2, 1, 3, 4, 5 }, 6, 1 },
		{ { 0, 1, 2, 3, 5, 4 }, 6, 4 }, { { 0, 1, 1, 2, 3, 4, 5 }, 7, 2 },
		{ { 0, 1, 2, 3, 4, 5, 5 }, 7, 6 }, { { 0, 1, 2, 3, 4, 5, 0 }, 7, 6 },
		{ { 0, 0 }, 2, 1 },
	};
	struct test_log l;

	test_log_small(&l);
	CHECK(l.n == 6);
	for (size_t i = 0; i < COUNT(cases); i++)
		for (int with = 0; with < 2; with++) {
			struct scan_end end = composed(&l, cases[i].order, cases[i].n,
			    with ? test_log_key : no_key);

			CHECK(end.how == SCAN_DAMAGED && end.batches == cases[i].good);
			CHECK(end.sequence == l.first[cases[i].good] && end.why[0] != '\0');
		}
	test_log_free(&l);
}

TEST(a_batch_put_between_two_others_is_damage)
{
	struct test_log l, other;
	AUTO_WRITER w = writer_grow(1u << 20);
	struct scan_end end;

	test_log_small(&l);
	test_log_init(&other);
	other.tree = l.tree;
	test_begin(&other);
	test_add_alarm(&other, "false", "entry");
	test_end(&other);
	for (size_t i = 0; i < l.n; i++) {
		if (i == 3)
			wr_span(&w, test_batch(&other, 0));
		wr_span(&w, test_batch(&l, i));
	}
	end = scan(writer_span(&w), test_log_key);
	CHECK(end.how == SCAN_DAMAGED && end.sequence == l.first[3]);
	test_log_free(&l);
	test_log_free(&other);
}

TEST(two_torn_batches_at_the_end_are_damage)
{
	struct test_log l;
	struct scan_end end;

	test_log_small(&l);
	l.bytes.p[l.at[l.n - 2] + 60] ^= 1;
	end = scan(span_of(l.bytes.p, l.bytes.n - 10), test_log_key);
	CHECK(end.how == SCAN_DAMAGED && end.offset == l.at[l.n - 2]);
	test_log_free(&l);
}

TEST(bytes_behind_a_torn_batch_are_damage)
{
	struct test_log l;
	struct scan_end end;

	test_log_small(&l);
	l.bytes.p[l.bytes.n - 1] ^= 1;
	wr_zero(&l.bytes, 5000);
	CHECK(scan(writer_span(&l.bytes), test_log_key).how == SCAN_TORN);
	l.bytes.p[l.bytes.n - 1] = 1;
	end = scan(writer_span(&l.bytes), test_log_key);
	CHECK(end.how == SCAN_DAMAGED && end.offset == l.at[l.n - 1]);
	test_log_free(&l);
}

/* A log whose last batch, cut short, holds these bytes. */
static enum scan_how
torn_with(struct test_log *l, struct span bait)
{
	struct entry_signer m = { .version = 1, .state = 1, .record = bait };
	struct err e = { 0 };

	test_begin(l);
	batch_entry_begin(&l->batch, 0, ENTRY_SIGNER);
	entry_signer_write(l->batch.out, &m);
	CHECK(batch_entry_end(&l->batch, NULL, &e));
	test_end(l);
	return scan(span_of(l->bytes.p, l->bytes.n - 1), test_log_key).how;
}

/*
 * Parts of entries are chosen by others: what looks like a batch must not close a SAM after a
 * power cut, unless it is where a batch of this log could be.
 */
TEST(bytes_that_look_like_a_batch_are_none_unless_they_go_on)
{
	static const struct { uint64_t first, sequence; size_t cut; enum scan_how how; } baits[] = {
		{ 99, 99, 0, SCAN_DAMAGED },	/* as a later batch begins */
		{ 99, 98, 0, SCAN_TORN },	/* its first entry is another's */
		{ 2, 2, 0, SCAN_TORN },		/* was before: a copy of an old one */
		{ 99, 99, 60, SCAN_TORN },	/* a head alone, as in a list of digests */
	};

	for (size_t i = 0; i < COUNT(baits); i++) {
		AUTO_WRITER w = writer_grow(1000);
		struct test_log l;

		wr_bytes(&w, "PRLB", 4);
		wr_u64(&w, baits[i].first);
		wr_u32(&w, 1);
		wr_u32(&w, 100);
		wr_zero(&w, 32);
		wr_u32(&w, 96);
		entry_head_write(&w, baits[i].sequence, 0, ENTRY_ALARM);
		if (baits[i].cut > 0)
			memset(w.p + baits[i].cut, 0xee, w.n - baits[i].cut);
		test_log_small(&l);
		CHECK(torn_with(&l, writer_span(&w)) == baits[i].how);
		test_log_free(&l);
	}
}

/* Made by whoever has the log key, not by a power cut. */
TEST(a_last_batch_with_its_mac_right_and_a_wrong_sequence_is_damage)
{
	struct entry_alarm m = { span_str("x"), span_str("y") };
	struct err e = { 0 };
	struct scan_end end;
	struct test_log l;

	test_log_small(&l);
	test_begin(&l);
	test_add_alarm(&l, "right", "");
	batch_entry_begin(&l.batch, 0, ENTRY_ALARM);
	l.bytes.p[l.bytes.n - ENTRY_HEAD + 7]++;
	entry_alarm_write(l.batch.out, &m);
	CHECK(batch_entry_end(&l.batch, NULL, &e));
	test_end(&l);
	end = scan(writer_span(&l.bytes), test_log_key);
	CHECK(end.how == SCAN_DAMAGED && end.sequence == l.tree.size - 1);
	CHECK(strstr(end.why, "says") != NULL && end.offset == l.at[l.n - 1]);
	CHECK(scan(writer_span(&l.bytes), no_key).how == SCAN_TORN);
	test_log_free(&l);
}

struct seen {
	size_t		entries, batches;
	uint64_t	stop_at;
};

static bool
count_entry(void *ctx, const struct entry *entry, struct span bytes UNUSED, struct err *e)
{
	struct seen *s = ctx;

	CHECK(entry->sequence == s->entries);
	s->entries++;
	return entry->sequence != s->stop_at || err_set(e, ERR_DENIED, "stop");
}

static bool
count_batch(void *ctx, const struct batch_view *v, uint64_t offset UNUSED, const struct tree *after,
    struct span nodes, struct err *e UNUSED)
{
	struct seen *s = ctx;

	CHECK(v->first == s->entries && after->size == v->size);
	CHECK(nodes.n == (tree_nodes(v->size) - tree_nodes(v->first)) * HASH_LEN);
	s->batches++;
	return true;
}

TEST(a_visitor_sees_every_entry_once_and_may_stop)
{
	struct seen seen = { .stop_at = UINT64_MAX };
	struct scan_visitor visitor = { count_batch, count_entry, &seen };
	struct err e = { 0 };
	struct scan_end end;
	struct test_log l;
	struct tree tree;
	int fd;

	test_log_small(&l);
	fd = test_file(writer_span(&l.bytes));
	tree_init(&tree);
	CHECK(scan_log(fd, 0, &tree, test_log_key, &visitor, &end, &e));
	CHECK(seen.entries == l.tree.size && seen.batches == l.n);
	seen = (struct seen){ .stop_at = 4 };
	tree_init(&tree);
	CHECK(!scan_log(fd, 0, &tree, test_log_key, &visitor, &end, &e) && e.code == ERR_DENIED);
	CHECK(seen.entries == 5);
	close(fd);
	test_log_free(&l);
}

TEST(a_scan_goes_on_from_where_a_tree_is_known)
{
	struct err e = { 0 };
	struct scan_end end;
	struct test_log l;
	struct tree tree;
	int fd, nodes;

	test_log_small(&l);
	fd = test_file(writer_span(&l.bytes));
	nodes = test_file(writer_span(&l.nodes));
	CHECK(tree_load(&tree, l.first[3], tree_file_source(&nodes), &e));
	CHECK(scan_log(fd, l.at[3], &tree, test_log_key, NULL, &end, &e));
	CHECK(end.how == SCAN_CLEAN && end.batches == 3 && tree.size == l.tree.size);
	close(fd);
	close(nodes);
	test_log_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_log_is_clean_with_and_without_zeros_behind),
		cmocka_unit_test(the_wrong_key_makes_a_log_of_many_batches_damaged),
		cmocka_unit_test(a_log_cut_at_any_byte_loses_the_unfinished_batch_alone),
		cmocka_unit_test(a_log_zeroed_from_any_byte_loses_the_unfinished_batch_alone),
		cmocka_unit_test(a_flipped_bit_anywhere_is_found_at_its_batch),
		cmocka_unit_test(a_flipped_bit_in_the_head_of_the_last_batch_is_damage),
		cmocka_unit_test(lost_sectors_of_the_last_batch_are_torn_and_of_another_damage),
		cmocka_unit_test(batches_deleted_moved_or_doubled_are_damage_where_it_begins),
		cmocka_unit_test(a_batch_put_between_two_others_is_damage),
		cmocka_unit_test(two_torn_batches_at_the_end_are_damage),
		cmocka_unit_test(bytes_behind_a_torn_batch_are_damage),
		cmocka_unit_test(bytes_that_look_like_a_batch_are_none_unless_they_go_on),
		cmocka_unit_test(a_last_batch_with_its_mac_right_and_a_wrong_sequence_is_damage),
		cmocka_unit_test(a_visitor_sees_every_entry_once_and_may_stop),
		cmocka_unit_test(a_scan_goes_on_from_where_a_tree_is_known),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
