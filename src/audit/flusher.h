/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flusher: the one process that writes the log, so that fdatasync never stops the decider.
 * They talk over a stream socket pair. A frame is length u32 (of what follows), type u8, then:
 *
 *   1 APPEND    log_at u64, tree_at u64, log v32 (one batch), tree v32 (its nodes; may be empty)
 *   2 TRUNCATE  log_at u64, tree_at u64: the log ends here, zeros behind it. The first request
 *               of each life, also after a clean scan; refused after an APPEND.
 *   3 SNAPSHOT  part u8 (bit 0 first, bit 1 last), bytes v32: file "snapshot", replaced at once
 *   4 ROOM      try again to make more room
 *   5 TREE      tree_at u64, tree v32: nodes alone, to mend the tree file
 *   129 DONE    request u8, log_end u64, tree_end u64, room u64 (zeros ahead of log_end)
 *   130 FAILED  request u8, errno u32
 *
 * Offsets are bytes. Answers come in the order of the requests. One batch is one flush: if two
 * were flushed together, a power cut could leave the second whole without the first, which is
 * damage and not a torn tail. The decider commits in groups by filling the next batch while one
 * is under way.
 *
 * FAILED for APPEND or TRUNCATE is final: nothing is written to the log any more (a failed
 * fdatasync must not be tried again), and every later request of these is FAILED too. SNAPSHOT
 * may fail alone. A tree file that cannot be written shows in tree_end, which then stays behind.
 * No room: DONE with the room that is left; ask again with ROOM.
 */
#ifndef AUDIT_FLUSHER_H
#define AUDIT_FLUSHER_H

#include "audit/batch.h"

#define FLUSH_AHEAD	(8u << 20)	/* zeros kept ahead of the log's end */
#define FLUSH_PIECE	(1u << 20)	/* made at a time; the most one SNAPSHOT frame carries */
#define FLUSH_FRAME_MAX	(BATCH_MAX + BATCH_NODES_MAX + 64)

enum flush_type {
	FLUSH_APPEND = 1, FLUSH_TRUNCATE = 2, FLUSH_SNAPSHOT = 3, FLUSH_ROOM = 4, FLUSH_TREE = 5,
	FLUSH_DONE = 129, FLUSH_FAILED = 130,
};

/* All open: log and tree for reading and writing, dir as O_DIRECTORY (for the snapshot). */
struct flusher_fds {
	int	control, log, tree, dir;
};

/*
 * Locks the log (a second flusher is refused), dies with its parent, ignores SIGINT, SIGTERM and
 * SIGHUP, and serves until the control socket closes: then true. False only when it cannot begin
 * or the peer is broken. Calls: flock prctl signal poll recv send pread pwrite fdatasync fsync
 * ftruncate fstat fallocate openat renameat unlinkat close, and malloc's.
 */
bool	flusher_run(const struct flusher_fds *, struct err *) MUST_USE;

/* The decider's side: frames into a writer, answers from bytes; sockets are the caller's. */
void	flush_append_write(struct writer *, uint64_t log_at, struct span batch, uint64_t tree_at,
	    struct span nodes);
void	flush_truncate_write(struct writer *, uint64_t log_at, uint64_t tree_at);
void	flush_snapshot_write(struct writer *, bool first, bool last, struct span);
void	flush_room_write(struct writer *);
void	flush_tree_write(struct writer *, uint64_t tree_at, struct span nodes);

struct flush_answer {
	bool		done;
	enum flush_type	request;
	uint64_t	log_end, tree_end, room;	/* when done */
	int		cause;				/* errno, when not */
};
/* Looks for one answer at the start of `in`; *used is its length, or 0 when more is needed. */
bool	flush_answer_read(struct span in, struct flush_answer *, size_t *used, struct err *) MUST_USE;

#endif
