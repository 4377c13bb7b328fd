/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over a log file, in big reads. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/scan.h"
#include "audit/scan_tail.h"

#define BLOCK	(1u << 20)

struct window {			/* bytes of the file from `at` on */
	int		fd;
	uint64_t	at;
	uint8_t		*p;
	size_t		start, n, cap;
	bool		end;
};

struct scan {
	struct window		window;
	struct tree		*tree;
	struct span		log_key;
	const struct scan_visitor *visitor;
	struct writer		nodes;
	struct scan_end		*end;
};

bool
scan_read_at(int fd, uint64_t at, void *p, size_t n, size_t *got, struct err *e)
{
	uint8_t *to = p;

	for (*got = 0; *got < n;) {
		ssize_t r = pread(fd, to + *got, n - *got, (off_t)(at + *got));

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_errno(e, ERR_BACKEND, errno, "reading the log");
		if (r == 0)
			return true;
		*got += (size_t)r;
	}
	return true;
}

/* Makes the window hold `need` bytes from its start, unless the file ends before. */
static bool
fill(struct window *w, size_t need, struct err *e)
{
	size_t have = w->n - w->start, got;
	uint8_t *p;

	if (have >= need || w->end)
		return true;
	if (w->start > 0)
		memmove(w->p, w->p + w->start, have);
	w->at += w->start;
	w->start = 0;
	w->n = have;
	if (w->cap < need + BLOCK) {
		if ((p = realloc(w->p, need + BLOCK)) == NULL)
			return err_set(e, ERR_BACKEND, "no memory to read the log");
		w->p = p;
		w->cap = need + BLOCK;
	}
	if (!scan_read_at(w->fd, w->at + w->n, w->p + w->n, w->cap - w->n, &got, e))
		return false;
	w->end = got < w->cap - w->n;
	w->n += got;
	return true;
}

static struct span
seen(const struct window *w)
{
	return span_of(w->p + w->start, w->n - w->start);
}

static bool
damaged(struct scan *s, const struct batch_view *v, uint64_t bad, const struct err *why)
{
	s->end->how = SCAN_DAMAGED;
	s->end->sequence = bad;
	snprintf(s->end->why, sizeof(s->end->why), "entry %llu (batch of %u from %llu): %.100s",
	    (unsigned long long)bad, v->count, (unsigned long long)v->first, why->text);
	return true;
}

static bool
visit(const struct scan *s, const struct batch_view *v, struct err *e)
{
	struct reader r = reader_over(v->entries);
	struct entry entry;
	struct span bytes;

	if (s->visitor == NULL)
		return true;
	if (s->visitor->batch != NULL && !s->visitor->batch(s->visitor->ctx, v, s->end->offset,
	    s->tree, writer_span(&s->nodes), e))
		return false;
	while (s->visitor->entry != NULL && batch_next(&r, &bytes))
		if (!entry_read(bytes, &entry, e) ||
		    !s->visitor->entry(s->visitor->ctx, &entry, bytes, e))
			return false;
	return true;
}

/* The batch at the window's start, if one lies there whole and in its bounds. */
static bool
next_batch(struct scan *s, struct batch_view *v, bool *found, struct err *e)
{
	struct window *w = &s->window;
	size_t length, used = 0;

	*found = false;
	if (!fill(w, BATCH_HEAD, e))
		return false;
	if (!batch_length(seen(w), &length))
		return true;
	if (!fill(w, length, e) || !batch_read(seen(w), v, &used, e))
		return false;
	*found = used != 0;
	return true;
}

/* A whole batch that is wrong: torn if it is the last and a power cut can have made it. */
static bool
judge(struct scan *s, const struct batch_view *v, bool mac_holds, struct err *e)
{
	struct err why = { 0 };
	uint64_t bad = v->first;
	struct tree t = *s->tree;

	if (batch_check(v, &t, NULL, &bad, &why))
		err_set(&why, ERR_FORMAT, "the MAC of its batch is wrong");
	if (s->log_key.n > 0 && mac_holds)	/* written so, by whoever has the key */
		return damaged(s, v, bad, &why);
	if (!scan_tail(s->window.fd, s->tree, s->end, e))
		return false;
	return s->end->how == SCAN_TORN || damaged(s, v, bad, &why);
}

/* One step: *more says whether a batch was good and another may follow. */
static bool
step(struct scan *s, bool *more, struct err *e)
{
	struct batch_view v;
	bool found, mac_holds;
	uint64_t bad;

	*more = false;
	if (!next_batch(s, &v, &found, e))
		return false;
	if (!found)
		return scan_tail(s->window.fd, s->tree, s->end, e);
	writer_reset(&s->nodes);
	mac_holds = s->log_key.n == 0 || batch_mac_holds(&v, s->log_key);
	if (!mac_holds || !batch_check(&v, s->tree, &s->nodes, &bad, NULL))
		return judge(s, &v, mac_holds, e);
	if (!visit(s, &v, e))
		return false;
	s->window.start += v.whole.n;
	s->end->offset += v.whole.n;
	s->end->batches++;
	s->end->sequence = s->tree->size;
	*more = true;
	return true;
}

bool
scan_log(int fd, uint64_t offset, struct tree *tree, struct span log_key,
    const struct scan_visitor *visitor, struct scan_end *end, struct err *e)
{
	struct scan_end found = { .offset = offset };
	struct scan s = {
		.window = { .fd = fd, .at = offset },
		.tree = tree, .log_key = log_key, .visitor = visitor, .end = &found,
		.nodes = writer_grow(BATCH_NODES_MAX),
	};
	bool ok, more = true;

	do
		ok = step(&s, &more, e);
	while (ok && more);
	free(s.window.p);
	writer_wipe(&s.nodes);
	if (ok)
		*end = found;
	return ok;
}
