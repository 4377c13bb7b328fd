/* SPDX-License-Identifier: Apache-2.0 */
/* Raising the SAM's processes, each with its descriptors and rights only, and ending them. */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "launch/child.h"
#include "sam/control.h"
#include "sam/trade.h"
#include "launch/raise.h"

#define PATIENCE_FLUSHER	5000	/* ms to write what it was given */
#define PATIENCE_WORKERS	1000
#define EXIT_UNCONFINED		12
#define PAUSE_READER		100	/* ms from one start of the token reader to the next */

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
raised_init(struct raised *r, const struct config *config, const struct launcher_parts *parts)
{
	*r = (struct raised){ .config = config, .parts = parts, .ssa_socket = -1,
		.officer_socket = -1, .files = STATE_FILES_NONE, .control = -1, .flusher_end = -1,
		.reader_end = -1 };
	for (unsigned i = 0; i < WORKERS_MAX; i++)
		worker_process_init(&r->workers[i], i);
}

static void NORETURN
unconfined(const struct err *e)
{
	log_error("%s", e->text);
	_exit(EXIT_UNCONFINED);
}

static void
say_confined(const struct sandbox_status *s)
{
	char text[160];

	sandbox_describe(s, text, sizeof(text));
	log_info("%s", text);
}

/* In the child: only what a flusher needs, confined, then its loop. */
static void NORETURN
be_flusher(const struct raised *r, int control)
{
	int keep[] = { control, r->files.log_write, r->files.tree_write, r->files.dir };
	struct sandbox_status s;
	struct err e = {0};

	log_open("propria-flusher");
	if (!child_keep(keep, COUNT(keep), &e) || !crypto_start(&e) ||
	    !sandbox_flusher(r->files.dir, &s, &e))
		unconfined(&e);
	say_confined(&s);
	_exit(r->parts->flusher(control, r->files.log_write, r->files.tree_write, r->files.dir));
}

static bool
start_flusher(struct raised *r, struct err *e)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return err_errno(e, ERR_BACKEND, errno, "flusher's socket pair");
	r->flusher = child_fork("sam-flusher", e);
	if (r->flusher == 0)
		be_flusher(r, ends[1]);
	close(ends[1]);
	r->flusher_end = ends[0];
	if (r->flusher > 0)
		return true;
	r->flusher = 0;
	return false;
}

/* In the child: one socket, read and write. */
static void NORETURN
be_reader(const struct raised *r, int end)
{
	struct sandbox_status s;
	struct err e = {0};

	log_open("propria-reader");
	if (!child_keep(&end, 1, &e) || !sandbox_reader(&s, &e))
		unconfined(&e);
	_exit(r->parts->reader(end));
}

bool
raised_wants_reader(const struct raised *r)
{
	return r->parts->reader != NULL && r->config->providers != 0;
}

bool
raised_reader(struct raised *r, struct err *e)
{
	int ends[2];

	r->reader_at = clock_life() + PAUSE_READER;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return err_errno(e, ERR_BACKEND, errno, "token reader's socket pair");
	r->reader = child_fork("sam-reader", e);
	if (r->reader == 0)
		be_reader(r, ends[1]);
	close(ends[1]);
	close_end(&r->reader_end);
	r->reader_end = ends[0];
	if (r->reader > 0)
		return true;
	r->reader = 0;
	return false;
}

bool
raised_begin(struct raised *r, struct err *e)
{
	for (unsigned i = 0; i < WORKERS_MAX; i++)
		worker_process_init(&r->workers[i], i);
	return state_files_open(r->config, &r->files, e) &&
	    objects_read(r->files.dir, &r->objects, e) &&
	    start_flusher(r, e) && (!raised_wants_reader(r) || raised_reader(r, e));
}

static struct decider_setup
setup_for(const struct raised *r, int control)
{
	struct decider_setup s = {
		.trade = r->parts->trade, .control = control, .flusher = r->flusher_end,
		.providers = raised_wants_reader(r), .reader = r->reader_end,
		.ssa_socket = r->ssa_socket, .officer_socket = r->officer_socket,
		.log_fd = r->files.log_read, .tree_fd = r->files.tree_read,
		.snapshot_fd = r->files.snapshot, .local_secret_fd = r->files.local_secret,
		.n_workers = r->config->workers, .pin_refused = r->pin_refused,
		.deadline_ms = r->config->deadline_ms, .activations = r->config->activations,
		.nonces = r->config->nonces,
		.onetime = { .mark = { [KEY_P256] = (uint16_t)r->config->onetime_p256,
		    [KEY_P384] = (uint16_t)r->config->onetime_p384,
		    [KEY_RSA3072] = (uint16_t)r->config->onetime_rsa3072 },
		    .age = r->config->onetime_age, .refuse = r->config->onetime_empty == 1 },
		.ssa = { r->config->ssa_uids.v, r->config->ssa_uids.n },
		.officers = { r->config->officer_uids.v, r->config->officer_uids.n },
	};

	for (size_t i = 0; i < WORKERS_MAX; i++)
		s.workers[i] = r->workers[i].state == WORKER_UP ? r->workers[i].socket : -1;
	return s;
}

