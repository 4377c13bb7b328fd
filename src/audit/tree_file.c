/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes in a file. */
#include <errno.h>
#include <unistd.h>

#include "audit/tree_file.h"

static bool
read_node(void *ctx, uint64_t at, uint8_t out[HASH_LEN], struct err *e)
{
	const int *fd = ctx;
	size_t got;

	if (!scan_read_at(*fd, at * HASH_LEN, out, HASH_LEN, &got, e))
		return false;
	return got == HASH_LEN || err_set(e, ERR_BACKEND,
	    "the tree file ends before node %llu: it is made again at the next start",
	    (unsigned long long)at);
}

struct tree_source
tree_file_source(const int *fd)
{
	return (struct tree_source){ .read = read_node, .ctx = (void *)(uintptr_t)fd };
}

bool
tree_file_same(int fd, uint64_t at, struct span nodes)
{
	uint8_t block[4096];
	uint64_t offset = at * HASH_LEN;
	size_t n, got;

	for (; nodes.n > 0; nodes = span_of(nodes.p + n, nodes.n - n), offset += n) {
		n = nodes.n < sizeof(block) ? nodes.n : sizeof(block);
		if (!scan_read_at(fd, offset, block, n, &got, NULL) || got < n ||
		    memcmp(block, nodes.p, n) != 0)
			return false;
	}
	return true;
}

bool
tree_file_write(int fd, uint64_t at, struct span nodes, struct err *e)
{
	uint64_t offset = at * HASH_LEN;

	while (nodes.n > 0) {
		ssize_t n = pwrite(fd, nodes.p, nodes.n, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_errno(e, ERR_BACKEND, n < 0 ? errno : EIO, "writing the tree file");
		nodes = span_of(nodes.p + n, nodes.n - (size_t)n);
		offset += (uint64_t)n;
	}
	return true;
}
