/* SPDX-License-Identifier: Apache-2.0 */
/* How fast the log is without its disk: `meson test --benchmark`. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/unit/audit/fixture.h"

#define ENTRIES	100000
#define GROUP	16
#define LENGTH	400

static void
append(struct writer *out, struct writer *nodes, struct tree *tree, bool keep)
{
	static const uint8_t signature[LENGTH - ENTRY_HEAD];
	struct err e = { 0 };

	for (size_t i = 0; i < ENTRIES / GROUP; i++) {
		struct batch b;

		if (!keep) {
			writer_reset(out);
			writer_reset(nodes);
		}
		batch_begin(&b, out, tree, nodes);
		for (size_t j = 0; j < GROUP; j++) {
			batch_entry_begin(&b, 1, ENTRY_OUTCOME);
			wr_bytes(out, signature, sizeof(signature));
			CHECK(batch_entry_end(&b, NULL, &e));
		}
		CHECK(batch_end(&b, test_log_key, &e));
	}
}

static void
scan(struct span bytes, struct span key, const char *what)
{
	int fd = test_file(bytes);
	struct err e = { 0 };
	struct scan_end end;
	struct tree tree;
	uint64_t from = clock_us(), us;

	tree_init(&tree);
	CHECK(scan_log(fd, 0, &tree, key, NULL, &end, &e));
	us = clock_us() - from;
	CHECK(end.how == SCAN_CLEAN && tree.size == ENTRIES);
	printf("%s: %.0f entries/s, %.0f MB/s\n", what, ENTRIES * 1e6 / us, (double)bytes.n / us);
	close(fd);
}

int
main(void)
{
	AUTO_WRITER out = writer_grow(64u << 20), nodes = writer_grow(64u << 20);
	struct err e = { 0 };
	struct tree tree;
	uint64_t from;

	CHECK(crypto_start(&e));
	tree_init(&tree);
	from = clock_us();
	append(&out, &nodes, &tree, false);
	printf("append: %.0f entries/s\n", ENTRIES * 1e6 / (clock_us() - from));
	tree_init(&tree);
	writer_reset(&out);
	writer_reset(&nodes);
	append(&out, &nodes, &tree, true);
	scan(writer_span(&out), test_log_key, "scan with MACs");
	scan(writer_span(&out), span_of(NULL, 0), "scan without");
	return 0;
}
