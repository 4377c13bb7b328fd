/* SPDX-License-Identifier: Apache-2.0 */
/* Access tokens and used assertions, in memory before they are in the store. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/writer.h"
#include "crypto/hash.h"
#include "json/base64.h"
#include "ssa/cache.h"
#include "ssa/tokens.h"

#define ASSERTIONS_MAX	262144

struct token {
	struct cached	of;
	struct token_row row;
};

struct used {			/* an open table with linear probing; expired ones are free */
	uint8_t		hash[32];
	uint64_t	until;
};

struct tokens {
	struct store	*store;
	struct cache	*cache, *activations;
	struct used	 used[ASSERTIONS_MAX];
};

#define PROBES	64

static bool
used_enter(struct tokens *t, const uint8_t hash[32], uint64_t until, uint64_t now)
{
	struct used *room = NULL;
	uint32_t at;

	memcpy(&at, hash, sizeof(at));
	for (uint32_t i = 0; i < PROBES; i++) {
		struct used *u = &t->used[(at + i) % ASSERTIONS_MAX];

		if (u->until < now) {
			room = room == NULL ? u : room;
			continue;
		}
		if (memcmp(u->hash, hash, 32) == 0)
			return false;
	}
	if (room == NULL)
		return false;
	memcpy(room->hash, hash, 32);
	room->until = until;
	return true;
}

static bool
used_seen(void *arg, const struct assertion_row *a)
{
	used_enter(arg, a->hash, a->expires, clock_wall());
	return true;
}

struct tokens *
tokens_open(struct store *store, size_t capacity, struct cache *activations, struct err *e)
{
	struct tokens *t = calloc(1, sizeof(*t));

	if (t == NULL)
		bug("out of memory");
	t->store = store;
	t->activations = activations;
	t->cache = cache_new(capacity);
	if (!store->ops->assertions(store, used_seen, t, e)) {
		tokens_free(t);
		return NULL;
	}
	return t;
}

void
tokens_free(struct tokens *t)
{
	if (t == NULL)
		return;
	cache_free(t->cache);
	free(t);
}

static void
token_free(struct cached *x)
{
	free(x);
}

static struct token *
token_remember(struct tokens *t, const struct token_row *row)
{
	struct token *k = calloc(1, sizeof(*k));

	if (k == NULL)
		bug("out of memory");
	k->of.holders = 1;
	k->of.free = token_free;
	memcpy(k->of.key, row->hash, 32);
	k->row = *row;
	cache_put(t->cache, &k->of);
	return k;
}

void
secret_text(char text[TOKEN_LETTERS + 1], uint8_t hash[32])
{
	struct writer w = writer_over(text, TOKEN_LETTERS);
	uint8_t secret[32];

	random_bytes(secret, sizeof(secret));
	base64url_write(&w, span_of(secret, sizeof(secret)));
	explicit_bzero(secret, sizeof(secret));
	text[TOKEN_LETTERS] = '\0';
	sha256(span_of(text, TOKEN_LETTERS), hash);
}

void
token_issue(struct tokens *t, struct token_row *row, char text[TOKEN_LETTERS + 1])
{
	secret_text(text, row->hash);
	cached_release(&token_remember(t, row)->of);
	t->store->ops->token_put(t->store, row);
}

enum token_found
token_find(struct tokens *t, struct span text, uint64_t now, struct token_row *out)
{
	struct err ignored = { 0 };
	struct token_row row;
	struct token *k;
	uint8_t hash[32];
	bool good;

	if (text.n != TOKEN_LETTERS)
		return TOKEN_UNKNOWN;
	sha256(text, hash);
	k = (struct token *)cache_hold(t->cache, hash);
	if (k == NULL) {
		if (!t->store->ops->token_get(t->store, hash, &row, &ignored))
			return TOKEN_UNKNOWN;
		k = token_remember(t, &row);
	}
	good = k->row.expires > now;
	if (good)
		*out = k->row;
	cached_release(&k->of);
	return good ? TOKEN_GOOD : TOKEN_EXPIRED;
}

static void
token_forget(void *arg, const uint8_t hash[32])
{
	struct tokens *t = arg;

	cache_drop(t->cache, hash);
	cache_drop(t->activations, hash);
}

bool
tokens_end_grant(struct tokens *t, const uint8_t grant[16], struct err *e)
{
	return t->store->ops->grant_end(t->store, grant, token_forget, t, e);
}

bool
token_end(struct tokens *t, const uint8_t hash[32], struct err *e)
{
	token_forget(t, hash);
	return t->store->ops->token_end(t->store, hash, e);
}

bool
assertion_spend(struct tokens *t, const uint8_t hash[32], uint64_t until, uint64_t now)
{
	struct assertion_row row = { .expires = until };

	if (!used_enter(t, hash, until, now))
		return false;
	memcpy(row.hash, hash, 32);
	t->store->ops->assertion_put(t->store, &row);
	return true;
}
