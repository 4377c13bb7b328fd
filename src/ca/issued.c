/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing, never more than half full. */
#include <stdlib.h>

#include "ca/issued.h"

#define FIRST_SIZE	1024

static size_t
hash_of(struct span serial)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < serial.n; i++)
		h = (h ^ serial.p[i]) * 1099511628211u;
	return (size_t)(h ^ h >> 29);
}

/* Its place, or the free one where it would be. */
static struct issued *
place_of(const struct issued_table *t, struct span serial)
{
	size_t i = hash_of(serial) & (t->size - 1);

	while (t->places[i].n != 0 && !span_equal(span_of(t->places[i].serial, t->places[i].n), serial))
		i = (i + 1) & (t->size - 1);
	return &t->places[i];
}

void
issued_wipe(struct issued_table *t)
{
	free(t->places);
	*t = (struct issued_table){ 0 };
}

struct issued *
issued_find(const struct issued_table *t, struct span serial)
{
	struct issued *place;

	if (t->size == 0 || serial.n == 0 || serial.n > SERIAL_MAX)
		return NULL;
	place = place_of(t, serial);
	return place->n == 0 ? NULL : place;
}

static void
grow(struct issued_table *t)
{
	struct issued_table larger = { .size = t->size == 0 ? FIRST_SIZE : 2 * t->size, .n = t->n,
		.revoked = t->revoked };

	if ((larger.places = calloc(larger.size, sizeof(*larger.places))) == NULL)
		bug("no memory");
	for (size_t i = 0; i < t->size; i++)
		if (t->places[i].n != 0)
			*place_of(&larger, span_of(t->places[i].serial, t->places[i].n)) = t->places[i];
	free(t->places);
	*t = larger;
}

struct issued *
issued_add(struct issued_table *t, struct span serial)
{
	struct issued *place;

	if (serial.n == 0 || serial.n > SERIAL_MAX)
		return NULL;
	if (2 * t->n >= t->size)
		grow(t);
	place = place_of(t, serial);
	if (place->n == 0) {
		memcpy(place->serial, serial.p, serial.n);
		place->n = (uint8_t)serial.n;
		t->n++;
	}
	return place;
}
