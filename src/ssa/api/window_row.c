/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of windows: "PWN1", key, requester, when opened, when over, how many. */
#include "ssa/api/window_row.h"

#define ROW_MAGIC		"PWN1"
#define ROW_LEN		(4 + 16 + 16 + 8 + 8 + 4)

void
window_row_keep(struct ssa *s, const struct activation *a, uint64_t now)
{
	uint8_t bytes[ROW_LEN];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct approval row = { .evidences = span_of("", 0) };

	wr_span(&w, span_str(ROW_MAGIC));
	wr_bytes(&w, a->key, 16);
	wr_bytes(&w, a->requester, 16);
	wr_u64(&w, now);
	wr_u64(&w, a->expires);
	wr_u32(&w, (uint32_t)a->n);
	memcpy(row.d, a->d, HASH_LEN);
	memcpy(row.signer, a->account, 16);
	row.statement = writer_span(&w);
	s->store->ops->approval_put(s->store, &row);	/* one that is there stays */
}

bool
window_row_read(const struct approval *a, struct window_row *out)
{
	struct reader r = reader_over(a->statement);
	struct window_row row;
	uint8_t magic[4];

	if (a->evidences.n > 0 || !rd_bytes(&r, magic, sizeof(magic)) ||
	    memcmp(magic, ROW_MAGIC, sizeof(magic)) != 0 || !rd_bytes(&r, row.key, 16) ||
	    !rd_bytes(&r, row.requester, 16) || !rd_u64(&r, &row.opened) || !rd_u64(&r, &row.expires) ||
	    !rd_u32(&r, &row.count) || !rd_end(&r))
		return false;
	*out = row;
	return true;
}
