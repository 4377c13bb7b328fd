/* SPDX-License-Identifier: Apache-2.0 */
/* Batches: what is written, flushed, recovered and shipped as one. PROTOCOL.sam 5.1 */
#ifndef AUDIT_BATCH_H
#define AUDIT_BATCH_H

#include "audit/entry.h"
#include "audit/tree.h"

#define BATCH_HEAD		52		/* magic, first, count, bytes, previous */
#define BATCH_TRAILER		72		/* size, root, mac */
#define BATCH_COUNT_MAX		65536
#define BATCH_BYTES_MAX		16777216u
#define BATCH_MAX		(BATCH_HEAD + BATCH_BYTES_MAX + BATCH_TRAILER)
#define BATCH_NODES_MAX		((2 * (size_t)BATCH_COUNT_MAX + TREE_LEVELS) * HASH_LEN)

/* A batch in the making. The tree moves on with each entry; nothing is allocated per entry. */
struct batch {
	struct writer	*out;
	struct writer	*nodes;
	struct tree	*tree;
	size_t		 at, entry;
	uint64_t	 first;
	uint32_t	 count;
	bool		 fits;
};

/* Both writers are appended to; nodes gets the tree file's bytes and may be NULL. */
void	batch_begin(struct batch *, struct writer *out, struct tree *, struct writer *nodes);
/* Between the two: write the payload with one of the entry_*_write to batch->out. */
void	batch_entry_begin(struct batch *, uint64_t time, enum entry_kind);
/*
 * Its leaf hash, which is the id of a proposal, goes to leaf unless that is NULL. ERR_BUSY: it did
 * not fit and was taken out again; what is in the batch before it stays good.
 */
bool	batch_entry_end(struct batch *, uint8_t leaf[HASH_LEN], struct err *) MUST_USE;
/* Writes counts, root and MAC. An empty batch, or one that did not fit, is an error. */
bool	batch_end(struct batch *, struct span log_key, struct err *) MUST_USE;

/* A batch as bytes, lent. */
struct batch_view {
	uint64_t	first;
	uint32_t	count;
	const uint8_t	*previous;
	struct span	entries;
	uint64_t	size;
	const uint8_t	*root, *mac;
	struct span	whole;
};

/* The head alone: false unless it can be one. *length is the whole batch's. Needs 52 bytes. */
bool	batch_length(struct span in, size_t *length);
/*
 * Looks for one batch at the start of `in`. *used is its length, or 0 when more bytes are needed.
 * False when these can never become one. Entries are not looked at.
 */
bool	batch_read(struct span in, struct batch_view *, size_t *used, struct err *) MUST_USE;
/* The next of its entries: start with reader_over(view->entries); false after the last. */
bool	batch_next(struct reader *, struct span *entry);
bool	batch_mac_holds(const struct batch_view *, struct span log_key) MUST_USE;
/*
 * Does it follow on this tree? Sequence, previous root, entry heads, size, root; not the MAC.
 * On success the tree has moved on and nodes (NULL: none) got what became final. On failure both
 * are as before and *bad is the first sequence number that is wrong.
 */
bool	batch_check(const struct batch_view *, struct tree *, struct writer *nodes, uint64_t *bad,
	    struct err *) MUST_USE;
/* What `previous` must be in the batch that follows: the root, or zeros for the first. */
void	batch_previous(const struct tree *, uint8_t out[HASH_LEN]);

#endif
