/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts in a fixed table: accounts that share a slot share its room only in so far as the later
 * one takes it over when the earlier one's authorizations have all ended.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ssa/parallel.h"

#define SLOTS		4096
#define WINDOW_MS	600000

struct slot {
	uint8_t		account[16];
	unsigned	n, before;	/* entered in this window, and in the one before */
	uint64_t	window;
};

struct parallel {
	unsigned	most;
	struct slot	slot[SLOTS];
};

struct parallel *
parallel_new(unsigned most)
{
	struct parallel *p = calloc(1, sizeof(*p));

	if (p == NULL)
		bug("out of memory");
	p->most = most;
	return p;
}

void
parallel_free(struct parallel *p)
{
	free(p);
}

/* Ids are random (the SAM makes them), so their first bytes spread as well as a hash. */
static struct slot *
slot_of(struct parallel *p, const uint8_t account[16])
{
	return &p->slot[(account[0] << 8 | account[1]) % SLOTS];
}

static void
slot_turn(struct slot *s, uint64_t window)
{
	if (s->window == window)
		return;
	s->before = s->window + 1 == window ? s->n : 0;
	s->n = 0;
	s->window = window;
}

bool
parallel_enter(struct parallel *p, const uint8_t account[16], uint64_t now)
{
	struct slot *s = slot_of(p, account);

	slot_turn(s, now / WINDOW_MS);
	if (s->n + s->before == 0)
		memcpy(s->account, account, 16);
	else if (memcmp(s->account, account, 16) != 0)
		return true;		/* a neighbour is busy: this one is not counted */
	if (s->n + s->before >= p->most)
		return false;
	s->n++;
	return true;
}

void
parallel_leave(struct parallel *p, const uint8_t account[16])
{
	struct slot *s = slot_of(p, account);

	if (memcmp(s->account, account, 16) != 0)
		return;
	if (s->before > 0)
		s->before--;
	else if (s->n > 0)
		s->n--;
}
