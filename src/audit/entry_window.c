/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a log beside an approval: a window on the SSA's word; the link from a document to
 * what was signed. PROTOCOL.sam 5.2 */
#include "audit/entry_use.h"
#include "base/fields.h"

/* What d is the digest of. */
static const struct field window_body[] = {
	{ BYTES(struct entry_window, key) },
	{ BYTES(struct entry_window, signer) },
	{ BYTES(struct entry_window, session) },
	{ NUMBER(struct entry_window, expires) },
	{ RANGE(struct entry_window, count, 1, USE_ITEMS_MAX) },
	{ BYTES(struct entry_window, random) },
	{ FIELD_END },
};
const struct field entry_window_fields[] = {
	{ BYTES(struct entry_window, d) },
	{ .kind = FIELD_PART, .fields = window_body },
	{ FIELD_END },
};
void
entry_window_write(struct writer *w, const struct entry_window *m)
{
	fields_write(w, entry_window_fields, m, 0);
}

void
window_digest(const struct entry_window *m, uint8_t d[HASH_LEN])
{
	static const char prefix[] = "propria-window-v1";
	uint8_t mem[sizeof(prefix) + 3 * ID_LEN + 8 + 4 + 32];
	struct writer w = writer_over(mem, sizeof(mem));

	wr_bytes(&w, prefix, sizeof(prefix));
	fields_write(&w, window_body, m, 0);
	if (!writer_ok(&w))
		bug("a window out of its bounds");
	sha256(writer_span(&w), d);
}

struct span
outcome_link(uint8_t mem[OUTCOME_LINK_LEN], uint64_t signing, const uint8_t cert[32])
{
	struct writer w = writer_over(mem, OUTCOME_LINK_LEN);

	wr_u64(&w, signing);
	wr_bytes(&w, cert, 32);
	return writer_span(&w);
}

const uint8_t *
entry_outcome_link(const struct entry_outcome *m, uint64_t *signing)
{
	struct reader r = reader_over(m->link);

	*signing = 0;
	return rd_u64(&r, signing) ? r.p : NULL;
}
