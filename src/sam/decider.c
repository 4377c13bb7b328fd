/* SPDX-License-Identifier: Apache-2.0 */
/* The decider: one loop over the sockets of peers, workers, flusher and launcher. No threads. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "sam/control.h"
#include "sam/counters.h"
#include "sam/follow.h"
#include "sam/heads.h"
#include "sam/proofread.h"
#include "sam/recover.h"
#include "sam/refusal.h"
#include "sam/session.h"
#include "sam/start.h"
#include "sam/token_reader.h"
#include "sam/trade.h"

#define STEP_LIMIT_MS	5000	/* how far the wall clock may be moved while we run */
#define GATHER_US	3000	/* how long a flush may gather while work for so long is queued */
#define GATHER_QUEUE	4	/* ... for each worker */
#define PATIENCE_MS	15000	/* how long queued requests wait when no worker is there */
#define PATIENCE_ANCHOR_MS 3000	/* for the last anchor of a life */
#define POLL_MAX	(4 + WORKERS_MAX + SESSIONS_MAX)

static int64_t
wall_offset(void)
{
	return (int64_t)clock_wall() - (int64_t)clock_life();
}

static bool
sam_new(struct sam *sam, const struct decider_setup *setup, struct err *e)
{
	sam->setup = setup;
	sam->clock_offset = wall_offset();
	return (sam->pool = pool_new(setup->n_workers, setup->deadline_ms, sam, e)) != NULL &&
	    (sam->counters = counters_new(e)) != NULL &&
	    (sam->sessions = sessions_new(e)) != NULL && (sam->refusals = refusals_new(e)) != NULL &&
	    (sam->heads = heads_new(e)) != NULL && (sam->proofread = proofread_new(e)) != NULL &&
	    (sam->tokens = token_reader_new(setup, e)) != NULL && setup->trade->open(sam, e);
}

static void
sam_free(struct sam *sam)
{
	sessions_free(sam->sessions);
	journal_free(sam->journal);
	pool_free(sam->pool);
	heads_free(sam->heads);
	proofread_free(sam->proofread);
	sam->setup->trade->close(sam);
	token_reader_free(sam->tokens);
	refusals_free(sam->refusals);
	counters_free(sam->counters);
	nonces_free(sam->nonces);
	seal_free(sam->seal);
	hpke_key_free(sam->transport);
	writer_wipe(&sam->transport_said);
	state_free(sam->state);
	writer_wipe(&sam->genesis);
	explicit_bzero(sam->module_seed, sizeof(sam->module_seed));
}

static void
lost_worker(struct sam *sam, size_t i)
{
	struct control kill = { .command = CONTROL_KILL, .worker = (uint8_t)i, .fd = -1 };
	struct err e = { 0 };

	sam_alarm(sam, "module", "worker %zu is over its deadline and is replaced", i);
	if (!control_send(sam->setup->control, kill, &e))
		log_warn("%s", e.text);
}

/* What the launcher says. False: it is gone, and so are we. */
static bool
listen_to_launcher(struct sam *sam)
{
	struct control c;
	struct err e = { 0 };
	enum control_got got;

	while ((got = control_receive(sam->setup->control, CONTROL_OF_LAUNCHER, &c, &e)) == CONTROL_GOT)
		switch (c.command) {
		case CONTROL_WORKER:
			pool_attach(sam->pool, c.worker, c.fd);
			break;
		case CONTROL_READER:
			token_reader_attach(sam->tokens, c.fd);
			break;
		case CONTROL_DIED:
			if (c.worker < pool_workers(sam->pool))
				pool_ended(sam->pool, c.worker);
			break;
		case CONTROL_STOP:
			sam->stopping = true;
			sam->stop_by = clock_life() + PATIENCE_ANCHOR_MS;
			snprintf(sam->why, sizeof(sam->why), "stopping");
			sam->setup->trade->stop(sam);
			start_stop(sam);
			break;
		default:
			break;
		}
	return got != CONTROL_BROKEN;
}

/* H20: within a life time comes from the boot-time clock; a wall clock that is moved closes. */
static void
watch_clock(struct sam *sam)
{
	int64_t step = wall_offset() - sam->clock_offset;
	bool stepped = step > STEP_LIMIT_MS || step < -STEP_LIMIT_MS;

	if (stepped == sam->stepped)
		return;
	if (sam->journal != NULL)
		journal_clock_moved(sam->journal);
	if (stepped)
		sam_alarm(sam, "clock", "the wall clock was moved by %lld ms; closed until it is back",
		    (long long)step);
	else
		sam_alarm(sam, "clock", "the wall clock is back; open again");
	sam->stepped = stepped;
	snprintf(sam->why, sizeof(sam->why), "%s", stepped ? "the wall clock was moved" : "");
}

static void
watch_log(struct sam *sam, uint64_t now)
{
	static uint64_t asked;
	const struct err *failure;

	if (sam->journal == NULL)
		return;
	if (sam->open == SAM_OPEN && (failure = journal_failure(sam->journal)) != NULL)
		sam_close(sam, "%s; nothing more is written, start again when the disk is right",
		    failure->text);
	if (journal_room(sam->journal) < (4u << 20) && now - asked >= 1000) {
		asked = now;
		journal_ask_room(sam->journal);
	}
}

/*
 * A flush makes nothing faster while every worker is busy and has more waiting: then one for
 * several signatures saves the flusher's, our and the disk's time. Without a queue each goes at
 * once.
 */
