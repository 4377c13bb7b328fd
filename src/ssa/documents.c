/* SPDX-License-Identifier: Apache-2.0 */
/* A fixed table; each document counts as at least one slot's share of the room, so slots suffice. */
#include <stdlib.h>
#include <string.h>

#include "ssa/documents.h"

#define SLOTS	1024

struct documents {
	size_t		room;
	struct document	slot[SLOTS];
};

static const uint8_t nobody[16];

struct documents *
documents_new(size_t room)
{
	struct documents *d = calloc(1, sizeof(*d));

	if (d == NULL)
		bug("out of memory");
	d->room = room;
	return d;
}

static void
document_wipe(struct document *one)
{
	if (one->bytes != NULL)
		explicit_bzero(one->bytes, one->have);
	free(one->bytes);
	*one = (struct document){ 0 };
}

void
documents_free(struct documents *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		document_wipe(&d->slot[i]);
	free(d);
}

size_t
documents_largest(const struct documents *d)
{
	return d->room / 4 < DOCUMENT_MAX ? d->room / 4 : DOCUMENT_MAX;
}

void
documents_sweep(struct documents *d, uint64_t now)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (d->slot[i].bytes != NULL && d->slot[i].expires <= now)
			document_wipe(&d->slot[i]);
}

static size_t
cost(const struct documents *d, size_t size)
{
	return size < d->room / SLOTS ? d->room / SLOTS : size;
}

static bool
has_room(const struct documents *d, const uint8_t account[16], const uint8_t client[16], size_t more)
{
	size_t all = more, of_account = more, of_client = more;

	for (size_t i = 0; i < SLOTS; i++) {
		const struct document *one = &d->slot[i];
		size_t n = one->bytes == NULL ? 0 : cost(d, one->size);

		all += n;
		of_account += memcmp(one->account, account, 16) == 0 ? n : 0;
		of_client += memcmp(one->client, client, 16) == 0 ? n : 0;
	}
	return all <= d->room && of_client <= d->room / 2 &&
	    (of_account <= d->room / 4 || memcmp(account, nobody, 16) == 0);
}

struct document *
documents_add(struct documents *d, const uint8_t name[HASH_LEN], const uint8_t account[16],
    const uint8_t client[16], size_t size, uint64_t now, struct err *e)
{
	struct document *free_one = NULL;

	documents_sweep(d, now);
	for (size_t i = 0; i < SLOTS && free_one == NULL; i++)
		free_one = d->slot[i].bytes == NULL ? &d->slot[i] : NULL;
	if (size == 0 || size > documents_largest(d) || free_one == NULL ||
	    !has_room(d, account, client, cost(d, size)) || (free_one->bytes = malloc(size)) == NULL) {
		err_set(e, ERR_NOT_NOW, "no room for a document");
		return NULL;
	}
	memcpy(free_one->name, name, HASH_LEN);
	memcpy(free_one->account, account, 16);
	memcpy(free_one->client, client, 16);
	free_one->size = size;
	free_one->expires = now + DOCUMENT_LIFE_MS;
	return free_one;
}

struct document *
documents_find(struct documents *d, const uint8_t name[HASH_LEN], const uint8_t client[16],
    uint64_t now)
{
	for (size_t i = 0; i < SLOTS; i++) {
		struct document *one = &d->slot[i];

		if (one->bytes != NULL && one->expires > now && memcmp(one->name, name, HASH_LEN) == 0 &&
		    memcmp(one->client, client, 16) == 0)
			return one;
	}
	return NULL;
}

bool
document_append(struct document *one, size_t at, struct span bytes)
{
	if (at != one->have || bytes.n > one->size - one->have)
		return false;
	memcpy(one->bytes + at, bytes.p, bytes.n);
	one->have += bytes.n;
	return true;
}
