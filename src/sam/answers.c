/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of places with hash chains through it: each slot names the one before it in its chain. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sam/answers.h"

struct answer {
	uint8_t		d[16];
	uint64_t	position;
	uint64_t	before;		/* number of the one before in this chain; 0: none */
};

struct answers {
	uint64_t	next;		/* number of the next one, from 1 */
	uint64_t	chain[ANSWERS_MAX];
	struct answer	ring[ANSWERS_MAX];
};

struct answers *
answers_new(struct err *e)
{
	struct answers *a = calloc(1, sizeof(*a));

	if (a == NULL)
		err_set(e, ERR_BACKEND, "no memory for answers");
	else
		a->next = 1;
	return a;
}

void
answers_free(struct answers *a)
{
	free(a);
}

static size_t
chain_of(const uint8_t d[32])
{
	return ((size_t)d[0] << 8 | d[1]) % ANSWERS_MAX;
}

static bool
is_kept(const struct answers *a, uint64_t number)
{
	return number != 0 && number < a->next && a->next - number <= ANSWERS_MAX;
}

void
answers_add(struct answers *a, const uint8_t d[32], uint64_t position)
{
	struct answer *slot = &a->ring[a->next % ANSWERS_MAX];

	memcpy(slot->d, d, sizeof(slot->d));
	slot->position = position;
	slot->before = a->chain[chain_of(d)];
	a->chain[chain_of(d)] = a->next++;
}

bool
answers_next(const struct answers *a, const uint8_t d[32], uint64_t *cursor, uint64_t *position)
{
	uint64_t at = *cursor == 0 ? a->chain[chain_of(d)] : *cursor;

	while (is_kept(a, at) && memcmp(a->ring[at % ANSWERS_MAX].d, d, 16) != 0)
		at = a->ring[at % ANSWERS_MAX].before;
	if (!is_kept(a, at))
		return false;
	*position = a->ring[at % ANSWERS_MAX].position;
	*cursor = a->ring[at % ANSWERS_MAX].before;
	if (*cursor == 0)
		*cursor = UINT64_MAX;	/* past the oldest: is_kept says no */
	return true;
}

void
answers_write(struct writer *w, const struct answers *a)
{
	uint64_t first = a->next > ANSWERS_MAX ? a->next - ANSWERS_MAX : 1;

	wr_u32(w, (uint32_t)(a->next - first));
	for (uint64_t i = first; i < a->next; i++) {
		wr_bytes(w, a->ring[i % ANSWERS_MAX].d, 16);
		wr_u64(w, a->ring[i % ANSWERS_MAX].position);
	}
}

bool
answers_read(struct reader *r, struct answers *a)
{
	uint32_t n;

	if (!rd_u32(r, &n) || n > ANSWERS_MAX)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		uint8_t d[32] = { 0 };
		uint64_t position;

		if (!rd_bytes(r, d, 16) || !rd_u64(r, &position))
			return false;
		answers_add(a, d, position);
	}
	return true;
}
