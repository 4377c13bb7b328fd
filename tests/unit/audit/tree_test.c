/* SPDX-License-Identifier: Apache-2.0 */
/* The tree against the public vectors of RFC 6962's eight leaves, and against itself. */
#include <unistd.h>

#include "audit/anchor.h"
#include "audit/tree_file.h"
#include "tests/unit/audit/fixture.h"

static const struct { const char *bytes; size_t n; } leaves[] = {
	{ "", 0 }, { "\x00", 1 }, { "\x10", 1 }, { "\x20\x21", 2 }, { "\x30\x31", 2 },
	{ "\x40\x41\x42\x43", 4 }, { "\x50\x51\x52\x53\x54\x55\x56\x57", 8 },
	{ "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16 },
};

static const char *const roots[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

#define H96	"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define H5F	"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define H6B	"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
#define HBC	"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define HCA	"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
#define HD3	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
#define HFA	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
#define H6E	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
#define H0E	"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

static const struct proof_vector { uint64_t from, size; const char *hash[4]; }
inclusion[] = {
	{ 0, 1, { NULL } },
	{ 0, 8, { H96, H5F, H6B } },
	{ 5, 8, { HBC, HCA, HD3 } },
	{ 2, 3, { HFA } },
	{ 1, 5, { H6E, H5F, HBC } },
}, consistency[] = {
	{ 1, 1, { NULL } },
	{ 1, 8, { H96, H5F, H6B } },
	{ 6, 8, { H0E, HCA, HD3 } },
	{ 2, 5, { H5F, HBC } },
};

#define BIG	70

struct forest {			/* a tree, every root it had, its node file */
	struct tree	tree;
	uint8_t		leaf[BIG][HASH_LEN], root[BIG + 1][HASH_LEN];
	int		fd;
};

static bool
is_hex(const uint8_t *p, const char *hex)
{
	char have[65];

	for (size_t i = 0; i < 32; i++)
		snprintf(have + 2 * i, 3, "%02x", p[i]);
	return strcmp(have, hex) == 0;
}

static void
grow(struct forest *f, size_t n)
{
	AUTO_WRITER nodes = writer_grow(1u << 20);

	tree_init(&f->tree);
	tree_root(&f->tree, f->root[0]);
	for (size_t i = 0; i < n; i++) {
		uint8_t odd[2] = { (uint8_t)i, 99 };

		tree_leaf(i < 8 ? span_of(leaves[i].bytes, leaves[i].n) : span_of(odd, 2), f->leaf[i]);
		tree_append(&f->tree, f->leaf[i], &nodes);
		tree_root(&f->tree, f->root[i + 1]);
		CHECK(nodes.n == tree_nodes(i + 1) * HASH_LEN);
	}
	f->fd = test_file(writer_span(&nodes));
}

TEST(the_public_roots_come_out)
{
	struct forest f;

	grow(&f, 8);
	for (size_t i = 0; i <= 8; i++)
		CHECK(is_hex(f.root[i], roots[i]));
	close(f.fd);
}

static void
check_vectors(const struct proof_vector *v, size_t n, bool (*make)(struct tree_source, uint64_t,
    uint64_t, struct tree_proof *, struct err *), const struct forest *f)
{
	for (size_t i = 0; i < n; i++) {
		struct tree_proof p;
		struct err e = { 0 };
		size_t k = 0;

		CHECK(make(tree_file_source(&f->fd), v[i].from, v[i].size, &p, &e));
		for (; v[i].hash[k] != NULL; k++)
			CHECK(k < p.n && is_hex(p.hash[k], v[i].hash[k]));
		CHECK(k == p.n);
	}
}

TEST(the_public_proofs_come_out)
{
	struct forest f;

	grow(&f, 8);
	check_vectors(inclusion, COUNT(inclusion), tree_inclusion, &f);
	check_vectors(consistency, COUNT(consistency), tree_consistency, &f);
	close(f.fd);
}

TEST(every_size_is_proved_to_be_in_every_later_one_and_no_other_root)
{
	struct tree_proof p;
	struct err e = { 0 };
	struct forest f;

	grow(&f, BIG);
	for (uint64_t size = 1; size <= BIG; size++)
		for (uint64_t from = 1; from <= size; from++) {
			struct span s;

			CHECK(tree_consistency(tree_file_source(&f.fd), from, size, &p, &e));
			s = tree_proof_span(&p);
			CHECK(tree_consistency_holds(from, f.root[from], size, f.root[size], s));
			CHECK(!tree_consistency_holds(from, f.root[from - 1], size, f.root[size], s));
			CHECK(!tree_consistency_holds(from, f.root[from], size, f.root[size - 1], s));
			if (from < size && s.n > 0) {
				CHECK(!tree_consistency_holds(from, f.root[from], size,
				    f.root[size], span_of(s.p, s.n - HASH_LEN)));
				p.hash[0][0] ^= 1;
				CHECK(!tree_consistency_holds(from, f.root[from], size,
				    f.root[size], s));
			}
		}
	CHECK(!tree_consistency(tree_file_source(&f.fd), 0, 5, &p, &e));
	CHECK(!tree_consistency_holds(0, f.root[0], 5, f.root[5], span_of(NULL, 0)));
	CHECK(!tree_consistency_holds(6, f.root[6], 5, f.root[5], span_of(NULL, 0)));
	close(f.fd);
}

TEST(the_frontier_is_read_back_at_any_size)
{
	struct err e = { 0 };
	struct forest f;
	struct tree t;

	grow(&f, BIG);
	for (uint64_t size = 0; size <= BIG; size++) {
		uint8_t root[HASH_LEN];

		CHECK(tree_load(&t, size, tree_file_source(&f.fd), &e));
		tree_root(&t, root);
		CHECK(memcmp(root, f.root[size], HASH_LEN) == 0);
		if (size < BIG) {
			tree_append(&t, f.leaf[size], NULL);
			tree_root(&t, root);
			CHECK(memcmp(root, f.root[size + 1], HASH_LEN) == 0);
		}
	}
	CHECK(!tree_load(&t, BIG + 64, tree_file_source(&f.fd), &e) && e.code == ERR_BACKEND);
	close(f.fd);
}

static enum anchor_says
ask(const struct forest *f, const struct anchor *a, const uint8_t *group)
{
	enum anchor_says says;
	struct err e = { 0 };

	CHECK(anchor_compare(a, group, &f->tree, tree_file_source(&f->fd), &says, &e));
	return says;
}

TEST(an_anchor_tells_equal_ahead_behind_and_different)
{
	uint8_t group[HASH_LEN] = { 1 }, other[HASH_LEN] = { 2 };
	struct anchor a = { .epoch = 1, .size = 41 };
	struct forest f;

	grow(&f, 41);
	memcpy(a.group, group, HASH_LEN);
	memcpy(a.root, f.root[41], HASH_LEN);
	CHECK(ask(&f, &a, group) == ANCHOR_EQUAL);
	CHECK(ask(&f, &a, other) == ANCHOR_DIFFERENT);
	a.size = 17;
	CHECK(ask(&f, &a, group) == ANCHOR_DIFFERENT);
	memcpy(a.root, f.root[17], HASH_LEN);
	CHECK(ask(&f, &a, group) == ANCHOR_AHEAD);
	a.root[3] ^= 1;
	CHECK(ask(&f, &a, group) == ANCHOR_DIFFERENT);
	a.size = 42;
	CHECK(ask(&f, &a, group) == ANCHOR_BEHIND);
	close(f.fd);
}

TEST(a_tree_file_that_was_altered_proves_no_anchor)
{
	uint8_t group[HASH_LEN] = { 1 };
	struct anchor a = { .size = 16 };
	struct forest f;

	grow(&f, 41);
	memcpy(a.group, group, HASH_LEN);
	memset(a.root, 0x77, HASH_LEN);
	CHECK(pwrite(f.fd, a.root, HASH_LEN, (off_t)tree_position(4, 0) * HASH_LEN) == HASH_LEN);
	CHECK(ask(&f, &a, group) == ANCHOR_DIFFERENT);
	close(f.fd);
}

TEST(an_anchor_is_read_as_it_was_written_and_no_longer)
{
	struct anchor a = { .epoch = 3, .size = 9, .root = { 5 } }, b;
	uint8_t mem[ANCHOR_LEN + 1] = { 0 };
	struct writer w = writer_over(mem, sizeof(mem));
	struct err e = { 0 };

	anchor_write(&w, &a);
	CHECK(w.n == ANCHOR_LEN && anchor_read(writer_span(&w), &b, &e));
	CHECK(b.epoch == 3 && b.size == 9 && memcmp(a.root, b.root, HASH_LEN) == 0);
	for (size_t n = 0; n <= sizeof(mem); n++)
		CHECK(anchor_read(span_of(mem, n), &b, &e) == (n == ANCHOR_LEN));
	mem[0] ^= 1;
	CHECK(!anchor_read(span_of(mem, ANCHOR_LEN), &b, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_public_roots_come_out),
		cmocka_unit_test(the_public_proofs_come_out),
		cmocka_unit_test(every_size_is_proved_to_be_in_every_later_one_and_no_other_root),
		cmocka_unit_test(the_frontier_is_read_back_at_any_size),
		cmocka_unit_test(an_anchor_tells_equal_ahead_behind_and_different),
		cmocka_unit_test(a_tree_file_that_was_altered_proves_no_anchor),
		cmocka_unit_test(an_anchor_is_read_as_it_was_written_and_no_longer),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
