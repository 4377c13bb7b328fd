/* SPDX-License-Identifier: Apache-2.0 */
/* Entries: the common head, and each kind's payload as PROTOCOL.sam 5.2 names it. */
#include "audit/entry.h"
#include "audit/genesis.h"
#include "crypto/alg.h"

#define WRITER(entry, rows)							\
	void entry##_write(struct writer *w, const struct entry *m)		\
	{ fields_write(w, rows, m, 0); }

static const struct field genesis_fields[] = {
	{ SPAN32(struct entry_genesis, genesis, 1, GENESIS_MAX) },
	{ SPAN32(struct entry_genesis, statement, 1, LOG_STATEMENT_MAX) },
	{ SPAN32(struct entry_genesis, evidences, 1, LOG_EVIDENCES_MAX) },
	{ FIELD_END },
};
WRITER(entry_genesis, genesis_fields)

static const struct field start_fields[] = {
	{ NUMBER(struct entry_start, life) },
	{ BYTES(struct entry_start, boot) },
	{ BYTES(struct entry_start, random) },
	{ TEXT8(struct entry_start, program, 0, UINT8_MAX) },
	{ FIELD_END },
};
WRITER(entry_start, start_fields)

static const struct field stop_fields[] = {
	{ TEXT8(struct entry_stop, why, 0, UINT8_MAX) },
	{ FIELD_END },
};
WRITER(entry_stop, stop_fields)

static const struct field proposed_fields[] = {
	{ NUMBER(struct entry_proposed, purpose) },
	{ BYTES(struct entry_proposed, subject) },
	{ BYTES(struct entry_proposed, body) },
	{ NUMBER(struct entry_proposed, expires) },
	{ FIELD_END },
};
WRITER(entry_proposed, proposed_fields)

static const struct field act_fields[] = {
	{ SPAN32(struct entry_act, statement, 1, LOG_STATEMENT_MAX) },
	{ SPAN32(struct entry_act, evidences, 1, LOG_EVIDENCES_MAX) },
	{ FIELD_END },
};
WRITER(entry_act, act_fields)

static const struct field signer_fields[] = {
	{ BYTES(struct entry_signer, id) },
	{ NUMBER(struct entry_signer, version) },
	{ RANGE(struct entry_signer, state, 1, 5) },
	{ NUMBER(struct entry_signer, cause) },
	{ BYTES(struct entry_signer, d) },
	{ SPAN32(struct entry_signer, statement, 0, LOG_STATEMENT_MAX) },
	{ SPAN32(struct entry_signer, evidences, 0, LOG_EVIDENCES_MAX) },
	{ SPAN32(struct entry_signer, record, 0, LOG_RECORD_MAX) },
	{ FIELD_END },
};
WRITER(entry_signer, signer_fields)

static const struct field key_fields[] = {
	{ BYTES(struct entry_key, id) },
	{ BYTES(struct entry_key, owner) },
	{ NUMBER(struct entry_key, version) },
	{ RANGE(struct entry_key, state, 1, 5) },
	{ NUMBER(struct entry_key, cause) },
	{ BYTES(struct entry_key, d) },
	{ BYTES(struct entry_key, detail) },
	{ SPAN32(struct entry_key, record, 0, LOG_RECORD_MAX) },
	{ FIELD_END },
};
WRITER(entry_key, key_fields)

static const struct field refused_fields[] = {
	{ TEXT8(struct entry_refused, reason, 1, REASON_WORD_MAX) },
	{ NUMBER(struct entry_refused, request) },
	{ RANGE(struct entry_refused, socket, 1, 2) },
	{ BYTES(struct entry_refused, signer) },
	{ BYTES(struct entry_refused, key) },
	{ BYTES(struct entry_refused, d) },
	{ FIELD_END },
};
WRITER(entry_refused, refused_fields)

static const struct field alarm_fields[] = {
	{ TEXT8(struct entry_alarm, what, 1, UINT8_MAX) },
	{ TEXT16(struct entry_alarm, detail, 0, UINT16_MAX) },
	{ FIELD_END },
};
WRITER(entry_alarm, alarm_fields)

void
entry_head_signed_write(struct writer *w, const struct head *m)
{
	head_write(w, m);
}

/* RESERVED, OUTCOME, REFUSALS: a head, then a list that stays bytes when it is read. */

