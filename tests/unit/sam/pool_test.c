/* SPDX-License-Identifier: Apache-2.0 */
/* The pool, with workers that are sockets in this test: each may hang, lie, refuse or die. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "sam/pool.h"
#include "tests/test.h"
#include "wire/frame.h"

#define JOBS	5000
#define PATIENCE 1000

struct world {
	struct pool	*pool;
	int		 fd[4];		/* the workers' ends */
	size_t		 done;
	int		 order[JOBS];
	char		 how[JOBS][24];	/* the answer's bytes, or the failure's reason */
	bool		 ask_again;
};

static void
attach(struct world *w, size_t i)
{
	int p[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0);
	w->fd[i] = p[1];
	pool_attach(w->pool, i, p[0]);
}

static struct world *
world(size_t places, size_t workers)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err e = { 0 };

	CHECK(w != NULL && (w->pool = pool_new(places, PATIENCE, w, &e)) != NULL);
	for (size_t i = 0; i < 4; i++)
		w->fd[i] = -1;
	for (size_t i = 0; i < workers; i++)
		attach(w, i);
	return w;
}

static void
world_free(struct world *w)
{
	pool_free(w->pool);
	for (size_t i = 0; i < 4; i++)
		if (w->fd[i] >= 0)
			close(w->fd[i]);
	free(w);
}

static bool ask(struct world *, int job, bool urgent);

static void
done(void *owner, void *job, struct reader *answer, const struct err *e)
{
	struct world *w = owner;
	int n = (int)(intptr_t)job;

	CHECK((answer == NULL) == (e != NULL));
	w->order[w->done++] = n;
	if (w->ask_again) {
		w->ask_again = false;
		CHECK(ask(w, n + 100, false));
	}
	if (answer != NULL)
		CHECK(answer->n < 24 && rd_bytes(answer, w->how[n], answer->n));
	else
		snprintf(w->how[n], 24, "%s", e->reason);
	CHECK(e == NULL || e->code == ERR_BACKEND || strcmp(e->reason, "refused") == 0);
}

static bool
ask(struct world *w, int job, bool urgent)
{
	char payload[16];
	struct err e = { 0 };

	snprintf(payload, sizeof(payload), "%d", job);
	return pool_ask(w->pool, HSM_HMAC, span_str(payload), urgent, done, (void *)(intptr_t)job, &e) ||
	    (assert_int_equal(e.code, ERR_BUSY), false);
}

/* What this worker was asked: the job's number, or -1; the frame's number goes to *number. */
static int
asked(struct world *w, size_t i, uint64_t *number)
{
	AUTO_WRITER in = writer_grow(FRAME_MAX);
	struct err e = { 0 };
	struct frame f;
	char text[16] = "";
	uint8_t one;

	if (w->fd[i] < 0 || recv(w->fd[i], &one, 1, MSG_PEEK | MSG_DONTWAIT) != 1)
		return -1;
	CHECK(frame_receive(w->fd[i], &in, &f, &e) && f.type == HSM_HMAC && f.payload.n < sizeof(text));
	memcpy(text, f.payload.p, f.payload.n);
	*number = f.number;
	return atoi(text);
}

static void
answer(struct world *w, size_t i, uint8_t type, uint64_t number, const char *payload)
{
	AUTO_WRITER out = writer_grow(1000);
	struct err e = { 0 };
	size_t at = frame_begin(&out, type, number);

	wr_bytes(&out, payload, strlen(payload));
	frame_end(&out, at);
	CHECK(frame_send(w->fd[i], writer_span(&out), &e));
	pool_readable(w->pool, i);
}

