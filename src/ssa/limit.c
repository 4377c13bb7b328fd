/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Token buckets that hold one second's worth. Peers share a fixed table: who collides with a busy
 * peer takes its slot over with a full bucket, so an attack costs the limit its exactness only.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ssa/limit.h"

#define PEERS	4096

struct bucket {
	uint8_t		peer[16];
	uint64_t	at;
	uint64_t	thousandths;
};

struct limit {
	unsigned	all, each;
	struct bucket	whole;
	struct bucket	peer[PEERS];
};

struct limit *
limit_new(unsigned all, unsigned each)
{
	struct limit *l = calloc(1, sizeof(*l));

	if (l == NULL)
		bug("out of memory");
	l->all = all;
	l->each = each;
	l->whole.thousandths = all * 1000ull;
	return l;
}

void
limit_free(struct limit *l)
{
	free(l);
}

static bool
filled(struct bucket *b, unsigned rate, uint64_t now)
{
	uint64_t full = rate * 1000ull;

	if (now > b->at) {
		b->thousandths += now - b->at > 1000 ? full : (now - b->at) * rate;
		if (b->thousandths > full)
			b->thousandths = full;
		b->at = now;
	}
	return b->thousandths >= 1000;
}

/* An IPv6 peer is its /64: one customer has as many addresses as he likes below that. */
static void
peer_key(const uint8_t peer[16], uint8_t key[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(key, peer, 16);
	if (memcmp(peer, mapped, sizeof(mapped)) != 0)
		memset(key + 8, 0, 8);
}

static struct bucket *
bucket_of(struct limit *l, const uint8_t peer[16])
{
	uint8_t key[16];
	uint64_t hash = 1469598103934665603ull;
	struct bucket *b;

	peer_key(peer, key);
	for (size_t i = 0; i < sizeof(key); i++)
		hash = (hash ^ key[i]) * 1099511628211ull;
	b = &l->peer[(hash ^ hash >> 32) % PEERS];
	if (memcmp(b->peer, key, sizeof(key)) != 0) {
		memcpy(b->peer, key, sizeof(key));
		b->thousandths = l->each * 1000ull;
		b->at = 0;
	}
	return b;
}

bool
limit_take(struct limit *l, const uint8_t peer[16], uint64_t now)
{
	struct bucket *b = bucket_of(l, peer);

	if ((l->each > 0 && !filled(b, l->each, now)) || (l->all > 0 && !filled(&l->whole, l->all, now)))
		return false;
	if (l->each > 0)
		b->thousandths -= 1000;
	if (l->all > 0)
		l->whole.thousandths -= 1000;
	return true;
}
