/* SPDX-License-Identifier: Apache-2.0 */
/* The anchor: what a place that does not roll back with the log's disk says of it. 5.4, 5.5 */
#ifndef AUDIT_ANCHOR_H
#define AUDIT_ANCHOR_H

#include "audit/tree.h"

#define ANCHOR_LEN	80

struct anchor {
	uint8_t		group[HASH_LEN];
	uint32_t	epoch;
	uint64_t	size;
	uint8_t		root[HASH_LEN];
};

enum anchor_says {		/* what the log is, seen from the anchor */
	ANCHOR_EQUAL,
	ANCHOR_AHEAD,		/* the log goes on from what is anchored: as it should be */
	ANCHOR_BEHIND,		/* entries that were anchored are not in the log: rolled back */
	ANCHOR_DIFFERENT,	/* another log, or another history */
};

bool	anchor_read(struct span, struct anchor *, struct err *) MUST_USE;
void	anchor_write(struct writer *, const struct anchor *);
/*
 * `nodes` is believed only as far as it proves that the log's root (from a scan) contains the
 * anchor's: so rebuild the tree file first if it is not sound. False: it cannot be read.
 */
bool	anchor_compare(const struct anchor *, const uint8_t group[HASH_LEN], const struct tree *log,
	    struct tree_source nodes, enum anchor_says *, struct err *) MUST_USE;

#endif
