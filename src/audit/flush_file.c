/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the log: in place over zeros that are there already, then fdatasync. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/flush_file.h"
#include "audit/flusher.h"

static const uint8_t zeros[64 * 1024];

static int
write_at(int fd, struct span s, uint64_t at)
{
	while (s.n > 0) {
		ssize_t n = pwrite(fd, s.p, s.n, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? errno : EIO;
		s = span_of(s.p + n, s.n - (size_t)n);
		at += (uint64_t)n;
	}
	return 0;
}

static int
sync_log(const struct flush_file *f)
{
	return fdatasync(f->log) == 0 ? 0 : errno;
}

static int
dead(struct flush_file *f, int cause)
{
	if (f->cause == 0)
		f->cause = cause;
	return cause;
}

/* Zeros from `at` to the end of the file, leaving alone what is zero already. */
static int
clear(int fd, uint64_t at, uint64_t size)
{
	uint8_t block[sizeof(zeros)];

	while (at < size) {
		ssize_t n = pread(fd, block, sizeof(block), (off_t)at);
		int cause;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? errno : EIO;
		if (memcmp(block, zeros, (size_t)n) != 0 &&
		    (cause = write_at(fd, span_of(zeros, (size_t)n), at)) != 0)
			return cause;
		at += (uint64_t)n;
	}
	return 0;
}

/* The tree ends where asked, or before, where a crash left it: then it is to be mended. */
static uint64_t
cut_tree(int fd, uint64_t at)
{
	struct stat tree;

	if (fstat(fd, &tree) != 0)
		return 0;
	if ((uint64_t)tree.st_size < at)
		at = (uint64_t)tree.st_size / HASH_LEN * HASH_LEN;
	return ftruncate(fd, (off_t)at) == 0 ? at : 0;
}

int
flush_file_truncate(struct flush_file *f, uint64_t log_at, uint64_t tree_at)
{
	struct stat log;
	int cause;

	if (f->cause != 0)
		return f->cause;
	if (f->appended)
		return dead(f, EPERM);
	if (fstat(f->log, &log) != 0)
		return dead(f, errno);
	if (log_at > (uint64_t)log.st_size)
		return dead(f, EINVAL);
	if ((cause = clear(f->log, log_at, (uint64_t)log.st_size)) != 0 ||
	    (cause = sync_log(f)) != 0)
		return dead(f, cause);
	f->end = log_at;
	f->size = (uint64_t)log.st_size;
	f->tree_end = cut_tree(f->tree, tree_at);
	f->started = true;
	return 0;
}

int
flush_file_append(struct flush_file *f, uint64_t log_at, struct span batch)
{
	int cause;

	if (f->cause != 0)
		return f->cause;
	if (!f->started || log_at != f->end)
		return dead(f, EINVAL);
	while (f->size - f->end < batch.n)
		if ((cause = flush_file_extend(f)) != 0)
			return dead(f, cause);
	f->appended = true;
	if ((cause = write_at(f->log, batch, f->end)) != 0 || (cause = sync_log(f)) != 0)
		return dead(f, cause);
	f->end += batch.n;
	return 0;
}

void
flush_file_tree(struct flush_file *f, uint64_t tree_at, struct span nodes)
{
	/* Mending may write again what is there; a gap is never left. */
	if (tree_at > f->tree_end || write_at(f->tree, nodes, tree_at) != 0)
		return;
	if (tree_at + nodes.n > f->tree_end)
		f->tree_end = tree_at + nodes.n;
}

bool
flush_file_wants_room(const struct flush_file *f)
{
	return f->started && f->cause == 0 && !f->full && f->size - f->end < FLUSH_AHEAD;
}

/* A piece is synced at once, so that later flushes of batches carry no metadata. */
int
flush_file_extend(struct flush_file *f)
{
	uint64_t size = f->size;
	int cause = 0;
	struct stat log;

	for (size_t n = 0; cause == 0 && n < FLUSH_PIECE; n += sizeof(zeros))
		cause = write_at(f->log, span_of(zeros, sizeof(zeros)), size + n);
	if (cause == 0)
		cause = sync_log(f);
	if (cause != 0 && cause != ENOSPC && cause != EDQUOT && cause != EFBIG)
		return dead(f, cause);
	/* Keep room for nodes as well; a file system that cannot is no failure. */
	if (cause == 0 && f->tree_room < f->tree_end + FLUSH_PIECE &&
	    fallocate(f->tree, FALLOC_FL_KEEP_SIZE, (off_t)f->tree_end, 2 * FLUSH_PIECE) == 0)
		f->tree_room = f->tree_end + 2 * FLUSH_PIECE;
	if (fstat(f->log, &log) != 0)
		return dead(f, errno);
	f->size = (uint64_t)log.st_size;
	f->full = cause != 0;
	return cause;
}

static int
snapshot_end(struct flush_file *f)
{
	int cause = fdatasync(f->snapshot) == 0 ? 0 : errno;

	close(f->snapshot);
	f->snapshot = -1;
	if (cause == 0 && (renameat(f->dir, "snapshot.new", f->dir, "snapshot") != 0 ||
	    fsync(f->dir) != 0))
		cause = errno;
	return cause;
}

static int
snapshot_drop(struct flush_file *f, int cause)
{
	if (f->snapshot >= 0)
		close(f->snapshot);
	f->snapshot = -1;
	unlinkat(f->dir, "snapshot.new", 0);
	return cause;
}

int
flush_file_snapshot(struct flush_file *f, bool first, bool last, struct span bytes)
{
	ssize_t n;

	if (first) {
		snapshot_drop(f, 0);
		f->snapshot = openat(f->dir, "snapshot.new",
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (f->snapshot < 0)
			return errno;
	}
	if (f->snapshot < 0)
		return EINVAL;
	while (bytes.n > 0) {
		n = write(f->snapshot, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return snapshot_drop(f, n < 0 ? errno : EIO);
		bytes = span_of(bytes.p + n, bytes.n - (size_t)n);
	}
	return last ? snapshot_end(f) : 0;
}
