/* SPDX-License-Identifier: Apache-2.0 */
/* The flusher as a real process: written, killed, full, failing, locked out. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/flusher.h"
#include "audit/flusher_msg.h"
#include "audit/tree_file.h"
#include "launch/create.h"
#include "tests/unit/audit/fixture.h"

/* Shared with the child: what the next calls of the linker's wrappers do. */
static struct faults {
	int	sync_fails;		/* errno of the next fdatasync; then none */
	int	write_fails;		/* errno of pwrites of anything but zeros */
	int	zeros_fail;		/* errno of pwrites of zeros: no room */
	size_t	cut;			/* killed after so many bytes of the next batch */
	int	writes;			/* pwrites since the fault struck */
	int	syncs;
	bool	struck;
} *faults;

ssize_t __real_pwrite64(int fd, const void *p, size_t n, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *p, size_t n, off_t at);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

ssize_t
__wrap_pwrite64(int fd, const void *p, size_t n, off_t at)
{
	const uint8_t *b = p;
	bool zeros = n > 0 && b[0] == 0 && memcmp(b, b + 1, n - 1) == 0;
	int fail = faults == NULL ? 0 : zeros ? faults->zeros_fail : faults->write_fails;

	if (faults != NULL && faults->struck)
		faults->writes++;
	if (faults != NULL && faults->cut > 0 && !zeros) {
		__real_pwrite64(fd, p, faults->cut < n ? faults->cut : n, at);
		faults->cut = 0;
		kill(getpid(), SIGKILL);
	}
	if (fail == 0)
		return __real_pwrite64(fd, p, n, at);
	faults->struck = true;
	errno = fail;
	return -1;
}

int
__wrap_fdatasync(int fd)
{
	if (faults != NULL)
		faults->syncs++;
	if (faults == NULL || faults->sync_fails == 0)
		return __real_fdatasync(fd);
	errno = faults->sync_fails;
	faults->sync_fails = 0;
	faults->struck = true;
	return -1;
}

struct bench {
	int		dir, log, tree, control;
	pid_t		child;
	struct test_log	l;
	struct writer	in;
};

static int
open_in(int dir, const char *name)
{
	return openat(dir, name, O_RDWR | O_CLOEXEC);
}

