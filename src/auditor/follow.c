/* SPDX-License-Identifier: Apache-2.0 */
/* The follower's end of the log shipping. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "auditor/follow.h"
#include "audit/genesis.h"
#include "auditor/hex.h"
#include "audit/tree_file.h"

struct follow {
	int		log, tree_fd;
	bool		pinned;
	uint8_t		group[HASH_LEN];
	struct tree	tree;
	uint64_t	end;		/* of what is durable */
	struct writer	held;		/* came, but is no whole batch yet */
};

static bool
group_is_right(const struct follow *f, struct span first_entry, struct err *e)
{
	union entry_payload p;
	uint8_t group[HASH_LEN];
	struct entry entry;

	if (!entry_read(first_entry, &entry, e))
		return false;
	if (entry.kind != ENTRY_GENESIS)
		return err_set(e, ERR_FORMAT, "the log does not begin with a genesis");
	if (!entry_payload_read(&entry, &p, e))
		return false;
	genesis_group(p.genesis.genesis, group);
	return !f->pinned || memcmp(group, f->group, HASH_LEN) == 0 ||
	    err_why(e, ERR_DENIED, "group", "this is the log of another group");
}

static bool
batch_group_is_right(const struct follow *f, const struct batch_view *v, struct err *e)
{
	struct reader r = reader_over(v->entries);
	struct span entry;

	return v->first != 0 || (batch_next(&r, &entry) && group_is_right(f, entry, e));
}

/* Writes again what differs from the log in the tree file. */
static bool
mend(void *ctx, const struct batch_view *v, uint64_t offset UNUSED, const struct tree *after UNUSED,
    struct span nodes, struct err *e)
{
	struct follow *f = ctx;
	uint64_t at = tree_nodes(v->first);

	return batch_group_is_right(f, v, e) &&
	    (tree_file_same(f->tree_fd, at, nodes) || tree_file_write(f->tree_fd, at, nodes, e));
}

static bool
resume(struct follow *f, struct err *e)
{
	struct scan_visitor visitor = { .batch = mend, .ctx = f };
	struct scan_end end;

	if (flock(f->log, LOCK_EX | LOCK_NB) != 0)
		return err_set(e, ERR_NOT_NOW, "another process follows into this directory");
	if (!scan_log(f->log, 0, &f->tree, span_of(NULL, 0), &visitor, &end, e))
		return false;
	if (end.how == SCAN_DAMAGED)
		return err_set(e, ERR_FORMAT, "the copy is damaged at entry %llu, offset %llu: %.90s; "
		    "move it away and start anew", (unsigned long long)end.sequence,
		    (unsigned long long)end.offset, end.why);
	f->end = end.offset;
	if (ftruncate(f->log, (off_t)end.offset) != 0 || fsync(f->log) != 0 ||
	    ftruncate(f->tree_fd, (off_t)(tree_nodes(f->tree.size) * HASH_LEN)) != 0)
		return err_errno(e, ERR_BACKEND, errno, "cutting the copy's end");
	return true;
}

