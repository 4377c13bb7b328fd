/* SPDX-License-Identifier: Apache-2.0 */
/* The state: its lookups, and its bytes in a snapshot. */
#include <malloc.h>
#include <stdlib.h>

#include "base/fields.h"
#include "sam/trade.h"

#define TABLE_BYTES	(1 << 20)	/* what is larger is mapped, and goes back when it is freed */

struct state *
state_new(const struct trade *trade, struct err *e)
{
	struct state *s = calloc(1, sizeof(*s));

	/* Else the allocator keeps what tables leave behind as they grow: a sixth of a full index. */
	mallopt(M_MMAP_THRESHOLD, TABLE_BYTES);
	if (s == NULL) {
		err_set(e, ERR_BACKEND, "no memory for the state");
		return NULL;
	}
	s->trade = trade;
	if ((s->index = index_new(e)) == NULL || (s->answers = answers_new(e)) == NULL ||
	    (s->prints = prints_new(e)) == NULL ||
	    (s->sessions = calloc(1, sizeof(*s->sessions))) == NULL ||
	    (s->reserved = calloc(RESERVED_OPEN_MAX, sizeof(*s->reserved))) == NULL ||
	    (trade->own != NULL && (s->own = trade->own->make(e)) == NULL)) {
		err_set(e, ERR_BACKEND, "no memory for the state");
		state_free(s);
		return NULL;
	}
	return s;
}

void
state_free(struct state *s)
{
	if (s == NULL)
		return;
	index_free(s->index);
	answers_free(s->answers);
	prints_free(s->prints);
	if (s->trade->own != NULL)
		s->trade->own->free(s->own);
	free(s->reserved);
	free(s->sessions);
	free(s);
}

const struct officer *
state_officer(const struct state *s, const uint8_t id[ID_LEN])
{
	for (size_t i = 0; i < s->officers; i++)
		if (memcmp(s->officer[i].id, id, ID_LEN) == 0)
			return &s->officer[i];
	return NULL;
}

void
anchor_id(const struct body_add_anchor *b, uint8_t id[32])
{
	struct span parts[] = { b->spki, b->issuer, span_of(b->profile, PROFILE_LEN) };

	sha256_parts(parts, COUNT(parts), id);
}

const struct trust_anchor *
state_anchor(const struct state *s, const uint8_t id[32])
{
	for (size_t i = 0; i < s->anchors; i++)
		if (memcmp(s->anchor[i].id, id, 32) == 0)
			return &s->anchor[i];
	return NULL;
}

struct proposal *
state_proposal(struct state *s, const uint8_t id[32])
{
	for (size_t i = 0; i < PROPOSALS_MAX; i++)
		if (s->proposal[i].expires != 0 && memcmp(s->proposal[i].id, id, 32) == 0)
			return &s->proposal[i];
	return NULL;
}

bool
state_is_officer_key(const struct state *s, struct span spki)
{
	for (size_t i = 0; i < s->officers; i++)
		if (span_equal(spki, span_of(s->officer[i].spki, s->officer[i].spki_len)))
			return true;
	return false;
}

static bool
algorithms_are_known(const void *state)
{
	const struct state *s = state;

	for (size_t i = 0; i < s->anchors; i++)
		if (alg_find(s->anchor[i].alg) == NULL)
			return false;
	return true;
}

#define EACH_OFFICER	EACH_OF(struct state, officer)
#define EACH_ANCHOR	EACH_OF(struct state, anchor)
#define EACH_PEER	EACH_OF(struct state, peer)
#define EACH_PROVIDER	EACH_OF(struct state, provider)

