/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a log file batch by batch, and says exactly how it ended. Uses pread and malloc only.
 * Recovery rule: only the very last batch may be dropped, and only if it is incomplete or its MAC
 * (without log key: anything in it) fails; everything else that is not clean is damage.
 */
#ifndef AUDIT_SCAN_H
#define AUDIT_SCAN_H

#include "audit/batch.h"

enum scan_how {
	SCAN_CLEAN,	/* batches, then nothing but zeros to the end of the file */
	SCAN_TORN,	/* ... then one batch that was not written to its end, then zeros */
	SCAN_DAMAGED,	/* anything else: bytes that were there are missing or altered */
};

struct scan_end {
	enum scan_how	how;
	uint64_t	offset;		/* where the good batches end */
	uint64_t	sequence;	/* first entry that is not good (the next one, if clean) */
	uint64_t	batches;	/* good ones */
	char		why[160];	/* for people; empty if clean */
};

/* Called for good batches only: first the batch, then each entry. False ends the scan with *e. */
struct scan_visitor {
	/* `nodes`: what this batch adds to the tree file, lent. `after`: the tree with it. */
	bool	(*batch)(void *ctx, const struct batch_view *, uint64_t offset,
		    const struct tree *after, struct span nodes, struct err *);
	bool	(*entry)(void *ctx, const struct entry *, struct span bytes, struct err *);
	void	*ctx;
};

/*
 * From `offset`, where the tree is as given (empty at 0), to the end of the file. The tree moves
 * on; log_key may be empty. False: cannot read, no memory, or a visitor said so (may be NULL).
 */
bool	scan_log(int fd, uint64_t offset, struct tree *, struct span log_key,
	    const struct scan_visitor *, struct scan_end *, struct err *) MUST_USE;

/* pread until n bytes or the end of the file; *got is how many. */
bool	scan_read_at(int fd, uint64_t at, void *p, size_t n, size_t *got, struct err *) MUST_USE;

#endif