TEST(jobs_go_to_idle_workers_one_at_a_time_and_in_order)
{
	struct world *w = world(2, 2);
	uint64_t n = 0;

	for (int i = 0; i < 4; i++)
		CHECK(ask(w, i, false));
	CHECK(pool_busy(w->pool) == 2 && pool_queued(w->pool) == 2 && pool_alive(w->pool) == 2);
	for (int i = 0; i < 4; i++) {
		CHECK(asked(w, (size_t)i % 2, &n) == i);
		CHECK(asked(w, (size_t)i % 2, &n) == -1 || i < 0);
		answer(w, (size_t)i % 2, HSM_HMAC + 1, n, "ok");
	}
	CHECK(w->done == 4 && strcmp(w->how[3], "ok") == 0 && pool_busy(w->pool) == 0);
	world_free(w);
}

/* 0 and 1 run, 2 is ahead at the first worker, 3 and 4 wait. */
static struct world *
busy_world(void)
{
	struct world *w = world(2, 2);
	uint64_t n = 0;

	for (int i = 0; i < 5; i++)
		CHECK(ask(w, i, false));
	CHECK(pool_busy(w->pool) == 2 && pool_queued(w->pool) == 2);
	CHECK(asked(w, 0, &n) == 0 && asked(w, 1, &n) == 1);
	return w;
}

static void
end(struct world *w, size_t i)
{
	close(w->fd[i]);
	w->fd[i] = -1;
	pool_ended(w->pool, i);
}

/* Jobs 1, 2 and what was sent ahead are done by the second worker; 2 exactly once. */
static void
second_worker_does_the_rest(struct world *w, const int *want, size_t n_want)
{
	uint64_t n = 0;

	for (size_t i = 0; i < n_want; i++) {
		if (i > 0)
			CHECK(asked(w, 1, &n) == want[i]);
		answer(w, 1, HSM_HMAC + 1, i == 0 ? 2 : n, "b");
	}
	CHECK(asked(w, 1, &n) == -1 && pool_queued(w->pool) == 0 && pool_busy(w->pool) == 0);
}

TEST(a_second_job_is_sent_ahead_while_others_wait_and_each_is_answered_in_turn)
{
	AUTO_WRITER out = writer_grow(1000);
	struct world *w = busy_world();
	uint64_t n = 0;

	CHECK(asked(w, 0, &n) == 2 && n == 3);
	for (uint64_t i = 1; i <= 3; i += 2) {
		size_t at = frame_begin(&out, HSM_HMAC + 1, i);

		wr_bytes(&out, "both", 4);
		frame_end(&out, at);
	}
	CHECK(send(w->fd[0], out.p, out.n, 0) == (ssize_t)out.n);
	pool_readable(w->pool, 0);
	CHECK(w->done == 2 && strcmp(w->how[0], "both") == 0 && strcmp(w->how[2], "both") == 0);
	CHECK(asked(w, 0, &n) == 3 && pool_busy(w->pool) == 2 && pool_queued(w->pool) == 1);
	answer(w, 0, HSM_HMAC + 1, 99, "of another number");
	CHECK(strcmp(w->how[3], "lost") == 0 && pool_alive(w->pool) == 1);
	world_free(w);
}

TEST(what_a_dead_worker_had_not_begun_goes_to_another)
{
	static const int want[] = { 1, 2, 3, 4 };
	struct world *w = busy_world();

	end(w, 0);
	CHECK(w->done == 1 && strcmp(w->how[0], "lost") == 0 && pool_queued(w->pool) >= 2);
	second_worker_does_the_rest(w, want, COUNT(want));
	CHECK(w->done == 5 && strcmp(w->how[2], "b") == 0);
	world_free(w);
}

/* It might wake up and do it: nobody else gets it before the process is gone. */
TEST(what_a_hanging_worker_had_not_begun_waits_for_its_death)
{
	struct world *w = busy_world();
	uint64_t now = clock_life(), n = 0;

	answer(w, 1, HSM_HMAC + 1, 2, "b");
	CHECK(asked(w, 1, &n) == 3);
	CHECK(pool_expired(w->pool, now + 2 * PATIENCE) == 0 && strcmp(w->how[0], "lost") == 0);
	CHECK(w->done == 2 && pool_busy(w->pool) == 2);
	answer(w, 1, HSM_HMAC + 1, n, "b");
	CHECK(asked(w, 1, &n) == 4);
	answer(w, 1, HSM_HMAC + 1, n, "b");
	CHECK(asked(w, 1, &n) == -1 && pool_busy(w->pool) == 1 && w->done == 4);
	end(w, 0);
	CHECK(asked(w, 1, &n) == 2);
	world_free(w);
}

