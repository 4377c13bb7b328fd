/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A statement that is in force already, sent again because its answer got lost: the answer is made
 * again from the log. Nothing is enacted twice. Finding H5.
 */
#include "sam/enact.h"

struct found {
	struct writer	 signer_bytes, key_bytes, act_bytes;
	struct entry	 signer, key, act;
	bool		 has_signer, has_key, has_act;
};

static void
found_wipe(struct found *f)
{
	writer_wipe(&f->signer_bytes);
	writer_wipe(&f->key_bytes);
	writer_wipe(&f->act_bytes);
}

/* The youngest entry of each kind that this statement made. */
static bool
find(const struct sam *sam, const uint8_t d[32], struct found *f)
{
	uint64_t cursor = 0, position;

	while (answers_next(sam->state->answers, d, &cursor, &position)) {
		AUTO_WRITER bytes = writer_grow(ENTRY_MAX);
		struct entry entry;
		struct err e = { 0 };

		if (!journal_read(sam->journal, position, &bytes, &entry, &e))
			continue;
		if (entry.kind == ENTRY_SIGNER && !f->has_signer) {
			f->has_signer = journal_read(sam->journal, position, &f->signer_bytes, &f->signer, &e);
		} else if (entry.kind == ENTRY_KEY && !f->has_key) {
			f->has_key = journal_read(sam->journal, position, &f->key_bytes, &f->key, &e);
		} else if (entry.kind == ENTRY_ACT && !f->has_act) {
			f->has_act = journal_read(sam->journal, position, &f->act_bytes, &f->act, &e);
		}
	}
	return f->has_signer || f->has_key || f->has_act;
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

	if (!entry_payload_read(&f->key, &key, &e))
		return false;
	m->sequence = f->key.sequence;
	m->version = key.key.version;
	memcpy(m->id, key.key.id, ID_LEN);
	if (key.key.record.n > 0)
		m->record[m->n++] = key.key.record;
	if (f->has_signer && entry_payload_read(&f->signer, &signer, &e) && signer.signer.record.n > 0)
		m->record[m->n++] = signer.signer.record;
	return true;
}

static bool
answer_of_signer(const struct sam *sam, const struct found *f, uint16_t purpose, struct msg_enacted *m)
{
	union entry_payload p;
	struct err e = { 0 };

	if (!entry_payload_read(&f->signer, &p, &e) || p.signer.cause != purpose)
		return false;
	m->sequence = f->signer.sequence;
	m->version = p.signer.version;
	memcpy(m->id, p.signer.id, ID_LEN);
	if (p.signer.record.n > 0)
		m->record[m->n++] = p.signer.record;
	if (purpose == PURPOSE_BIND || purpose == PURPOSE_ADD_AUTHENTICATOR)
		return bound_id(sam, p.signer.record, m->id);
	return true;
}

static bool
answer_again(const struct sam *sam, const struct act *a, const struct found *f, struct msg_enacted *m)
{
	switch (a->st.purpose) {
	case PURPOSE_CREATE_KEY:
	case PURPOSE_DESTROY_KEY:
	case PURPOSE_RELEASE_KEY:
		return f->has_key && answer_of_key(f, m);
	case PURPOSE_INVITE:
	case PURPOSE_BIND:
	case PURPOSE_ADD_AUTHENTICATOR:
	case PURPOSE_REMOVE_AUTHENTICATOR:
	case PURPOSE_SUSPEND:
	case PURPOSE_REINSTATE:
	case PURPOSE_CLOSE:
		if (!f->has_signer || !answer_of_signer(sam, f, a->st.purpose, m))
			return false;
		if (a->st.purpose == PURPOSE_REMOVE_AUTHENTICATOR)
			memcpy(m->id, a->st.remove_authenticator.authenticator, ID_LEN);
		return true;
	default:
		m->sequence = f->act.sequence;
		memcpy(m->id, a->d, ID_LEN);
		return f->has_act;
	}
}

bool
enacted_before(struct sam *sam, struct act *a)
{
	struct found f = { .signer_bytes = writer_grow(ENTRY_MAX), .key_bytes = writer_grow(ENTRY_MAX),
		.act_bytes = writer_grow(ENTRY_MAX) };
	struct msg_enacted m = { .n = 0 };
	bool again = sam->journal != NULL && find(sam, a->d, &f) && answer_again(sam, a, &f, &m);

	if (again)
		enacted(sam, a->call, &m);
	found_wipe(&f);
	return again;
}
