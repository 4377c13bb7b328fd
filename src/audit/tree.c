/* SPDX-License-Identifier: Apache-2.0 */
/* The incremental tree and where its nodes lie. */
#include "audit/tree.h"
#include "audit/tree_node.h"

void
tree_init(struct tree *t)
{
	memset(t, 0, sizeof(*t));
}

void
tree_leaf(struct span entry, uint8_t out[HASH_LEN])
{
	static const uint8_t zero[1];
	struct span parts[] = { span_of(zero, 1), entry };

	sha256_parts(parts, COUNT(parts), out);
}

void
tree_node(const uint8_t left[HASH_LEN], const uint8_t right[HASH_LEN], uint8_t out[HASH_LEN])
{
	uint8_t both[1 + 2 * HASH_LEN] = { 1 };

	memcpy(both + 1, left, HASH_LEN);
	memcpy(both + 1 + HASH_LEN, right, HASH_LEN);
	sha256(span_of(both, sizeof(both)), out);
}

void
tree_append(struct tree *t, const uint8_t leaf[HASH_LEN], struct writer *nodes)
{
	uint8_t hash[HASH_LEN];
	unsigned level = 0;

	memcpy(hash, leaf, HASH_LEN);
	if (nodes != NULL)
		wr_bytes(nodes, hash, HASH_LEN);
	for (; (t->size >> level & 1) != 0; level++) {
		tree_node(t->complete[level], hash, hash);
		if (nodes != NULL)
			wr_bytes(nodes, hash, HASH_LEN);
	}
	memcpy(t->complete[level], hash, HASH_LEN);
	t->size++;
}

void
tree_root(const struct tree *t, uint8_t root[HASH_LEN])
{
	uint8_t hash[HASH_LEN];
	bool some = false;

	for (unsigned level = 0; level < TREE_LEVELS; level++) {
		if ((t->size >> level & 1) == 0)
			continue;
		if (some)
			tree_node(t->complete[level], hash, hash);
		else
			memcpy(hash, t->complete[level], HASH_LEN);
		some = true;
	}
	if (!some)
		sha256(span_of(hash, 0), hash);
	memcpy(root, hash, HASH_LEN);
}

/* Leaf i closes as many subtrees as i has trailing ones: 2 * size - (ones in size) in all. */
uint64_t
tree_nodes(uint64_t size)
{
	return 2 * size - (uint64_t)__builtin_popcountll(size);
}

/* A node comes `level` places after the last leaf below it. */
uint64_t
tree_position(unsigned level, uint64_t index)
{
	uint64_t last = ((index + 1) << level) - 1;

	return tree_nodes(last) + level;
}

bool
tree_load(struct tree *t, uint64_t size, struct tree_source nodes, struct err *e)
{
	struct tree got;

	tree_init(&got);
	got.size = size;
	for (unsigned level = 0; level < TREE_LEVELS; level++)
		if ((size >> level & 1) != 0 && !nodes.read(nodes.ctx,
		    tree_position(level, (size >> level) - 1), got.complete[level], e))
			return false;
	*t = got;
	return true;
}
