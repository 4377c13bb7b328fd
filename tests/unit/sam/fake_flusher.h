/* SPDX-License-Identifier: Apache-2.0 */
/* A flusher in the test's own process: it answers when the test says so, and as the test likes. */
#ifndef TESTS_SAM_FAKE_FLUSHER_H
#define TESTS_SAM_FAKE_FLUSHER_H

#include "audit/flusher_msg.h"
#include "sam/journal.h"
#include "sam/trade.h"
#include "tests/unit/sam/entries.h"

struct fake_flusher {
	struct journal	*j;
	struct state	*state;
	int		 fd, log_fd, tree_fd;
	uint64_t	 log_end, tree_end, room;
	struct flush_request request;		/* the last one; bytes lent from `in` */
	struct writer	 in;
};

/* A journal on a log that has its genesis. owner: of the callbacks. */
void	fake_flusher_init(struct fake_flusher *, void *owner);
void	fake_flusher_free(struct fake_flusher *);
bool	fake_flusher_asked(struct fake_flusher *);	/* reads one order, if there is one */
/* Does what the last order says, and tells; or says that it failed. */
void	fake_flusher_does(struct fake_flusher *);
void	fake_flusher_fails(struct fake_flusher *, int cause);
void	fake_flusher_says(struct fake_flusher *, const void *bytes, size_t n);

#endif