/* In the child: only what a decider needs, confined, then its loop. */
static void NORETURN
be_decider(const struct raised *r, int control)
{
	struct decider_setup setup = setup_for(r, control);
	int keep[9 + WORKERS_MAX] = { control, setup.flusher, setup.ssa_socket, setup.officer_socket,
		setup.log_fd, setup.tree_fd, setup.snapshot_fd, setup.local_secret_fd, setup.reader };
	struct sandbox_status s;
	struct err e = {0};

	memcpy(keep + 9, setup.workers, sizeof(setup.workers));
	log_open(setup.trade->name);
	if (!child_keep(keep, COUNT(keep), &e) || !crypto_start(&e) || !sandbox_decider(&s, &e))
		unconfined(&e);
	say_confined(&s);
	_exit(r->parts->decider(&setup));
}

bool
raised_decider(struct raised *r, struct err *e)
{
	int ends[2];

	if (!control_pair(ends, e))
		return false;
	r->decider = child_fork("sam-decider", e);
	if (r->decider == 0)
		be_decider(r, ends[1]);
	close(ends[1]);
	r->control = ends[0];
	if (r->decider < 0) {
		r->decider = 0;
		return false;
	}
	close_end(&r->flusher_end);
	close_end(&r->reader_end);
	state_files_close(&r->files);
	for (size_t i = 0; i < WORKERS_MAX; i++)
		if (r->workers[i].state == WORKER_UP && r->workers[i].socket >= 0) {
			close_end(&r->workers[i].socket);
			r->workers[i].handed = true;
		}
	return true;
}

struct worker_process *
raised_worker(struct raised *r, pid_t pid)
{
	for (size_t i = 0; i < WORKERS_MAX; i++)
		if (r->workers[i].state != WORKER_DOWN && r->workers[i].pid == pid)
			return &r->workers[i];
	return NULL;
}

static void
forget(struct raised *r, pid_t pid)
{
	struct worker_process *w = raised_worker(r, pid);

	if (pid == r->decider)
		r->decider = 0;
	else if (pid == r->flusher)
		r->flusher = 0;
	else if (pid == r->reader)
		r->reader = 0;
	else if (w != NULL)
		worker_process_ended(w, clock_life());
}

static bool
workers_live(const struct raised *r)
{
	for (size_t i = 0; i < WORKERS_MAX; i++)
		if (r->workers[i].state != WORKER_DOWN)
			return true;
	return false;
}

/* Waits until `lives` says no more, at most so long; false: still there. */
static bool
await(struct raised *r, bool (*lives)(const struct raised *), uint64_t ms)
{
	uint64_t until = clock_life() + ms;
	pid_t pid;

	while (lives(r)) {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			forget(r, pid);
		if (!lives(r))
			break;
		if (clock_life() >= until)
			return false;
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	}
	return true;
}

static bool
decider_lives(const struct raised *r)
{
	return r->decider != 0;
}

static bool
flusher_lives(const struct raised *r)
{
	return r->flusher != 0;
}

static bool
reader_lives(const struct raised *r)
{
	return r->reader != 0;
}

void
raised_take_down(struct raised *r)
{
	close_end(&r->control);
	close_end(&r->flusher_end);
	close_end(&r->reader_end);
	state_files_close(&r->files);
	if (r->decider != 0)
		kill(r->decider, SIGKILL);
	if (r->reader != 0)
		kill(r->reader, SIGKILL);
	while (!await(r, decider_lives, 1000) || !await(r, reader_lives, 1000))
		;
	if (!await(r, flusher_lives, PATIENCE_FLUSHER)) {
		log_error("the flusher did not end by itself: the disk may be stuck; it is killed");
		kill(r->flusher, SIGKILL);
		while (!await(r, flusher_lives, 1000))
			;
	}
	for (size_t i = 0; i < WORKERS_MAX; i++)
		close_end(&r->workers[i].socket);
	if (!await(r, workers_live, PATIENCE_WORKERS)) {
		for (size_t i = 0; i < WORKERS_MAX; i++)
			if (r->workers[i].state != WORKER_DOWN)
				kill(r->workers[i].pid, SIGKILL);
		while (!await(r, workers_live, 1000))
			;
	}
}