static int
open_file(int dir, const char *name)
{
	return openat(dir, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

struct follow *
follow_open(int fd_dir, const uint8_t *group, struct err *e)
{
	AUTO(follow) *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		err_set(e, ERR_BACKEND, "no memory");
		return NULL;
	}
	f->log = open_file(fd_dir, "log");
	f->tree_fd = open_file(fd_dir, "tree");
	f->held = writer_grow(BATCH_MAX + FOLLOW_CHUNK_MAX);
	f->pinned = group != NULL;
	if (group != NULL)
		memcpy(f->group, group, HASH_LEN);
	if (f->log < 0 || f->tree_fd < 0 || fsync(fd_dir) != 0) {
		err_errno(e, ERR_BACKEND, errno, "opening the copy's files");
		return NULL;
	}
	return resume(f, e) ? TAKE(f) : NULL;
}

void
follow_free(struct follow *f)
{
	if (f == NULL)
		return;
	if (f->log >= 0)
		close(f->log);
	if (f->tree_fd >= 0)
		close(f->tree_fd);
	writer_wipe(&f->held);
	free(f);
}

uint64_t
follow_next(const struct follow *f)
{
	return f->end + f->held.n;
}

uint64_t
follow_durable(const struct follow *f)
{
	return f->end;
}

const struct tree *
follow_tree(const struct follow *f)
{
	return &f->tree;
}

static bool
write_log(int fd, struct span s, uint64_t at, struct err *e)
{
	while (s.n > 0) {
		ssize_t n = pwrite(fd, s.p, s.n, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_errno(e, ERR_BACKEND, n < 0 ? errno : EIO, "writing the copy");
		s = span_of(s.p + n, s.n - (size_t)n);
		at += (uint64_t)n;
	}
	return fdatasync(fd) == 0 || err_errno(e, ERR_BACKEND, errno, "syncing the copy");
}

/* The first n held bytes are whole batches that lead to this tree. */
static bool
store(struct follow *f, size_t n, const struct tree *tree, struct span nodes, struct err *e)
{
	if (n == 0)
		return true;
	if (!write_log(f->log, span_of(f->held.p, n), f->end, e) ||
	    !tree_file_write(f->tree_fd, tree_nodes(f->tree.size), nodes, e))
		return false;
	f->end += n;
	f->tree = *tree;
	memmove(f->held.p, f->held.p + n, f->held.n - n);
	f->held.n -= n;
	return true;
}

static bool
forked(const struct batch_view *v, const struct tree *tree, struct err *e)
{
	uint8_t have[HASH_LEN];
	char theirs[2 * HASH_LEN + 1], ours[2 * HASH_LEN + 1];

	batch_previous(tree, have);
	hex_write(theirs, v->previous, HASH_LEN);
	hex_write(ours, have, HASH_LEN);
	return err_why(e, ERR_DENIED, "version", "fork at entry %llu: source has root %s, copy %s",
	    (unsigned long long)tree->size, theirs, ours);
}

static bool
follows_on(const struct follow *f, const struct batch_view *v, struct tree *tree,
    struct writer *nodes, struct err *e)
{
	uint8_t previous[HASH_LEN];
	struct err why = { 0 };
	uint64_t bad;

	batch_previous(tree, previous);
	if (v->first == tree->size && memcmp(v->previous, previous, HASH_LEN) != 0)
		return forked(v, tree, e);
	if (!batch_group_is_right(f, v, e))
		return false;
	return batch_check(v, tree, nodes, &bad, &why) || err_set(e, ERR_FORMAT,
	    "source's entry %llu: %.140s", (unsigned long long)bad, why.text);
}

static bool
take_batches(struct follow *f, struct err *e)
{
	AUTO_WRITER nodes = writer_grow(2 * BATCH_NODES_MAX);
	struct tree tree = f->tree;
	struct batch_view v;
	size_t used, good = 0;
	bool ok = true;

	for (;;) {
		ok = batch_read(span_of(f->held.p + good, f->held.n - good), &v, &used, e);
		if (!ok || used == 0)
			break;
		if (!(ok = follows_on(f, &v, &tree, &nodes, e)))
			break;
		good += used;
	}
	return store(f, good, &tree, writer_span(&nodes), e) && ok;
}

bool
follow_take(struct follow *f, uint64_t from, struct span bytes, struct err *e)
{
	if (from != follow_next(f) || bytes.n > FOLLOW_CHUNK_MAX)
		return err_set(e, ERR_FORMAT, "the source sends offset %llu, asked was %llu",
		    (unsigned long long)from, (unsigned long long)follow_next(f));
	wr_span(&f->held, bytes);
	if (!writer_ok(&f->held))
		return err_set(e, ERR_FORMAT, "the source's batch is too long");
	return take_batches(f, e);
}

bool
follow_agrees(const struct follow *f, const struct head *h, struct err *e)
{
	char theirs[2 * HASH_LEN + 1], ours[2 * HASH_LEN + 1];
	uint8_t root[HASH_LEN];
	struct tree then;

	if (h->size > f->tree.size)
		return true;		/* what follows will show */
	if (!tree_load(&then, h->size, tree_file_source(&f->tree_fd), e))
		return false;
	tree_root(&then, root);
	if (memcmp(root, h->root, HASH_LEN) != 0) {
		hex_write(theirs, h->root, HASH_LEN);
		hex_write(ours, root, HASH_LEN);
		return err_why(e, ERR_DENIED, "version", "fork before entry %llu: source has root "
		    "%s, copy %s", (unsigned long long)h->size, theirs, ours);
	}
	return h->size == f->tree.size || err_why(e, ERR_DENIED, "version", "the source has %llu "
	    "entries, this copy %llu: the source was rolled back", (unsigned long long)h->size,
	    (unsigned long long)f->tree.size);
}
