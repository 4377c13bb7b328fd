/* SPDX-License-Identifier: Apache-2.0 */
/* What stands inside sealed records: 0 signer, 1 key. And 2: a snapshot's state. */
#include "fuzz/fuzz.h"
#include "sam/record.h"
#include "sam/trade.h"

static bool
again_signer(struct span in, struct writer *out, struct err *e)
{
	static struct signer_record s;

	if (!signer_record_read(in, &s, e))
		return false;
	signer_record_write(out, &s);
	return true;
}

static bool
again_key(struct span in, struct writer *out, struct err *e)
{
	static struct key_record k;

	if (!key_record_read(in, &k, e))
		return false;
	key_record_write(out, &k);
	return true;
}

/* The rows of its index may come in another order: only that it reads again is asked. */
static void
state(struct span in)
{
	AUTO_WRITER out = writer_grow(64u << 20);
	AUTO(state) *s = NULL, *again = NULL;
	struct err e = { 0 };

	if ((s = state_read(&sam_trade, in, &e)) == NULL)
		return;
	state_write(&out, s);
	if (!writer_ok(&out) || (again = state_read(&sam_trade, writer_span(&out), &e)) == NULL)
		bug("a state that does not come back");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	size_t which = fuzz_pick(&in, 3);

	if (which == 0)
		fuzz_again(again_signer, in);
	else if (which == 1)
		fuzz_again(again_key, in);
	else if (which == 2)
		state(in);
	return 0;
}
