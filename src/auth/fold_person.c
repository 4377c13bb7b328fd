/* SPDX-License-Identifier: Apache-2.0 */
/* The fold of the authentication module's own entries. What is charged is charged here, and nowhere
 * else: a TRY without an end stays so. PROTOCOL.sam 9.4 */
#include "auth/auth.h"

static struct persons *
persons_of(const struct fold *f)
{
	return f->s->own;
}

static bool
fold_person(struct fold *f, struct err *e)
{
	const struct entry_person *p = &f->p->person;
	struct person *row = persons_find(persons_of(f), p->id);
	bool has_record = p->record.n > 0;
	static struct statement st;

	if (!statement_read(p->statement, &st, e))
		return false;
	if (row == NULL && (p->version != 1 || !has_record || p->state != PERSON_ADMITTED))
		return fold_impossible(f, "unknown person", e);
	if (row != NULL && (row->state == PERSON_CLOSED || p->state == PERSON_ADMITTED))
		return fold_impossible(f, "a person does not come back", e);
	if (row != NULL && p->version != row->version + (has_record ? 1u : 0u))
		return fold_impossible(f, "version does not follow", e);
	if (row == NULL && (row = persons_add(persons_of(f), p->id, e)) == NULL)
		return false;
	row->version = p->version;
	row->state = p->state;
	if (has_record)
		row->position = f->position;
	if (p->cause == PURPOSE_UNLOCK)
		row->pins = row->codes = 0;
	fold_close_proposal(f->s, st.fresh);
	answers_add(f->s->answers, p->d, f->position);
	return true;
}

/* Charged before anything is compared: with both, as the log does not say what the person has. */
static bool
fold_try(struct fold *f, struct err *e)
{
	struct person *row = persons_find(persons_of(f), f->p->try.person);

	if (row == NULL || row->state != PERSON_ACTIVE)
		return fold_impossible(f, "no active person", e);
	if (person_is_locked(row))
		return fold_impossible(f, "the person is locked", e);
	row->pins++;
	row->codes++;
	row->open = 1;
	return true;
}

/* A PIN counts only behind a right code; one that was compared says that the code was right. */
static bool
fold_tried(struct fold *f, struct err *e)
{
	struct person *row = persons_find(persons_of(f), f->p->tried.person);

	if (row == NULL || row->open == 0)
		return fold_impossible(f, "no try is open", e);
	row->open = 0;
	if (f->p->tried.what == TRIED_CODE)
		row->pins--;
	else if (f->p->tried.what == TRIED_PIN)
		row->codes = 0;
	return true;
}

static bool
fold_granted(struct fold *f, struct err *e)
{
	const struct entry_granted *p = &f->p->granted;
	static const uint8_t none[HASH_LEN];
	struct grant_key *key = &persons_of(f)->key;
	struct person *row = persons_find(persons_of(f), p->person);
	bool grants = memcmp(p->peer, none, HASH_LEN) != 0;

	if (row == NULL || row->open == 0 || row->state != PERSON_ACTIVE)
		return fold_impossible(f, "no try is open", e);
	if ((p->step != 0) != ((p->factors & 2) != 0) || (p->step != 0 && p->step <= row->step))
		return fold_impossible(f, "a code twice", e);
	if ((grants && key->position == 0) || p->uses != key->uses + (grants ? 1u : 0u))
		return fold_impossible(f, "the grant key's uses have a gap", e);
	key->uses = p->uses;
	row->open = row->pins = row->codes = 0;
	if (p->step != 0)
		row->step = p->step;
	return true;
}

static bool
fold_grant_key(struct fold *f, struct err *e UNUSED)
{
	const struct entry_grant_key *p = &f->p->grant_key;
	struct grant_key *key = &persons_of(f)->key;

	memcpy(key->spki, p->spki.p, sizeof(key->spki));
	key->uses = 0;
	key->position = f->position;
	answers_add(f->s->answers, p->d, f->position);
	return true;
}

const fold_fn auth_kinds[ENTRY_KINDS] = {
	[ENTRY_TRY] = fold_try,
	[ENTRY_TRIED] = fold_tried,
	[ENTRY_GRANTED] = fold_granted,
	[ENTRY_PERSON] = fold_person,
	[ENTRY_GRANT_KEY] = fold_grant_key,
};
