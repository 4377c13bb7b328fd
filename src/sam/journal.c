/* SPDX-License-Identifier: Apache-2.0 */
/* The log as the decider writes it: two buffers, one being filled while the other is flushed. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "audit/flusher.h"
#include "audit/scan.h"
#include "audit/tree_file.h"
#include "base/clock.h"
#include "sam/journal.h"
#include "wire/frame.h"

struct waiter {
	struct waiter	*next;
	enum durable	 level;
	uint64_t	 size;		/* entries that must be durable */
	uint64_t	 end;		/* the same as log offset; known when its batch is closed */
	journal_done	 done;
	void		*job;
};

struct journal {
	int		 flusher, log_fd, tree_fd;
	struct state	*state;
	struct tree	 tree;
	uint8_t		 log_key[32];
	void		*owner;

	struct writer	 log, nodes;		/* the batch being filled */
	struct batch	 batch;
	size_t		 entry_at;		/* where the open entry's length lies */
	uint64_t	 log_end, tree_end;	/* where the batch being filled will lie */
	uint64_t	 last_place;
	uint64_t	 time;			/* of the last entry: it never goes back */
	uint8_t		 leaf[HASH_LEN];

	bool		 flushing;
	uint64_t	 flush_began;		/* us */
	uint64_t	 flushing_size, flushing_end;
	uint8_t		 flushing_root[HASH_LEN];
	struct writer	 in;

	uint64_t	 durable_size, durable_end, room, anchored, followed;
	uint8_t		 durable_root[HASH_LEN];
	struct waiter	*waiting, **waiting_last;
	struct err	 failure;
};

struct journal *
journal_new(const struct journal_setup *setup, struct err *e)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (j == NULL) {
		err_set(e, ERR_BACKEND, "no memory for the journal");
		return NULL;
	}
	j->flusher = setup->flusher;
	j->log_fd = setup->log_fd;
	j->tree_fd = setup->tree_fd;
	j->state = setup->state;
	j->tree = setup->tree;
	memcpy(j->log_key, setup->log_key, sizeof(j->log_key));
	j->owner = setup->owner;
	j->log = writer_grow(BATCH_MAX);
	j->nodes = writer_grow(BATCH_NODES_MAX);
	j->in = writer_grow(4096);
	j->log_end = j->durable_end = setup->log_end;
	j->tree_end = tree_nodes(setup->tree.size) * HASH_LEN;
	j->durable_size = setup->tree.size;
	j->time = setup->state->time;
	tree_root(&j->tree, j->durable_root);
	j->waiting_last = &j->waiting;
	return j;
}

void
journal_free(struct journal *j)
{
	if (j == NULL)
		return;
	close(j->flusher);
	while (j->waiting != NULL) {
		struct waiter *w = j->waiting;

		j->waiting = w->next;
		free(w);
	}
	writer_wipe(&j->log);
	writer_wipe(&j->nodes);
	writer_wipe(&j->in);
	explicit_bzero(j->log_key, sizeof(j->log_key));
	free(j);
}

/* From now on nothing is written; whoever waits is told. */
static void
fail(struct journal *j, const struct err *e)
{
	if (j->failure.code == ERR_NONE)
		j->failure = *e;
	while (j->waiting != NULL) {
		struct waiter *w = j->waiting;

		if ((j->waiting = w->next) == NULL)
			j->waiting_last = &j->waiting;
		w->done(j->owner, w->job, &j->failure);
		free(w);
	}
}

void
journal_clock_moved(struct journal *j)
{
	j->time = clock_wall();
}

struct writer *
journal_begin(struct journal *j, enum entry_kind kind)
{
	uint64_t now = clock_wall();

	if (j->log.n == 0)
		batch_begin(&j->batch, &j->log, &j->tree, &j->nodes);
	if (now > j->time)
		j->time = now;
	j->entry_at = j->log.n;
	batch_entry_begin(&j->batch, j->time, kind);
	return &j->log;
}

void
journal_end(struct journal *j)
{
	struct reader r;
	struct entry entry;
	struct span bytes;
	struct err e = { 0 };

	if (!batch_entry_end(&j->batch, j->leaf, &e))
		bug(e.text);
	j->last_place = j->log_end + j->entry_at;
	r = reader_over(span_of(j->log.p + j->entry_at, j->log.n - j->entry_at));
	if (!rd_span32(&r, 1, ENTRY_MAX, &bytes) || !entry_read(bytes, &entry, &e) ||
	    !fold_apply(j->state, &entry, bytes, j->log_end + j->entry_at, &e))
		bug(e.text);
}

uint64_t
journal_size(const struct journal *j)
{
	return j->tree.size;
}

uint64_t
journal_last(const struct journal *j)
{
	return j->tree.size - 1;
}

uint64_t
journal_last_place(const struct journal *j)
{
	return j->last_place;
}

