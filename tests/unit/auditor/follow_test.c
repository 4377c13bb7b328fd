/* SPDX-License-Identifier: Apache-2.0 */
/* A follower's copy: what it takes, what it refuses, how it goes on after a crash. */
#include <fcntl.h>
#include <unistd.h>

#include "auditor/follow.h"
#include "audit/tree_file.h"
#include "tests/unit/audit/fixture.h"

static bool
same_files(int dir, const struct test_log *l, size_t batches)
{
	int log = openat(dir, "log", O_RDONLY), tree = openat(dir, "tree", O_RDONLY);
	size_t n = l->at[batches], nodes = tree_nodes(l->first[batches]) * HASH_LEN;
	bool same = lseek(log, 0, SEEK_END) == (off_t)n &&
	    lseek(tree, 0, SEEK_END) == (off_t)nodes &&
	    tree_file_same(log, 0, span_of(l->bytes.p, n)) &&
	    tree_file_same(tree, 0, span_of(l->nodes.p, nodes));

	close(log);
	close(tree);
	return same;
}

/* All that is behind what it has, in pieces of this length. */
static bool
feed(struct follow *f, struct span log, size_t piece, struct err *e)
{
	uint64_t at;

	while ((at = follow_next(f)) < log.n) {
		size_t n = log.n - at < piece ? (size_t)(log.n - at) : piece;

		if (!follow_take(f, at, span_of(log.p + at, n), e))
			return false;
	}
	return true;
}

TEST(a_log_arrives_whole_in_pieces_of_any_length)
{
	static const size_t pieces[] = { 1, 7, 51, 53, 1000, FOLLOW_CHUNK_MAX };
	struct test_log l;

	test_log_small(&l);
	for (size_t i = 0; i < COUNT(pieces); i++) {
		int dir = test_directory();
		AUTO(follow) *f = NULL;
		struct err e = { 0 };

		f = follow_open(dir, l.group, &e);
		CHECK(f != NULL && follow_next(f) == 0);
		CHECK(feed(f, writer_span(&l.bytes), pieces[i], &e));
		CHECK(follow_durable(f) == l.bytes.n && follow_tree(f)->size == l.tree.size);
		CHECK(same_files(dir, &l, l.n));
		test_directory_remove(dir);
	}
	test_log_free(&l);
}

TEST(only_whole_batches_are_durable)
{
	int dir = test_directory();
	struct err e = { 0 };
	struct test_log l;
	struct follow *f;

	test_log_small(&l);
	f = follow_open(dir, NULL, &e);
	CHECK(follow_take(f, 0, span_of(l.bytes.p, l.at[2] + 9), &e));
	CHECK(follow_durable(f) == l.at[2] && follow_next(f) == l.at[2] + 9);
	CHECK(same_files(dir, &l, 2));
	follow_free(f);
	f = follow_open(dir, NULL, &e);
	CHECK(follow_next(f) == l.at[2]);
	follow_free(f);
	test_directory_remove(dir);
	test_log_free(&l);
}

TEST(a_copy_cut_anywhere_goes_on_from_its_last_whole_batch)
{
	int dir = test_directory();
	struct test_log l;

	test_log_small(&l);
	for (size_t n = 0; n <= l.bytes.n; n += 13) {
		int log = openat(dir, "log", O_RDWR | O_CREAT | O_TRUNC, 0600);
		AUTO(follow) *f = NULL;
		struct err e = { 0 };

		CHECK(pwrite(log, l.bytes.p, n, 0) == (ssize_t)n);
		close(log);
		CHECK((f = follow_open(dir, l.group, &e)) != NULL);
		log = openat(dir, "log", O_RDONLY);
		CHECK(follow_durable(f) <= n);
		CHECK(lseek(log, 0, SEEK_END) == (off_t)follow_durable(f));
		close(log);
		CHECK(feed(f, writer_span(&l.bytes), 300, &e) && same_files(dir, &l, l.n));
	}
	test_directory_remove(dir);
	test_log_free(&l);
}

