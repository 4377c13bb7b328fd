/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 6962 Merkle tree over log entries. Nodes are kept in the order in which they become final
 * (post-order): leaf i, then every complete subtree that it closes. PROTOCOL.sam 5.1
 */
#ifndef AUDIT_TREE_H
#define AUDIT_TREE_H

#include "base/err.h"
#include "base/span.h"
#include "base/writer.h"
#include "crypto/hash.h"

#define TREE_LEVELS	64
#define TREE_PROOF_MAX	65

/* The frontier: complete[i] is the root of 2^i leaves where bit i of size is set. */
struct tree {
	uint64_t	size;
	uint8_t		complete[TREE_LEVELS][HASH_LEN];
};

struct tree_proof {
	size_t		n;
	uint8_t		hash[TREE_PROOF_MAX][HASH_LEN];
};

/* Where nodes that were written before can be read: node number `at`, counted from 0. */
struct tree_source {
	bool	(*read)(void *ctx, uint64_t at, uint8_t out[HASH_LEN], struct err *);
	void	*ctx;
};

void	 tree_init(struct tree *);			/* empty */
void	 tree_leaf(struct span entry, uint8_t out[HASH_LEN]);
/* Adds a leaf and writes the nodes that are final now, leaf first; nodes may be NULL. */
void	 tree_append(struct tree *, const uint8_t leaf[HASH_LEN], struct writer *nodes);
void	 tree_root(const struct tree *, uint8_t root[HASH_LEN]);	/* empty: SHA-256 of nothing */

uint64_t tree_nodes(uint64_t size);			/* how many nodes a tree of this size has made */
uint64_t tree_position(unsigned level, uint64_t index);	/* of the index-th node of 2^level leaves */

/* The frontier at an earlier size, from the nodes. */
bool	 tree_load(struct tree *, uint64_t size, struct tree_source, struct err *) MUST_USE;
/* Proofs as RFC 6962 2.1.1 and 2.1.2 write them. Index below size; 0 < from <= size. */
bool	 tree_inclusion(struct tree_source, uint64_t index, uint64_t size, struct tree_proof *,
	    struct err *) MUST_USE;
bool	 tree_consistency(struct tree_source, uint64_t from, uint64_t size, struct tree_proof *,
	    struct err *) MUST_USE;

/* Pure: `hash` lends n x 32 bytes. Malformed proofs are simply false. */
bool	 tree_consistency_holds(uint64_t from, const uint8_t from_root[HASH_LEN], uint64_t size,
	    const uint8_t root[HASH_LEN], struct span hash) MUST_USE;
struct span tree_proof_span(const struct tree_proof *);	/* lent */

#endif