static const struct field officers[] = {
	{ BYTES(struct state, officer[0].id), EACH_OFFICER },
	{ NUMBER(struct state, officer[0].role), EACH_OFFICER },
	{ NUMBER(struct state, officer[0].type), EACH_OFFICER },
	{ HELD8(struct state, officer[0].person, officer[0].person_len, 1), EACH_OFFICER },
	{ HELD16(struct state, officer[0].spki, officer[0].spki_len, 1), EACH_OFFICER },
	{ FIELD_END },
};
static const struct field anchors[] = {
	{ BYTES(struct state, anchor[0].id), EACH_ANCHOR },
	{ NUMBER(struct state, anchor[0].usage), EACH_ANCHOR },
	{ NUMBER(struct state, anchor[0].alg), EACH_ANCHOR },
	{ HELD16(struct state, anchor[0].spki, anchor[0].spki_len, 1), EACH_ANCHOR },
	{ HELD16(struct state, anchor[0].issuer, anchor[0].issuer_len, 1), EACH_ANCHOR },
	{ HELD8(struct state, anchor[0].label, anchor[0].label_len, 1), EACH_ANCHOR },
	{ NUMBER(struct state, anchor[0].max_days), EACH_ANCHOR },
	{ BYTES(struct state, anchor[0].profile), EACH_ANCHOR },
	{ RANGE(struct state, anchor[0].rules, 0, ANCHOR_RULES_ALL), EACH_ANCHOR },
	{ HELD8(struct state, anchor[0].policy, anchor[0].policy_len, 0), EACH_ANCHOR },
	{ HELD8(struct state, anchor[0].added, anchor[0].added_len, 0), EACH_ANCHOR },
	{ FIELD_END },
};
static const struct field peers[] = {
	{ BYTES(struct state, peer[0].id), EACH_PEER },
	{ RANGE(struct state, peer[0].kind, PEER_SAM, PEER_MODULE), EACH_PEER },
	{ BYTES(struct state, peer[0].peer), EACH_PEER },
	{ HELD8(struct state, peer[0].key, peer[0].key_len, 1), EACH_PEER },
	{ HELD8(struct state, peer[0].label, peer[0].label_len, 1), EACH_PEER },
	{ FIELD_END },
};
static const struct field providers[] = {
	{ BYTES(struct state, provider[0].id), EACH_PROVIDER },
	{ HELD16(struct state, provider[0].body, provider[0].body_len, 1), EACH_PROVIDER },
	{ FIELD_END },
};
static const struct field group_fields[] = {
	{ BYTES(struct state, group) },
	{ NUMBER(struct state, epoch) },
	{ FIELD_END },
};
static const struct field key_fields[] = {
	{ BYTES(struct state, log_key) },
	{ BYTES(struct state, attestation_key) },
	{ BYTES(struct state, kek) },
	{ BYTES(struct state, hmac) },
	{ LIST8(struct state, officers, 0, OFFICERS_MAX, officers) },
	{ LIST8(struct state, anchors, 0, ANCHORS_MAX, anchors) },
	{ LIST8(struct state, peers, 0, PEERS_MAX, peers) },
	{ LIST8(struct state, providers, 0, PROVIDERS_MAX, providers) },
	{ CHECKED(algorithms_are_known) },
	{ FIELD_END },
};
static const struct field proposal_fields[] = {
	{ NUMBER(struct proposal, expires) },
	{ BYTES(struct proposal, id) },
	{ NUMBER(struct proposal, purpose) },
	{ BYTES(struct proposal, subject) },
	{ BYTES(struct proposal, body) },
	{ FIELD_END },
};
static const struct field reserved_fields[] = {
	{ RANGE(struct reserved, sequence, 1, UINT64_MAX) },
	{ BYTES(struct reserved, d) },
	{ BYTES(struct reserved, key) },
	{ NUMBER(struct reserved, exp) },
	{ NUMBER(struct reserved, position) },
	{ FIELD_END },
};
static const struct field count_fields[] = {
	{ NUMBER(struct state, signed_count) },
	{ NUMBER(struct state, refused_count) },
	{ NUMBER(struct state, entries) },
	{ NUMBER(struct state, time) },
	{ FIELD_END },
};

/* The origin and whether it is shared: the rest follows from them. */
static void
party_write(struct writer *w, const struct relying_party *rp)
{
	wr_span8(w, span_of(rp->origin, rp->origin_len));
	wr_u8(w, rp->shared);
}

