/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of all purposes. */
#include "fuzz/fuzz.h"
#include "statement/statement.h"

static struct statement s;

static bool
again(struct span in, struct writer *out, struct err *e)
{
	if (!statement_read(in, &s, e))
		return false;
	statement_write(out, &s);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_again(again, span_of(data, size));
	return 0;
}