void
journal_last_leaf(const struct journal *j, uint8_t leaf[HASH_LEN])
{
	memcpy(leaf, j->leaf, HASH_LEN);
}

void
journal_wait(struct journal *j, enum durable level, journal_done done, void *job)
{
	struct waiter *w = calloc(1, sizeof(*w));

	if (w == NULL)
		bug("no memory for a waiter");
	*w = (struct waiter){ .level = level, .size = j->tree.size, .done = done, .job = job };
	*j->waiting_last = w;
	j->waiting_last = &w->next;
	if (j->failure.code != ERR_NONE)
		fail(j, &j->failure);
}

static bool
lacks_anchor(const struct journal *j, const struct waiter *w)
{
	return (w->level == ANCHORED || w->level == ANCHORED_HERE) && w->size > j->anchored;
}

static bool
is_durable(const struct journal *j, const struct waiter *w)
{
	if (w->size > j->durable_size || lacks_anchor(j, w))
		return false;
	return w->level < ON_COPY || j->state->policy.follower != FOLLOWER_SYNC ||
	    j->followed >= j->durable_end || (w->end != 0 && j->followed >= w->end);
}

/* Callbacks append entries and wait again, so the list is taken apart one by one. */
static void
wake(struct journal *j)
{
	struct waiter **at = &j->waiting;

	while (*at != NULL && (*at)->size <= j->durable_size) {
		struct waiter *w = *at;

		if (w->end == 0)
			w->end = j->durable_end;
		if (!is_durable(j, w)) {
			at = &w->next;
			continue;
		}
		if ((*at = w->next) == NULL)
			j->waiting_last = at;
		w->done(j->owner, w->job, NULL);
		free(w);
		at = &j->waiting;
	}
}

static bool
order(struct journal *j, struct writer *w, struct err *e)
{
	return (writer_ok(w) && frame_send(j->flusher, writer_span(w), e)) ||
	    err_set(e, ERR_BACKEND, "the log flusher is gone");
}

void
journal_flush(struct journal *j)
{
	AUTO_WRITER w = writer_grow(FLUSH_FRAME_MAX);
	struct err e = { 0 };

	if (j->flushing || j->failure.code != ERR_NONE)
		return;
	if (j->log.n == 0)
		wake(j);	/* who waits for what was durable before: no answer will come for it */
	if (j->log.n == 0)
		return;
	if (!batch_end(&j->batch, span_of(j->log_key, sizeof(j->log_key)), &e))
		bug(e.text);
	flush_append_write(&w, j->log_end, writer_span(&j->log), j->tree_end, writer_span(&j->nodes));
	j->flushing = true;
	j->flush_began = clock_us();
	j->flushing_size = j->tree.size;
	tree_root(&j->tree, j->flushing_root);
	j->log_end += j->log.n;
	j->flushing_end = j->log_end;
	j->tree_end += j->nodes.n;
	writer_reset(&j->log);
	writer_reset(&j->nodes);
	if (!order(j, &w, &e))
		fail(j, &e);
}

bool
journal_has_more(const struct journal *j)
{
	return !j->flushing && j->log.n > 0 && j->failure.code == ERR_NONE;
}

uint64_t
journal_flush_age(const struct journal *j)
{
	return clock_us() - j->flush_began;
}

static void
answered(struct journal *j, const struct flush_answer *a)
{
	struct err e = { 0 };

	if (!a->done && (a->request == FLUSH_APPEND || a->request == FLUSH_TRUNCATE)) {
		err_errno(&e, ERR_BACKEND, a->cause, "the log cannot be written");
		fail(j, &e);
		return;
	}
	if (!a->done)
		return;
	j->room = a->room;
	if (a->request != FLUSH_APPEND)
		return;
	j->flushing = false;
	j->durable_size = j->flushing_size;
	j->durable_end = j->flushing_end;
	memcpy(j->durable_root, j->flushing_root, HASH_LEN);
	wake(j);
}

static bool
receive(struct journal *j, int flags, struct err *e)
{
	uint8_t block[1024];
	ssize_t got = recv(j->flusher, block, sizeof(block), flags);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got <= 0)
		return err_set(e, ERR_BACKEND, "the log flusher is gone");
	wr_bytes(&j->in, block, (size_t)got);
	return writer_ok(&j->in) || err_set(e, ERR_BACKEND, "the log flusher floods");
}

/* Handles what answers are there; *n counts them. */
static bool
take_answers(struct journal *j, size_t *n, struct err *e)
{
	size_t at = 0, used = 1;

	while (used > 0) {
		struct flush_answer a;

		if (!flush_answer_read(span_of(j->in.p + at, j->in.n - at), &a, &used, NULL))
			return err_set(e, ERR_BACKEND, "the log flusher gives no answer but garbage");
		at += used;
		if (used > 0) {
			(*n)++;
			answered(j, &a);
		}
	}
	memmove(j->in.p, j->in.p + at, j->in.n - at);
	j->in.n -= at;
	return true;
}

