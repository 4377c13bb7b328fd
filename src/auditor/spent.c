/* SPDX-License-Identifier: Apache-2.0 */
/* Exactly-once over a whole log. */
#include "auditor/spent.h"

struct place {			/* key of the table: no padding */
	uint8_t		d[HASH_LEN];
	uint32_t	index;
};
_Static_assert(sizeof(struct place) == HASH_LEN + 4, "a key of a table has no padding");

struct use {			/* what is known of a place */
	uint64_t	reserved;
	uint8_t		key[ID_LEN];
	uint8_t		outcome;
};

void
spent_init(struct spent *s)
{
	s->places = table_of(sizeof(struct place), sizeof(struct use));
	s->uses = table_of(ID_LEN, sizeof(uint32_t));
}

void
spent_wipe(struct spent *s)
{
	table_wipe(&s->places);
	table_wipe(&s->uses);
}

static bool
count_uses(struct spent *s, const struct entry_reserved *m, struct err *e)
{
	void *row = table_find(&s->uses, m->key);
	uint32_t uses = 0;

	if (row != NULL)
		memcpy(&uses, row, sizeof(uses));
	if (m->uses < m->n || m->uses - m->n != uses)
		return err_set(e, ERR_FORMAT, "key was used %u times, with these %zu it cannot be %u",
		    uses, m->n, m->uses);
	if (row == NULL && (row = table_add(&s->uses, m->key, e)) == NULL)
		return false;
	memcpy(row, &m->uses, sizeof(m->uses));
	return true;
}

bool
spent_reserved(struct spent *s, uint64_t sequence, const struct entry_reserved *m, struct err *e)
{
	struct use use = { .reserved = sequence };
	struct place place;
	void *row;

	memcpy(use.key, m->key, ID_LEN);
	memcpy(place.d, m->d, HASH_LEN);
	for (size_t i = 0; i < m->n; i++) {
		place.index = entry_reserved_index(m, i);
		if ((row = table_find(&s->places, &place)) != NULL) {
			memcpy(&use, row, sizeof(use));
			return err_set(e, ERR_FORMAT, "index %u was reserved before, in entry %llu",
			    place.index, (unsigned long long)use.reserved);
		}
		if ((row = table_add(&s->places, &place, e)) == NULL)
			return false;
		memcpy(row, &use, sizeof(use));
	}
	return count_uses(s, m, e);
}

bool
spent_outcome(struct spent *s, const struct entry_outcome *m, struct err *e)
{
	struct reader r = reader_over(m->items);
	struct outcome_item it;
	struct place place;
	struct use use;
	void *row;

	memcpy(place.d, m->d, HASH_LEN);
	while (entry_outcome_item(&r, &it)) {
		place.index = it.index;
		if ((row = table_find(&s->places, &place)) == NULL)
			return err_set(e, ERR_FORMAT, "index %u was never reserved", it.index);
		memcpy(&use, row, sizeof(use));
		if (use.reserved != m->reserved || memcmp(use.key, m->key, ID_LEN) != 0)
			return err_set(e, ERR_FORMAT, "index %u was reserved in entry %llu, perhaps "
			    "for another key", it.index, (unsigned long long)use.reserved);
		if (use.outcome != 0)
			return err_set(e, ERR_FORMAT, "index %u has an outcome already", it.index);
		use.outcome = 1;
		memcpy(row, &use, sizeof(use));
	}
	return true;
}
