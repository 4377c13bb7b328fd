/* SPDX-License-Identifier: Apache-2.0 */
/* Inclusion and consistency proofs, made from stored nodes; consistency is verified for anchors. */
#include "audit/tree.h"
#include "audit/tree_node.h"

/* The greatest power of two below n; n is at least 2. */
static uint64_t
split(uint64_t n)
{
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* Tree hash over the leaves [lo, hi), where lo is a multiple of a power of two >= hi - lo. */
static bool
range_hash(struct tree_source nodes, uint64_t lo, uint64_t hi, uint8_t out[HASH_LEN], struct err *e)
{
	uint8_t hash[HASH_LEN], left[HASH_LEN];
	uint64_t n = hi - lo;
	bool some = false;

	for (unsigned level = 0; level < TREE_LEVELS; level++) {
		if ((n >> level & 1) == 0)
			continue;
		if (!nodes.read(nodes.ctx, tree_position(level, (hi >> level) - 1), left, e))
			return false;
		if (some)
			tree_node(left, hash, hash);
		else
			memcpy(hash, left, HASH_LEN);
		some = true;
		hi -= (uint64_t)1 << level;
	}
	memcpy(out, hash, HASH_LEN);
	return true;
}

/* The walk goes from the root down; a proof lists what is nearest to the leaf first. */
static void
reverse(struct tree_proof *p)
{
	uint8_t hash[HASH_LEN];

	for (size_t i = 0, j = p->n; i + 1 < j; i++) {
		j--;
		memcpy(hash, p->hash[i], HASH_LEN);
		memcpy(p->hash[i], p->hash[j], HASH_LEN);
		memcpy(p->hash[j], hash, HASH_LEN);
	}
}

bool
tree_inclusion(struct tree_source nodes, uint64_t index, uint64_t size, struct tree_proof *proof,
    struct err *e)
{
	uint64_t lo = 0, hi = size;
	struct tree_proof p;

	if (index >= size)
		return err_set(e, ERR_MISSING, "no entry %llu in a log of %llu",
		    (unsigned long long)index, (unsigned long long)size);
	for (p.n = 0; hi - lo > 1; p.n++) {
		uint64_t middle = lo + split(hi - lo);
		bool left = index < middle;

		if (!range_hash(nodes, left ? middle : lo, left ? hi : middle, p.hash[p.n], e))
			return false;
		*(left ? &hi : &lo) = middle;
	}
	reverse(&p);
	*proof = p;
	return true;
}

bool
tree_consistency(struct tree_source nodes, uint64_t from, uint64_t size, struct tree_proof *proof,
    struct err *e)
{
	uint64_t lo = 0, hi = size;
	struct tree_proof p;

	if (from == 0 || from > size)
		return err_set(e, ERR_MISSING, "no proof from %llu to %llu entries",
		    (unsigned long long)from, (unsigned long long)size);
	for (p.n = 0; hi != from; p.n++) {
		uint64_t middle = lo + split(hi - lo);
		bool left = from <= middle;

		if (!range_hash(nodes, left ? middle : lo, left ? hi : middle, p.hash[p.n], e))
			return false;
		*(left ? &hi : &lo) = middle;
	}
	/* The old tree is itself a subtree when lo stayed 0: its verifier has that hash. */
	if (lo != 0 && !range_hash(nodes, lo, hi, p.hash[p.n++], e))
		return false;
	reverse(&p);
	*proof = p;
	return true;
}

struct span
tree_proof_span(const struct tree_proof *p)
{
	return span_of(p->hash, p->n * HASH_LEN);
}

/* RFC 9162 2.1.4.2, the loop: fr grows to the old root, sr to the new one. */
static bool
both_roots(uint64_t fn, uint64_t sn, struct span hash, uint8_t fr[HASH_LEN], uint8_t sr[HASH_LEN])
{
	for (size_t i = 0; i < hash.n; i += HASH_LEN) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			tree_node(hash.p + i, fr, fr);
			tree_node(hash.p + i, sr, sr);
			for (; (fn & 1) == 0 && fn != 0; fn >>= 1)
				sn >>= 1;
		} else {
			tree_node(sr, hash.p + i, sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0;
}

bool
tree_consistency_holds(uint64_t from, const uint8_t from_root[HASH_LEN], uint64_t size,
    const uint8_t root[HASH_LEN], struct span hash)
{
	uint8_t fr[HASH_LEN], sr[HASH_LEN];
	uint64_t fn = from - 1, sn = size - 1;

	if (from == 0 || from > size || hash.n % HASH_LEN != 0 ||
	    hash.n / HASH_LEN > TREE_PROOF_MAX)
		return false;
	if (from == size)
		return hash.n == 0 && memcmp(from_root, root, HASH_LEN) == 0;
	for (; (fn & 1) != 0; fn >>= 1)
		sn >>= 1;
	if ((from & (from - 1)) == 0) {		/* a power of two: the old root starts the walk */
		memcpy(fr, from_root, HASH_LEN);
	} else {
		if (hash.n == 0)
			return false;
		memcpy(fr, hash.p, HASH_LEN);
		hash = span_of(hash.p + HASH_LEN, hash.n - HASH_LEN);
	}
	memcpy(sr, fr, HASH_LEN);
	return both_roots(fn, sn, hash, fr, sr) && memcmp(fr, from_root, HASH_LEN) == 0 &&
	    memcmp(sr, root, HASH_LEN) == 0;
}
