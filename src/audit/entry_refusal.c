/* SPDX-License-Identifier: Apache-2.0 */
/* REFUSED, REFUSALS, ALARM: what did not happen, and what should not have. */
#include "audit/entry_use.h"
#include "base/text.h"

static bool
read_reason(struct reader *r, struct span *reason)
{
	return rd_span8(r, 1, REASON_WORD_MAX, reason) && text_is_clean(*reason);
}

bool
entry_refused_read(struct span bytes, struct entry_refused *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct entry_refused m;

	if (!read_reason(&r, &m.reason) || !rd_u8(&r, &m.request) || !rd_u8(&r, &m.socket) ||
	    m.socket < 1 || m.socket > 2 || !rd_bytes(&r, m.signer, ID_LEN) ||
	    !rd_bytes(&r, m.key, ID_LEN) || !rd_bytes(&r, m.d, HASH_LEN) || !rd_end(&r))
		return err_set(e, ERR_FORMAT, "REFUSED: malformed");
	*out = m;
	return true;
}

void
entry_refused_write(struct writer *w, const struct entry_refused *m)
{
	wr_span8(w, m->reason);
	wr_u8(w, m->request);
	wr_u8(w, m->socket);
	wr_bytes(w, m->signer, ID_LEN);
	wr_bytes(w, m->key, ID_LEN);
	wr_bytes(w, m->d, HASH_LEN);
}

bool
entry_refusals_item(struct reader *r, struct refusals_item *out)
{
	struct reader at = *r;
	struct refusals_item it;

	if (!read_reason(&at, &it.reason) || !rd_u32(&at, &it.count))
		return false;
	*r = at;
	*out = it;
	return true;
}

bool
entry_refusals_read(struct span bytes, struct entry_refusals *out, struct err *e)
{
	struct reader r = reader_over(bytes), at;
	struct refusals_item it;
	struct entry_refusals m;

	if (!rd_u64(&r, &m.since) || !rd_count16(&r, 1, REFUSALS_MAX, &m.n))
		return err_set(e, ERR_FORMAT, "REFUSALS: head");
	at = r;
	for (size_t i = 0; i < m.n; i++)
		if (!entry_refusals_item(&at, &it))
			return err_set(e, ERR_FORMAT, "REFUSALS: item %zu", i);
	if (!rd_end(&at))
		return err_set(e, ERR_FORMAT, "REFUSALS: trailing bytes");
	m.items = span_of(r.p, r.n);
	*out = m;
	return true;
}

void
entry_refusals_write(struct writer *w, const struct entry_refusals *m,
    const struct refusals_item *item)
{
	wr_u64(w, m->since);
	wr_u16(w, (uint16_t)m->n);
	for (size_t i = 0; i < m->n; i++) {
		wr_span8(w, item[i].reason);
		wr_u32(w, item[i].count);
	}
}

bool
entry_alarm_read(struct span bytes, struct entry_alarm *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct entry_alarm m;

	if (!rd_span8(&r, 1, UINT8_MAX, &m.what) || !text_is_clean(m.what) ||
	    !rd_span16(&r, 0, UINT16_MAX, &m.detail) || !text_is_clean(m.detail) || !rd_end(&r))
		return err_set(e, ERR_FORMAT, "ALARM: malformed");
	*out = m;
	return true;
}

void
entry_alarm_write(struct writer *w, const struct entry_alarm *m)
{
	wr_span8(w, m->what);
	wr_span16(w, m->detail);
}
