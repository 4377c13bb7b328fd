/* SPDX-License-Identifier: Apache-2.0 */
/* The supply of one-time keys, with workers that are sockets in this test. */
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "sam/supply.h"
#include "tests/test.h"

#define WORKERS	2

static struct world {
	struct sam	 sam;
	int		 fd[WORKERS];
	uint64_t	 number;		/* of the request read last */
	size_t		 done;
	char		 how[24];
	struct pool_place place;
} w;

static const uint8_t id[ID_LEN] = { 7 };

static void
attach(size_t i)
{
	int p[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0);
	w.fd[i] = p[1];
	pool_attach(w.sam.pool, i, p[0]);
}

static void
open_world(uint16_t mark, bool refuse)
{
	static const struct decider_setup setup;
	struct decider_onetime wanted = { .mark = { [KEY_P256] = mark }, .age = 60, .refuse = refuse };
	struct err e = { 0 };

	memset(&w, 0, sizeof(w));
	w.sam.setup = &setup;
	w.sam.open = SAM_OPEN;
	CHECK((w.sam.pool = pool_new(WORKERS, 1000, &w.sam, &e)) != NULL);
	CHECK((w.sam.supply = supply_new(&wanted, WORKERS, &e)) != NULL);
	for (size_t i = 0; i < WORKERS; i++)
		attach(i);
}

static void
close_world(void)
{
	pool_free(w.sam.pool);
	supply_free(w.sam.supply);
	for (size_t i = 0; i < WORKERS; i++)
		close(w.fd[i]);
}

/* The type of the request that waits at this worker, or 0. */
static uint8_t
asked(size_t i, struct writer *payload)
{
	AUTO_WRITER in = writer_grow(FRAME_MAX);
	struct err e = { 0 };
	struct frame f;
	uint8_t one;

	if (recv(w.fd[i], &one, 1, MSG_PEEK | MSG_DONTWAIT) != 1)
		return 0;
	CHECK(frame_receive(w.fd[i], &in, &f, &e));
	w.number = f.number;
	writer_reset(payload);
	wr_span(payload, f.payload);
	return f.type;
}

static void
answer(size_t i, uint8_t type, struct span payload)
{
	AUTO_WRITER out = writer_grow(1000);
	struct err e = { 0 };
	size_t at = frame_begin(&out, type, w.number);

	wr_span(&out, payload);
	frame_end(&out, at);
	CHECK(frame_send(w.fd[i], writer_span(&out), &e));
	pool_readable(w.sam.pool, i);
}

/* Worker i is told its mark, and says what it has. */
static void
tell(size_t i, uint16_t mark, uint16_t have)
{
	AUTO_WRITER q = writer_grow(1000), a = writer_grow(100);
	struct msg_hsm_stock m;
	struct err e = { 0 };
	struct reader r;

	CHECK(asked(i, &q) == HSM_STOCK);
	r = reader_over(writer_span(&q));
	CHECK(msg_hsm_stock_read(&r, &m, &e) && m.n == 3 && m.alg[0] == 1 && m.mark[0] == mark);
	CHECK(m.age == 60 && m.mark[1] == 0 && m.mark[2] == 0);
	msg_hsm_stocked_write(&a, &(struct msg_hsm_stocked){ .n = 3, .alg = { 1, 2, 16 },
	    .have = { have } });
	answer(i, HSM_STOCK + 1, writer_span(&a));
}

static void
done(void *owner, void *job, struct reader *r, const struct err *e)
{
	struct sam *sam = owner;

	CHECK(sam == &w.sam && job == &w && (r == NULL) == (e != NULL));
	w.done++;
	w.place = pool_place(sam->pool);
	snprintf(w.how, sizeof(w.how), "%s", r != NULL ? "" : e->reason);
}

static bool
take(struct err *e)
{
	return supply_take(&w.sam, alg_find(1), id, done, &w, e);
}

static void
is_take(size_t i, bool wait)
{
	AUTO_WRITER q = writer_grow(1000);
	struct msg_hsm_take m;
	struct err e = { 0 };
	struct reader r;

	CHECK(asked(i, &q) == HSM_TAKE);
	r = reader_over(writer_span(&q));
	CHECK(msg_hsm_take_read(&r, &m, &e) && m.alg == 1 && m.wait == wait);
	CHECK(memcmp(m.id, id, ID_LEN) == 0);
}

static void
give(size_t i)
{
	static const uint8_t spki[91];
	AUTO_WRITER a = writer_grow(200);

	msg_hsm_taken_write(&a, &(struct msg_hsm_taken){ span_of(spki, 91), 1 });
	answer(i, HSM_TAKE + 1, writer_span(&a));
}

static void
has_none(size_t i)
{
	answer(i, MSG_REFUSED, span_of("\x03\x05stock", 7));
}

