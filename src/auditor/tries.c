/* SPDX-License-Identifier: Apache-2.0 */
/* Following persons, their tries and what was granted. PROTOCOL.sam 9.4 */
#include "auditor/tries.h"

#define PINS_MAX	10
#define CODES_MAX	20
#define UNLOCK		0x0604

struct tried_person {
	uint32_t	version;
	uint8_t		state, pins, codes, open;
	uint8_t		d[HASH_LEN];	/* of the try that is open */
	uint64_t	step;
} __attribute__((packed));	/* rows of the table lie where they come */

void
tries_init(struct tries *t)
{
	*t = (struct tries){ .persons = table_of(ID_LEN, sizeof(struct tried_person)) };
}

void
tries_wipe(struct tries *t)
{
	table_wipe(&t->persons);
}

static bool
follow_person(struct tries *t, const struct entry_person *p, struct err *e)
{
	struct tried_person *row = table_find(&t->persons, p->id);
	uint32_t next = row == NULL ? 1 : row->version + (p->record.n > 0 ? 1 : 0);

	if (p->version != next || (row == NULL) != (p->state == PERSON_ADMITTED) ||
	    (row != NULL && row->state == PERSON_CLOSED))
		return err_set(e, ERR_FORMAT, "a person's version or state that does not follow");
	if (row == NULL && (row = table_add(&t->persons, p->id, e)) == NULL)
		return false;
	row->version = p->version;
	row->state = p->state;
	if (p->cause == UNLOCK)
		row->pins = row->codes = 0;
	return true;
}

static bool
follow_try(struct tries *t, const struct entry_try *p, struct err *e)
{
	struct tried_person *row = table_find(&t->persons, p->person);

	if (row == NULL || row->state != PERSON_ACTIVE)
		return err_set(e, ERR_FORMAT, "a try of nobody who is active");
	if (row->pins >= PINS_MAX || row->codes >= CODES_MAX)
		return err_set(e, ERR_FORMAT, "a try of somebody who is locked");
	row->pins++;
	row->codes++;
	row->open = 1;
	memcpy(row->d, p->d, HASH_LEN);
	return true;
}

/* The try that ends here; NULL: there is none. */
static struct tried_person *
ending(struct tries *t, const uint8_t person[ID_LEN], const uint8_t d[HASH_LEN], struct err *e)
{
	struct tried_person *row = table_find(&t->persons, person);

	if (row != NULL && row->open != 0 && memcmp(row->d, d, HASH_LEN) == 0) {
		row->open = 0;
		return row;
	}
	err_set(e, ERR_FORMAT, "the end of a try that was not begun");
	return NULL;
}

static bool
follow_tried(struct tries *t, const struct entry_tried *p, struct err *e)
{
	struct tried_person *row = ending(t, p->person, p->d, e);

	if (row == NULL)
		return false;
	if (p->what == TRIED_CODE)
		row->pins--;
	else if (p->what == TRIED_PIN)
		row->codes = 0;
	return true;
}

static bool
follow_granted(struct tries *t, const struct entry_granted *p, struct err *e)
{
	static const uint8_t none[HASH_LEN];
	struct tried_person *row = ending(t, p->person, p->d, e);
	bool grants = memcmp(p->peer, none, HASH_LEN) != 0;

	if (row == NULL)
		return false;
	if (p->step != 0 && p->step <= row->step)
		return err_set(e, ERR_FORMAT, "a code was taken twice");
	if ((grants && !t->has_key) || p->uses != t->uses + (grants ? 1 : 0))
		return err_set(e, ERR_FORMAT, "the grant key's uses have a gap");
	t->uses = p->uses;
	row->pins = row->codes = 0;
	if (p->step != 0)
		row->step = p->step;
	return true;
}

bool
tries_follow(struct tries *t, const struct entry *entry, const union entry_payload *p, struct err *e)
{
	switch (entry->kind) {
	case ENTRY_PERSON:
		return follow_person(t, &p->person, e);
	case ENTRY_TRY:
		return follow_try(t, &p->try, e);
	case ENTRY_TRIED:
		return follow_tried(t, &p->tried, e);
	case ENTRY_GRANTED:
		return follow_granted(t, &p->granted, e);
	case ENTRY_GRANT_KEY:
		t->has_key = true;
		t->uses = 0;
		return true;
	default:
		return true;
	}
}
