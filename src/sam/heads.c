/* SPDX-License-Identifier: Apache-2.0 */
/* Heads and anchor: two small jobs that ask the module now and then. */
#include <stdlib.h>

#include "base/clock.h"
#include "sam/heads.h"
#include "wire/hsm.h"

#define HEAD_EACH	1000	/* ms */
#define ANCHOR_EACH	60000
#define RETRY_AFTER	1000

struct wanted {
	struct wanted	*next;
	uint64_t	 size;
	struct call	*call;
	head_done	 done;
};

struct heads {
	bool		 signing, anchoring;
	struct head	 asked;		/* being signed */
	uint64_t	 anchoring_size;
	uint64_t	 settled;	/* log size that a head covers, or it and the HEAD entry itself */
	uint64_t	 next_head, next_anchor;	/* life clock */
	uint64_t	 retry;		/* after a failure: nothing before this */
	struct wanted	*wanted;
};

struct heads *
heads_new(struct err *e)
{
	struct heads *h = calloc(1, sizeof(*h));

	if (h == NULL)
		err_set(e, ERR_BACKEND, "no memory for heads");
	return h;
}

void
heads_free(struct heads *h)
{
	while (h != NULL && h->wanted != NULL) {
		struct wanted *w = h->wanted;

		h->wanted = w->next;
		call_free(w->call);
		free(w);
	}
	free(h);
}

static void
serve(struct sam *sam)
{
	struct wanted **at = &sam->heads->wanted;

	while (*at != NULL) {
		struct wanted *w = *at;

		if (w->size > sam->state->head.size) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		w->done(sam, w->call, NULL);
		free(w);
	}
}

static void
head_signed(void *owner, void *job UNUSED, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct heads *h = sam->heads;
	struct err e = { 0 };

	h->signing = false;
	h->next_head = clock_life() + HEAD_EACH;
	if (failure != NULL || !msg_hsm_head_signed_read(answer, h->asked.signature, &e) ||
	    !head_verify(&h->asked, sam->state->group,
	    span_of(sam->state->log_key, sizeof(sam->state->log_key)), &e)) {
		log_warn("no head signed: %s", failure != NULL ? failure->text : e.text);
		h->retry = clock_life() + RETRY_AFTER;
		return;
	}
	if (sam->open != SAM_OPEN)
		return;
	h->settled = h->asked.size;
	/* What was logged while the module signed is not covered, and wants another head. */
	if (journal_size(sam->journal) == h->asked.size)
		h->settled++;
	entry_head_signed_write(journal_begin(sam->journal, ENTRY_HEAD_SIGNED), &h->asked);
	journal_end(sam->journal);
	serve(sam);
}

static void
sign_head(struct sam *sam)
{
	struct heads *h = sam->heads;
	struct msg_hsm_sign_head m = { .key = HSM_KEY_LOG };
	uint8_t mem[64];
	struct writer w = writer_over(mem, sizeof(mem));
	struct err e = { 0 };

	h->asked = (struct head){ .epoch = sam->state->epoch, .time = clock_wall() };
	h->asked.size = journal_durable(sam->journal, h->asked.root);
	head_digest(&h->asked, sam->state->group, m.digest);
	msg_hsm_sign_head_write(&w, &m);
	h->signing = pool_ask(sam->pool, HSM_SIGN_HEAD, writer_span(&w), true, head_signed, NULL, &e);
}

static void
anchor_written(void *owner, void *job UNUSED, struct reader *answer UNUSED,
    const struct err *failure)
{
	struct sam *sam = owner;
	struct heads *h = sam->heads;

	h->anchoring = false;
	if (failure != NULL) {
		log_warn("the anchor could not be written: %s", failure->text);
		h->retry = clock_life() + RETRY_AFTER;
		return;
	}
	h->next_anchor = clock_life() + ANCHOR_EACH;
	journal_anchored(sam->journal, h->anchoring_size);
}

static void
write_anchor(struct sam *sam)
{
	struct heads *h = sam->heads;
	struct anchor a = { .epoch = sam->state->epoch };
	uint8_t value[ANCHOR_LEN], mem[ANCHOR_LEN + 8];
	struct writer v = writer_over(value, sizeof(value)), w = writer_over(mem, sizeof(mem));
	struct err e = { 0 };

	memcpy(a.group, sam->state->group, sizeof(a.group));
	a.size = h->anchoring_size = journal_durable(sam->journal, a.root);
	anchor_write(&v, &a);
	msg_hsm_anchor_write(&w, writer_span(&v));
	h->anchoring = pool_ask(sam->pool, HSM_ANCHOR_SET, writer_span(&w), true, anchor_written,
	    NULL, &e);
}

static bool
head_is_due(const struct sam *sam, uint64_t now)
{
	uint8_t root[HASH_LEN];

	return !sam->heads->signing && (sam->heads->wanted != NULL || now >= sam->heads->next_head) &&
	    journal_durable(sam->journal, root) > sam->heads->settled;
}

static bool
anchor_is_due(const struct sam *sam, uint64_t now)
{
	uint8_t root[HASH_LEN];
	uint64_t size = journal_durable(sam->journal, root);

	if (sam->heads->anchoring || size == journal_anchored_size(sam->journal))
		return false;
	return sam->stopping || now >= sam->heads->next_anchor || journal_wants_anchor(sam->journal);
}

void
heads_tick(struct sam *sam, uint64_t now)
{
	if (sam->open != SAM_OPEN || journal_failure(sam->journal) != NULL ||
	    now < sam->heads->retry)
		return;
	if (head_is_due(sam, now))
		sign_head(sam);
	if (anchor_is_due(sam, now))
		write_anchor(sam);
}

int
heads_wait(const struct sam *sam, uint64_t now)
{
	if (sam->open != SAM_OPEN)
		return -1;
	if (now >= sam->heads->retry && (head_is_due(sam, now) || anchor_is_due(sam, now)))
		return 0;
	return HEAD_EACH;
}

void
heads_wait_for(struct sam *sam, uint64_t size, struct call *call, head_done done)
{
	struct wanted *w = calloc(1, sizeof(*w));

	if (w == NULL)
		bug("no memory");
	*w = (struct wanted){ .next = sam->heads->wanted, .size = size, .call = call, .done = done };
	sam->heads->wanted = w;
	serve(sam);
}

bool
heads_idle(const struct sam *sam)
{
	return !sam->heads->signing && !sam->heads->anchoring;
}
