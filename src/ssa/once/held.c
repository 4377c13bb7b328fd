/* SPDX-License-Identifier: Apache-2.0 */
/* The list of one-time keys that wait for their use. The SAM has at most 1024 of them. */
#include <stdlib.h>

#include "base/clock.h"
#include "ssa/once/held.h"

static void
held_free(struct ssa *s, struct held *h)
{
	parallel_leave(s->parallel, h->key->row.owner);
	key_release(h->key);
	free(h);
}

typedef bool held_goes(const struct ssa *, const struct held *, const void *arg);

static void
drop_those(struct ssa *s, held_goes *goes, const void *arg)
{
	for (struct held **at = &s->held; *at != NULL;) {
		struct held *h = *at;

		if (goes(s, h, arg)) {
			*at = h->next;
			held_free(s, h);
		} else {
			at = &h->next;
		}
	}
}

/* By our clock, or because the connection is another one: the SAM has ended it. */
static bool
is_over(const struct ssa *s, const struct held *h, const void *now)
{
	return h->expires <= *(const uint64_t *)now || h->connection != sam_connection(s->sam);
}

static bool
is_named(const struct ssa *s UNUSED, const struct held *h, const void *id)
{
	return memcmp(h->key->row.id, id, 16) == 0;
}

static bool
is_of(const struct ssa *s UNUSED, const struct held *h, const void *account)
{
	return memcmp(h->key->row.owner, account, 16) == 0;
}

static bool
is_any(const struct ssa *s UNUSED, const struct held *h UNUSED, const void *arg UNUSED)
{
	return true;
}

static void
sweep(struct ssa *s)
{
	uint64_t now = clock_wall();

	drop_those(s, is_over, &now);
}

struct held *
held_add(struct ssa *s, const struct held *from, const struct key_row *row)
{
	struct held *h = malloc(sizeof(*h));

	if (h == NULL)
		bug("out of memory");
	*h = *from;
	h->key = vault_key_alone(row);
	if (h->key->not_after != 0 && h->key->not_after < h->expires)
		h->expires = h->key->not_after;
	h->next = s->held;
	s->held = h;
	return h;
}

struct held *
held_find(struct ssa *s, const uint8_t account[16], const uint8_t id[16])
{
	sweep(s);
	for (struct held *h = s->held; h != NULL; h = h->next)
		if (is_of(s, h, account) && is_named(s, h, id))
			return h;
	return NULL;
}

struct held *
held_opened_by(struct ssa *s, const uint8_t account[16], const uint8_t d[HASH_LEN])
{
	sweep(s);
	for (struct held *h = s->held; h != NULL; h = h->next)
		if (is_of(s, h, account) && memcmp(h->d, d, HASH_LEN) == 0)
			return h;
	return NULL;
}

void
held_of(struct ssa *s, const uint8_t account[16], held_seen *seen, void *arg)
{
	sweep(s);
	for (const struct held *h = s->held; h != NULL; h = h->next)
		if (is_of(s, h, account) && !seen(arg, h))
			return;
}

void
held_drop(struct ssa *s, const uint8_t id[16])
{
	drop_those(s, is_named, id);
}

void
held_drop_of(struct ssa *s, const uint8_t account[16])
{
	drop_those(s, is_of, account);
}

void
held_drop_all(struct ssa *s)
{
	drop_those(s, is_any, NULL);
}
