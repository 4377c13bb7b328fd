/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of each kind, from a few numbers. */
#include "tests/unit/sam/entries.h"

void
entries_init(struct entries *l, bool bare)
{
	memset(l, 0, sizeof(*l));
	l->all = writer_grow(64u << 20);
	l->time = SAMPLE_TIME;
	CHECK((l->s = state_new(&sam_trade, &l->e)) != NULL);
	if (!bare)
		CHECK(add_genesis(l));
}

void
entries_free(struct entries *l)
{
	state_free(l->s);
	writer_wipe(&l->all);
}

struct writer *
entries_begin(struct entries *l, enum entry_kind kind)
{
	l->at = l->all.n;
	wr_u32(&l->all, 0);
	entry_head_write(&l->all, l->s->entries, ++l->time, kind);
	return &l->all;
}

bool
entries_end(struct entries *l)
{
	struct span bytes = span_of(l->all.p + l->at + 4, l->all.n - l->at - 4);
	struct entry entry;

	CHECK(writer_ok(&l->all));
	wr_patch_u32(&l->all, l->at, (uint32_t)bytes.n);
	err_clear(&l->e);
	if (entry_read(bytes, &entry, &l->e) && fold_apply(l->s, &entry, bytes, 52 + l->at, &l->e))
		return true;
	CHECK(l->e.code != ERR_NONE);
	l->all.n = l->at;
	return false;
}

void
entries_fold(const struct entries *l, size_t at, struct state *s)
{
	struct reader r = reader_over(span_of(l->all.p + at, l->all.n - at));
	struct err e = { 0 };
	struct entry entry;
	struct span bytes;

	while (rd_span32(&r, 1, ENTRY_MAX, &bytes)) {
		CHECK(entry_read(bytes, &entry, &e));
		CHECK(fold_apply(s, &entry, bytes, 52 + (uint64_t)(bytes.p - 4 - l->all.p), &e));
	}
	CHECK(rd_end(&r));
}

bool
add_genesis(struct entries *l)
{
	struct entry_genesis m = { sample_genesis(), span_str("s"), span_str("e") };

	entry_genesis_write(entries_begin(l, ENTRY_GENESIS), &m);
	return entries_end(l);
}

bool
add_proposed(struct entries *l, uint16_t purpose, uint64_t expires, uint8_t id[32])
{
	struct entry_proposed m = { .purpose = purpose, .expires = expires };
	bool ok;

	entry_proposed_write(entries_begin(l, ENTRY_PROPOSED), &m);
	ok = entries_end(l);
	if (ok && id != NULL)
		tree_leaf(span_of(l->all.p + l->at + 4, l->all.n - l->at - 4), id);
	return ok;
}

bool
add_act(struct entries *l, const struct statement *s)
{
	AUTO_WRITER w = writer_grow(STATEMENT_MAX);
	struct entry_act m = { .evidences = span_str("e") };

	statement_write(&w, s);
	m.statement = writer_span(&w);
	entry_act_write(entries_begin(l, ENTRY_ACT), &m);
	return entries_end(l);
}

void
entries_id(uint8_t *out, uint32_t n, uint8_t kind)
{
	uint8_t hash[HASH_LEN];
	uint8_t in[5] = { kind, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };

	sha256(span_of(in, sizeof(in)), hash);
	memcpy(out, hash, ID_LEN);
}

bool
add_signer(struct entries *l, uint32_t id, uint32_t version, uint8_t state, bool record)
{
	struct entry_signer m = { .version = version, .state = 1, .cause = PURPOSE_BIND,
		.record = record ? span_str("sealed") : span_of(NULL, 0) };

	entries_id(m.id, id, 's');
	entry_signer_write(entries_begin(l, ENTRY_SIGNER), &m);
	l->all.p[l->at + 4 + ENTRY_HEAD + ID_LEN + 4] = state;	/* no writer would write a bad one */
	return entries_end(l);
}

bool
add_key(struct entries *l, uint32_t id, uint32_t owner, uint32_t version, uint8_t state,
    bool record)
{
	struct entry_key m = { .version = version, .state = 1,
		.cause = version == 1 && record ? PURPOSE_CREATE_KEY : KEY_CAUSE_LINK,
		.record = record ? span_str("sealed") : span_of(NULL, 0) };

	entries_id(m.id, id, 'k');
	entries_id(m.owner, owner, 's');
	entries_id(m.detail, id, 'p');
	entry_key_write(entries_begin(l, ENTRY_KEY), &m);
	l->all.p[l->at + 4 + ENTRY_HEAD + 2 * ID_LEN + 4] = state;
	return entries_end(l);
}

bool
add_reserved(struct entries *l, uint32_t key, uint32_t d, uint32_t uses, size_t n)
{
	struct entry_reserved m = { .seen = 1, .exp = l->time + 1000, .uses = uses, .n = n };
	uint32_t index[USE_ITEMS_MAX];

	for (size_t i = 0; i < n; i++)
		index[i] = (uint32_t)i;
	entries_id(m.key, key, 'k');
	entries_id(m.d, d, 'd');
	entry_reserved_write(entries_begin(l, ENTRY_RESERVED), &m, index);
	return entries_end(l);
}

bool
add_outcome(struct entries *l, uint32_t key, uint32_t d, uint64_t reserved, size_t n)
{
	static const uint8_t some[64];
	struct entry_outcome m = { .reserved = reserved, .alg = 1, .exp = l->time, .n = n };
	struct outcome_item items[USE_ITEMS_MAX];

	for (size_t i = 0; i < n; i++)
		items[i] = (struct outcome_item){ (uint32_t)i, i % 3 == 2 ? OUTCOME_UNKNOWN : OUTCOME_SIGNED,
			span_of(some, i % 3 == 2 ? 0 : 32), span_of(some, i % 3 == 2 ? 0 : 64) };
	entries_id(m.key, key, 'k');
	entries_id(m.d, d, 'd');
	entry_outcome_write(entries_begin(l, ENTRY_OUTCOME), &m, items);
	return entries_end(l);
}

bool
add_alarm(struct entries *l)
{
	struct entry_alarm m = { span_str("disk"), span_str("80 %") };

	entry_alarm_write(entries_begin(l, ENTRY_ALARM), &m);
	return entries_end(l);
}
