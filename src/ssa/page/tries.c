/* SPDX-License-Identifier: Apache-2.0 */
/* Counters in sets of a few ways; in a full set the one whose window began first gives way. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "ssa/page/tries.h"

#define SETS	4096
#define WAYS	8

struct count {
	uint8_t		who[16];
	uint64_t	began;		/* 0: free */
	unsigned	n;
};

struct tries {
	unsigned	most;
	uint8_t		key[32];	/* nobody can aim at another one's set */
	struct count	set[SETS][WAYS];
};

struct tries *
tries_new(unsigned most)
{
	struct tries *t = calloc(1, sizeof(*t));

	if (t == NULL)
		bug("out of memory");
	t->most = most;
	random_bytes(t->key, sizeof(t->key));
	return t;
}

void
tries_free(struct tries *t)
{
	free(t);
}

static struct count *
count_of(struct tries *t, struct span who, bool make)
{
	uint8_t name[HASH_LEN];
	struct count *set, *oldest;

	hmac_sha256(span_of(t->key, sizeof(t->key)), &who, 1, name);
	set = t->set[((unsigned)name[30] << 8 | name[31]) % SETS];
	oldest = &set[0];
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].began != 0 && memcmp(set[i].who, name, 16) == 0)
			return &set[i];
		if (set[i].began < oldest->began)
			oldest = &set[i];
	}
	if (!make)
		return NULL;
	*oldest = (struct count){ .n = 0 };
	memcpy(oldest->who, name, 16);
	return oldest;
}

static struct count *
count_now(struct tries *t, struct span who, uint64_t now)
{
	struct count *c = count_of(t, who, true);

	if (now - c->began > TRIES_WINDOW_MS) {
		c->began = now;
		c->n = 0;
	}
	return c;
}

bool
tries_take(struct tries *t, struct span who, uint64_t now)
{
	struct count *c = count_now(t, who, now);

	if (c->n >= t->most)
		return false;
	c->n++;
	return true;
}

unsigned
tries_count(struct tries *t, struct span who, uint64_t now)
{
	return count_now(t, who, now)->n++;
}

void
tries_give_back(struct tries *t, struct span who)
{
	struct count *c = count_of(t, who, false);

	if (c != NULL && c->n > 0)
		c->n--;
}

void
tries_forgive(struct tries *t, struct span who)
{
	struct count *c = count_of(t, who, false);

	if (c != NULL)
		c->began = 0;
}