TEST(what_waits_for_a_death_that_does_not_come_is_lost)
{
	struct world *w = busy_world();
	uint64_t now = clock_life(), n = 0;

	CHECK(pool_expired(w->pool, now + 2 * PATIENCE) == 0);
	CHECK(pool_wait(w->pool, now + 2 * PATIENCE) == 0 && w->how[2][0] == '\0');
	CHECK(pool_expired(w->pool, now + 5 * PATIENCE) == 0 && strcmp(w->how[2], "lost") == 0);
	attach(w, 0);
	CHECK(asked(w, 0, &n) != 2);
	world_free(w);
}

TEST(what_a_leaving_worker_hands_back_goes_to_another)
{
	struct world *w = busy_world();
	uint64_t n = 0;

	answer(w, 0, HSM_HMAC + 1, 1, "a");
	answer(w, 0, MSG_REFUSED, 3, "\x06\x07leaving");
	CHECK(w->done == 1 && w->how[2][0] == '\0');
	CHECK(asked(w, 0, &n) == 2 && asked(w, 0, &n) == 2);	/* it has not gone yet */
	world_free(w);
}

TEST(what_would_not_fit_a_socket_is_not_sent_ahead)
{
	struct world *w = world(1, 1);
	static uint8_t big[20000];
	struct err e = { 0 };
	uint64_t n = 0;

	CHECK(ask(w, 0, false) && asked(w, 0, &n) == 0);
	for (int i = 1; i < 4; i++)
		CHECK(pool_ask(w->pool, HSM_HMAC, span_of(big, sizeof(big)), false, done,
		    (void *)(intptr_t)i, &e));
	CHECK(asked(w, 0, &n) == -1 && pool_queued(w->pool) == 3);
	world_free(w);
}

TEST(what_is_urgent_goes_before_what_waits)
{
	static const int want[] = { 0, 1, 9, 8, 2 };		/* 1 was sent ahead when 8 came */
	struct world *w = world(1, 1);
	uint64_t n = 0;

	for (int i = 0; i < 3; i++)
		CHECK(ask(w, i, false));
	CHECK(ask(w, 8, true) && ask(w, 9, true));
	for (size_t i = 0; i < COUNT(want); i++) {
		CHECK(asked(w, 0, &n) == want[i]);
		answer(w, 0, HSM_HMAC + 1, n, "");
	}
	world_free(w);
}

TEST(a_worker_that_dies_loses_its_own_job_alone)
{
	struct world *w = world(2, 2);
	uint64_t n = 0;

	for (int i = 0; i < 3; i++)
		CHECK(ask(w, i, false));
	close(w->fd[0]);
	w->fd[0] = -1;
	pool_readable(w->pool, 0);
	CHECK(w->done == 1 && strcmp(w->how[0], "lost") == 0 && pool_alive(w->pool) == 1);
	CHECK(pool_fd(w->pool, 0) == -1);
	CHECK(asked(w, 1, &n) == 1);
	answer(w, 1, HSM_HMAC + 1, n, "b");
	CHECK(asked(w, 1, &n) == 2);
	attach(w, 0);			/* a new one has nothing to do */
	CHECK(pool_alive(w->pool) == 2 && pool_busy(w->pool) == 1);
	world_free(w);
}

