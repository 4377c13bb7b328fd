/* SPDX-License-Identifier: Apache-2.0 */
/* The state: its lookups, and its bytes in a snapshot. */
#include <malloc.h>
#include <stdlib.h>

#include "sam/state.h"

#define TABLE_BYTES	(1 << 20)	/* what is larger is mapped, and goes back when it is freed */

struct state *
state_new(struct err *e)
{
	struct state *s = calloc(1, sizeof(*s));

	/* Else the allocator keeps what tables leave behind as they grow: a sixth of a full index. */
	mallopt(M_MMAP_THRESHOLD, TABLE_BYTES);
	if (s == NULL) {
		err_set(e, ERR_BACKEND, "no memory for the state");
		return NULL;
	}
	if ((s->index = index_new(e)) == NULL || (s->answers = answers_new(e)) == NULL ||
	    (s->prints = prints_new(e)) == NULL ||
	    (s->reserved = calloc(RESERVED_OPEN_MAX, sizeof(*s->reserved))) == NULL) {
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
	free(s->reserved);
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

static void
officers_write(struct writer *w, const struct state *s)
{
	wr_u8(w, (uint8_t)s->officers);
	for (size_t i = 0; i < s->officers; i++) {
		const struct officer *o = &s->officer[i];

		wr_bytes(w, o->id, ID_LEN);
		wr_u8(w, o->role);
		wr_u8(w, o->type);
		wr_span8(w, span_of(o->person, o->person_len));
		wr_span16(w, span_of(o->spki, o->spki_len));
	}
}

static bool
officers_read(struct reader *r, struct state *s)
{
	uint8_t n;

	if (!rd_u8(r, &n) || n > OFFICERS_MAX)
		return false;
	for (s->officers = 0; s->officers < n; s->officers++) {
		struct officer *o = &s->officer[s->officers];
		struct span person, spki;

		if (!rd_bytes(r, o->id, ID_LEN) || !rd_u8(r, &o->role) || !rd_u8(r, &o->type) ||
		    !rd_span8(r, 1, sizeof(o->person), &person) ||
		    !rd_span16(r, 1, sizeof(o->spki), &spki))
			return false;
		o->spki_len = spki.n;
		memcpy(o->spki, spki.p, spki.n);
		o->person_len = person.n;
		memcpy(o->person, person.p, person.n);
	}
	return true;
}

static void
anchors_write(struct writer *w, const struct state *s)
{
	wr_u8(w, (uint8_t)s->anchors);
	for (size_t i = 0; i < s->anchors; i++) {
		const struct trust_anchor *a = &s->anchor[i];

		wr_bytes(w, a->id, sizeof(a->id));
		wr_u8(w, a->usage);
		wr_u16(w, a->alg->number);
		wr_span16(w, span_of(a->spki, a->spki_len));
		wr_span16(w, span_of(a->issuer, a->issuer_len));
		wr_span8(w, span_of(a->label, a->label_len));
		wr_u32(w, a->max_days);
	}
}

static bool
anchors_read(struct reader *r, struct state *s)
{
	uint8_t n;

	if (!rd_u8(r, &n) || n > ANCHORS_MAX)
		return false;
	for (s->anchors = 0; s->anchors < n; s->anchors++) {
		struct trust_anchor *a = &s->anchor[s->anchors];
		struct span spki, issuer, label;
		uint16_t alg;

		if (!rd_bytes(r, a->id, sizeof(a->id)) || !rd_u8(r, &a->usage) || !rd_u16(r, &alg) ||
		    (a->alg = alg_find(alg)) == NULL || !rd_span16(r, 1, sizeof(a->spki), &spki) ||
		    !rd_span16(r, 1, sizeof(a->issuer), &issuer) ||
		    !rd_span8(r, 1, sizeof(a->label), &label) || !rd_u32(r, &a->max_days))
			return false;
		a->spki_len = spki.n;
		memcpy(a->spki, spki.p, spki.n);
		a->issuer_len = issuer.n;
		memcpy(a->issuer, issuer.p, issuer.n);
		a->label_len = label.n;
		memcpy(a->label, label.p, label.n);
	}
	return true;
}

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
proposals_write(struct writer *w, const struct state *s)
{
	for (size_t i = 0; i < PROPOSALS_MAX; i++) {
		const struct proposal *p = &s->proposal[i];

		wr_u64(w, p->expires);
		wr_bytes(w, p->id, sizeof(p->id));
		wr_u16(w, p->purpose);
		wr_bytes(w, p->subject, sizeof(p->subject));
		wr_bytes(w, p->body, sizeof(p->body));
	}
}

static bool
proposals_read(struct reader *r, struct state *s)
{
	for (size_t i = 0; i < PROPOSALS_MAX; i++) {
		struct proposal *p = &s->proposal[i];

		if (!rd_u64(r, &p->expires) || !rd_bytes(r, p->id, sizeof(p->id)) ||
		    !rd_u16(r, &p->purpose) || !rd_bytes(r, p->subject, sizeof(p->subject)) ||
		    !rd_bytes(r, p->body, sizeof(p->body)))
			return false;
	}
	return true;
}

static void
reserved_write(struct writer *w, const struct state *s)
{
	wr_u32(w, (uint32_t)s->reserved_open);
	for (size_t i = 0; i < RESERVED_OPEN_MAX; i++) {
		const struct reserved *o = &s->reserved[i];

		if (o->sequence == 0)
			continue;
		wr_u64(w, o->sequence);
		wr_bytes(w, o->d, sizeof(o->d));
		wr_bytes(w, o->key, sizeof(o->key));
		wr_u64(w, o->exp);
		wr_u64(w, o->position);
	}
}

static bool
reserved_read(struct reader *r, struct state *s)
{
	uint32_t n;

	if (!rd_u32(r, &n) || n > RESERVED_OPEN_MAX)
		return false;
	for (s->reserved_open = 0; s->reserved_open < n; s->reserved_open++) {
		struct reserved o = { 0 };
		size_t at;

		if (!rd_u64(r, &o.sequence) || o.sequence == 0 || !rd_bytes(r, o.d, sizeof(o.d)) ||
		    !rd_bytes(r, o.key, sizeof(o.key)) || !rd_u64(r, &o.exp) ||
		    !rd_u64(r, &o.position))
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
	wr_bytes(w, s->group, sizeof(s->group));
	wr_u32(w, s->epoch);
	policy_write(w, &s->policy);
	party_write(w, &s->rp);
	wr_bytes(w, s->log_key, sizeof(s->log_key));
	wr_bytes(w, s->attestation_key, sizeof(s->attestation_key));
	wr_bytes(w, s->kek, sizeof(s->kek));
	wr_bytes(w, s->hmac, sizeof(s->hmac));
	officers_write(w, s);
	anchors_write(w, s);
	proposals_write(w, s);
	reserved_write(w, s);
	wr_u64(w, s->signed_count);
	wr_u64(w, s->refused_count);
	wr_u64(w, s->entries);
	wr_u64(w, s->time);
	head_write(w, &s->head);
	answers_write(w, s->answers);
	prints_write(w, s->prints);
	index_write(w, s->index);
}

struct state *
state_read(struct span bytes, struct err *e)
{
	struct reader r = reader_over(bytes);
	AUTO(state) *s = state_new(e);

	if (s == NULL)
		return NULL;
	index_free(s->index);
	s->index = NULL;
	if (!rd_bytes(&r, s->group, sizeof(s->group)) || !rd_u32(&r, &s->epoch) ||
	    !policy_read(&r, &s->policy, e) || !party_read(&r, &s->rp) ||
	    !rd_bytes(&r, s->log_key, sizeof(s->log_key)) ||
	    !rd_bytes(&r, s->attestation_key, sizeof(s->attestation_key)) ||
	    !rd_bytes(&r, s->kek, sizeof(s->kek)) || !rd_bytes(&r, s->hmac, sizeof(s->hmac)) ||
	    !officers_read(&r, s) || !anchors_read(&r, s) || !proposals_read(&r, s) ||
	    !reserved_read(&r, s) || !rd_u64(&r, &s->signed_count) ||
	    !rd_u64(&r, &s->refused_count) || !rd_u64(&r, &s->entries) || !rd_u64(&r, &s->time) ||
	    !head_read(&r, &s->head) ||
	    !answers_read(&r, s->answers) || !prints_read(&r, s->prints, e) ||
	    (s->index = index_read(&r, e)) == NULL || !rd_end(&r)) {
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