static void
start(struct bench *b)
{
	int pair[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	if ((b->child = fork()) == 0) {
		struct flusher_fds fds = { pair[1], open_in(b->dir, "log"), open_in(b->dir, "tree"),
			b->dir };
		struct err e = { 0 };

		close(pair[0]);
		_exit(flusher_run(&fds, &e) ? 0 : 10 + (int)e.code);
	}
	close(pair[1]);
	b->control = pair[0];
	writer_reset(&b->in);
}

static void
found(struct bench *b)
{
	struct err e = { 0 };

	memset(b, 0, sizeof(*b));
	memset(faults, 0, sizeof(*faults));
	b->in = writer_grow(1024);
	test_log_small(&b->l);
	b->dir = test_directory();
	CHECK(audit_create(b->dir, test_batch(&b->l, 0), span_of(b->l.nodes.p, HASH_LEN), &e));
	b->log = openat(b->dir, "log", O_RDONLY | O_CLOEXEC);
	b->tree = openat(b->dir, "tree", O_RDONLY | O_CLOEXEC);
	start(b);
}

static int
finish(struct bench *b)
{
	int status;

	close(b->control);
	CHECK(waitpid(b->child, &status, 0) == b->child);
	return status;
}

static void
remove_all(struct bench *b)
{
	close(b->log);
	close(b->tree);
	test_directory_remove(b->dir);
	test_log_free(&b->l);
	writer_wipe(&b->in);
}

static struct flush_answer
take(struct bench *b)
{
	struct flush_answer a = { 0 };
	struct err e = { 0 };
	size_t used = 0;

	while (used == 0) {
		uint8_t block[64];
		ssize_t n;

		CHECK(flush_answer_read(writer_span(&b->in), &a, &used, &e));
		if (used > 0)
			break;
		n = recv(b->control, block, sizeof(block), 0);
		CHECK(n > 0);
		wr_bytes(&b->in, block, (size_t)n);
	}
	memmove(b->in.p, b->in.p + used, b->in.n - used);
	b->in.n -= used;
	return a;
}

static void
say(struct bench *b, struct writer *w)
{
	CHECK(writer_ok(w) && send(b->control, w->p, w->n, MSG_NOSIGNAL) == (ssize_t)w->n);
	writer_wipe(w);
}

static struct flush_answer
truncate_at(struct bench *b, uint64_t log_at, uint64_t tree_at)
{
	struct writer w = writer_grow(1024);

	flush_truncate_write(&w, log_at, tree_at);
	say(b, &w);
	return take(b);
}

static void
ask_append(struct bench *b, size_t i)
{
	struct writer w = writer_grow(1u << 20);
	uint64_t from = tree_nodes(b->l.first[i]) * HASH_LEN;
	uint64_t to = tree_nodes(b->l.first[i + 1]) * HASH_LEN;

	flush_append_write(&w, b->l.at[i], test_batch(&b->l, i), from,
	    span_of(b->l.nodes.p + from, to - from));
	say(b, &w);
}

static struct flush_answer
append(struct bench *b, size_t i)
{
	ask_append(b, i);
	return take(b);
}

static struct flush_answer
ask_room(struct bench *b)
{
	struct writer w = writer_grow(64);

	flush_room_write(&w);
	say(b, &w);
	return take(b);
}

static struct scan_end
scan(const struct bench *b)
{
	struct err e = { 0 };
	struct scan_end end;
	struct tree tree;

	tree_init(&tree);
	CHECK(scan_log(b->log, 0, &tree, test_log_key, NULL, &end, &e));
	return end;
}

TEST(batches_are_written_with_room_ahead_and_the_tree_beside)
{
	struct flush_answer a;
	struct bench b;
	struct stat s;

	found(&b);
	a = truncate_at(&b, b.l.at[1], HASH_LEN);
	CHECK(a.done && a.request == FLUSH_TRUNCATE && a.log_end == b.l.at[1]);
	for (size_t i = 1; i < b.l.n; i++) {
		a = append(&b, i);
		CHECK(a.done && a.request == FLUSH_APPEND && a.log_end == b.l.at[i + 1]);
		CHECK(a.tree_end == tree_nodes(b.l.first[i + 1]) * HASH_LEN);
	}
	a = ask_room(&b);
	CHECK(a.done && a.room >= FLUSH_AHEAD);
	CHECK(fstat(b.log, &s) == 0 && (uint64_t)s.st_size == a.log_end + a.room);
	CHECK(finish(&b) == 0);
	CHECK(scan(&b).how == SCAN_CLEAN && scan(&b).batches == b.l.n);
	CHECK(tree_file_same(b.tree, 0, writer_span(&b.l.nodes)));
	remove_all(&b);
}

TEST(requests_that_wait_are_answered_in_order_one_flush_each)
{
	struct bench b;
	int before;

	found(&b);
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done && ask_room(&b).room >= FLUSH_AHEAD);
	before = faults->syncs;
	for (size_t i = 1; i < b.l.n; i++)
		ask_append(&b, i);
	for (size_t i = 1; i < b.l.n; i++)
		CHECK(take(&b).log_end == b.l.at[i + 1]);
	CHECK(finish(&b) == 0);
	CHECK(faults->syncs - before >= (int)b.l.n - 1);
	CHECK(scan(&b).batches == b.l.n);
	remove_all(&b);
}

/* kill -9 at any moment: what was answered is there; a new life goes on from it. */
TEST(a_flusher_killed_between_writes_loses_nothing_that_was_answered)
{
	struct bench b;

	for (size_t answered = 1; answered <= 5; answered++) {
		struct scan_end end;
		size_t i = 1;

		found(&b);
		CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done);
		for (; i < answered; i++)
			CHECK(append(&b, i).done);
		if (i < b.l.n)
			ask_append(&b, i);
		CHECK(kill(b.child, SIGKILL) == 0);
		CHECK(WIFSIGNALED(finish(&b)));
		end = scan(&b);
		CHECK(end.how != SCAN_DAMAGED && end.batches >= answered);
		i = end.batches;
		start(&b);
		CHECK(truncate_at(&b, end.offset, tree_nodes(b.l.first[i]) * HASH_LEN).done);
		for (; i < b.l.n; i++)
			CHECK(append(&b, i).done);
		CHECK(finish(&b) == 0 && scan(&b).how == SCAN_CLEAN && scan(&b).batches == b.l.n);
		remove_all(&b);
	}
}