/* The news of its death and its last answer come by two ways. */
TEST(what_a_worker_answered_before_it_died_counts)
{
	AUTO_WRITER out = writer_grow(100);
	struct world *w = world(1, 1);
	uint64_t n = 0;
	size_t at;

	CHECK(ask(w, 0, false) && ask(w, 1, false) && asked(w, 0, &n) == 0);
	at = frame_begin(&out, HSM_HMAC + 1, n);
	wr_bytes(&out, "last words", 10);
	frame_end(&out, at);
	CHECK(send(w->fd[0], out.p, out.n, 0) == (ssize_t)out.n);
	close(w->fd[0]);
	w->fd[0] = -1;
	pool_ended(w->pool, 0);
	CHECK(w->done == 1 && strcmp(w->how[0], "last words") == 0 && pool_alive(w->pool) == 0);
	attach(w, 0);			/* who waited was not given to the dead */
	CHECK(asked(w, 0, &n) == 1);
	world_free(w);
}

TEST(a_worker_that_hangs_is_named_once_and_its_job_fails)
{
	struct world *w = world(2, 2);
	uint64_t now = clock_life();

	CHECK(pool_wait(w->pool, now) == -1 && pool_expired(w->pool, now) == -1);
	CHECK(ask(w, 0, false) && ask(w, 1, false) && ask(w, 2, false));
	CHECK(pool_wait(w->pool, now) > 0 && pool_wait(w->pool, now) <= PATIENCE + 100);
	CHECK(pool_expired(w->pool, now) == -1 && w->done == 0);
	CHECK(pool_wait(w->pool, now + 2 * PATIENCE) == 0);
	CHECK(pool_expired(w->pool, now + 2 * PATIENCE) == 0 &&
	    pool_expired(w->pool, now + 2 * PATIENCE) == 1);
	CHECK(pool_expired(w->pool, now + 2 * PATIENCE) == -1);
	CHECK(w->done == 2 && strcmp(w->how[0], "lost") == 0 && strcmp(w->how[1], "lost") == 0);
	CHECK(pool_queued(w->pool) == 1 && pool_alive(w->pool) == 0);
	world_free(w);
}

TEST(an_answer_that_is_not_one_ends_the_worker)
{
	static const struct { uint8_t type; int off; } lies[] = {
		{ HSM_HMAC, 0 }, { HSM_SIGN + 1, 0 }, { 0, 0 }, { HSM_HMAC + 1, 1 }, { HSM_HMAC + 1, -1 },
		{ MSG_REFUSED, 1 },
	};

	for (size_t i = 0; i < COUNT(lies); i++) {
		struct world *w = world(1, 1);
		uint64_t n = 0;

		CHECK(ask(w, 0, false) && asked(w, 0, &n) == 0);
		answer(w, 0, lies[i].type, n + (uint64_t)(int64_t)lies[i].off, "yes");
		CHECK(w->done == 1 && strcmp(w->how[0], "lost") == 0 && pool_alive(w->pool) == 0);
		world_free(w);
	}
}

TEST(bytes_behind_an_answer_or_without_a_question_end_the_worker)
{
	struct world *w = world(2, 2);
	uint64_t n = 0;

	CHECK(ask(w, 0, false) && asked(w, 0, &n) == 0);
	CHECK(send(w->fd[0], "\0\0\0\x0b\x43\0\0\0\0\0\0\0\x01hi!", 16, 0) == 16);
	pool_readable(w->pool, 0);
	CHECK(w->done == 1 && strcmp(w->how[0], "hi") == 0 && pool_alive(w->pool) == 1);
	answer(w, 1, HSM_HMAC + 1, 0, "unasked");
	CHECK(w->done == 1 && pool_alive(w->pool) == 0);
	world_free(w);
}

TEST(garbage_and_a_length_over_the_maximum_end_the_worker)
{
	for (size_t i = 0; i < 2; i++) {
		struct world *w = world(1, 1);
		uint64_t n = 0;

		CHECK(ask(w, 0, false) && asked(w, 0, &n) == 0);
		CHECK(send(w->fd[0], i == 0 ? "\0\0\0\x01xyz" : "\xff\xff\xff\xff" "xyz", 7, 0) == 7);
		pool_readable(w->pool, 0);
		CHECK(w->done == 1 && strcmp(w->how[0], "lost") == 0 && pool_alive(w->pool) == 0);
		world_free(w);
	}
}