static bool
party_read(struct reader *r, struct relying_party *rp)
{
	struct span origin;
	uint8_t shared;

	if (!rd_span8(r, 0, ORIGIN_MAX, &origin) || !rd_u8(r, &shared) || shared > 1 ||
	    !relying_party_init(rp, origin, origin))
		return false;
	rp->shared = shared != 0;
	return true;
}

static void
reserved_write(struct writer *w, const struct state *s)
{
	wr_u32(w, (uint32_t)s->reserved_open);
	for (size_t i = 0; i < RESERVED_OPEN_MAX; i++)
		if (s->reserved[i].sequence != 0)
			fields_write(w, reserved_fields, &s->reserved[i], 0);
}

static bool
reserved_read(struct reader *r, struct state *s)
{
	uint32_t n;

	if (!rd_u32(r, &n) || n > RESERVED_OPEN_MAX)
		return false;
	for (s->reserved_open = 0; s->reserved_open < n; s->reserved_open++) {
		struct reserved o;
		size_t at;

		if (!fields_read(r, reserved_fields, &o))
			return false;
		for (at = o.sequence % RESERVED_OPEN_MAX; s->reserved[at].sequence != 0;)
			at = (at + 1) % RESERVED_OPEN_MAX;
		s->reserved[at] = o;
	}
	return true;
}

void
state_write(struct writer *w, const struct state *s)
{
	fields_write(w, group_fields, s, 0);
	policy_write(w, &s->policy);
	party_write(w, &s->rp);
	fields_write(w, key_fields, s, 0);
	for (size_t i = 0; i < PROPOSALS_MAX; i++)
		fields_write(w, proposal_fields, &s->proposal[i], 0);
	reserved_write(w, s);
	open_sessions_write(w, s->sessions);
	fields_write(w, count_fields, s, 0);
	head_write(w, &s->head);
	answers_write(w, s->answers);
	prints_write(w, s->prints);
	if (s->trade->own != NULL)
		s->trade->own->write(w, s->own);
	index_write(w, s->index);
}

static bool
small_parts_read(struct reader *r, struct state *s, struct err *e)
{
	if (!fields_read(r, group_fields, s) || !policy_read(r, &s->policy, e) ||
	    !party_read(r, &s->rp) || !fields_read(r, key_fields, s))
		return false;
	for (size_t i = 0; i < PROPOSALS_MAX; i++)
		if (!fields_read(r, proposal_fields, &s->proposal[i]))
			return false;
	return reserved_read(r, s) && open_sessions_read(r, s->sessions) && fields_read(r, count_fields, s) && head_read(r, &s->head);
}

static bool
own_read(struct reader *r, struct state *s)
{
	return s->trade->own == NULL || s->trade->own->read(r, s->own);
}

struct state *
state_read(const struct trade *trade, struct span bytes, struct err *e)
{
	struct reader r = reader_over(bytes);
	AUTO(state) *s = state_new(trade, e);

	if (s == NULL)
		return NULL;
	index_free(s->index);
	s->index = NULL;
	if (!small_parts_read(&r, s, e) || !answers_read(&r, s->answers) ||
	    !prints_read(&r, s->prints, e) || !own_read(&r, s) || (s->index = index_read(&r, e)) == NULL || !rd_end(&r)) {
		err_set(e, ERR_FORMAT, "snapshot: not the bytes of a state");
		return NULL;
	}
	return TAKE(s);
}

/* Everything before the index has one encoding; the index is compared row by row. */
bool
state_equal(const struct state *a, const struct state *b)
{
	AUTO_WRITER wa = writer_grow(SIZE_MAX / 2), wb = writer_grow(SIZE_MAX / 2);
	size_t rows = 8 + 34 * (index_count(a->index, RECORD_SIGNER) + index_count(a->index, RECORD_KEY));

	state_write(&wa, a);
	state_write(&wb, b);
	return writer_ok(&wa) && writer_ok(&wb) && wa.n == wb.n && wa.n >= rows &&
	    memcmp(wa.p, wb.p, wa.n - rows) == 0 && index_equal(a->index, b->index);
}
