/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: nobody is told before it is true, everybody is told when it can't become true. */
#include <errno.h>
#include <unistd.h>

#include "auditor/verify_file.h"
#include "base/clock.h"
#include "tests/unit/sam/fake_flusher.h"

struct world {
	struct fake_flusher	f;
	size_t			told, failed;
	int			order[64];
	int			again;		/* a callback that appends and waits again */
};

static struct world *w;
static struct journal *j;

static int
fresh(void **state UNUSED)
{
	w = calloc(1, sizeof(*w));
	fake_flusher_init(&w->f, w);
	j = w->f.j;
	return 0;
}

static int
done(void **state UNUSED)
{
	fake_flusher_free(&w->f);
	free(w);
	return 0;
}

static void
alarm_entry(void)
{
	struct entry_alarm m = { span_str("disk"), span_str("x") };

	entry_alarm_write(journal_begin(j, ENTRY_ALARM), &m);
	journal_end(j);
}

static void
told(void *owner, void *job, const struct err *e)
{
	struct world *me = owner;

	CHECK(me == w && me->told < 64);
	me->order[me->told++] = (int)(intptr_t)job;
	me->failed += e != NULL;
	CHECK(e == NULL || e->code == ERR_BACKEND);
	if (me->again > 0) {
		me->again--;
		alarm_entry();
		journal_wait(j, ON_DISK, told, (void *)(intptr_t)(100 + me->again));
	}
}

static void
wait_for(enum durable level, int job)
{
	journal_wait(j, level, told, (void *)(intptr_t)job);
}

static void
flush(void)
{
	journal_flush(j);
	CHECK(fake_flusher_asked(&w->f) && w->f.request.type == FLUSH_APPEND);
	fake_flusher_does(&w->f);
}

TEST(nobody_is_told_before_the_flush_is_done)
{
	alarm_entry();
	wait_for(ON_DISK, 1);
	CHECK(w->told == 0 && !journal_idle(j));
	journal_flush(j);
	CHECK(w->told == 0 && fake_flusher_asked(&w->f) && w->told == 0);
	CHECK(journal_durable_end(j) < w->f.log_end + w->f.request.log.n);
	fake_flusher_does(&w->f);
	CHECK(w->told == 1 && w->failed == 0 && journal_idle(j) && journal_durable_end(j) == w->f.log_end);
}

TEST(one_flush_at_a_time_and_what_comes_meanwhile_waits_for_the_next)
{
	alarm_entry();
	wait_for(ON_DISK, 1);
	journal_flush(j);
	CHECK(fake_flusher_asked(&w->f));
	alarm_entry();
	wait_for(ON_DISK, 2);
	journal_flush(j);
	CHECK(journal_size(j) == 3);
	fake_flusher_does(&w->f);
	CHECK(w->told == 1 && w->order[0] == 1);
	journal_flush(j);
	CHECK(fake_flusher_asked(&w->f));
	fake_flusher_does(&w->f);
	CHECK(w->told == 2 && w->order[1] == 2);
	journal_flush(j);			/* nothing to write */
	CHECK(!fake_flusher_asked(&w->f));
}

TEST(an_anchored_waiter_waits_for_the_anchor)
{
	uint8_t root[HASH_LEN];

	alarm_entry();
	wait_for(ANCHORED, 1);
	wait_for(ON_DISK, 2);
	CHECK(!journal_wants_anchor(j));
	flush();
	CHECK(w->told == 1 && w->order[0] == 2 && journal_wants_anchor(j));
	CHECK(journal_durable(j, root) == 2);
	journal_anchored(j, 1);			/* before it */
	CHECK(w->told == 1 && journal_wants_anchor(j));
	journal_anchored(j, 2);
	CHECK(w->told == 2 && w->order[1] == 1 && !journal_wants_anchor(j) && journal_idle(j));
}

TEST(who_waits_for_what_was_durable_before_is_told_without_a_new_entry)
{
	alarm_entry();
	flush();
	journal_anchored(j, 99);
	wait_for(ANCHORED, 1);
	journal_flush(j);		/* as each turn of the loop does */
	CHECK(w->told == 1 && journal_idle(j));
}

TEST(an_anchor_does_not_stand_in_for_the_disk)
{
	alarm_entry();
	wait_for(ANCHORED, 1);
	journal_anchored(j, 99);
	CHECK(w->told == 0);
	flush();
	CHECK(w->told == 1);
}

TEST(with_a_synchronous_follower_its_disk_is_waited_for)
{
	w->f.state->policy.follower = FOLLOWER_SYNC;
	alarm_entry();
	wait_for(ON_COPY, 1);
	wait_for(ON_DISK, 2);
	wait_for(ANCHORED, 3);
	wait_for(ANCHORED_HERE, 4);
	flush();
	CHECK(w->told == 1 && w->order[0] == 2 && journal_wants_anchor(j));
	journal_anchored(j, 2);
	CHECK(w->told == 2 && w->order[1] == 4);
	journal_followed(j, journal_durable_end(j) + 1);	/* further than there is: not believed */
	CHECK(w->told == 2 && journal_followed_end(j) == 0);
	journal_followed(j, journal_durable_end(j) - 1);
	CHECK(w->told == 2);
	journal_followed(j, journal_durable_end(j));
	CHECK(w->told == 4 && w->order[2] == 1 && w->order[3] == 3);
}