TEST(an_answer_in_pieces_is_one_answer)
{
	AUTO_WRITER out = writer_grow(100);
	struct world *w = world(1, 1);
	uint64_t n = 0;
	size_t at;

	CHECK(ask(w, 0, false) && asked(w, 0, &n) == 0);
	at = frame_begin(&out, HSM_HMAC + 1, n);
	wr_bytes(&out, "pieces", 6);
	frame_end(&out, at);
	for (size_t i = 0; i < out.n; i++) {
		CHECK(w->done == 0 && send(w->fd[0], out.p + i, 1, 0) == 1);
		pool_readable(w->pool, 0);
	}
	pool_readable(w->pool, 0);	/* nothing there: nothing happens */
	CHECK(w->done == 1 && strcmp(w->how[0], "pieces") == 0 && pool_alive(w->pool) == 1);
	world_free(w);
}

TEST(a_refusal_fails_the_job_and_keeps_the_worker)
{
	struct world *w = world(1, 1);
	uint64_t n = 0;

	CHECK(ask(w, 0, false) && ask(w, 1, false) && asked(w, 0, &n) == 0);
	answer(w, 0, MSG_REFUSED, n, "\x06\x07" "backend");
	CHECK(w->done == 1 && strcmp(w->how[0], "refused") == 0 && pool_alive(w->pool) == 1);
	CHECK(asked(w, 0, &n) == 1);
	world_free(w);
}

TEST(a_refusal_that_does_not_read_is_one_nevertheless)
{
	struct world *w = world(1, 1);
	uint64_t n = 0;

	CHECK(ask(w, 0, false) && asked(w, 0, &n) == 0);
	answer(w, 0, MSG_REFUSED, n, "\x06\x40?");
	CHECK(w->done == 1 && strcmp(w->how[0], "lost") != 0 && strcmp(w->how[0], "?") != 0);
	world_free(w);
}

/* The worker dies while its answer is being read and the reader asks again. */
TEST(an_answer_stays_while_it_is_read)
{
	AUTO_WRITER out = writer_grow(100);
	struct world *w = world(1, 1);
	uint64_t n = 0;
	size_t at;

	CHECK(ask(w, 0, false) && asked(w, 0, &n) == 0);
	at = frame_begin(&out, HSM_HMAC + 1, n);
	wr_bytes(&out, "still here", 10);
	frame_end(&out, at);
	CHECK(send(w->fd[0], out.p, out.n, 0) == (ssize_t)out.n);
	close(w->fd[0]);
	w->fd[0] = -1;
	w->ask_again = true;
	pool_readable(w->pool, 0);
	CHECK(strcmp(w->how[0], "still here") == 0);
	CHECK(w->done == 1 && pool_queued(w->pool) == 1 && pool_alive(w->pool) == 0);
	attach(w, 0);			/* what reached no worker whole was not begun */
	CHECK(asked(w, 0, &n) == 100);
	world_free(w);
}

TEST(the_queue_has_an_end_but_not_for_what_is_urgent)
{
	struct world *w = world(1, 0);
	int n = 0;

	while (n < JOBS && ask(w, n, false))
		n++;
	CHECK(n == 4096 && pool_queued(w->pool) == 4096);
	CHECK(ask(w, n, true) && pool_queued(w->pool) == 4097);
	world_free(w);
}