/* Bytes of the second batch from `cut` on. */
static bool
is_zero(const struct test_log *l, size_t cut, size_t whole)
{
	for (size_t i = cut; i < whole; i++)
		if (l->bytes.p[l->at[1] + i] != 0)
			return false;
	return true;
}

TEST(a_flusher_killed_within_a_write_leaves_a_torn_batch_that_a_new_life_drops)
{
	struct bench b;
	size_t whole;

	found(&b);
	whole = b.l.at[2] - b.l.at[1];
	for (size_t cut = 1; cut <= whole; cut += 7) {
		struct scan_end end;

		CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done);
		faults->cut = cut;
		ask_append(&b, 1);
		CHECK(WIFSIGNALED(finish(&b)));
		end = scan(&b);
		/* What was cut off may have been zeros: then nothing is missing. */
		CHECK(end.how == SCAN_TORN || (end.batches == 2 && is_zero(&b.l, cut, whole)));
		CHECK(end.offset == b.l.at[1] || is_zero(&b.l, cut, whole));
		start(&b);
	}
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done);
	CHECK(scan(&b).how == SCAN_CLEAN && append(&b, 1).done && scan(&b).batches == 2);
	CHECK(finish(&b) == 0);
	remove_all(&b);
}

TEST(a_torn_batch_is_zeroed_at_the_start_of_a_life)
{
	struct scan_end end;
	struct bench b;
	int fd;

	found(&b);
	fd = open_in(b.dir, "log");
	CHECK(pwrite(fd, b.l.bytes.p + b.l.at[1], 200, (off_t)b.l.at[1]) == 200);
	CHECK(ftruncate(fd, 100000) == 0);
	close(fd);
	end = scan(&b);
	CHECK(end.how == SCAN_TORN && end.offset == b.l.at[1]);
	CHECK(truncate_at(&b, end.offset, HASH_LEN).done);
	CHECK(scan(&b).how == SCAN_CLEAN);
	CHECK(append(&b, 1).done && scan(&b).batches == 2);
	CHECK(finish(&b) == 0);
	remove_all(&b);
}

static void
is_dead(struct bench *b, int cause)
{
	struct flush_answer a = append(b, 1);

	CHECK(!a.done && a.cause == cause && a.request == FLUSH_APPEND);
	a = truncate_at(b, b->l.at[1], HASH_LEN);
	CHECK(!a.done && a.cause == cause);
	a = ask_room(b);
	CHECK(!a.done && a.cause == cause);
}

TEST(a_failed_sync_is_final_and_nothing_is_written_after_it)
{
	struct flush_answer a;
	struct bench b;

	found(&b);
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done);
	CHECK(ask_room(&b).room >= FLUSH_AHEAD);
	faults->sync_fails = EIO;
	a = append(&b, 1);
	CHECK(!a.done && a.cause == EIO && faults->struck);
	is_dead(&b, EIO);
	CHECK(faults->writes == 0);
	CHECK(finish(&b) == 0);
	remove_all(&b);
}

TEST(a_failed_write_is_final_and_nothing_is_written_after_it)
{
	struct flush_answer a;
	struct bench b;

	found(&b);
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done);
	CHECK(ask_room(&b).room >= FLUSH_AHEAD);
	faults->write_fails = ENOSPC;
	a = append(&b, 1);
	CHECK(!a.done && a.cause == ENOSPC);
	faults->write_fails = 0;
	is_dead(&b, ENOSPC);
	CHECK(faults->writes == 0);
	CHECK(finish(&b) == 0 && scan(&b).how == SCAN_CLEAN && scan(&b).batches == 1);
	remove_all(&b);
}

TEST(no_space_for_more_room_tells_what_is_left_and_goes_on)
{
	struct flush_answer a;
	struct bench b;
	uint64_t room;

	found(&b);
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done);
	room = ask_room(&b).room;
	faults->zeros_fail = ENOSPC;
	for (size_t i = 1; i < b.l.n; i++) {
		a = append(&b, i);
		CHECK(a.done && a.room == room - (b.l.at[i + 1] - b.l.at[1]));
	}
	a = ask_room(&b);
	CHECK(a.done && a.room == room - (b.l.at[b.l.n] - b.l.at[1]));
	faults->zeros_fail = 0;
	CHECK(ask_room(&b).room >= FLUSH_AHEAD);
	CHECK(finish(&b) == 0 && scan(&b).batches == b.l.n);
	remove_all(&b);
}