TEST(a_damaged_copy_is_refused_and_left_alone)
{
	int dir = test_directory(), log;
	struct err e = { 0 };
	struct test_log l;

	test_log_small(&l);
	l.bytes.p[l.at[2] + 70] ^= 1;
	log = openat(dir, "log", O_RDWR | O_CREAT, 0600);
	CHECK(pwrite(log, l.bytes.p, l.bytes.n, 0) == (ssize_t)l.bytes.n);
	CHECK(follow_open(dir, NULL, &e) == NULL && e.code == ERR_FORMAT);
	CHECK(lseek(log, 0, SEEK_END) == (off_t)l.bytes.n);
	close(log);
	test_directory_remove(dir);
	test_log_free(&l);
}

TEST(a_tree_file_is_mended_from_the_log)
{
	int dir = test_directory(), log, nodes;
	AUTO(follow) *f = NULL;
	struct err e = { 0 };
	struct test_log l;

	test_log_small(&l);
	log = openat(dir, "log", O_RDWR | O_CREAT, 0600);
	nodes = openat(dir, "tree", O_RDWR | O_CREAT, 0600);
	CHECK(pwrite(log, l.bytes.p, l.bytes.n, 0) == (ssize_t)l.bytes.n);
	CHECK(pwrite(nodes, l.nodes.p, 100, 0) == 100 && pwrite(nodes, "wrong", 5, 40) == 5);
	CHECK(pwrite(nodes, "too long", 8, (off_t)l.nodes.n + 5) == 8);
	close(log);
	close(nodes);
	CHECK(!same_files(dir, &l, l.n));
	CHECK((f = follow_open(dir, NULL, &e)) != NULL && same_files(dir, &l, l.n));
	test_directory_remove(dir);
	test_log_free(&l);
}

TEST(no_altered_byte_is_written)
{
	struct test_log l;

	test_log_small(&l);
	for (size_t i = 0; i < l.bytes.n; i += 5) {
		int dir = test_directory();
		AUTO(follow) *f = NULL;
		struct err e = { 0 };
		size_t batch = 0;
		bool in_mac;

		while (i >= l.at[batch + 1])
			batch++;
		in_mac = i >= l.at[batch + 1] - HASH_LEN;
		f = follow_open(dir, l.group, &e);
		l.bytes.p[i] ^= (uint8_t)(1 << i % 8);
		CHECK(feed(f, writer_span(&l.bytes), 200, &e) == in_mac ||
		    follow_durable(f) == l.at[batch]);
		CHECK(in_mac || follow_durable(f) == l.at[batch]);
		l.bytes.p[i] ^= (uint8_t)(1 << i % 8);
		CHECK(in_mac || same_files(dir, &l, batch));
		test_directory_remove(dir);
	}
	test_log_free(&l);
}

/* The first batches of l, then two of its own, each as long as those of every such log. */
static void
fork_log(const struct test_log *l, size_t batches, struct test_log *other, const char *word)
{
	struct batch_view v;
	struct err e = { 0 };
	uint64_t bad;
	size_t used;

	test_log_init(other);
	for (size_t i = 0; i < batches; i++) {
		CHECK(batch_read(test_batch(l, i), &v, &used, &e));
		CHECK(batch_check(&v, &other->tree, NULL, &bad, &e));
		wr_span(&other->bytes, v.whole);
	}
	for (int i = 0; i < 2; i++) {
		test_begin(other);
		test_add_alarm(other, word, "history");
		test_end(other);
	}
}

