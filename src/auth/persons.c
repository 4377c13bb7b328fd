/* SPDX-License-Identifier: Apache-2.0 */
/* The table of persons, and its bytes in a snapshot. */
#include <stdlib.h>

#include "auth/persons.h"
#include "base/fields.h"

#define SLOTS_FIRST	64

static void *
persons_new(struct err *e)
{
	struct persons *t = calloc(1, sizeof(*t));

	if (t != NULL && (t->slot = calloc(SLOTS_FIRST, sizeof(*t->slot))) != NULL) {
		t->slots = SLOTS_FIRST;
		return t;
	}
	free(t);
	err_set(e, ERR_BACKEND, "no memory for persons");
	return NULL;
}

static void
persons_free(void *p)
{
	struct persons *t = p;

	if (t == NULL)
		return;
	free(t->list);
	free(t->slot);
	free(t);
}

/* Ids are random: their first bytes are as good as a hash. */
static size_t
slot_of(const struct persons *t, const uint8_t id[ID_LEN])
{
	size_t at = ((size_t)id[0] | (size_t)id[1] << 8 | (size_t)id[2] << 16 | (size_t)id[3] << 24) &
	    (t->slots - 1);

	while (t->slot[at] != 0 && memcmp(t->list[t->slot[at] - 1].id, id, ID_LEN) != 0)
		at = (at + 1) & (t->slots - 1);
	return at;
}

struct person *
persons_find(const struct persons *t, const uint8_t id[ID_LEN])
{
	uint32_t place = t->slot[slot_of(t, id)];

	return place == 0 ? NULL : &t->list[place - 1];
}

static bool
grow(struct persons *t, struct err *e)
{
	size_t room = t->room == 0 ? SLOTS_FIRST / 2 : 2 * t->room;
	struct person *list = realloc(t->list, room * sizeof(*list));
	uint32_t *slot = list == NULL ? NULL : calloc(2 * room, sizeof(*slot));

	if (list != NULL)
		t->list = list;
	if (slot == NULL)
		return err_set(e, ERR_BACKEND, "no memory for persons");
	free(t->slot);
	t->slot = slot;
	t->room = room;
	t->slots = 2 * room;
	for (size_t i = 0; i < t->n; i++)
		t->slot[slot_of(t, t->list[i].id)] = (uint32_t)i + 1;
	return true;
}

struct person *
persons_add(struct persons *t, const uint8_t id[ID_LEN], struct err *e)
{
	struct person *p;

	if (t->n == t->room && !grow(t, e))
		return NULL;
	t->slot[slot_of(t, id)] = (uint32_t)t->n + 1;
	p = &t->list[t->n++];
	memset(p, 0, sizeof(*p));
	memcpy(p->id, id, ID_LEN);
	return p;
}

bool
person_is_locked(const struct person *p)
{
	return p->pins >= PINS_MAX || p->codes >= CODES_MAX;
}

static const struct field person_fields[] = {
	{ BYTES(struct person, id) },
	{ RANGE(struct person, version, 1, UINT32_MAX) },
	{ RANGE(struct person, state, 1, 4) },
	{ NUMBER(struct person, pins) },
	{ NUMBER(struct person, codes) },
	{ RANGE(struct person, open, 0, 1) },
	{ NUMBER(struct person, step) },
	{ NUMBER(struct person, position) },
	{ FIELD_END },
};
static const struct field key_fields[] = {
	{ BYTES(struct grant_key, spki) },
	{ NUMBER(struct grant_key, uses) },
	{ NUMBER(struct grant_key, position) },
	{ FIELD_END },
};

static void
persons_write(struct writer *w, const void *p)
{
	const struct persons *t = p;

	fields_write(w, key_fields, &t->key, 0);
	wr_u32(w, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++)
		fields_write(w, person_fields, &t->list[i], 0);
}

static bool
persons_read(struct reader *r, void *out)
{
	struct persons *t = out;
	struct person one, *p;
	uint32_t n;

	if (!fields_read(r, key_fields, &t->key) || !rd_u32(r, &n))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (!fields_read(r, person_fields, &one) || persons_find(t, one.id) != NULL ||
		    (p = persons_add(t, one.id, NULL)) == NULL)
			return false;
		*p = one;
	}
	return true;
}

const struct own_state persons_state = { persons_new, persons_free, persons_write, persons_read };
