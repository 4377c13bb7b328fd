/* SPDX-License-Identifier: Apache-2.0 */
/* The flusher's loop: one request after the other, room ahead when nothing waits. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "audit/flush_file.h"
#include "audit/flusher.h"
#include "audit/flusher_msg.h"

struct flusher {
	int			control;
	struct flush_file	file;
	struct writer		in;
};

static int
do_append(struct flush_file *f, const struct flush_request *q)
{
	int cause = flush_file_append(f, q->log_at, q->log);

	if (cause == 0)
		flush_file_tree(f, q->tree_at, q->tree);
	return cause;
}

static int
do_truncate(struct flush_file *f, const struct flush_request *q)
{
	return flush_file_truncate(f, q->log_at, q->tree_at);
}

static int
do_snapshot(struct flush_file *f, const struct flush_request *q)
{
	return flush_file_snapshot(f, (q->part & SNAPSHOT_FIRST) != 0,
	    (q->part & SNAPSHOT_LAST) != 0, q->log);
}

/* No space is an answer here (the room that is left), not a failure. */
static int
do_room(struct flush_file *f, const struct flush_request *q UNUSED)
{
	f->full = false;
	while (flush_file_wants_room(f))
		(void)flush_file_extend(f);
	return f->cause;
}

static int
do_tree(struct flush_file *f, const struct flush_request *q)
{
	flush_file_tree(f, q->tree_at, q->tree);
	return 0;
}

static int (*const doers[])(struct flush_file *, const struct flush_request *) = {
	[FLUSH_APPEND] = do_append,
	[FLUSH_TRUNCATE] = do_truncate,
	[FLUSH_SNAPSHOT] = do_snapshot,
	[FLUSH_ROOM] = do_room,
	[FLUSH_TREE] = do_tree,
};

static bool
answer(struct flusher *s, const struct flush_request *q, int cause, struct err *e)
{
	struct flush_answer a = {
		.done = cause == 0, .cause = cause, .request = (enum flush_type)q->type,
		.log_end = s->file.end, .tree_end = s->file.tree_end,
		.room = s->file.size - s->file.end,
	};
	uint8_t mem[64];
	struct writer w = writer_over(mem, sizeof(mem));
	ssize_t n;

	flush_answer_write(&w, &a);
	do
		n = send(s->control, mem, w.n, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)w.n || err_errno(e, ERR_BACKEND, errno, "flusher: answering");
}

/* All whole requests that are in the buffer. */
static bool
serve(struct flusher *s, struct err *e)
{
	struct flush_request q;
	size_t used, at = 0;

	for (;;) {
		if (!flush_request_read(span_of(s->in.p + at, s->in.n - at), &q, &used, e))
			return false;
		if (used == 0)
			break;
		if (!answer(s, &q, doers[q.type](&s->file, &q), e))
			return false;
		at += used;
	}
	if (at > 0) {
		memmove(s->in.p, s->in.p + at, s->in.n - at);
		s->in.n -= at;
	}
	return true;
}

/* False at the end of the connection, too: then *e stays empty. */
static bool
receive(struct flusher *s, struct err *e)
{
	static uint8_t block[256 * 1024];
	ssize_t n = recv(s->control, block, sizeof(block), 0);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n < 0 && errno != ECONNRESET)
		return err_errno(e, ERR_BACKEND, errno, "flusher: receiving");
	if (n <= 0)
		return false;
	wr_bytes(&s->in, block, (size_t)n);
	if (!writer_ok(&s->in))
		return err_set(e, ERR_FORMAT, "flusher: more is asked at once than fits");
	return serve(s, e);
}

static bool
loop(struct flusher *s, struct err *e)
{
	struct pollfd p = { .fd = s->control, .events = POLLIN };

	for (;;) {
		int n = poll(&p, 1, flush_file_wants_room(&s->file) ? 0 : -1);

		if (n < 0 && errno != EINTR)
			return err_errno(e, ERR_BACKEND, errno, "flusher: poll");
		if (n == 0)
			(void)flush_file_extend(&s->file);
		else if (n > 0 && !receive(s, e))
			return e->code == ERR_NONE;
	}
}

static bool
settle(const struct flusher_fds *fds, struct err *e)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return err_errno(e, ERR_BACKEND, errno, "flusher: parent death signal");
	/* The decider still wants to log its stop when the terminal or systemd says so. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* a file size limit is EFBIG: no room */
	if (flock(fds->log, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno == EWOULDBLOCK)
		return err_set(e, ERR_NOT_NOW, "another process writes this log: two copies of one SAM "
		    "must never run; stop the other first");
	return err_errno(e, ERR_BACKEND, errno, "flusher: locking the log");
}

bool
flusher_run(const struct flusher_fds *fds, struct err *e)
{
	struct flusher s = {
		.control = fds->control,
		.file = { .log = fds->log, .tree = fds->tree, .dir = fds->dir, .snapshot = -1 },
		.in = writer_grow(2 * FLUSH_FRAME_MAX),
	};
	bool ok;

	if (!settle(fds, e))
		return false;
	ok = loop(&s, e);
	writer_wipe(&s.in);
	return ok;
}
