/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded map from 32 bytes to something counted by references; the longest unused goes first. */
#ifndef SSA_CACHE_H
#define SSA_CACHE_H

#include <stddef.h>
#include <stdint.h>

/* First member of what is kept. */
struct cached {
	uint8_t		 key[32];
	unsigned	 holders;		/* the cache itself is one */
	struct cached	*next;			/* in its bucket */
	struct cached	*newer, *older;
	void		(*free)(struct cached *);
};

struct cache;

struct cache	*cache_new(size_t capacity);		/* yours; aborts when out of memory */
void		 cache_free(struct cache *);		/* NULL is fine */
struct cached	*cache_hold(struct cache *, const uint8_t key[32]);	/* NULL, or released by you */
void		 cache_put(struct cache *, struct cached *);	/* replaces; the caller stays a holder */
void		 cache_drop(struct cache *, const uint8_t key[32]);
void		 cached_release(struct cached *);	/* NULL is fine */
size_t		 cache_count(const struct cache *);

#endif
