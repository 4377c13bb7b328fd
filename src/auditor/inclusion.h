/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts' proofs, for who has the hashes and nothing else. */
#ifndef AUDITOR_INCLUSION_H
#define AUDITOR_INCLUSION_H

#include "audit/tree.h"

/* Pure: `hash` lends n x 32 bytes. Malformed proofs are simply false. */
bool	tree_inclusion_holds(const uint8_t leaf[HASH_LEN], uint64_t index, uint64_t size,
	    struct span hash, const uint8_t root[HASH_LEN]) MUST_USE;

#endif
