/* SPDX-License-Identifier: Apache-2.0 */
/* Buckets with chains, and one list in order of use. Keys are random or hashes, so they are the hash. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ssa/cache.h"

struct cache {
	size_t		 capacity, count, mask;
	struct cached	 ends;		/* newest is ends.older, oldest is ends.newer */
	struct cached	*bucket[];
};

struct cache *
cache_new(size_t capacity)
{
	size_t buckets = 16;
	struct cache *c;

	while (buckets < capacity)
		buckets *= 2;
	if ((c = calloc(1, sizeof(*c) + buckets * sizeof(c->bucket[0]))) == NULL)
		bug("out of memory");
	c->capacity = capacity;
	c->mask = buckets - 1;
	c->ends.newer = c->ends.older = &c->ends;
	return c;
}

static struct cached **
place_of(struct cache *c, const uint8_t key[32])
{
	struct cached **at;
	size_t hash;

	memcpy(&hash, key, sizeof(hash));
	for (at = &c->bucket[hash & c->mask]; *at != NULL; at = &(*at)->next)
		if (memcmp((*at)->key, key, 32) == 0)
			break;
	return at;
}

static void
unlist(struct cached *x)
{
	x->newer->older = x->older;
	x->older->newer = x->newer;
}

static void
list_newest(struct cache *c, struct cached *x)
{
	x->newer = &c->ends;
	x->older = c->ends.older;
	x->older->newer = x;
	c->ends.older = x;
}

struct cached *
cache_hold(struct cache *c, const uint8_t key[32])
{
	struct cached *x = *place_of(c, key);

	if (x == NULL)
		return NULL;
	unlist(x);
	list_newest(c, x);
	x->holders++;
	return x;
}

void
cache_drop(struct cache *c, const uint8_t key[32])
{
	struct cached **at = place_of(c, key), *x = *at;

	if (x == NULL)
		return;
	*at = x->next;
	unlist(x);
	c->count--;
	cached_release(x);
}

void
cache_put(struct cache *c, struct cached *x)
{
	struct cached **at;

	cache_drop(c, x->key);
	if (c->count == c->capacity)
		cache_drop(c, c->ends.newer->key);
	at = place_of(c, x->key);
	x->next = NULL;
	*at = x;
	list_newest(c, x);
	c->count++;
	x->holders++;
}

void
cached_release(struct cached *x)
{
	if (x != NULL && --x->holders == 0)
		x->free(x);
}

void
cache_free(struct cache *c)
{
	if (c == NULL)
		return;
	while (c->count > 0)
		cache_drop(c, c->ends.newer->key);
	free(c);
}

size_t
cache_count(const struct cache *c)
{
	return c->count;
}
