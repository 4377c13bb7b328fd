/* SPDX-License-Identifier: Apache-2.0 */
/* The clear head of a sealed record. */
#include "base/reader.h"
#include "ssa/record.h"
#include "wire/enact.h"

bool
record_head_read(struct span sealed, struct record *out)
{
	struct reader r = reader_over(sealed);
	struct record got = { .sealed = sealed };
	struct span skipped;
	uint8_t schema;
	uint32_t epoch;

	if (sealed.n > RECORD_MAX || !rd_take(&r, 4, &skipped) ||
	    !span_equal(skipped, span_str("PRR1")) || !rd_u8(&r, &got.type) || !rd_u8(&r, &schema) ||
	    schema != 1 || !rd_take(&r, 32, &skipped) || !rd_u32(&r, &epoch) ||
	    !rd_bytes(&r, got.owner, 16) || !rd_bytes(&r, got.id, 16) || !rd_u32(&r, &got.version) ||
	    (got.type != RECORD_SIGNER && got.type != RECORD_KEY &&
	    got.type != RECORD_PERSON))
		return false;
	*out = got;
	return true;
}