TEST(with_no_worker_for_too_long_everyone_is_told)
{
	struct world *w = world(2, 0);
	uint64_t now = clock_life();

	for (int i = 0; i < 5; i++)
		CHECK(ask(w, i, false));
	pool_give_up(w->pool, now + 100, 60000);
	CHECK(w->done == 0);
	pool_give_up(w->pool, now + 70000, 60000);
	CHECK(w->done == 5 && pool_queued(w->pool) == 0 && strcmp(w->how[4], "refused") == 0);
	CHECK(ask(w, 5, false));
	attach(w, 1);
	pool_give_up(w->pool, now + 700000, 60000);	/* there is one now */
	CHECK(w->done == 5 && pool_busy(w->pool) == 1);
	world_free(w);
}

static bool
is_even(const void *job)
{
	return (intptr_t)job % 2 == 0;
}

static void
done_otherwise(void *owner UNUSED, void *job UNUSED, struct reader *answer UNUSED,
    const struct err *e UNUSED)
{
	CHECK(false);
}

/* 0 and 1 run, 2 and 3 are ahead: no worker was given 4, 5 and 6. */
TEST(what_no_worker_was_given_can_be_withdrawn)
{
	struct world *w = busy_world();
	uint64_t n = 0;

	CHECK(ask(w, 5, false) && ask(w, 6, false) && pool_queued(w->pool) == 3);
	pool_withdraw(w->pool, done_otherwise, is_even);
	CHECK(w->done == 0 && pool_queued(w->pool) == 3);
	w->ask_again = true;			/* 104, when 4 is told */
	pool_withdraw(w->pool, done, is_even);
	CHECK(w->done == 2 && w->order[0] == 4 && w->order[1] == 6 && pool_queued(w->pool) == 2);
	CHECK(strcmp(w->how[4], "withdrawn") == 0 && strcmp(w->how[6], "withdrawn") == 0);
	answer(w, 1, HSM_HMAC + 1, 2, "b");
	for (int i = 0; i < 3; i++) {
		static const int rest[] = { 3, 5, 104 };

		CHECK(asked(w, 1, &n) == rest[i]);
		answer(w, 1, HSM_HMAC + 1, n, "b");
	}
	CHECK(asked(w, 0, &n) == 2 && pool_queued(w->pool) == 0);
	pool_withdraw(w->pool, done, is_even);
	CHECK(ask(w, 7, false) && asked(w, 1, &n) == 7 && w->done == 6);
	world_free(w);
}

TEST(a_worker_at_a_place_that_is_not_there_is_closed)
{
	struct world *w = world(1, 1);
	int p[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0);
	pool_attach(w->pool, 1, p[0]);
	CHECK(fcntl(p[0], F_GETFD) == -1 && pool_alive(w->pool) == 1);
	close(p[1]);
	world_free(w);
}

static bool
ask_at(struct world *w, struct pool_place at, int job, bool urgent)
{
	char payload[16];
	struct err e = { 0 };

	snprintf(payload, sizeof(payload), "%d", job);
	return pool_ask_at(w->pool, at, HSM_HMAC, span_str(payload), urgent, done,
	    (void *)(intptr_t)job, &e) || (assert_string_equal(e.reason, "lost"), false);
}

static struct pool_place place_told;

static void
tell_place(void *owner, void *job, struct reader *answer, const struct err *e)
{
	struct world *w = owner;

	place_told = pool_place(w->pool);
	done(owner, job, answer, e);
}

TEST(who_answered_is_known_while_the_answer_is_read)
{
	struct world *w = world(2, 2);
	struct err e = { 0 };
	uint64_t n = 0;

	CHECK(ask(w, 0, false));
	CHECK(pool_ask(w->pool, HSM_HMAC, span_str("1"), false, tell_place, (void *)1, &e));
	CHECK(asked(w, 1, &n) == 1);
	answer(w, 1, HSM_HMAC + 1, n, "");
	CHECK(place_told.worker == 1 && place_told.life == pool_at(w->pool, 1).life);
	CHECK(place_told.life != 0 && place_told.life != pool_at(w->pool, 0).life);
	CHECK(pool_place(w->pool).life == 0 && pool_at(w->pool, 2).life == 0);
	CHECK(pool_ask(w->pool, HSM_HMAC, span_str("2"), false, tell_place, (void *)2, &e));
	end(w, 1);			/* nobody answered */
	CHECK(strcmp(w->how[2], "lost") == 0 && place_told.life == 0);
	world_free(w);
}