TEST(the_marks_are_split_over_the_workers_and_told_again)
{
	AUTO_WRITER q = writer_grow(1000);
	uint64_t now = clock_life();

	open_world(5, false);
	supply_tick(&w.sam, now);
	supply_tick(&w.sam, now + 10000);	/* one at a time */
	tell(0, 3, 2);
	tell(1, 2, 1);
	CHECK(supply_count(&w.sam) == 3 && asked(0, &q) == 0);
	supply_tick(&w.sam, now + 100);
	CHECK(asked(0, &q) == 0);
	supply_tick(&w.sam, now + 10000);
	tell(0, 3, 3);
	tell(1, 2, 2);
	CHECK(supply_count(&w.sam) == 5);
	pool_lost(w.sam.pool, 1);
	CHECK(supply_count(&w.sam) == 3);	/* what it had died with it */
	close(w.fd[1]);
	attach(1);
	supply_tick(&w.sam, now + 10001);
	tell(1, 2, 0);
	CHECK(asked(0, &q) == 0 && supply_count(&w.sam) == 3);
	close_world();
}

TEST(without_marks_nobody_is_told)
{
	AUTO_WRITER q = writer_grow(1000);

	open_world(0, false);
	supply_tick(&w.sam, clock_life());
	CHECK(asked(0, &q) == 0 && asked(1, &q) == 0 && supply_count(&w.sam) == 0);
	close_world();
}

TEST(a_key_is_taken_where_there_is_one)
{
	struct err e = { 0 };

	open_world(5, true);
	supply_tick(&w.sam, clock_life());
	tell(0, 3, 0);
	tell(1, 2, 1);
	CHECK(take(&e));
	is_take(1, false);
	give(1);
	CHECK(w.done == 1 && w.how[0] == '\0' && supply_count(&w.sam) == 0);
	CHECK(w.place.worker == 1 && w.place.life == pool_at(w.sam.pool, 1).life);
	close_world();
}

TEST(who_has_none_sends_on_to_the_next_and_then_one_is_made)
{
	AUTO_WRITER q = writer_grow(1000);
	struct err e = { 0 };

	open_world(5, false);
	supply_tick(&w.sam, clock_life());
	tell(0, 3, 2);
	tell(1, 2, 1);
	CHECK(take(&e));
	is_take(0, false);
	has_none(0);
	is_take(1, false);
	has_none(1);
	CHECK(w.done == 0 && supply_count(&w.sam) == 0);
	is_take(0, true);
	give(0);
	CHECK(w.done == 1 && w.how[0] == '\0' && w.place.worker == 0 && asked(1, &q) == 0);
	close_world();
}

TEST(a_stock_of_ec_keys_that_is_known_to_be_empty_is_not_asked)
{
	struct err e = { 0 };

	open_world(5, false);
	supply_tick(&w.sam, clock_life());
	tell(0, 3, 0);
	tell(1, 2, 0);
	CHECK(take(&e));
	is_take(0, true);
	give(0);
	CHECK(w.done == 1 && w.how[0] == '\0' && w.place.worker == 0);
	close_world();
}

TEST(where_the_operator_wants_so_nothing_is_made)
{
	struct err e = { 0 };

	open_world(5, true);
	supply_tick(&w.sam, clock_life());
	tell(0, 3, 0);
	tell(1, 2, 0);
	CHECK(take(&e));
	is_take(0, false);
	has_none(0);
	is_take(1, false);
	has_none(1);
	CHECK(w.done == 1 && strcmp(w.how, "stock") == 0);
	close_world();
	open_world(0, true);
	CHECK(!take(&e) && e.code == ERR_NOT_NOW && strcmp(e.reason, "stock") == 0 && w.done == 0);
	close_world();
}

TEST(without_a_mark_one_is_made_at_once)
{
	struct err e = { 0 };

	open_world(0, false);
	CHECK(take(&e));
	is_take(0, true);
	answer(0, MSG_REFUSED, span_of("\x05\x04" "busy", 6));
	CHECK(w.done == 1 && strcmp(w.how, "busy") == 0);
	close_world();
}

TEST(a_worker_that_is_lost_sends_on_and_an_id_that_is_taken_does_not)
{
	AUTO_WRITER q = writer_grow(1000);
	struct err e = { 0 };

	open_world(5, false);
	CHECK(take(&e));
	is_take(0, false);
	pool_lost(w.sam.pool, 0);
	is_take(1, false);
	answer(1, MSG_REFUSED, span_of("\x03\x05state", 7));
	CHECK(w.done == 1 && strcmp(w.how, "state") == 0 && asked(1, &q) == 0);
	close_world();
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_marks_are_split_over_the_workers_and_told_again),
		cmocka_unit_test(without_marks_nobody_is_told),
		cmocka_unit_test(a_key_is_taken_where_there_is_one),
		cmocka_unit_test(who_has_none_sends_on_to_the_next_and_then_one_is_made),
		cmocka_unit_test(a_stock_of_ec_keys_that_is_known_to_be_empty_is_not_asked),
		cmocka_unit_test(where_the_operator_wants_so_nothing_is_made),
		cmocka_unit_test(without_a_mark_one_is_made_at_once),
		cmocka_unit_test(a_worker_that_is_lost_sends_on_and_an_id_that_is_taken_does_not),
	};

	return RUN(tests);
}
