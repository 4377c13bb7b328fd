/* SPDX-License-Identifier: Apache-2.0 */
/* Whole log files: scanned as at a start, verified as by an auditor, and folded. */
#include <sys/mman.h>
#include <unistd.h>

#include "auditor/verify_file.h"
#include "fuzz/fuzz.h"
#include "sam/trade.h"

/* The state is large: made when there is a first entry. */
static bool
fold(void *state, const struct entry *entry, struct span bytes, struct err *e)
{
	struct state **s = state;

	return (*s != NULL || (*s = state_new(&sam_trade, e)) != NULL) &&
	    fold_apply(*s, entry, bytes, entry->sequence * 1000, e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct verify_report report;
	struct verify_options options = { NULL, { NULL, 0 } };
	struct err e = { 0 }, f = { 0 };
	AUTO(state) *s = NULL;
	struct scan_visitor visitor = { .entry = fold, .ctx = &s };
	struct scan_end end;
	struct tree tree;
	int fd = memfd_create("log", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		bug("no file for a log");
	tree_init(&tree);
	if (scan_log(fd, 0, &tree, span_of(NULL, 0), &visitor, &end, &e) && end.offset > size)
		bug("a log longer than its file");
	if (!verify_file(fd, &options, &report, &f) && f.code == ERR_NONE)
		bug("refused without a reason");
	close(fd);
	return 0;
}
