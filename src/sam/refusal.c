/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals: entry by entry up to a bound, then counted. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "sam/refusal.h"

#define IN_FULL		20	/* per second */
#define REASONS		56	/* more different words than there are */
#define ROOM_FOR_FULL	(2u << 20)	/* with less room than this only summaries are written */

struct refusals {
	uint64_t	second;		/* when the present second began, life clock; 0: none */
	uint64_t	since;		/* the same, wall clock */
	size_t		in_full;
	size_t		n;
	struct { char reason[24]; uint32_t count; } counted[REASONS];
};

struct refusals *
refusals_new(struct err *e)
{
	struct refusals *r = calloc(1, sizeof(*r));

	if (r == NULL)
		err_set(e, ERR_BACKEND, "no memory for refusals");
	return r;
}

void
refusals_free(struct refusals *r)
{
	free(r);
}

static void
count(struct refusals *r, const char *reason)
{
	size_t i = 0;

	while (i < r->n && strcmp(r->counted[i].reason, reason) != 0)
		i++;
	if (i == REASONS)
		return;
	if (i == r->n) {
		memcpy(r->counted[i].reason, reason, strlen(reason) + 1);
		r->counted[i].count = 0;
		r->n++;
	}
	r->counted[i].count++;
}

static void
write_in_full(struct sam *sam, const struct call *c, const char *reason)
{
	struct entry_refused entry = { .reason = span_str(reason), .request = c->type,
		.socket = (uint8_t)c->socket };

	memcpy(entry.signer, c->signer, ID_LEN);
	memcpy(entry.key, c->key, ID_LEN);
	memcpy(entry.d, c->d, sizeof(entry.d));
	entry_refused_write(journal_begin(sam->journal, ENTRY_REFUSED), &entry);
	journal_end(sam->journal);
}

const char *
refusal_reason(const struct err *e)
{
	if (e->reason[0] != '\0')
		return e->reason;
	return e->code == ERR_FORMAT ? "parse" : "backend";
}

void
refusal_log(struct sam *sam, const struct call *c, const struct err *e)
{
	struct refusals *r = sam->refusals;
	const char *reason = refusal_reason(e);
	uint64_t now = clock_life();

	if (sam->open != SAM_OPEN)	/* a closed SAM writes nothing */
		return;
	refusals_tick(sam, now);
	if (r->second == 0) {
		r->second = now;
		r->since = clock_wall();
	}
	if (r->in_full < IN_FULL && journal_room(sam->journal) > ROOM_FOR_FULL) {
		r->in_full++;
		write_in_full(sam, c, reason);
		log_info("refused request %u: %s (%s)", c->type, e->text, reason);
	} else {
		count(r, reason);
	}
}

void
refusals_tick(struct sam *sam, uint64_t now_life)
{
	struct refusals *r = sam->refusals;
	struct refusals_item items[REASONS];
	struct entry_refusals entry = { .since = r->since, .n = r->n };

	if (r->second == 0 || now_life - r->second < 1000)
		return;
	if (r->n > 0 && sam->open == SAM_OPEN) {
		for (size_t i = 0; i < r->n; i++)
			items[i] = (struct refusals_item){ span_str(r->counted[i].reason),
				r->counted[i].count };
		entry_refusals_write(journal_begin(sam->journal, ENTRY_REFUSALS), &entry, items);
		journal_end(sam->journal);
	}
	memset(r, 0, sizeof(*r));
}

int
refusals_wait(const struct sam *sam, uint64_t now_life)
{
	const struct refusals *r = sam->refusals;

	if (r->second == 0)
		return -1;
	return now_life - r->second >= 1000 ? 0 : (int)(1000 - (now_life - r->second));
}
