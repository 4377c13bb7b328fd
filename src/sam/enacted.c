/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A statement that is in force already, sent again because its answer got lost: the answer is made
 * again from the log. Nothing is enacted twice. Finding H5.
 */
#include "sam/enact.h"

/* The youngest entry of each kind that this statement made. */
struct found {
	struct entry_found {
		enum entry_kind	kind;
		bool		there;
		struct writer	bytes;
		struct entry	entry;
	} signer, key, act;
};

static bool
find(const struct sam *sam, const uint8_t d[32], struct found *f)
{
	struct entry_found *all[] = { &f->signer, &f->key, &f->act };
	uint64_t cursor = 0, position;
	struct err e = { 0 };

	while (answers_next(sam->state->answers, d, &cursor, &position))
		for (size_t i = 0; i < COUNT(all); i++)
			if (!all[i]->there && journal_read(sam->journal, position, &all[i]->bytes,
			    &all[i]->entry, &e))
				all[i]->there = all[i]->entry.kind == all[i]->kind;
	return f->signer.there || f->key.there || f->act.there;
}

/* What BIND made stands inside the sealed record: the new authenticator's id. */
static bool
bound_id(const struct sam *sam, struct span sealed, uint8_t id[ID_LEN])
{
	AUTO_WRITER plain = writer_grow(BOX_MAX);
	struct signer_record s;
	struct record_name name;
	struct err e = { 0 };

	if (!seal_open(sam->seal, sealed, &name, &plain, &e) ||
	    !signer_record_read(writer_span(&plain), &s, &e) || s.authenticators == 0)
		return false;
	memcpy(id, s.authenticator[s.authenticators - 1].id, ID_LEN);
	return true;
}

static bool
answer_of_key(const struct found *f, struct msg_enacted *m)
{
	union entry_payload key, signer;
	struct err e = { 0 };

	if (!entry_payload_read(&f->key.entry, &key, &e))
		return false;
	m->sequence = f->key.entry.sequence;
	m->version = key.key.version;
	memcpy(m->id, key.key.id, ID_LEN);
	if (key.key.record.n > 0)
		m->record[m->n++] = key.key.record;
	if (f->signer.there && entry_payload_read(&f->signer.entry, &signer, &e) &&
	    signer.signer.record.n > 0)
		m->record[m->n++] = signer.signer.record;
	return true;
}

static bool
answer_of_signer(const struct sam *sam, const struct found *f, uint16_t purpose,
    struct msg_enacted *m)
{
	union entry_payload p;
	struct err e = { 0 };

	if (!entry_payload_read(&f->signer.entry, &p, &e) || p.signer.cause != purpose)
		return false;
	m->sequence = f->signer.entry.sequence;
	m->version = p.signer.version;
	memcpy(m->id, p.signer.id, ID_LEN);
	if (p.signer.record.n > 0)
		m->record[m->n++] = p.signer.record;
	if (purpose == PURPOSE_BIND || purpose == PURPOSE_ADD_AUTHENTICATOR)
		return bound_id(sam, p.signer.record, m->id);
	return true;
}

static bool
answer_again(const struct sam *sam, const struct act *a, const struct found *f,
    struct msg_enacted *m)
{
	switch (a->st.purpose) {
	case PURPOSE_CREATE_KEY:
	case PURPOSE_DESTROY_KEY:
	case PURPOSE_RELEASE_KEY:
	case PURPOSE_REVOKE_KEY:
		return f->key.there && answer_of_key(f, m);
	case PURPOSE_INVITE:
	case PURPOSE_BIND:
	case PURPOSE_ADD_AUTHENTICATOR:
	case PURPOSE_REMOVE_AUTHENTICATOR:
	case PURPOSE_SUSPEND:
	case PURPOSE_REINSTATE:
	case PURPOSE_CLOSE:
		if (!f->signer.there || !answer_of_signer(sam, f, a->st.purpose, m))
			return false;
		if (a->st.purpose == PURPOSE_REMOVE_AUTHENTICATOR)
			memcpy(m->id, a->st.remove_authenticator.authenticator, ID_LEN);
		return true;
	default:
		m->sequence = f->act.entry.sequence;
		memcpy(m->id, a->d, ID_LEN);
		return f->act.there;
	}
}

bool
enacted_before(struct sam *sam, struct act *a)
{
	struct found f = { .signer = { ENTRY_SIGNER, .bytes = writer_grow(ENTRY_MAX) },
		.key = { ENTRY_KEY, .bytes = writer_grow(ENTRY_MAX) },
		.act = { ENTRY_ACT, .bytes = writer_grow(ENTRY_MAX) } };
	struct msg_enacted m = { .n = 0 };
	bool again = sam->journal != NULL && find(sam, a->d, &f) && answer_again(sam, a, &f, &m);

	if (again)
		enacted(sam, a->call, &m);
	writer_wipe(&f.signer.bytes);
	writer_wipe(&f.key.bytes);
	writer_wipe(&f.act.bytes);
	return again;
}