TEST(a_batch_that_finds_no_room_at_all_is_final)
{
	struct flush_answer a;
	struct bench b;

	found(&b);
	faults->zeros_fail = ENOSPC;
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done);
	a = append(&b, 1);
	CHECK(!a.done && a.cause == ENOSPC);
	faults->zeros_fail = 0;
	is_dead(&b, ENOSPC);
	CHECK(finish(&b) == 0 && scan(&b).batches == 1);
	remove_all(&b);
}

/* A real limit of the kernel's instead of an injected one. */
TEST(a_file_size_limit_is_no_room_too)
{
	struct rlimit was, small;
	struct bench b;
	uint64_t room;

	CHECK(getrlimit(RLIMIT_FSIZE, &was) == 0);
	small = was;
	small.rlim_cur = 2 << 20;
	found(&b);
	finish(&b);
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	start(&b);
	CHECK(setrlimit(RLIMIT_FSIZE, &was) == 0);
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done);
	room = ask_room(&b).room;
	CHECK(room > 0 && room == (2u << 20) - b.l.at[1]);
	CHECK(append(&b, 1).done);
	CHECK(finish(&b) == 0 && scan(&b).how == SCAN_CLEAN);
	remove_all(&b);
}

TEST(a_second_flusher_is_refused_by_the_lock)
{
	struct bench b, second;

	found(&b);
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done);
	second = b;
	second.in = writer_grow(1024);
	start(&second);
	CHECK(WEXITSTATUS(finish(&second)) == 10 + ERR_NOT_NOW);
	CHECK(append(&b, 1).done);
	CHECK(finish(&b) == 0);
	remove_all(&b);
}

TEST(a_tree_file_that_lost_its_end_is_told_and_mended)
{
	struct writer w = writer_grow(1u << 16);
	struct flush_answer a;
	struct bench b;
	int fd;

	found(&b);
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done && append(&b, 1).done);
	finish(&b);
	fd = open_in(b.dir, "tree");
	CHECK(ftruncate(fd, 3 * HASH_LEN + 5) == 0);
	close(fd);
	start(&b);
	a = truncate_at(&b, b.l.at[2], tree_nodes(b.l.first[2]) * HASH_LEN);
	CHECK(a.done && a.tree_end == 3 * HASH_LEN);
	a = append(&b, 2);
	CHECK(a.done && a.tree_end == 3 * HASH_LEN);	/* no gap is left */
	flush_tree_write(&w, 0, span_of(b.l.nodes.p, tree_nodes(b.l.first[3]) * HASH_LEN));
	say(&b, &w);
	a = take(&b);
	CHECK(a.done && a.tree_end == tree_nodes(b.l.first[3]) * HASH_LEN);
	CHECK(append(&b, 3).tree_end == tree_nodes(b.l.first[4]) * HASH_LEN);
	CHECK(finish(&b) == 0);
	CHECK(tree_file_same(b.tree, 0, span_of(b.l.nodes.p, tree_nodes(b.l.first[4]) * HASH_LEN)));
	remove_all(&b);
}

TEST(an_append_before_the_start_or_at_the_wrong_place_is_final)
{
	struct bench b;

	found(&b);
	is_dead(&b, EINVAL);
	finish(&b);
	start(&b);
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done);
	CHECK(append(&b, 2).cause == EINVAL);
	is_dead(&b, EINVAL);
	finish(&b);
	CHECK(scan(&b).batches == 1);
	remove_all(&b);
}

TEST(what_was_appended_is_not_truncated_in_the_same_life)
{
	struct bench b;

	found(&b);
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done && append(&b, 1).done);
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).cause == EPERM);
	finish(&b);
	CHECK(scan(&b).batches == 2);
	remove_all(&b);
}

TEST(a_broken_peer_ends_the_flusher)
{
	static const uint8_t wrong[][16] = { { 0, 0, 0, 1, 99 }, { 0xff, 0xff, 0xff, 0xff },
		{ 0, 0, 0, 2, FLUSH_ROOM, 0 }, { 0, 0, 0, 0 } };

	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct bench b;
		int status;

		found(&b);
		CHECK(send(b.control, wrong[i], sizeof(wrong[i]), MSG_NOSIGNAL) > 0);
		CHECK(waitpid(b.child, &status, 0) == b.child);
		CHECK(WEXITSTATUS(status) == 10 + ERR_FORMAT);
		close(b.control);
		remove_all(&b);
	}
}

