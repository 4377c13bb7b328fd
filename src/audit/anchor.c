/* SPDX-License-Identifier: Apache-2.0 */
/* Anchors: bytes, and comparison with a log. */
#include "audit/anchor.h"
#include "base/fields.h"

static const struct field fields[] = {
	{ MAGIC("PRA1") },
	{ BYTES(struct anchor, group) },
	{ NUMBER(struct anchor, epoch) },
	{ NUMBER(struct anchor, size) },
	{ BYTES(struct anchor, root) },
	{ FIELD_END },
};

bool
anchor_read(struct span bytes, struct anchor *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct anchor m;

	if (!message_read(&r, fields, &m, "the anchor in the module", e))
		return false;
	*out = m;
	return true;
}

void
anchor_write(struct writer *w, const struct anchor *m)
{
	fields_write(w, fields, m, 0);
}

static bool
contains(const struct anchor *a, const struct tree *log, struct tree_source nodes, bool *holds,
    struct err *e)
{
	struct tree_proof proof;
	uint8_t root[HASH_LEN];

	if (a->size == 0) {
		struct tree empty;

		tree_init(&empty);
		tree_root(&empty, root);
		*holds = memcmp(a->root, root, HASH_LEN) == 0;
		return true;
	}
	if (!tree_consistency(nodes, a->size, log->size, &proof, e))
		return false;
	tree_root(log, root);
	*holds = tree_consistency_holds(a->size, a->root, log->size, root, tree_proof_span(&proof));
	return true;
}

bool
anchor_compare(const struct anchor *a, const uint8_t group[HASH_LEN], const struct tree *log,
    struct tree_source nodes, enum anchor_says *says, struct err *e)
{
	bool holds = false;

	if (memcmp(a->group, group, HASH_LEN) != 0) {
		*says = ANCHOR_DIFFERENT;
		return true;
	}
	if (log->size < a->size) {
		*says = ANCHOR_BEHIND;
		return true;
	}
	if (!contains(a, log, nodes, &holds, e))
		return false;
	*says = !holds ? ANCHOR_DIFFERENT : log->size == a->size ? ANCHOR_EQUAL : ANCHOR_AHEAD;
	return true;
}
