/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log as the decider writes it: entries are folded into the state as they are appended, go to
 * the flusher in batches, and whoever must wait until they are on disk is called then. One log,
 * one writer. EN 419 241-1 SRG_AA.1, SRG_AA.2: nothing leaves before its entry is durable.
 */
#ifndef SAM_JOURNAL_H
#define SAM_JOURNAL_H

#include "audit/anchor.h"
#include "audit/batch.h"
#include "sam/state.h"

enum durable {
	ON_DISK,		/* flushed here */
	ANCHORED_HERE,		/* and in the anchor: proposals, which follower policy never holds */
	ON_COPY,		/* on disk, and with the follower where policy says sync */
	ANCHORED,		/* all of it: state entries */
};

struct journal;
/* e is NULL, or says that the log has failed and the entry may not be on disk. */
typedef void (*journal_done)(void *owner, void *job, const struct err *e);

struct journal_setup {
	int		 flusher;		/* blocking stream socket, the journal's to close */
	int		 log_fd, tree_fd;	/* for reading; lent */
	struct state	*state;			/* lent; folded up to here */
	struct tree	 tree;
	uint64_t	 log_end;		/* bytes of good batches */
	uint8_t		 log_key[32];
	void		*owner;			/* of the callbacks */
};

struct journal	*journal_new(const struct journal_setup *, struct err *) MUST_USE;	/* yours */
void		 journal_free(struct journal *);
AUTO_FREE(journal)
/* The flusher's first order: the log ends here. Blocks until it is done. */
bool		 journal_truncate(struct journal *, struct err *) MUST_USE;
/* Writes nodes of the tree file again; blocks. */
bool		 journal_mend_tree(struct journal *, uint64_t at, struct span nodes, struct err *) MUST_USE;

/* An entry: begin, write its payload to the writer, end. Two entries are never open at once. */
/* Right before an ALARM "clock": from it on, times may be before those of the last entries. */
void		 journal_clock_moved(struct journal *);
struct writer	*journal_begin(struct journal *, enum entry_kind);
/* Folds it. An entry that does not fold is a bug of ours and aborts: callers check before. */
void		 journal_end(struct journal *);
uint64_t	 journal_size(const struct journal *);		/* entries, flushed or not */
uint64_t	 journal_last(const struct journal *);		/* sequence of the last one ended */
uint64_t	 journal_last_place(const struct journal *);	/* where it lies in the log */
void		 journal_last_leaf(const struct journal *, uint8_t leaf[HASH_LEN]);

/* Calls done once all that was appended until now is as durable as asked. */
void		 journal_wait(struct journal *, enum durable, journal_done, void *job);
/* Starts a flush if none is under way and there is something to write. Once per loop. */
void		 journal_flush(struct journal *);
/* Would journal_flush start one? Microseconds since the last one began. */
bool		 journal_has_more(const struct journal *);
uint64_t	 journal_flush_age(const struct journal *);
int		 journal_fd(const struct journal *);
void		 journal_readable(struct journal *);
bool		 journal_idle(const struct journal *);		/* nothing to write, nobody waits */

uint64_t	 journal_room(const struct journal *);		/* bytes the disk is known to have */
void		 journal_ask_room(struct journal *);
uint64_t	 journal_durable_end(const struct journal *);	/* log offset on disk */
/* Size and root of what is on disk. */
uint64_t	 journal_durable(const struct journal *, uint8_t root[HASH_LEN]);
void		 journal_anchored(struct journal *, uint64_t size);	/* the anchor now says so */
uint64_t	 journal_anchored_size(const struct journal *);
bool		 journal_wants_anchor(const struct journal *);	/* somebody on disk waits for it */
void		 journal_followed(struct journal *, uint64_t offset);	/* the follower has it on disk */
/* Up to here signatures may leave: on disk, and on the copy where the policy wants one. */
uint64_t	 journal_released_end(const struct journal *);
uint64_t	 journal_followed_end(const struct journal *);
/* NULL, or why nothing can be written any more. */
const struct err *journal_failure(const struct journal *);

/* Blocking, at a stop: writes the snapshot of the state. */
bool		 journal_snapshot(struct journal *, struct span sealed, struct err *) MUST_USE;

/* Reads an entry that lies at this position (of its length) of the log. */
bool		 journal_read(const struct journal *, uint64_t position, struct writer *bytes,
		    struct entry *, struct err *) MUST_USE;
struct tree_source journal_tree(const struct journal *);

#endif