static struct flush_answer
snapshot(struct bench *b, bool first, bool last, const char *text)
{
	struct writer w = writer_grow(1024);

	flush_snapshot_write(&w, first, last, span_str(text));
	say(b, &w);
	return take(b);
}

static bool
snapshot_is(const struct bench *b, const char *text)
{
	char have[64] = "";
	int fd = openat(b->dir, "snapshot", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, have, sizeof(have) - 1);

	if (fd >= 0)
		close(fd);
	return n >= 0 && strcmp(have, text) == 0;
}

TEST(a_snapshot_is_replaced_whole_or_not_at_all)
{
	struct bench b;

	found(&b);
	CHECK(!snapshot(&b, false, false, "no beginning").done);
	CHECK(snapshot(&b, true, true, "one").done && snapshot_is(&b, "one"));
	CHECK(snapshot(&b, true, false, "tw").done && snapshot_is(&b, "one"));
	CHECK(snapshot(&b, true, false, "tw").done && snapshot_is(&b, "one"));
	faults->sync_fails = EIO;
	CHECK(snapshot(&b, false, true, "o").cause == EIO && snapshot_is(&b, "one"));
	CHECK(snapshot(&b, true, false, "tw").done && snapshot(&b, false, true, "o").done);
	CHECK(snapshot_is(&b, "two"));
	CHECK(truncate_at(&b, b.l.at[1], HASH_LEN).done && append(&b, 1).done);
	CHECK(finish(&b) == 0);
	remove_all(&b);
}

TEST(an_answer_is_read_at_every_length_and_never_past_its_end)
{
	struct flush_answer a = { .done = true, .request = FLUSH_APPEND, .log_end = 7, .room = 9 }, b;
	uint8_t mem[64];
	struct writer w = writer_over(mem, sizeof(mem));
	struct err e = { 0 };
	size_t used;

	flush_answer_write(&w, &a);
	for (size_t n = 0; n <= w.n; n++) {
		CHECK(flush_answer_read(span_of(mem, n), &b, &used, &e));
		CHECK(used == (n == w.n ? n : 0));
	}
	CHECK(b.done && b.log_end == 7 && b.room == 9);
	mem[3]++;
	CHECK(!flush_answer_read(span_of(mem, w.n + 1), &b, &used, &e));
	mem[3]--;
	mem[4] = 131;
	CHECK(!flush_answer_read(writer_span(&w), &b, &used, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(batches_are_written_with_room_ahead_and_the_tree_beside),
		cmocka_unit_test(requests_that_wait_are_answered_in_order_one_flush_each),
		cmocka_unit_test(a_flusher_killed_between_writes_loses_nothing_that_was_answered),
		cmocka_unit_test(
		    a_flusher_killed_within_a_write_leaves_a_torn_batch_that_a_new_life_drops),
		cmocka_unit_test(a_torn_batch_is_zeroed_at_the_start_of_a_life),
		cmocka_unit_test(a_failed_sync_is_final_and_nothing_is_written_after_it),
		cmocka_unit_test(a_failed_write_is_final_and_nothing_is_written_after_it),
		cmocka_unit_test(no_space_for_more_room_tells_what_is_left_and_goes_on),
		cmocka_unit_test(a_batch_that_finds_no_room_at_all_is_final),
		cmocka_unit_test(a_file_size_limit_is_no_room_too),
		cmocka_unit_test(a_second_flusher_is_refused_by_the_lock),
		cmocka_unit_test(a_tree_file_that_lost_its_end_is_told_and_mended),
		cmocka_unit_test(an_append_before_the_start_or_at_the_wrong_place_is_final),
		cmocka_unit_test(what_was_appended_is_not_truncated_in_the_same_life),
		cmocka_unit_test(a_broken_peer_ends_the_flusher),
		cmocka_unit_test(a_snapshot_is_replaced_whole_or_not_at_all),
		cmocka_unit_test(an_answer_is_read_at_every_length_and_never_past_its_end),
	};
	struct err e = { 0 };

	faults = mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (faults == MAP_FAILED)
		return 1;
	alarm(120);
	return crypto_start(&e) ? RUN(tests) : 1;
}
