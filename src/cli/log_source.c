/* SPDX-License-Identifier: Apache-2.0 */
/* Where entries come from. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/scan.h"
#include "cli/log_source.h"

bool
log_walk_directory(const char *dir, log_visit visit, void *ctx, struct err *e)
{
	struct scan_visitor visitor = { .entry = visit, .ctx = ctx };
	struct tree *tree = malloc(sizeof(*tree));
	struct scan_end end;
	char path[4096];
	bool good;
	int fd;

	if (tree == NULL)
		bug("out of memory");
	tree_init(tree);
	snprintf(path, sizeof(path), "%.4000s/log", dir);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
		free(tree);
		return err_errno(e, ERR_MISSING, errno, "%.100s cannot be opened", path);
	}
	good = scan_log(fd, 0, tree, span_of(NULL, 0), &visitor, &end, e);
	close(fd);
	free(tree);
	if (good && end.how == SCAN_DAMAGED)
		return err_exit(e, EXIT_INVALID, "the log is damaged from entry %llu on: %.120s",
		    (unsigned long long)end.sequence, end.why);
	return good;
}

static bool
visit_batch(const struct batch_view *view, log_visit visit, void *ctx, struct err *e)
{
	struct reader r = reader_over(view->entries);
	struct entry entry;
	struct span bytes;

	while (batch_next(&r, &bytes))
		if (!entry_read(bytes, &entry, e) || !visit(ctx, &entry, bytes, e))
			return false;
	return true;
}

/* Whole batches out of w; what is left of it moves to its start. *size is the tree's size then. */
static bool
drain(struct writer *w, uint64_t *size, log_visit visit, void *ctx, struct err *e)
{
	struct batch_view view;
	size_t used = 0, at = 0;

	do {
		at += used;
		if (!batch_read(span_of(w->p + at, w->n - at), &view, &used, e))
			return false;
		if (used > 0 && !visit_batch(&view, visit, ctx, e))
			return false;
		if (used > 0)
			*size = view.size;
	} while (used > 0);
	memmove(w->p, w->p + at, w->n - at);
	w->n -= at;
	return true;
}

bool
log_walk_sam(struct call *c, log_visit visit, void *ctx, struct err *e)
{
	AUTO_WRITER w = writer_grow(BATCH_MAX + FOLLOW_MAX);
	struct msg_follow ask = { .from = 0, .durable = ONLY_READS };
	struct msg_followed answer;
	AUTO_SAM sam = { .fd = -1 };
	struct msg_status status;
	uint64_t size = 0;

	if (!sam_open(&sam, c, e) || !sam_status(&sam, &status, e))
		return false;
	while (size < status.size) {
		if (!sam_follow(&sam, &ask, &answer, e))
			return false;
		if (answer.from != ask.from || answer.bytes.n == 0)
			return err_set(e, ERR_BACKEND, "the SAM gave no more of its log after %llu "
			    "entries; try again", (unsigned long long)size);
		wr_span(&w, answer.bytes);
		ask.from += answer.bytes.n;
		if (!writer_ok(&w) || !drain(&w, &size, visit, ctx, e))
			return err_set(e, ERR_FORMAT, "the SAM's log is not readable");
	}
	return true;
}
