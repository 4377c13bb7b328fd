/* SPDX-License-Identifier: Apache-2.0 */
/* RESERVED and OUTCOME: the two entries that every signature makes. */
#include "audit/entry_use.h"
#include "crypto/alg.h"

uint32_t
entry_reserved_index(const struct entry_reserved *m, size_t i)
{
	const uint8_t *p = m->indexes.p + 4 * i;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool
indexes_ascend(const struct entry_reserved *m)
{
	for (size_t i = 0; i < m->n; i++) {
		uint32_t index = entry_reserved_index(m, i);

		if (index >= USE_ITEMS_MAX || (i > 0 && index <= entry_reserved_index(m, i - 1)))
			return false;
	}
	return true;
}

bool
entry_reserved_read(struct span bytes, struct entry_reserved *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct entry_reserved m;

	if (!rd_bytes(&r, m.d, HASH_LEN) || !rd_bytes(&r, m.key, ID_LEN) ||
	    !rd_bytes(&r, m.signer, ID_LEN) || !rd_bytes(&r, m.authenticator, ID_LEN) ||
	    !rd_bytes(&r, m.evidence, HASH_LEN) || !rd_bytes(&r, m.requester, ID_LEN) ||
	    !rd_u8(&r, &m.seen) || m.seen < 1 || m.seen > 2 || !rd_u64(&r, &m.exp) ||
	    !rd_u32(&r, &m.uses))
		return err_set(e, ERR_FORMAT, "RESERVED: head");
	if (!rd_count32(&r, 1, USE_ITEMS_MAX, &m.n) || !rd_take(&r, 4 * m.n, &m.indexes) ||
	    !indexes_ascend(&m))
		return err_set(e, ERR_FORMAT, "RESERVED: indexes");
	if (!rd_end(&r))
		return err_set(e, ERR_FORMAT, "RESERVED: trailing bytes");
	*out = m;
	return true;
}

void
entry_reserved_write(struct writer *w, const struct entry_reserved *m, const uint32_t *index)
{
	wr_bytes(w, m->d, HASH_LEN);
	wr_bytes(w, m->key, ID_LEN);
	wr_bytes(w, m->signer, ID_LEN);
	wr_bytes(w, m->authenticator, ID_LEN);
	wr_bytes(w, m->evidence, HASH_LEN);
	wr_bytes(w, m->requester, ID_LEN);
	wr_u8(w, m->seen);
	wr_u64(w, m->exp);
	wr_u32(w, m->uses);
	wr_u32(w, (uint32_t)m->n);
	for (size_t i = 0; i < m->n; i++)
		wr_u32(w, index[i]);
}

bool
entry_outcome_item(struct reader *r, struct outcome_item *out)
{
	struct reader at = *r;
	struct outcome_item it;

	if (!rd_u32(&at, &it.index) || !rd_span8(&at, 0, HASH_MAX, &it.digest) ||
	    !rd_u8(&at, &it.status) || !rd_span16(&at, 0, SIGNATURE_MAX, &it.signature))
		return false;
	*r = at;
	*out = it;
	return true;
}

static bool
outcome_item_fits(const struct outcome_item *it, const struct alg *alg)
{
	return it->index < USE_ITEMS_MAX && it->status <= OUTCOME_UNKNOWN &&
	    /* After a crash nobody knows which digests a reservation was for. */
	    (it->digest.n == alg->digest_len ||
	    (it->digest.n == 0 && it->status == OUTCOME_UNKNOWN)) &&
	    it->signature.n == (it->status == OUTCOME_SIGNED ? alg->signature_len : 0);
}

/* Takes the items off r, each checked. */
static bool
outcome_items(struct reader *r, struct entry_outcome *m, struct err *e)
{
	const struct alg *alg = alg_find(m->alg);
	const uint8_t *start = r->p;
	struct outcome_item it;
	uint32_t least = 0;

	if (alg == NULL)
		return err_set(e, ERR_FORMAT, "OUTCOME: algorithm %u", m->alg);
	for (size_t i = 0; i < m->n; i++) {
		if (!entry_outcome_item(r, &it) || !outcome_item_fits(&it, alg) || it.index < least)
			return err_set(e, ERR_FORMAT, "OUTCOME: item %zu", i);
		least = it.index + 1;
	}
	m->items = span_of(start, (size_t)(r->p - start));
	return true;
}

bool
entry_outcome_read(struct span bytes, struct entry_outcome *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	struct entry_outcome m;

	if (!rd_bytes(&r, m.d, HASH_LEN) || !rd_bytes(&r, m.key, ID_LEN) ||
	    !rd_u64(&r, &m.reserved) || !rd_u16(&r, &m.alg) || !rd_u64(&r, &m.exp) ||
	    !rd_count32(&r, 1, USE_ITEMS_MAX, &m.n))
		return err_set(e, ERR_FORMAT, "OUTCOME: head");
	if (!outcome_items(&r, &m, e))
		return false;
	if (!rd_end(&r))
		return err_set(e, ERR_FORMAT, "OUTCOME: trailing bytes");
	*out = m;
	return true;
}

void
entry_outcome_write(struct writer *w, const struct entry_outcome *m,
    const struct outcome_item *item)
{
	wr_bytes(w, m->d, HASH_LEN);
	wr_bytes(w, m->key, ID_LEN);
	wr_u64(w, m->reserved);
	wr_u16(w, m->alg);
	wr_u64(w, m->exp);
	wr_u32(w, (uint32_t)m->n);
	for (size_t i = 0; i < m->n; i++) {
		wr_u32(w, item[i].index);
		wr_span8(w, item[i].digest);
		wr_u8(w, item[i].status);
		wr_span16(w, item[i].signature);
	}
}
