/* SPDX-License-Identifier: Apache-2.0 */
/* The supply of one-time keys: marks for the workers, and which of them is asked for a key. */
#include <stdlib.h>

#include "base/clock.h"
#include "sam/supply.h"

#define TELL_EACH_MS	3000

static const uint16_t alg_of[KINDS] = {
	[KEY_P256] = ALG_ECDSA_P256_SHA256, [KEY_P384] = ALG_ECDSA_P384_SHA384,
	[KEY_RSA3072] = ALG_RSA3072_PKCS1_SHA256,
};

struct source {			/* a worker */
	uint64_t	life;		/* of whom this was heard; 0: nobody */
	bool		asked;		/* its answer is awaited */
	uint64_t	tell;		/* life clock: next time */
	uint16_t	have[KINDS];
};

struct supply {
	struct decider_onetime	wanted;
	bool			any;		/* marks at all */
	size_t			workers, turn;
	struct source		source[WORKERS_MAX];
};

struct supply *
supply_new(const struct decider_onetime *wanted, size_t workers, struct err *e)
{
	struct supply *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, ERR_BACKEND, "no memory");
		return NULL;
	}
	s->wanted = *wanted;
	s->workers = workers;
	for (size_t i = 0; i < KINDS; i++)
		s->any |= wanted->mark[i] > 0;
	return s;
}

void
supply_free(struct supply *s)
{
	free(s);
}

/* Its part of what all have together. */
static void
marks_of(const struct supply *s, size_t worker, struct msg_hsm_stock *m)
{
	*m = (struct msg_hsm_stock){ .age = s->wanted.age, .n = KINDS };
	for (size_t i = 0; i < KINDS; i++) {
		m->alg[i] = alg_of[i];
		m->mark[i] = (uint16_t)(s->wanted.mark[i] / s->workers +
		    (worker < s->wanted.mark[i] % s->workers));
	}
}

static void
told(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct source *source = job;
	struct msg_hsm_stocked m;
	struct err e = { 0 };

	source->asked = false;
	memset(source->have, 0, sizeof(source->have));
	if (answer == NULL || !msg_hsm_stocked_read(answer, &m, &e)) {
		if (answer != NULL || strcmp(failure->reason, "lost") != 0)
			log_warn("one-time keys: %s", answer != NULL ? e.text : failure->text);
		return;
	}
	source->life = pool_place(sam->pool).life;
	for (size_t i = 0; i < m.n; i++)
		for (size_t k = 0; k < KINDS; k++)
			if (m.alg[i] == alg_of[k])
				source->have[k] = m.have[i];
}

static void
tell(struct sam *sam, size_t worker, struct pool_place at)
{
	struct source *source = &sam->supply->source[worker];
	AUTO_WRITER w = writer_grow(64);
	struct msg_hsm_stock m;
	struct err e = { 0 };

	marks_of(sam->supply, worker, &m);
	msg_hsm_stock_write(&w, &m);
	source->asked = pool_ask_at(sam->pool, at, HSM_STOCK, writer_span(&w), false, told, source, &e);
}

void
supply_tick(struct sam *sam, uint64_t now)
{
	struct supply *s = sam->supply;

	if (!s->any || sam->open != SAM_OPEN || sam->stopping)
		return;
	for (size_t i = 0; i < s->workers; i++) {
		struct pool_place at = pool_at(sam->pool, i);
		struct source *source = &s->source[i];

		if (at.life == 0 || source->asked || (at.life == source->life && now < source->tell))
			continue;
		source->tell = now + TELL_EACH_MS;
		source->life = at.life;
		tell(sam, i, at);
	}
}

uint32_t
supply_count(const struct sam *sam)
{
	const struct supply *s = sam->supply;
	uint32_t n = 0;

	for (size_t i = 0; i < s->workers; i++)
		for (size_t k = 0; k < KINDS && s->source[i].life != 0 &&
		    s->source[i].life == pool_at(sam->pool, i).life; k++)
			n += s->source[i].have[k];
	return n;
}