static const struct field reserved_fields[] = {
	{ BYTES(struct entry_reserved, d) },
	{ BYTES(struct entry_reserved, key) },
	{ BYTES(struct entry_reserved, signer) },
	{ BYTES(struct entry_reserved, authenticator) },
	{ BYTES(struct entry_reserved, evidence) },
	{ BYTES(struct entry_reserved, requester) },
	{ RANGE(struct entry_reserved, seen, 1, 2) },
	{ NUMBER(struct entry_reserved, exp) },
	{ NUMBER(struct entry_reserved, uses) },
	{ LIST32(struct entry_reserved, n, 1, USE_ITEMS_MAX, NULL) },
	{ FIELD_END },
};
static const struct field reserved_index[] = {
	{ .kind = FIELD_NUMBER, .wire = 4, .size = 4, .max = USE_ITEMS_MAX - 1, .step = 4,
	    .rises = true },
	{ FIELD_END },
};

static void
list_write(struct writer *w, const struct field *head, const void *m, const struct field *rows,
    const void *items, size_t n)
{
	fields_write(w, head, m, 0);
	for (size_t i = 0; i < n; i++)
		fields_write(w, rows, items, i);
}

void
entry_reserved_write(struct writer *w, const struct entry_reserved *m, const uint32_t *index)
{
	list_write(w, reserved_fields, m, reserved_index, index, m->n);
}

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

static bool
reserved_list(struct reader *r, union entry_payload *p)
{
	return rd_take(r, 4 * p->reserved.n, &p->reserved.indexes) && indexes_ascend(&p->reserved);
}

static bool
link_fits(const void *m)
{
	size_t n = ((const struct entry_outcome *)m)->link.n;

	return n == 0 || n == OUTCOME_LINK_LEN;
}

static const struct field outcome_fields[] = {
	{ BYTES(struct entry_outcome, d) },
	{ BYTES(struct entry_outcome, key) },
	{ NUMBER(struct entry_outcome, reserved) },
	{ NUMBER(struct entry_outcome, alg) },
	{ NUMBER(struct entry_outcome, exp) },
	{ SPAN8(struct entry_outcome, link, 0, OUTCOME_LINK_LEN) },
	{ CHECKED(link_fits) },
	{ LIST32(struct entry_outcome, n, 1, USE_ITEMS_MAX, NULL) },
	{ FIELD_END },
};
static const struct field outcome_items[] = {
	{ RANGE(struct outcome_item, index, 0, USE_ITEMS_MAX - 1),
	    .step = sizeof(struct outcome_item), .rises = true },
	{ SPAN8(struct outcome_item, digest, 0, HASH_MAX), .step = sizeof(struct outcome_item) },
	{ RANGE(struct outcome_item, status, 0, OUTCOME_UNKNOWN),
	    .step = sizeof(struct outcome_item) },
	{ SPAN16(struct outcome_item, signature, 0, SIGNATURE_MAX),
	    .step = sizeof(struct outcome_item) },
	{ FIELD_END },
};

void
entry_outcome_write(struct writer *w, const struct entry_outcome *m,
    const struct outcome_item *item)
{
	list_write(w, outcome_fields, m, outcome_items, item, m->n);
}

/* An item off r, or r as it was. */
static bool
item_read(struct reader *r, const struct field *rows, void *item)
{
	struct reader at = *r;

	if (!fields_read(&at, rows, item))
		return false;
	*r = at;
	return true;
}

bool
entry_outcome_item(struct reader *r, struct outcome_item *out)
{
	return item_read(r, outcome_items, out);
}

static bool
outcome_item_fits(const struct outcome_item *it, const struct alg *alg)
{
	/* After a crash nobody knows which digests a reservation was for. */
	return (it->digest.n == alg->digest_len ||
	    (it->digest.n == 0 && it->status == OUTCOME_UNKNOWN)) &&
	    it->signature.n == (it->status == OUTCOME_SIGNED ? alg->signature_len : 0);
}

static bool
outcome_list(struct reader *r, union entry_payload *p)
{
	const struct alg *alg = alg_find(p->outcome.alg);
	const uint8_t *start = r->p;
	struct outcome_item it;
	uint32_t least = 0;

	for (size_t i = 0; i < p->outcome.n; i++) {
		if (alg == NULL || !entry_outcome_item(r, &it) || !outcome_item_fits(&it, alg) ||
		    it.index < least)
			return false;
		least = it.index + 1;
	}
	p->outcome.items = span_of(start, (size_t)(r->p - start));
	return true;
}

static const struct field refusals_fields[] = {
	{ NUMBER(struct entry_refusals, since) },
	{ LIST16(struct entry_refusals, n, 1, REFUSALS_MAX, NULL) },
	{ FIELD_END },
};
static const struct field refusals_items[] = {
	{ TEXT8(struct refusals_item, reason, 1, REASON_WORD_MAX),
	    .step = sizeof(struct refusals_item) },
	{ NUMBER(struct refusals_item, count), .step = sizeof(struct refusals_item) },
	{ FIELD_END },
};

