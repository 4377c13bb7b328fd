/* SPDX-License-Identifier: Apache-2.0 */
/* The grants of an authentication module's log. */
#include <stdlib.h>

#include "auditor/granted.h"
#include "statement/statement.h"

struct admitted {
	uint8_t		peer[HASH_LEN], signer[ID_LEN];
};

void
granteds_init(struct granteds *g)
{
	*g = (struct granteds){ .by_d = table_of(HASH_LEN, sizeof(uint64_t)),
		.admitted = table_of(ID_LEN, sizeof(struct admitted)) };
}

void
granteds_wipe(struct granteds *g)
{
	table_wipe(&g->by_d);
	table_wipe(&g->admitted);
	free(g->list);
	granteds_init(g);
}

struct granted *
granted_find(const struct granteds *g, const uint8_t d[HASH_LEN])
{
	const void *row = table_find(&g->by_d, d);
	uint64_t at;

	if (row == NULL)
		return NULL;
	memcpy(&at, row, sizeof(at));
	return &g->list[at];
}

/* Whose signer the officers admitted this person as. */
static bool
follow_person(struct granteds *g, const struct entry_person *m, struct err *e)
{
	static struct statement st;	/* large; one at a time */
	struct admitted who;
	void *row;

	if (m->cause != PURPOSE_ADMIT || table_find(&g->admitted, m->id) != NULL)
		return true;
	if (!statement_read(m->statement, &st, e))
		return false;
	if (st.purpose != PURPOSE_ADMIT)
		return err_set(e, ERR_FORMAT, "a person was admitted by another act");
	memcpy(who.peer, st.admit.peer, HASH_LEN);
	memcpy(who.signer, st.admit.signer, ID_LEN);
	if ((row = table_add(&g->admitted, m->id, e)) == NULL)
		return false;
	memcpy(row, &who, sizeof(who));
	return true;
}

static bool
is_admitted(const struct granteds *g, const struct entry_granted *m)
{
	const void *row = table_find(&g->admitted, m->person);
	struct admitted who;

	if (row == NULL)
		return false;
	memcpy(&who, row, sizeof(who));
	return memcmp(who.peer, m->peer, HASH_LEN) == 0 && memcmp(who.signer, m->signer, ID_LEN) == 0;
}

static bool
list_grow(struct granteds *g, struct err *e)
{
	size_t cap = g->cap == 0 ? 256 : 2 * g->cap;
	struct granted *list = g->n < g->cap ? g->list : realloc(g->list, cap * sizeof(*list));

	if (list == NULL)
		return err_set(e, ERR_BACKEND, "no memory for %zu grants", cap);
	g->cap = g->n < g->cap ? g->cap : cap;
	g->list = list;
	return true;
}

static bool
follow_granted(struct granteds *g, const struct entry *entry, const struct entry_granted *m,
    struct err *e)
{
	static const uint8_t none[HASH_LEN];
	bool first = granted_find(g, m->d) == NULL;
	uint64_t at = g->n;
	void *row = NULL;

	if (memcmp(m->peer, none, HASH_LEN) == 0) {
		g->checks++;
		return true;
	}
	if (!list_grow(g, e) || (first && (row = table_add(&g->by_d, m->d, e)) == NULL))
		return false;
	if (first)
		memcpy(row, &at, sizeof(at));
	g->list[g->n++] = (struct granted){ .entry = entry->sequence, .time = entry->time, .m = *m,
		.admitted = is_admitted(g, m) };
	return true;
}

bool
granteds_follow(struct granteds *g, const struct entry *entry, const union entry_payload *p,
    struct err *e)
{
	if (entry->kind == ENTRY_PERSON)
		return follow_person(g, &p->person, e);
	return entry->kind != ENTRY_GRANTED || follow_granted(g, entry, &p->granted, e);
}
