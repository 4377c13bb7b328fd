/* SPDX-License-Identifier: Apache-2.0 */
/* Heads: who waits for one gets it, whatever is logged while the module signs. */
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "sam/heads.h"
#include "tests/unit/sam/fake_flusher.h"
#include "wire/hsm.h"

struct world {
	struct sam		sam;
	struct fake_flusher	f;
	int			module;		/* our end of the worker's socket */
	size_t			served;
};

static struct world *w;

static int
fresh(void **state UNUSED)
{
	struct err e = { 0 };
	int p[2];

	w = calloc(1, sizeof(*w));
	fake_flusher_init(&w->f, &w->sam);
	w->sam.state = w->f.state;
	w->sam.journal = w->f.j;
	w->sam.open = SAM_OPEN;
	CHECK((w->sam.heads = heads_new(&e)) != NULL);
	CHECK((w->sam.pool = pool_new(1, 60000, &w->sam, &e)) != NULL);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0);
	pool_attach(w->sam.pool, 0, p[0]);
	w->module = p[1];
	return 0;
}

static int
done(void **state UNUSED)
{
	heads_free(w->sam.heads);
	pool_free(w->sam.pool);
	close(w->module);
	fake_flusher_free(&w->f);
	free(w);
	return 0;
}

static void
log_something(void)
{
	const struct entry_alarm m = { .what = span_str("test"), .detail = span_str("of this test") };

	entry_alarm_write(journal_begin(w->f.j, ENTRY_ALARM), &m);
	journal_end(w->f.j);
}

/* All that was logged is on disk now. */
static void
flush(void)
{
	journal_flush(w->f.j);
	while (fake_flusher_asked(&w->f)) {
		fake_flusher_does(&w->f);
		journal_flush(w->f.j);
	}
}

/* Answers heads and anchors until one head was signed; meanwhile, between question and answer. */
static bool
module_signs_a_head(void (*meanwhile)(void))
{
	uint8_t one;

	heads_tick(&w->sam, clock_life());
	while (recv(w->module, &one, 1, MSG_PEEK | MSG_DONTWAIT) == 1) {
		AUTO_WRITER in = writer_grow(FRAME_MAX), out = writer_grow(256);
		uint8_t sig[HSM_HEAD_SIG_LEN];
		struct msg_hsm_sign_head m;
		struct err e = { 0 };
		struct reader r;
		struct frame f;
		size_t at;

		CHECK(frame_receive(w->module, &in, &f, &e));
		at = frame_begin(&out, f.type + 1, f.number);
		if (f.type == HSM_SIGN_HEAD) {
			r = reader_over(f.payload);
			CHECK(msg_hsm_sign_head_read(&r, &m, &e));
			if (meanwhile != NULL)
				meanwhile();
			fixed_key_sign(sample_key("log"), m.digest, sig);
			msg_hsm_head_signed_write(&out, sig);
		}
		frame_end(&out, at);
		CHECK(frame_send(w->module, writer_span(&out), &e));
		pool_readable(w->sam.pool, 0);
		flush();
		if (f.type == HSM_SIGN_HEAD)
			return true;
	}
	return false;
}

static void
head_came(struct sam *sam UNUSED, struct call *c UNUSED, const struct err *e)
{
	CHECK(e == NULL);
	w->served++;
}

TEST(who_waits_is_served_by_a_head_that_covers_the_size)
{
	log_something();
	flush();
	heads_wait_for(&w->sam, journal_size(w->f.j), NULL, head_came);
	CHECK(w->served == 0 && module_signs_a_head(NULL) && w->served == 1);
	CHECK(!module_signs_a_head(NULL));		/* nothing new: no head after head */
}

/* It lies before the HEAD entry and is not in that head: another one must come by itself. */
TEST(what_is_logged_while_the_module_signs_is_in_the_next_head)
{
	log_something();
	flush();
	heads_wait_for(&w->sam, journal_size(w->f.j), NULL, head_came);
	CHECK(module_signs_a_head(log_something) && w->served == 1);
	heads_wait_for(&w->sam, journal_size(w->f.j) - 1, NULL, head_came);
	CHECK(w->served == 1 && module_signs_a_head(NULL) && w->served == 2);
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
		cmocka_unit_test_setup_teardown(who_waits_is_served_by_a_head_that_covers_the_size,
		    fresh, done),
		cmocka_unit_test_setup_teardown(
		    what_is_logged_while_the_module_signs_is_in_the_next_head, fresh, done),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