void
entry_refusals_write(struct writer *w, const struct entry_refusals *m,
    const struct refusals_item *item)
{
	list_write(w, refusals_fields, m, refusals_items, item, m->n);
}

bool
entry_refusals_item(struct reader *r, struct refusals_item *out)
{
	return item_read(r, refusals_items, out);
}

static bool
refusals_list(struct reader *r, union entry_payload *p)
{
	const uint8_t *start = r->p;
	struct refusals_item it;

	for (size_t i = 0; i < p->refusals.n; i++)
		if (!entry_refusals_item(r, &it))
			return false;
	p->refusals.items = span_of(start, (size_t)(r->p - start));
	return true;
}

static const struct kind {
	const char	*name;
	const struct field *fields;
	bool		(*list)(struct reader *, union entry_payload *);
} kinds[ENTRY_KINDS] = {
	[ENTRY_GENESIS]		= { "genesis",	genesis_fields },
	[ENTRY_START]		= { "start",	start_fields },
	[ENTRY_STOP]		= { "stop",	stop_fields },
	[ENTRY_HEAD_SIGNED]	= { "head",	head_fields },
	[ENTRY_PROPOSED]	= { "proposed",	proposed_fields },
	[ENTRY_ACT]		= { "act",	act_fields },
	[ENTRY_SIGNER]		= { "signer",	signer_fields },
	[ENTRY_KEY]		= { "key",	key_fields },
	[ENTRY_RESERVED]	= { "reserved",	reserved_fields, reserved_list },
	[ENTRY_OUTCOME]		= { "outcome",	outcome_fields,	outcome_list },
	[ENTRY_REFUSED]		= { "refused",	refused_fields },
	[ENTRY_REFUSALS]	= { "refusals",	refusals_fields, refusals_list },
	[ENTRY_ALARM]		= { "alarm",	alarm_fields },
	[ENTRY_WINDOW]		= { "window",	entry_window_fields },
	[ENTRY_SESSION]		= { "session",	entry_session_fields },
	[ENTRY_SESSION_CERTIFIED] = { "session-certified", entry_session_certified_fields },
	[ENTRY_SESSION_ENDED]	= { "session-ended", entry_session_ended_fields },
	[ENTRY_TRY]		= { "try",	entry_try_fields },
	[ENTRY_TRIED]		= { "tried",	entry_tried_fields },
	[ENTRY_GRANTED]		= { "granted",	entry_granted_fields },
	[ENTRY_PERSON]		= { "person",	entry_person_fields },
	[ENTRY_GRANT_KEY]	= { "grant-key", entry_grant_key_fields },
};

bool
entry_read(struct span bytes, struct entry *out, struct err *e)
{
	struct reader r = reader_over(bytes);
	uint8_t kind, version;
	struct entry m;

	if (bytes.n > ENTRY_MAX || !rd_u64(&r, &m.sequence) || !rd_u64(&r, &m.time) ||
	    !rd_u8(&r, &kind) || !rd_u8(&r, &version))
		return err_set(e, ERR_FORMAT, "entry of %zu bytes", bytes.n);
	if (kind == 0 || kind >= ENTRY_KINDS || kinds[kind].name == NULL || version != ENTRY_VERSION)
		return err_set(e, ERR_FORMAT, "entry %llu is of kind %u, version %u, which this "
		    "program does not know", (unsigned long long)m.sequence, kind, version);
	m.kind = (enum entry_kind)kind;
	m.payload = span_of(r.p, r.n);
	*out = m;
	return true;
}

void
entry_head_write(struct writer *w, uint64_t sequence, uint64_t time, enum entry_kind kind)
{
	wr_u64(w, sequence);
	wr_u64(w, time);
	wr_u8(w, (uint8_t)kind);
	wr_u8(w, ENTRY_VERSION);
}

bool
entry_payload_read(const struct entry *m, union entry_payload *out, struct err *e)
{
	const struct kind *k = &kinds[m->kind];
	struct reader r = reader_over(m->payload);
	union entry_payload p;

	if (!fields_read(&r, k->fields, &p) || (k->list != NULL && !k->list(&r, &p)) || !rd_end(&r))
		return err_set(e, ERR_FORMAT, "payload of \"%s\": malformed at byte %zu", k->name,
		    m->payload.n - r.n);
	*out = p;
	return true;
}

const char *
entry_kind_name(enum entry_kind kind)
{
	return (size_t)kind < ENTRY_KINDS && kinds[kind].name != NULL ? kinds[kind].name : "unknown";
}