TEST(a_follower_that_is_behind_holds_only_what_it_has_not)
{
	uint64_t first;

	w->f.state->policy.follower = FOLLOWER_SYNC;
	alarm_entry();
	wait_for(ON_COPY, 1);
	flush();
	first = journal_durable_end(j);
	alarm_entry();
	wait_for(ON_COPY, 2);
	flush();
	journal_followed(j, first);
	CHECK(w->told == 1 && w->order[0] == 1);
	journal_followed(j, journal_durable_end(j));
	CHECK(w->told == 2);
}

TEST(without_a_follower_policy_the_disk_suffices)
{
	alarm_entry();
	wait_for(ON_COPY, 1);
	flush();
	CHECK(w->told == 1);
}

TEST(a_callback_may_append_and_wait_again)
{
	alarm_entry();
	wait_for(ON_DISK, 1);
	wait_for(ON_DISK, 2);
	w->again = 3;
	flush();
	CHECK(w->told == 2 && journal_size(j) == 4);
	flush();
	CHECK(w->told == 4);
	flush();
	CHECK(w->told == 5 && journal_idle(j));
}

TEST(when_the_disk_fails_everyone_is_told_and_nothing_is_written_any_more)
{
	alarm_entry();
	wait_for(ON_DISK, 1);
	wait_for(ANCHORED, 2);
	journal_flush(j);
	CHECK(fake_flusher_asked(&w->f) && journal_failure(j) == NULL);
	alarm_entry();
	wait_for(ON_COPY, 3);
	fake_flusher_fails(&w->f, ENOSPC);
	CHECK(w->told == 3 && w->failed == 3 && journal_failure(j) != NULL);
	CHECK(journal_failure(j)->code == ERR_BACKEND && journal_failure(j)->cause == ENOSPC);
	alarm_entry();
	wait_for(ON_DISK, 4);			/* told at once */
	CHECK(w->told == 4 && w->failed == 4);
	journal_flush(j);
	journal_ask_room(j);
	CHECK(!fake_flusher_asked(&w->f));
	CHECK(w->order[0] == 1 && w->order[1] == 2 && w->order[2] == 3 && w->order[3] == 4);
}

TEST(a_flusher_that_dies_or_babbles_is_a_failure)
{
	static const struct { const char *bytes; size_t n; } babble[] = {
		{ "", 0 }, { "\0\0\0\0", 4 }, { "\xff\xff\xff\xff", 4 }, { "\0\0\0\x02\x07\x01", 6 },
		{ "\0\0\0\x1a\x81\x09" "01234567012345670123456701234567", 30 },
	};

	for (size_t i = 0; i < COUNT(babble); i++) {
		done(NULL);
		fresh(NULL);
		alarm_entry();
		wait_for(ON_DISK, 1);
		journal_flush(j);
		CHECK(fake_flusher_asked(&w->f));
		if (babble[i].n == 0) {
			close(w->f.fd);
			w->f.fd = -1;
			journal_readable(j);
		} else {
			fake_flusher_says(&w->f, babble[i].bytes, babble[i].n);
		}
		CHECK(w->told == 1 && w->failed == 1 && journal_failure(j) != NULL);
	}
}

TEST(after_a_failure_between_flushes_nothing_is_written)
{
	fake_flusher_says(&w->f, "\xff\xff\xff\xff", 4);
	CHECK(journal_failure(j) != NULL);
	alarm_entry();
	wait_for(ON_DISK, 1);
	journal_flush(j);
	CHECK(!fake_flusher_asked(&w->f) && w->told == 1 && w->failed == 1);
}

TEST(an_order_to_a_dead_flusher_is_a_failure)
{
	alarm_entry();
	wait_for(ON_DISK, 1);
	close(w->f.fd);
	w->f.fd = -1;
	journal_flush(j);
	CHECK(w->told == 1 && w->failed == 1);
}

TEST(a_failed_snapshot_or_tree_fails_alone)
{
	struct err e = { 0 };
	struct flush_answer a = { .request = FLUSH_SNAPSHOT, .cause = EIO };
	AUTO_WRITER out = writer_grow(100);

	flush_answer_write(&out, &a);
	CHECK(write(w->f.fd, out.p, out.n) == (ssize_t)out.n);
	journal_readable(j);
	CHECK(journal_failure(j) == NULL);
	alarm_entry();
	wait_for(ON_DISK, 1);
	flush();
	CHECK(w->told == 1 && w->failed == 0 && e.code == ERR_NONE);
}

