/* SPDX-License-Identifier: Apache-2.0 */
/* A set of 64-bit fingerprints, open addressing; zero is an empty slot. */
#include <stdlib.h>

#include "crypto/hash.h"
#include "sam/prints.h"

struct prints {
	uint64_t	*slots;
	size_t		 n, used;
};

struct prints *
prints_new(struct err *e)
{
	struct prints *p = calloc(1, sizeof(*p));

	if (p == NULL || (p->slots = calloc(256, sizeof(*p->slots))) == NULL) {
		free(p);
		err_set(e, ERR_BACKEND, "no memory for fingerprints");
		return NULL;
	}
	p->n = 256;
	return p;
}

void
prints_free(struct prints *p)
{
	if (p == NULL)
		return;
	free(p->slots);
	free(p);
}

static uint64_t
print_of(const uint8_t hash[32])
{
	uint64_t v;

	memcpy(&v, hash, sizeof(v));
	return v == 0 ? 1 : v;
}

static size_t
slot_of(const struct prints *p, uint64_t v)
{
	size_t i = (size_t)((unsigned __int128)v * p->n >> 64);

	while (p->slots[i] != 0 && p->slots[i] != v)
		i = i + 1 == p->n ? 0 : i + 1;
	return i;
}

static bool
add(struct prints *p, uint64_t v, struct err *e)
{
	struct prints bigger = { .n = p->n + p->n / 4 };

	if (p->used >= p->n - p->n / 8) {
		if ((bigger.slots = calloc(bigger.n, sizeof(*bigger.slots))) == NULL)
			return err_why(e, ERR_BACKEND, "limit", "no memory for more keys");
		for (size_t i = 0; i < p->n; i++)
			if (p->slots[i] != 0)
				bigger.slots[slot_of(&bigger, p->slots[i])] = p->slots[i];
		free(p->slots);
		p->slots = bigger.slots;
		p->n = bigger.n;
	}
	if (p->slots[slot_of(p, v)] == 0)
		p->used++;
	p->slots[slot_of(p, v)] = v;
	return true;
}

bool
prints_add(struct prints *p, const uint8_t spki_hash[32], struct err *e)
{
	return add(p, print_of(spki_hash), e);
}

bool
prints_has(const struct prints *p, struct span spki)
{
	uint8_t hash[HASH_LEN];

	sha256(spki, hash);
	return p->slots[slot_of(p, print_of(hash))] != 0;
}

size_t
prints_memory(const struct prints *p)
{
	return p->n * sizeof(*p->slots);
}

static int
ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

void
prints_write(struct writer *w, const struct prints *p)
{
	uint64_t *sorted = calloc(p->used + 1, sizeof(*sorted));
	size_t n = 0;

	if (sorted == NULL)
		bug("no memory for a snapshot");
	for (size_t i = 0; i < p->n; i++)
		if (p->slots[i] != 0)
			sorted[n++] = p->slots[i];
	qsort(sorted, n, sizeof(*sorted), ascending);
	wr_u64(w, n);
	for (size_t i = 0; i < n; i++)
		wr_u64(w, sorted[i]);
	free(sorted);
}

bool
prints_read(struct reader *r, struct prints *p, struct err *e)
{
	uint64_t n, v;

	if (!rd_u64(r, &n))
		return err_set(e, ERR_FORMAT, "snapshot: fingerprints");
	for (uint64_t i = 0; i < n; i++)
		if (!rd_u64(r, &v) || v == 0 || !add(p, v, e))
			return err_set(e, ERR_FORMAT, "snapshot: fingerprints");
	return true;
}
