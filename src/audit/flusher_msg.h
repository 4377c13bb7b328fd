/* SPDX-License-Identifier: Apache-2.0 */
/* The flusher's side of its frames. */
#ifndef AUDIT_FLUSHER_MSG_H
#define AUDIT_FLUSHER_MSG_H

#include "audit/flusher.h"
#include "base/reader.h"

#define SNAPSHOT_FIRST	1
#define SNAPSHOT_LAST	2

struct flush_request {
	uint8_t		type;
	uint64_t	log_at, tree_at;
	struct span	log, tree;		/* SNAPSHOT: its bytes are in log */
	uint8_t		part;
};

bool	flush_request_read(struct span in, struct flush_request *, size_t *used, struct err *)
	    MUST_USE;
void	flush_answer_write(struct writer *, const struct flush_answer *);

#endif