TEST(a_job_for_one_worker_goes_to_it_alone_and_holds_up_no_other)
{
	struct world *w = world(2, 2);
	struct pool_place second = pool_at(w->pool, 1);
	uint64_t n = 0;

	CHECK(ask_at(w, second, 0, false) && ask_at(w, second, 1, false) && ask_at(w, second, 2, false));
	CHECK(ask(w, 3, false));
	CHECK(asked(w, 0, &n) == 3);
	answer(w, 0, HSM_HMAC + 1, n, "");
	CHECK(asked(w, 0, &n) == -1);
	for (int i = 0; i < 3; i++) {
		CHECK(asked(w, 1, &n) == i);
		answer(w, 1, HSM_HMAC + 1, n, "");
	}
	CHECK(w->done == 4 && pool_queued(w->pool) == 0 && ask(w, 4, false) && ask(w, 5, false));
	CHECK(asked(w, 0, &n) == 4 && asked(w, 1, &n) == 5);
	world_free(w);
}

TEST(what_was_for_a_worker_that_is_gone_is_lost)
{
	for (int how = 0; how < 4; how++) {
		struct world *w = world(2, 2);
		struct pool_place first = pool_at(w->pool, 0);
		uint64_t now = clock_life(), n = 0;

		for (int i = 0; i < 5; i++)
			CHECK(ask_at(w, first, i, i == 4));
		CHECK(asked(w, 0, &n) == 0);
		if (how == 0)
			end(w, 0);
		else if (how == 1)
			attach(w, 0);
		else if (how == 2)
			CHECK(pool_expired(w->pool, now + 2 * PATIENCE) == 0);
		else
			answer(w, 0, 0, n, "a lie");
		if (how > 1)		/* what it had ahead waits for its death */
			pool_ended(w->pool, 0);
		CHECK(w->done == 5 && pool_queued(w->pool) == 0 && pool_busy(w->pool) == 0);
		for (int i = 0; i < 5; i++)
			CHECK(strcmp(w->how[i], "lost") == 0);
		CHECK(asked(w, 1, &n) == -1 && !ask_at(w, first, 5, false) && w->done == 5);
		attach(w, 0);
		CHECK(pool_at(w->pool, 0).life != first.life && !ask_at(w, first, 6, true));
		world_free(w);
	}
}

TEST(what_was_for_a_leaving_worker_is_lost)
{
	struct world *w = world(2, 2);
	uint64_t n = 0;

	CHECK(ask_at(w, pool_at(w->pool, 0), 0, false) && asked(w, 0, &n) == 0);
	answer(w, 0, MSG_REFUSED, n, "\x06\x07leaving");
	CHECK(w->done == 1 && strcmp(w->how[0], "lost") == 0 && asked(w, 1, &n) == -1);
	world_free(w);
}

TEST(who_hears_of_a_loss_may_ask_again)
{
	struct world *w = world(2, 2);
	uint64_t n = 0;

	CHECK(ask_at(w, pool_at(w->pool, 0), 0, false) && ask_at(w, pool_at(w->pool, 0), 1, false));
	w->ask_again = true;
	end(w, 0);
	CHECK(w->done == 2 && strcmp(w->how[1], "lost") == 0 && asked(w, 1, &n) == 100);
	world_free(w);
}

TEST(a_place_where_nobody_is_takes_no_job)
{
	struct world *w = world(2, 1);

	CHECK(!ask_at(w, pool_at(w->pool, 1), 0, false) && !ask_at(w, pool_at(w->pool, 7), 1, true));
	CHECK(!ask_at(w, (struct pool_place){ 0 }, 2, false) && w->done == 0);
	world_free(w);
}

