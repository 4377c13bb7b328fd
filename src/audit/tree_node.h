/* SPDX-License-Identifier: Apache-2.0 */
/* The inner node, shared by the tree and its proofs. */
#ifndef AUDIT_TREE_NODE_H
#define AUDIT_TREE_NODE_H

#include "crypto/hash.h"

/* SHA-256(0x01 || left || right); out may be either of them. */
void	tree_node(const uint8_t left[HASH_LEN], const uint8_t right[HASH_LEN], uint8_t out[HASH_LEN]);

#endif
