/* SPDX-License-Identifier: Apache-2.0 */
/* The files under the flusher: log with room ahead, tree, snapshot. One thread, blocking. */
#ifndef AUDIT_FLUSH_FILE_H
#define AUDIT_FLUSH_FILE_H

#include "base/err.h"
#include "base/span.h"

struct flush_file {
	int		log, tree, dir;
	uint64_t	end, size;	/* of the log: after the last batch; of the file */
	uint64_t	tree_end, tree_room;
	int		cause;		/* errno that ended all writing to the log; 0: none */
	bool		started;	/* TRUNCATE was there */
	bool		appended;
	bool		full;		/* no more room when last asked */
	int		snapshot;	/* being written; -1: none */
};

/* Each returns 0 or an errno. Those of the log set cause, and are refused once it is set. */
int	flush_file_truncate(struct flush_file *, uint64_t log_at, uint64_t tree_at);
int	flush_file_append(struct flush_file *, uint64_t log_at, struct span batch);
int	flush_file_snapshot(struct flush_file *, bool first, bool last, struct span);
/* A tree that cannot be written stays behind; that is no error. */
void	flush_file_tree(struct flush_file *, uint64_t tree_at, struct span nodes);
/* One more piece of zeros ahead; sets full when there is no space. */
int	flush_file_extend(struct flush_file *);
bool	flush_file_wants_room(const struct flush_file *);

#endif
