/* SPDX-License-Identifier: Apache-2.0 */
/* Anchors: bytes, and comparison with a log. */
#include "audit/anchor.h"
#include "base/reader.h"

bool
anchor_read(struct span bytes, struct anchor *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct anchor m;
	struct span magic;

	if (!rd_take(&r, 4, &magic) || memcmp(magic.p, "PRA1", 4) != 0 ||
	    !rd_bytes(&r, m.group, HASH_LEN) || !rd_u32(&r, &m.epoch) || !rd_u64(&r, &m.size) ||
	    !rd_bytes(&r, m.root, HASH_LEN) || !rd_end(&r))
		return err_set(e, ERR_FORMAT, "the anchor in the module is malformed");
	*out = m;
	return true;
}

void
anchor_write(struct writer *w, const struct anchor *m)
{
	wr_bytes(w, "PRA1", 4);
	wr_bytes(w, m->group, HASH_LEN);
	wr_u32(w, m->epoch);
	wr_u64(w, m->size);
	wr_bytes(w, m->root, HASH_LEN);
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
