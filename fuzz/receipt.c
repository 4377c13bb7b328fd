/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts as the command line reads them, and everything that is checked in them. */
#include "cli/receipt.h"
#include "fuzz/fuzz.h"

static struct receipt m;

static bool
again(struct span in, struct writer *out, struct err *e)
{
	if (!receipt_read(in, &m, e))
		return false;
	receipt_write(out, &m);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct receipt_facts facts;
	struct err e = { 0 };

	if (fuzz_again(again, span_of(data, size)) && !receipt_check(&m, NULL, &facts, &e) &&
	    e.code == ERR_NONE)
		bug("refused without a reason");
	return 0;
}
