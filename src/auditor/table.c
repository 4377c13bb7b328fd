/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing; a row is a flag, the key, the value. */
#include <stdlib.h>
#include <string.h>

#include "auditor/table.h"

struct table
table_of(size_t key, size_t value)
{
	return (struct table){ .key = key, .value = value };
}

void
table_wipe(struct table *t)
{
	free(t->rows);
	*t = table_of(t->key, t->value);
}

static size_t
width(const struct table *t)
{
	return 1 + t->key + t->value;
}

/* FNV-1a, then a multiply so that the upper bits count. */
static size_t
place(const struct table *t, const uint8_t *key)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < t->key; i++)
		h = (h ^ key[i]) * 0x100000001b3u;
	return (size_t)(h >> 17 ^ h) & (t->cap - 1);
}

/* The row of this key, or the free one where it belongs. */
static uint8_t *
row_of(const struct table *t, const uint8_t *key)
{
	size_t i = place(t, key);

	for (;; i = (i + 1) & (t->cap - 1)) {
		uint8_t *row = t->rows + i * width(t);

		if (row[0] == 0 || memcmp(row + 1, key, t->key) == 0)
			return row;
	}
}

void *
table_find(const struct table *t, const void *key)
{
	uint8_t *row = t->cap == 0 ? NULL : row_of(t, key);

	return row == NULL || row[0] == 0 ? NULL : row + 1 + t->key;
}

static bool
grow(struct table *t, struct err *e)
{
	struct table wide = *t;

	wide.cap = t->cap == 0 ? 1024 : 2 * t->cap;
	if ((wide.rows = calloc(wide.cap, width(t))) == NULL)
		return err_set(e, ERR_BACKEND, "no memory for %zu rows", wide.cap);
	for (size_t i = 0; i < t->cap; i++) {
		const uint8_t *row = t->rows + i * width(t);

		if (row[0] != 0)
			memcpy(row_of(&wide, row + 1), row, width(t));
	}
	free(t->rows);
	*t = wide;
	return true;
}

void *
table_add(struct table *t, const void *key, struct err *e)
{
	uint8_t *row;

	if (t->n >= t->cap / 2 && !grow(t, e))
		return NULL;
	row = row_of(t, key);
	row[0] = 1;
	memcpy(row + 1, key, t->key);
	t->n++;
	return row + 1 + t->key;
}
