/* SPDX-License-Identifier: Apache-2.0 */
/* The version index: open addressing, linear probing; ids are random, so their bytes are the
 * hash. */
#include <stdlib.h>

#include "sam/index.h"

struct index {
	struct row	*slots;
	size_t		 n;		/* slots */
	size_t		 used;
	size_t		 count[3];	/* per record type */
};

#define FIRST_SLOTS	1024
#define FULL(n)		((n) - (n) / 8)		/* at most 7/8 of the slots are used */
#define GROWN(n)	((n) + (n) / 4)		/* small steps: memory stays near what is needed */

struct index *
index_new(struct err *e)
{
	struct index *x = calloc(1, sizeof(*x));

	if (x == NULL || (x->slots = calloc(FIRST_SLOTS, sizeof(struct row))) == NULL) {
		free(x);
		err_set(e, ERR_BACKEND, "no memory for the version index");
		return NULL;
	}
	x->n = FIRST_SLOTS;
	return x;
}

void
index_free(struct index *x)
{
	if (x == NULL)
		return;
	free(x->slots);
	free(x);
}

static size_t
start_slot(const struct index *x, const uint8_t *id)
{
	uint64_t h;

	memcpy(&h, id, sizeof(h));
	return (size_t)((unsigned __int128)h * x->n >> 64);
}

static struct row *
slot_for(const struct index *x, enum record_type type, const uint8_t *id)
{
	size_t i = start_slot(x, id);

	while (x->slots[i].version != 0 &&
	    (x->slots[i].type != type || memcmp(x->slots[i].id, id, sizeof(x->slots[i].id)) != 0))
		i = i + 1 == x->n ? 0 : i + 1;
	return &x->slots[i];
}

struct row *
index_find(const struct index *x, enum record_type type, const uint8_t id[ID_LEN])
{
	struct row *row = slot_for(x, type, id);

	return row->version == 0 ? NULL : row;
}

static bool
grow(struct index *x, struct err *e)
{
	struct index bigger = { .n = GROWN(x->n), .used = x->used };

	if ((bigger.slots = calloc(bigger.n, sizeof(struct row))) == NULL)
		return err_why(e, ERR_BACKEND, "limit", "no memory for more records");
	for (size_t i = 0; i < x->n; i++)
		if (x->slots[i].version != 0)
			*slot_for(&bigger, x->slots[i].type, x->slots[i].id) = x->slots[i];
	free(x->slots);
	x->slots = bigger.slots;
	x->n = bigger.n;
	return true;
}

struct row *
index_add(struct index *x, enum record_type type, const uint8_t id[ID_LEN], struct err *e)
{
	struct row *row;

	if (x->used >= FULL(x->n) && !grow(x, e))
		return NULL;
	row = slot_for(x, type, id);
	if (row->version != 0) {
		err_set(e, ERR_BUG, "record id taken");
		return NULL;
	}
	memcpy(row->id, id, sizeof(row->id));
	row->type = (uint8_t)type;
	row->version = 1;
	x->used++;
	x->count[type]++;
	return row;
}

size_t
index_count(const struct index *x, enum record_type type)
{
	return x->count[type];
}

size_t
index_memory(const struct index *x)
{
	return x->n * sizeof(struct row);
}

uint64_t
row_position(const struct row *row)
{
	return (uint64_t)row->position_high << 32 | row->position_low;
}

void
row_set_position(struct row *row, uint64_t at)
{
	row->position_high = (uint16_t)(at >> 32);
	row->position_low = (uint32_t)at;
}

void
index_write(struct writer *w, const struct index *x)
{
	wr_u64(w, x->used);
	for (size_t i = 0; i < x->n; i++) {
		const struct row *row = &x->slots[i];

		if (row->version == 0)
			continue;
		wr_bytes(w, row->id, sizeof(row->id));
		wr_u32(w, row->version);
		wr_u32(w, row->uses);
		wr_u64(w, row_position(row));
		wr_u8(w, row->type);
		wr_u8(w, row->state);
		wr_u8(w, row->before);
	}
}

static bool
row_read(struct reader *r, struct index *x, struct err *e)
{
	uint8_t id[ID_LEN] = { 0 }, type, state, before;
	uint32_t version, uses;
	uint64_t position;
	struct row *row;

	if (!rd_bytes(r, id, 12) || !rd_u32(r, &version) || version == 0 || !rd_u32(r, &uses) ||
	    !rd_u64(r, &position) || position >> 48 != 0 || !rd_u8(r, &type) ||
	    type < RECORD_SIGNER || type > RECORD_KEY || !rd_u8(r, &state) || !rd_u8(r, &before))
		return err_set(e, ERR_FORMAT, "snapshot: row");
	if ((row = index_add(x, type, id, e)) == NULL)
		return false;
	row->version = version;
	row->uses = uses;
	row->state = state;
	row->before = before;
	row_set_position(row, position);
	return true;
}

struct index *
index_read(struct reader *r, struct err *e)
{
	AUTO(index) *x = index_new(e);
	uint64_t n;

	if (x == NULL || !rd_u64(r, &n)) {
		err_set(e, ERR_FORMAT, "snapshot: index");
		return NULL;
	}
	for (uint64_t i = 0; i < n; i++)
		if (!row_read(r, x, e))
			return NULL;
	return TAKE(x);
}

bool
index_equal(const struct index *a, const struct index *b)
{
	if (a->used != b->used)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct row *row = &a->slots[i], *other;

		if (row->version == 0)
			continue;
		other = slot_for(b, row->type, row->id);
		if (other->version != row->version || other->uses != row->uses ||
		    other->state != row->state || other->before != row->before ||
		    row_position(other) != row_position(row))
			return false;
	}
	return true;
}
