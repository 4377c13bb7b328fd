/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs of inclusion: made from the tree file's nodes, believed for their own leaf alone. */
#include <unistd.h>

#include "audit/tree_file.h"
#include "auditor/inclusion.h"
#include "tests/unit/audit/fixture.h"

#define BIG	70

struct forest {			/* a tree's leaves, every root it had, its node file */
	uint8_t	leaf[BIG][HASH_LEN], root[BIG + 1][HASH_LEN];
	int	fd;
};

static void
grow(struct forest *f, size_t n)
{
	AUTO_WRITER nodes = writer_grow(1u << 20);
	struct tree tree;

	tree_init(&tree);
	tree_root(&tree, f->root[0]);
	for (size_t i = 0; i < n; i++) {
		uint8_t odd[2] = { (uint8_t)i, 99 };

		tree_leaf(span_of(odd, 2), f->leaf[i]);
		tree_append(&tree, f->leaf[i], &nodes);
		tree_root(&tree, f->root[i + 1]);
	}
	f->fd = test_file(writer_span(&nodes));
}

TEST(every_leaf_is_proved_in_every_size_and_nowhere_else)
{
	struct tree_proof p;
	struct err e = { 0 };
	struct forest f;

	grow(&f, BIG);
	for (uint64_t size = 1; size <= BIG; size++)
		for (uint64_t i = 0; i < size; i++) {
			struct span s;

			CHECK(tree_inclusion(tree_file_source(&f.fd), i, size, &p, &e));
			s = tree_proof_span(&p);
			CHECK(tree_inclusion_holds(f.leaf[i], i, size, s, f.root[size]));
			CHECK(!tree_inclusion_holds(f.leaf[i], i + 1, size, s, f.root[size]));
			CHECK(!tree_inclusion_holds(f.leaf[(i + 1) % BIG], i, size, s, f.root[size]));
			CHECK(!tree_inclusion_holds(f.leaf[i], i, size, s, f.root[size - 1]));
			if (s.n > 0) {
				CHECK(!tree_inclusion_holds(f.leaf[i], i, size,
				    span_of(s.p, s.n - HASH_LEN), f.root[size]));
				CHECK(!tree_inclusion_holds(f.leaf[i], i, size,
				    span_of(s.p, s.n - 1), f.root[size]));
				p.hash[p.n / 2][7] ^= 4;
				CHECK(!tree_inclusion_holds(f.leaf[i], i, size, s, f.root[size]));
			}
		}
	CHECK(!tree_inclusion(tree_file_source(&f.fd), 5, 5, &p, &e) && e.code == ERR_MISSING);
	close(f.fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_leaf_is_proved_in_every_size_and_nowhere_else),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