struct take {
	const struct alg *alg;
	uint8_t		 id[ID_LEN];
	uint64_t	 tried;		/* one bit for each worker */
	bool		 making;	/* the last try */
	size_t		 worker;
	pool_done	 done;
	void		*job;
};
_Static_assert(WORKERS_MAX <= 64, "one bit for each worker");

/* Who has most of this kind, as far as is known; of equals the one whose turn it is. */
static bool
best_source(const struct sam *sam, const struct take *t, size_t *worker)
{
	const struct supply *s = sam->supply;
	int best = -1;

	for (size_t i = 0; i < s->workers; i++) {
		size_t w = (s->turn + i) % s->workers;
		int have = s->source[w].have[t->alg->kind];

		if (pool_at(sam->pool, w).life == 0 || (t->tried >> w & 1) != 0 || have <= best)
			continue;
		best = have;
		*worker = w;
	}
	return best >= 0;
}

static void taken(void *, void *, struct reader *, const struct err *);

static void
write_take(struct writer *w, const struct take *t)
{
	struct msg_hsm_take m = { .alg = t->alg->number, .wait = t->making };

	memcpy(m.id, t->id, ID_LEN);
	msg_hsm_take_write(w, &m);
}

/* Making an EC key takes less than asking in vain; of RSA, a third of a second. */
static bool
is_worth_asking(const struct sam *sam, const struct take *t)
{
	const struct source *source = &sam->supply->source[t->worker];

	return t->alg->kind == KEY_RSA3072 || sam->supply->wanted.refuse ||
	    source->life != pool_at(sam->pool, t->worker).life || source->have[t->alg->kind] > 0;
}

/* The next one that may have a key; when all were asked, whoever is free makes one, or has one after all. */
static bool
try_next(struct sam *sam, struct take *t, struct err *e)
{
	struct supply *s = sam->supply;
	AUTO_WRITER w = writer_grow(64);

	if (s->wanted.mark[t->alg->kind] > 0 && best_source(sam, t, &t->worker) &&
	    is_worth_asking(sam, t)) {
		s->turn = (t->worker + 1) % s->workers;
		t->tried |= 1ull << t->worker;
		write_take(&w, t);
		return pool_ask_at(sam->pool, pool_at(sam->pool, t->worker), HSM_TAKE, writer_span(&w),
		    false, taken, t, e);
	}
	if (s->wanted.refuse)
		return err_why(e, ERR_NOT_NOW, "stock", "no one-time key of %s is ready", t->alg->name);
	t->making = true;
	write_take(&w, t);
	return pool_ask(sam->pool, HSM_TAKE, writer_span(&w), false, taken, t, e);
}

/* Only this one has none, or is no more: nothing was given out. */
static bool
another_may_have_one(const struct take *t, const struct err *why)
{
	return !t->making && (strcmp(why->reason, "stock") == 0 || strcmp(why->reason, "busy") == 0 ||
	    strcmp(why->reason, "lost") == 0);
}

static void
taken(void *owner, void *job, struct reader *answer, const struct err *failure)
{
	struct sam *sam = owner;
	struct take *t = job;
	struct err e = { 0 };

	if (!t->making) {
		uint16_t *have = &sam->supply->source[t->worker].have[t->alg->kind];

		*have = answer == NULL || *have == 0 ? 0 : (uint16_t)(*have - 1);
	}
	if (answer == NULL && another_may_have_one(t, failure)) {
		if (try_next(sam, t, &e))
			return;
		failure = &e;
	}
	t->done(owner, t->job, answer, failure);
	free(t);
}

bool
supply_take(struct sam *sam, const struct alg *alg, const uint8_t id[ID_LEN], pool_done done, void *job,
    struct err *e)
{
	struct take *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return err_set(e, ERR_BACKEND, "no memory");
	*t = (struct take){ .alg = alg, .done = done, .job = job };
	memcpy(t->id, id, ID_LEN);
	if (try_next(sam, t, e))
		return true;
	free(t);
	return false;
}