void
journal_readable(struct journal *j)
{
	struct err e = { 0 };
	size_t n = 0;

	if (!receive(j, MSG_DONTWAIT, &e) || !take_answers(j, &n, &e))
		fail(j, &e);
}

/* For the start and the stop, where there is nothing else to do meanwhile. */
static bool
order_and_wait(struct journal *j, struct writer *w, struct err *e)
{
	size_t n = 0;

	if (!order(j, w, e))
		return false;
	while (n == 0)
		if (!receive(j, 0, e) || !take_answers(j, &n, e))
			return false;
	if (j->failure.code != ERR_NONE)
		*e = j->failure;
	return j->failure.code == ERR_NONE;
}

bool
journal_truncate(struct journal *j, struct err *e)
{
	AUTO_WRITER w = writer_grow(64);

	flush_truncate_write(&w, j->log_end, j->tree_end);
	return order_and_wait(j, &w, e);
}

bool
journal_mend_tree(struct journal *j, uint64_t at, struct span nodes, struct err *e)
{
	AUTO_WRITER w = writer_grow(FLUSH_FRAME_MAX);

	flush_tree_write(&w, at, nodes);
	return order_and_wait(j, &w, e);
}

bool
journal_snapshot(struct journal *j, struct span sealed, struct err *e)
{
	for (size_t at = 0; at < sealed.n; at += FLUSH_PIECE) {
		AUTO_WRITER w = writer_grow(FLUSH_FRAME_MAX);
		size_t n = sealed.n - at < FLUSH_PIECE ? sealed.n - at : FLUSH_PIECE;

		flush_snapshot_write(&w, at == 0, at + n == sealed.n, span_of(sealed.p + at, n));
		if (!order_and_wait(j, &w, e))
			return false;
	}
	return true;
}

void
journal_ask_room(struct journal *j)
{
	AUTO_WRITER w = writer_grow(64);
	struct err e = { 0 };

	flush_room_write(&w);
	if (j->failure.code == ERR_NONE && !order(j, &w, &e))
		fail(j, &e);
}

int
journal_fd(const struct journal *j)
{
	return j->flusher;
}

bool
journal_idle(const struct journal *j)
{
	return !j->flushing && j->log.n == 0 && j->waiting == NULL;
}

uint64_t
journal_room(const struct journal *j)
{
	uint64_t open = j->log.n + (j->flushing ? j->flushing_end - j->durable_end : 0);

	return j->room > open ? j->room - open : 0;
}

uint64_t
journal_durable_end(const struct journal *j)
{
	return j->durable_end;
}

uint64_t
journal_durable(const struct journal *j, uint8_t root[HASH_LEN])
{
	memcpy(root, j->durable_root, HASH_LEN);
	return j->durable_size;
}

void
journal_anchored(struct journal *j, uint64_t size)
{
	j->anchored = size;
	wake(j);
}

uint64_t
journal_anchored_size(const struct journal *j)
{
	return j->anchored;
}

bool
journal_wants_anchor(const struct journal *j)
{
	for (const struct waiter *w = j->waiting; w != NULL && w->size <= j->durable_size; w = w->next)
		if (lacks_anchor(j, w))
			return true;
	return false;
}

void
journal_followed(struct journal *j, uint64_t offset)
{
	if (offset > j->durable_end)
		return;
	j->followed = offset;
	wake(j);
}

uint64_t
journal_followed_end(const struct journal *j)
{
	return j->followed;
}

uint64_t
journal_released_end(const struct journal *j)
{
	return j->state->policy.follower == FOLLOWER_SYNC && j->followed < j->durable_end
	    ? j->followed : j->durable_end;
}

const struct err *
journal_failure(const struct journal *j)
{
	return j->failure.code == ERR_NONE ? NULL : &j->failure;
}

bool
journal_read(const struct journal *j, uint64_t position, struct writer *bytes, struct entry *entry,
    struct err *e)
{
	uint8_t head[4] = { 0 };
	struct reader r = reader_over(span_of(head, sizeof(head)));
	uint32_t n;
	size_t got;

	if (j->durable_end < 4 || position > j->durable_end - 4 ||
	    !scan_read_at(j->log_fd, position, head, 4, &got, e) || got != 4 || !rd_u32(&r, &n) ||
	    n > ENTRY_MAX || n > j->durable_end - position - 4)
		return err_why(e, ERR_MISSING, "unknown", "no entry at %llu of the log",
		    (unsigned long long)position);
	writer_reset(bytes);
	wr_zero(bytes, n);
	if (!writer_ok(bytes) || !scan_read_at(j->log_fd, position + 4, bytes->p, n, &got, e) || got != n)
		return err_set(e, ERR_BACKEND, "log entry at %llu cannot be read",
		    (unsigned long long)position);
	return entry_read(writer_span(bytes), entry, e);
}

struct tree_source
journal_tree(const struct journal *j)
{
	return tree_file_source(&j->tree_fd);
}