TEST(an_answer_in_pieces_counts_once)
{
	AUTO_WRITER out = writer_grow(100);

	alarm_entry();
	wait_for(ON_DISK, 1);
	journal_flush(j);
	CHECK(fake_flusher_asked(&w->f));
	flush_answer_write(&out, &(struct flush_answer){ .done = true, .request = FLUSH_APPEND,
	    .room = 5000 });
	for (size_t i = 0; i < out.n; i++) {
		CHECK(w->told == 0);
		fake_flusher_says(&w->f, out.p + i, 1);
	}
	CHECK(w->told == 1 && journal_room(j) == 5000);
	alarm_entry();
	CHECK(journal_room(j) < 5000);		/* what is open takes room, too */
}

TEST(what_was_flushed_is_a_log_that_verifies)
{
	struct verify_report report;
	static const uint8_t key[32] = { 1, 2, 3 };
	struct verify_options options = { .log_key = span_of(key, 32) };
	uint8_t root[HASH_LEN];
	struct err e = { 0 };

	for (int i = 0; i < 40; i++) {
		for (int k = 0; k <= i % 5; k++)
			alarm_entry();
		flush();
	}
	CHECK(!verify_file(w->f.log_fd, &options, &report, &e) || report.size > 0);
	CHECK(report.size == journal_size(j) && report.end.how == SCAN_CLEAN);
	CHECK(journal_durable(j, root) == report.size && memcmp(root, report.root, HASH_LEN) == 0);
}

TEST(an_entry_is_read_back_from_its_place_and_from_no_other)
{
	AUTO_WRITER bytes = writer_grow(ENTRY_MAX);
	uint64_t place, end;
	struct entry entry;
	struct err e = { 0 };

	alarm_entry();
	place = journal_last_place(j);
	CHECK(!journal_read(j, place, &bytes, &entry, &e));		/* not on disk yet */
	flush();
	end = journal_durable_end(j);
	err_clear(&e);
	CHECK(journal_read(j, place, &bytes, &entry, &e) && entry.kind == ENTRY_ALARM &&
	    entry.sequence == 1);
	for (uint64_t at = 0; at < end + 10; at++) {
		err_clear(&e);
		if (journal_read(j, at, &bytes, &entry, &e))
			CHECK(at == place || at == 52);
		else
			CHECK(e.code != ERR_NONE);
	}
	for (uint64_t back = 0; back < 10; back++) {
		err_clear(&e);
		CHECK(!journal_read(j, UINT64_MAX - back, &bytes, &entry, &e) && e.code == ERR_MISSING);
	}
}

TEST(time_never_goes_back_in_the_log)
{
	AUTO_WRITER bytes = writer_grow(ENTRY_MAX);
	struct entry a, b;
	struct err e = { 0 };
	uint64_t first;

	alarm_entry();
	first = journal_last_place(j);
	flush();
	clock_shift(-3600000, 0);
	alarm_entry();
	clock_shift(3600000, 0);
	flush();
	CHECK(journal_read(j, first, &bytes, &a, &e));
	CHECK(journal_read(j, journal_last_place(j), &bytes, &b, &e) && b.time >= a.time);
}

static int
start(void **state UNUSED)
{
	struct err e = { 0 };

	return crypto_start(&e) ? 0 : -1;
}

#define WITH_JOURNAL(name) cmocka_unit_test_setup_teardown(name, fresh, done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_JOURNAL(nobody_is_told_before_the_flush_is_done),
		WITH_JOURNAL(one_flush_at_a_time_and_what_comes_meanwhile_waits_for_the_next),
		WITH_JOURNAL(an_anchored_waiter_waits_for_the_anchor),
		WITH_JOURNAL(who_waits_for_what_was_durable_before_is_told_without_a_new_entry),
		WITH_JOURNAL(an_anchor_does_not_stand_in_for_the_disk),
		WITH_JOURNAL(with_a_synchronous_follower_its_disk_is_waited_for),
		WITH_JOURNAL(a_follower_that_is_behind_holds_only_what_it_has_not),
		WITH_JOURNAL(without_a_follower_policy_the_disk_suffices),
		WITH_JOURNAL(a_callback_may_append_and_wait_again),
		WITH_JOURNAL(when_the_disk_fails_everyone_is_told_and_nothing_is_written_any_more),
		WITH_JOURNAL(a_flusher_that_dies_or_babbles_is_a_failure),
		WITH_JOURNAL(after_a_failure_between_flushes_nothing_is_written),
		WITH_JOURNAL(an_order_to_a_dead_flusher_is_a_failure),
		WITH_JOURNAL(a_failed_snapshot_or_tree_fails_alone),
		WITH_JOURNAL(an_answer_in_pieces_counts_once),
		WITH_JOURNAL(what_was_flushed_is_a_log_that_verifies),
		WITH_JOURNAL(an_entry_is_read_back_from_its_place_and_from_no_other),
		WITH_JOURNAL(time_never_goes_back_in_the_log),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