TEST(a_source_that_forks_is_refused_with_both_roots)
{
	struct test_log l, one, two;
	int dir = test_directory();
	char theirs[65], ours[65];
	struct err e = { 0 };
	struct follow *f;

	test_log_small(&l);
	fork_log(&l, 3, &one, "one");
	fork_log(&l, 3, &two, "two");
	f = follow_open(dir, l.group, &e);
	CHECK(feed(f, span_of(one.bytes.p, one.at[1]), 4096, &e));
	CHECK(!feed(f, writer_span(&two.bytes), 4096, &e) && e.code == ERR_DENIED);
	CHECK(follow_durable(f) == one.at[1]);
	for (size_t i = 0; i < 32; i++) {
		snprintf(theirs + 2 * i, 3, "%02x", two.root[0][i]);
		snprintf(ours + 2 * i, 3, "%02x", one.root[0][i]);
	}
	CHECK(strstr(e.text, theirs) != NULL && strstr(e.text, ours) != NULL);
	follow_free(f);
	test_directory_remove(dir);
	test_log_free(&l);
	test_log_free(&one);
	test_log_free(&two);
}

TEST(a_head_of_another_history_or_a_shorter_log_does_not_agree)
{
	int dir = test_directory();
	struct err e = { 0 };
	struct head h = { 0 };
	struct test_log l;
	struct follow *f;

	test_log_small(&l);
	f = follow_open(dir, NULL, &e);
	CHECK(feed(f, writer_span(&l.bytes), 4096, &e));
	h.size = l.tree.size;
	memcpy(h.root, l.root[l.n - 1], HASH_LEN);
	CHECK(follow_agrees(f, &h, &e));
	h.size++;
	CHECK(follow_agrees(f, &h, &e));
	h.size = l.first[2];
	memcpy(h.root, l.root[1], HASH_LEN);
	CHECK(!follow_agrees(f, &h, &e) && strstr(e.text, "rolled back") != NULL);
	err_clear(&e);
	h.root[0] ^= 1;
	CHECK(!follow_agrees(f, &h, &e) && strstr(e.text, "fork") != NULL);
	follow_free(f);
	test_directory_remove(dir);
	test_log_free(&l);
}

TEST(another_group_is_refused_before_it_is_written)
{
	int dir = test_directory();
	struct err e = { 0 };
	struct test_log l;
	struct follow *f;

	test_log_small(&l);
	l.group[0] ^= 1;
	f = follow_open(dir, l.group, &e);
	CHECK(!feed(f, writer_span(&l.bytes), 4096, &e) && strcmp(e.reason, "group") == 0);
	CHECK(follow_durable(f) == 0);
	follow_free(f);
	test_directory_remove(dir);
	test_log_free(&l);
}

TEST(bytes_of_another_offset_are_refused)
{
	int dir = test_directory();
	struct err e = { 0 };
	struct test_log l;
	struct follow *f;

	test_log_small(&l);
	f = follow_open(dir, NULL, &e);
	CHECK(!follow_take(f, 1, writer_span(&l.bytes), &e) && e.code == ERR_FORMAT);
	follow_free(f);
	test_directory_remove(dir);
	test_log_free(&l);
}

TEST(two_followers_in_one_directory_are_refused)
{
	int dir = test_directory();
	struct err e = { 0 };
	struct follow *f = follow_open(dir, NULL, &e);

	CHECK(f != NULL && follow_open(dir, NULL, &e) == NULL && e.code == ERR_NOT_NOW);
	follow_free(f);
	test_directory_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_arrives_whole_in_pieces_of_any_length),
		cmocka_unit_test(only_whole_batches_are_durable),
		cmocka_unit_test(a_copy_cut_anywhere_goes_on_from_its_last_whole_batch),
		cmocka_unit_test(a_damaged_copy_is_refused_and_left_alone),
		cmocka_unit_test(a_tree_file_is_mended_from_the_log),
		cmocka_unit_test(no_altered_byte_is_written),
		cmocka_unit_test(a_source_that_forks_is_refused_with_both_roots),
		cmocka_unit_test(a_head_of_another_history_or_a_shorter_log_does_not_agree),
		cmocka_unit_test(another_group_is_refused_before_it_is_written),
		cmocka_unit_test(bytes_of_another_offset_are_refused),
		cmocka_unit_test(two_followers_in_one_directory_are_refused),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