static bool
flush_can_wait(const struct sam *sam)
{
	return journal_has_more(sam->journal) &&
	    pool_queued(sam->pool) >= GATHER_QUEUE * pool_workers(sam->pool) &&
	    journal_flush_age(sam->journal) < GATHER_US;
}

static void
tick(struct sam *sam)
{
	uint64_t now = clock_life();
	int expired;

	while ((expired = pool_expired(sam->pool, now)) >= 0)
		lost_worker(sam, (size_t)expired);
	pool_give_up(sam->pool, now, sam->open == SAM_STARTING ? UINT64_MAX : PATIENCE_MS);
	watch_clock(sam);
	watch_log(sam, now);
	refusals_tick(sam, now);
	heads_tick(sam, now);
	sam->setup->trade->tick(sam, now);
	followers_tick(sam, now);
	proofread_tick(sam, now);
	if (sam->journal != NULL && !flush_can_wait(sam))
		journal_flush(sam->journal);
	calls_settle(sam);
	sessions_send(sam);
}

static int
shorter(int a, int b)
{
	return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static int
time_to_wait(const struct sam *sam)
{
	uint64_t now = clock_life();
	int wait = shorter(1000, pool_wait(sam->pool, now));

	wait = shorter(shorter(wait, refusals_wait(sam, now)), proofread_wait(sam, now));
	if (sam->journal != NULL && journal_has_more(sam->journal))
		wait = shorter(wait, 1);
	return sam->journal == NULL ? wait : shorter(wait, heads_wait(sam, now));
}

/* The order of descriptors in the poll set: control, two listeners, flusher, workers, sessions. */
static size_t
fill(struct sam *sam, struct pollfd *p)
{
	size_t n = 4;

	p[0] = (struct pollfd){ .fd = sam->setup->control, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = sam->stopping ? -1 : sam->setup->ssa_socket, .events = POLLIN };
	p[2] = (struct pollfd){ .fd = sam->stopping ? -1 : sam->setup->officer_socket,
		.events = POLLIN };
	p[3] = (struct pollfd){ .fd = sam->journal == NULL ? -1 : journal_fd(sam->journal),
		.events = POLLIN };
	for (size_t i = 0; i < pool_workers(sam->pool); i++)
		p[n++] = (struct pollfd){ .fd = pool_fd(sam->pool, i), .events = POLLIN };
	return n + sessions_poll(sam, p + n);
}

static bool
serve(struct sam *sam, struct pollfd *p, size_t n)
{
	const struct decider_peers *ssa = &sam->setup->ssa, *officers = &sam->setup->officers;
	size_t workers = pool_workers(sam->pool);

	if (p[0].revents != 0 && !listen_to_launcher(sam))
		return false;
	if (p[3].revents != 0 && sam->journal != NULL)
		journal_readable(sam->journal);
	for (size_t i = 0; i < workers; i++)
		if (p[4 + i].revents != 0 && pool_fd(sam->pool, i) == p[4 + i].fd)
			pool_readable(sam->pool, i);
	sessions_ready(sam, p + 4 + workers, n - 4 - workers);
	if (p[1].revents != 0)
		sessions_accept(sam, p[1].fd, SOCKET_SSA, ssa->uids, ssa->n);
	if (p[2].revents != 0)
		sessions_accept(sam, p[2].fd, SOCKET_OFFICERS, officers->uids, officers->n);
	return true;
}

/* STOP is anchored, too: a log that is cut while we are down shows. */
static bool
anchor_is_awaited(const struct sam *sam)
{
	uint8_t root[HASH_LEN];

	return sam->open == SAM_OPEN && clock_life() < sam->stop_by && pool_alive(sam->pool) > 0 &&
	    journal_anchored_size(sam->journal) < journal_durable(sam->journal, root);
}

/* An orderly stop is done when nothing waits any more. */
static bool
is_done(struct sam *sam)
{
	struct err e = { 0 };

	if (!sam->stopping || (sam->journal != NULL && journal_failure(sam->journal) == NULL &&
	    (!journal_idle(sam->journal) || pool_busy(sam->pool) > 0)) || !sessions_idle(sam))
		return false;
	if (sam->journal != NULL && journal_failure(sam->journal) == NULL && anchor_is_awaited(sam))
		return false;
	if (sam->open == SAM_OPEN && !snapshot_save(sam, &e))
		log_warn("%s", e.text);
	return true;
}

static int
loop(struct sam *sam)
{
	struct pollfd p[POLL_MAX];
	struct control quit = { .command = CONTROL_QUIT, .fd = -1 };
	struct err e = { 0 };

	while (!is_done(sam)) {
		size_t n = fill(sam, p);

		if (poll(p, n, time_to_wait(sam)) < 0 && errno != EINTR)
			return 1;
		if (!serve(sam, p, n))
			return 1;	/* no launcher: die with it */
		tick(sam);
	}
	if (!control_send(sam->setup->control, quit, &e))
		log_warn("%s", e.text);
	return DECIDER_STOPPED;
}

int
decider_run(const struct decider_setup *setup)
{
	static struct sam sam;
	struct err e = { 0 };
	int code;

	if (!sam_new(&sam, setup, &e)) {
		log_error("%s", e.text);
		return 1;
	}
	for (size_t i = 0; i < setup->n_workers; i++)
		if (setup->workers[i] >= 0)
			pool_attach(sam.pool, i, setup->workers[i]);
	if (!start_begin(&sam, &e))
		sam_close(&sam, "%s", e.text);
	else if (setup->pin_refused)
		sam_close(&sam, "the token refused the PIN: correct it and start again");
	code = loop(&sam);
	sam_free(&sam);
	return code;
}
