/* SPDX-License-Identifier: Apache-2.0 */
/* 0: genesis, 1: an officer's card, 2: an anchor, 3: a frame for the flusher, 4: an answer of
 * it. */
#include "audit/anchor.h"
#include "audit/flusher_msg.h"
#include "audit/genesis.h"
#include "fuzz/fuzz.h"

static bool
again_genesis(struct span in, struct writer *out, struct err *e)
{
	static struct genesis g;

	if (!genesis_read(in, &g, e))
		return false;
	genesis_write(out, &g);
	return true;
}

static bool
again_card(struct span in, struct writer *out, struct err *e)
{
	struct officer_card c;

	if (!officer_card_read(in, &c, e))
		return false;
	officer_card_write(out, &c);
	return true;
}

static bool
again_anchor(struct span in, struct writer *out, struct err *e)
{
	struct anchor a;

	if (!anchor_read(in, &a, e))
		return false;
	anchor_write(out, &a);
	return true;
}

static bool
again_request(struct span in, struct writer *out, struct err *e)
{
	struct flush_request q;
	size_t used;

	if (!flush_request_read(in, &q, &used, e))
		return e->code != ERR_NONE ? false : err_set(e, ERR_FORMAT, "no reason");
	if (used == 0 || used != in.n)
		return err_set(e, ERR_FORMAT, "not one whole frame");
	wr_span(out, in);		/* flush_*_write take pieces: nothing to compare */
	return true;
}

static bool
again_answer(struct span in, struct writer *out, struct err *e)
{
	struct flush_answer a;
	size_t used;

	if (!flush_answer_read(in, &a, &used, e))
		return false;
	if (used == 0 || used != in.n)
		return err_set(e, ERR_FORMAT, "not one whole frame");
	flush_answer_write(out, &a);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static fuzz_again_fn *const kinds[] = { again_genesis, again_card, again_anchor, again_request,
		again_answer };
	struct span in = span_of(data, size);
	size_t which = fuzz_pick(&in, COUNT(kinds));

	if (which != SIZE_MAX)
		fuzz_again(kinds[which], in);
	return 0;
}