static void
done_in_its_words(void *owner, void *job UNUSED, struct reader *answer, const struct err *e)
{
	struct world *w = owner;

	CHECK(answer == NULL && e->code == ERR_NOT_NOW);
	snprintf(w->how[w->done++], 24, "%s", e->reason);
}

TEST(about_one_time_keys_the_asker_hears_the_workers_own_word)
{
	AUTO_WRITER in = writer_grow(FRAME_MAX);
	struct world *w = world(1, 1);
	struct err e = { 0 };
	struct frame f;

	for (int i = 0; i < 2; i++) {
		CHECK(pool_ask(w->pool, HSM_TAKE, span_str(""), false, done_in_its_words, NULL, &e));
		CHECK(frame_receive(w->fd[0], &in, &f, &e));
		answer(w, 0, MSG_REFUSED, f.number, i == 0 ? "\x03\x05stock" : "\x03\x04lost");
	}
	CHECK(strcmp(w->how[0], "stock") == 0 && strcmp(w->how[1], "refused") == 0);
	world_free(w);
}

TEST(a_pool_without_places_or_with_too_many_is_refused)
{
	struct err e = { 0 };

	CHECK(pool_new(0, 1, NULL, &e) == NULL && pool_new(WORKERS_MAX + 1, 1, NULL, &e) == NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_go_to_idle_workers_one_at_a_time_and_in_order),
		cmocka_unit_test(a_second_job_is_sent_ahead_while_others_wait_and_each_is_answered_in_turn),
		cmocka_unit_test(what_a_dead_worker_had_not_begun_goes_to_another),
		cmocka_unit_test(what_a_hanging_worker_had_not_begun_waits_for_its_death),
		cmocka_unit_test(what_waits_for_a_death_that_does_not_come_is_lost),
		cmocka_unit_test(what_a_leaving_worker_hands_back_goes_to_another),
		cmocka_unit_test(what_would_not_fit_a_socket_is_not_sent_ahead),
		cmocka_unit_test(what_is_urgent_goes_before_what_waits),
		cmocka_unit_test(a_worker_that_dies_loses_its_own_job_alone),
		cmocka_unit_test(what_a_worker_answered_before_it_died_counts),
		cmocka_unit_test(a_worker_that_hangs_is_named_once_and_its_job_fails),
		cmocka_unit_test(an_answer_that_is_not_one_ends_the_worker),
		cmocka_unit_test(bytes_behind_an_answer_or_without_a_question_end_the_worker),
		cmocka_unit_test(garbage_and_a_length_over_the_maximum_end_the_worker),
		cmocka_unit_test(an_answer_in_pieces_is_one_answer),
		cmocka_unit_test(a_refusal_fails_the_job_and_keeps_the_worker),
		cmocka_unit_test(a_refusal_that_does_not_read_is_one_nevertheless),
		cmocka_unit_test(an_answer_stays_while_it_is_read),
		cmocka_unit_test(the_queue_has_an_end_but_not_for_what_is_urgent),
		cmocka_unit_test(with_no_worker_for_too_long_everyone_is_told),
		cmocka_unit_test(what_no_worker_was_given_can_be_withdrawn),
		cmocka_unit_test(a_worker_at_a_place_that_is_not_there_is_closed),
		cmocka_unit_test(who_answered_is_known_while_the_answer_is_read),
		cmocka_unit_test(a_job_for_one_worker_goes_to_it_alone_and_holds_up_no_other),
		cmocka_unit_test(what_was_for_a_worker_that_is_gone_is_lost),
		cmocka_unit_test(what_was_for_a_leaving_worker_is_lost),
		cmocka_unit_test(who_hears_of_a_loss_may_ask_again),
		cmocka_unit_test(a_place_where_nobody_is_takes_no_job),
		cmocka_unit_test(about_one_time_keys_the_asker_hears_the_workers_own_word),
		cmocka_unit_test(a_pool_without_places_or_with_too_many_is_refused),
	};

	return RUN(tests);
}
