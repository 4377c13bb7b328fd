/* SPDX-License-Identifier: Apache-2.0 */
/* The stock of one-time keys, and the thread that fills it. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "hsm/stock.h"

#define TAKEN_AGE_MS	(2 * 3600 * 1000)
#define TICK_MS		10000
#define REST_MS		5000		/* after a key that could not be made */
#define NICE		19

/* Oldest first. */
struct shelf {
	size_t			 mark, n, first;
	uint16_t		 alg;			/* the mark's */
	struct stock_key	 key[HSM_STOCK_MAX];
};

struct stock {
	struct token		*token;			/* lent */
	struct token		 own;			/* the worker's thread: keys made at once */
	bool			 lost;
	uint64_t		 ticked;		/* life clock */
	size_t			 n_taken;
	struct stock_key	 taken[HSM_TAKEN_MAX];

	/* Between the threads. */
	pthread_mutex_t		 lock;
	pthread_cond_t		 turn;
	bool			 has_thread, stop;
	bool			 at_work;		/* the maker talks to the module */
	bool			 broken;		/* the sessions are gone, or are to go */
	uint64_t		 rest;			/* life clock: no new try before */
	uint64_t		 age;			/* ms */
	struct token		 base, maker;		/* base: the token as it was opened last */
	struct shelf		 shelf[KINDS];
	pthread_t		 thread;
};

static bool
has_session(const struct token *t)
{
	return t->session != CK_INVALID_HANDLE;
}

/* Another session on the token; its handle dies with it, and its keys. */
static bool
session_for(struct stock *s, struct token *mine, struct err *e)
{
	struct token t = s->base;

	if (has_session(mine))
		return true;
	t.session = CK_INVALID_HANDLE;
	if (!GATE(t.gate, e, C_OpenSession, t.slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
	    &t.session))
		return false;
	*mine = t;
	return true;
}

/* What was granted is looked at: a template alone has been ignored before. */
static bool
stays_inside(struct token *t, CK_OBJECT_HANDLE key)
{
	return object_is(t, key, CKA_SENSITIVE) && !object_is(t, key, CKA_EXTRACTABLE) &&
	    !object_is(t, key, CKA_TOKEN);
}

static bool
make_key(struct token *t, enum key_kind kind, struct stock_key *out, struct err *e)
{
	CK_ATTRIBUTE pub[] = { ATTR_NO(CKA_TOKEN), ATTR_YES(CKA_VERIFY), ATTR_NO(CKA_ENCRYPT),
		ATTR_NO(CKA_WRAP) };
	CK_ATTRIBUTE priv[] = { ATTR_NO(CKA_TOKEN), ATTR_YES(CKA_PRIVATE), ATTR_YES(CKA_SENSITIVE),
		ATTR_NO(CKA_EXTRACTABLE), ATTR_YES(CKA_SIGN), ATTR_NO(CKA_DECRYPT),
		ATTR_NO(CKA_UNWRAP), ATTR_NO(CKA_DERIVE) };
	struct stock_key k = { .kind = kind };
	CK_OBJECT_HANDLE made[2];
	bool good;

	if (!object_make_pair(t, kind, pub, COUNT(pub), priv, COUNT(priv), made, e))
		return false;
	k.handle = made[1];
	k.made = clock_wall();
	k.since = clock_life();
	good = object_spki(t, made[0], kind, k.spki, e) && (stays_inside(t, made[1]) ||
	    err_why(e, ERR_BACKEND, "backend", "the module made a one-time key that can leave it"));
	good = object_destroy(t, made[0], e) && good;
	if (!good) {
		struct err drop = {0};

		if (!object_destroy(t, made[1], &drop))
			log_error("a one-time key that was no good can't be destroyed: %s", drop.text);
		return false;
	}
	*out = k;
	return true;
}

static void
push(struct shelf *h, const struct stock_key *k)
{
	h->key[(h->first + h->n++) % HSM_STOCK_MAX] = *k;
}

static bool
pop(struct shelf *h, struct stock_key *k)
{
	if (h->n == 0)
		return false;
	*k = h->key[h->first];
	h->first = (h->first + 1) % HSM_STOCK_MAX;
	h->n--;
	return true;
}

/* The oldest key that is over the mark or over age. */
static bool
pop_surplus(struct stock *s, struct stock_key *k)
{
	uint64_t now = clock_life();

	for (size_t i = 0; i < KINDS; i++) {
		struct shelf *h = &s->shelf[i];

		if (h->n > h->mark || (h->n > 0 && now - h->key[h->first].since > s->age))
			return pop(h, k);
	}
	return false;
}

/* The kind that lacks most of its mark. */
static bool
lacking(const struct stock *s, enum key_kind *kind)
{
	size_t worst = KINDS;

	for (size_t i = 0; i < KINDS; i++) {
		const struct shelf *h = &s->shelf[i];

		if (h->n < h->mark && (worst == KINDS ||
		    h->n * s->shelf[worst].mark < s->shelf[worst].n * h->mark))
			worst = i;
	}
	if (worst == KINDS)
		return false;
	*kind = (enum key_kind)worst;
	return true;
}

/* The module has no room for more: no reason to open it anew, which would take the keys it has. */
static bool
is_full(const struct err *e)
{
	return e->code == ERR_BACKEND && (e->cause == CKR_DEVICE_MEMORY || e->cause == CKR_SESSION_COUNT);
}

/*
 * One thing that is due, by whoever has the session `t`: a key destroyed, or one made. Called with
 * the lock, which is let go while the module works. False: nothing is due.
 */
static bool
work_once(struct stock *s, struct token *t)
{
	struct stock_key k = {0};
	struct err e = {0};
	enum key_kind kind;
	bool surplus = !s->broken && pop_surplus(s, &k), good;

	if (s->broken || (!surplus && (clock_life() < s->rest || !lacking(s, &kind))))
		return false;
	s->at_work = true;
	pthread_mutex_unlock(&s->lock);
	good = session_for(s, t, &e) &&
	    (surplus ? object_destroy(t, k.handle, &e) : make_key(t, kind, &k, &e));
	pthread_mutex_lock(&s->lock);
	s->at_work = false;
	if (good && !surplus)
		push(&s->shelf[kind], &k);
	if (!good) {
		log_error("one-time keys: %s", e.text);
		s->rest = clock_life() + REST_MS;
		/* One that cannot be destroyed, or a session that is gone: all begins anew. */
		s->broken = surplus || (gate_lost(&e) && !is_full(&e));
	}
	pthread_cond_broadcast(&s->turn);
	return true;
}

static void *
make_keys(void *stock)
{
	struct stock *s = stock;

	if (setpriority(PRIO_PROCESS, (id_t)gettid(), NICE) != 0)
		log_warn("the maker of one-time keys has the worker's own priority");
	pthread_mutex_lock(&s->lock);
	while (!s->stop)
		if (!work_once(s, &s->maker)) {
			struct timespec t;

			clock_gettime(CLOCK_REALTIME, &t);
			t.tv_sec += REST_MS / 1000;
			pthread_cond_timedwait(&s->turn, &s->lock, &t);
		}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

struct stock *
stock_new(struct token *t, struct err *e)
{
	struct stock *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, ERR_BACKEND, "no memory for one-time keys");
		return NULL;
	}
	s->token = t;
	s->base = *t;
	s->own.session = s->maker.session = CK_INVALID_HANDLE;
	s->age = UINT64_MAX;
	s->ticked = clock_life();
	if (pthread_mutex_init(&s->lock, NULL) != 0 || pthread_cond_init(&s->turn, NULL) != 0)
		bug("no lock");
	return s;
}

void
stock_free(struct stock *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_broadcast(&s->turn);
	pthread_mutex_unlock(&s->lock);
	if (s->has_thread)
		pthread_join(s->thread, NULL);
	stock_forget(s);
	pthread_cond_destroy(&s->turn);
	pthread_mutex_destroy(&s->lock);
	explicit_bzero(s, sizeof(*s));
	free(s);
}

/* A thread where the module bears one; else keys are made when nothing else is to do. */
static void
begin(struct stock *s)
{
	if (s->has_thread || !s->token->gate->threads)
		return;
	s->has_thread = pthread_create(&s->thread, NULL, make_keys, s) == 0;
	if (!s->has_thread)
		log_warn("no thread for one-time keys: they are made between requests");
}

static bool
marks_fit(const struct msg_hsm_stock *m, struct err *e)
{
	bool seen[KINDS] = { false };

	for (size_t i = 0; i < m->n; i++) {
		const struct alg *alg = alg_find(m->alg[i]);

		if (alg == NULL || seen[alg->kind])
			return err_why(e, ERR_DENIED, "alg", "two marks of a kind, or an unknown one");
		seen[alg->kind] = true;
	}
	return true;
}

bool
stock_mark(struct stock *s, const struct msg_hsm_stock *m, struct msg_hsm_stocked *out, struct err *e)
{
	enum key_kind any;

	if (!marks_fit(m, e))
		return false;
	pthread_mutex_lock(&s->lock);
	s->age = (uint64_t)m->age * 1000;
	for (size_t i = 0; i < KINDS; i++)
		s->shelf[i].mark = 0;
	out->n = m->n;
	for (size_t i = 0; i < m->n; i++) {
		struct shelf *h = &s->shelf[alg_find(m->alg[i])->kind];

		h->mark = m->mark[i];
		out->alg[i] = m->alg[i];
		out->have[i] = (uint16_t)h->n;
	}
	if (lacking(s, &any))
		begin(s);
	pthread_cond_broadcast(&s->turn);
	pthread_mutex_unlock(&s->lock);
	return true;
}

static struct stock_key *
find(struct stock *s, const uint8_t id[ID_LEN])
{
	for (size_t i = 0; i < HSM_TAKEN_MAX; i++)
		if (s->taken[i].handle != CK_INVALID_HANDLE &&
		    memcmp(s->taken[i].id, id, ID_LEN) == 0)
			return &s->taken[i];
	return NULL;
}

static bool
may_take(struct stock *s, const uint8_t id[ID_LEN], struct err *e)
{
	if (find(s, id) != NULL)
		return err_why(e, ERR_NOT_NOW, "state", "a key is under this id already");
	if (s->n_taken == HSM_TAKEN_MAX)
		return err_why(e, ERR_BUSY, "busy", "%d one-time keys are taken", HSM_TAKEN_MAX);
	return true;
}

/* A session that the module does not know any more is closed, too. */
static bool
close_session(struct token *t)
{
	struct err e = {0};
	bool closed = !has_session(t) || GATE(t->gate, &e, C_CloseSession, t->session) ||
	    e.cause == CKR_SESSION_HANDLE_INVALID || e.cause == CKR_SESSION_CLOSED;

	t->session = CK_INVALID_HANDLE;
	if (!closed)
		log_error("one-time keys may be left: %s", e.text);
	return closed;
}

/* Nothing is made until the token is as it is to be: settle. */
void
stock_forget(struct stock *s)
{
	pthread_mutex_lock(&s->lock);
	while (s->at_work)
		pthread_cond_wait(&s->turn, &s->lock);
	s->lost |= !close_session(&s->maker);
	s->lost |= !close_session(&s->own);
	for (size_t i = 0; i < KINDS; i++)
		s->shelf[i].n = 0;
	explicit_bzero(s->taken, sizeof(s->taken));
	s->n_taken = 0;
	s->broken = true;
	pthread_mutex_unlock(&s->lock);
}

/* Begins anew after a loss. */
static void
settle(struct stock *s)
{
	bool broken;

	pthread_mutex_lock(&s->lock);
	broken = s->broken;
	pthread_mutex_unlock(&s->lock);
	if (!broken)
		return;
	stock_forget(s);
	pthread_mutex_lock(&s->lock);
	s->base = *s->token;
	s->broken = s->lost;
	pthread_cond_broadcast(&s->turn);
	pthread_mutex_unlock(&s->lock);
}

static bool
make_now(struct stock *s, enum key_kind kind, struct stock_key *k, struct err *e)
{
	struct err why = {0};

	if (session_for(s, &s->own, &why) && make_key(&s->own, kind, k, &why))
		return true;
	if (is_full(&why))
		return err_why(e, ERR_BUSY, "busy", "the module has no room: %.150s", why.text);
	*e = why;
	return false;
}

const struct stock_key *
stock_take(struct stock *s, const struct alg *alg, const uint8_t id[ID_LEN], bool wait, struct err *e)
{
	struct stock_key k, *place = s->taken;
	bool good;

	settle(s);
	if (!may_take(s, id, e))
		return NULL;
	pthread_mutex_lock(&s->lock);
	good = pop(&s->shelf[alg->kind], &k);
	pthread_cond_broadcast(&s->turn);
	pthread_mutex_unlock(&s->lock);
	if (!good && !wait) {
		err_why(e, ERR_NOT_NOW, "stock", "no one-time key of %s is in stock", alg->name);
		return NULL;
	}
	if (!good && !make_now(s, alg->kind, &k, e))
		return NULL;
	while (place->handle != CK_INVALID_HANDLE)
		place++;
	k.alg = alg->number;
	k.since = clock_life();
	memcpy(k.id, id, ID_LEN);
	*place = k;
	s->n_taken++;
	return place;
}

const struct stock_key *
stock_find(struct stock *s, const uint8_t id[ID_LEN], struct err *e)
{
	const struct stock_key *k = find(s, id);

	if (k == NULL)
		err_why(e, ERR_MISSING, "unknown", "no one-time key is under this id");
	return k;
}

static void
drop(struct stock *s, struct stock_key *k)
{
	CK_OBJECT_HANDLE handle = k->handle;
	struct err e = {0};

	explicit_bzero(k, sizeof(*k));
	s->n_taken--;
	if (object_destroy(s->token, handle, &e))
		return;
	log_error("a one-time key can't be destroyed, all go: %s", e.text);
	stock_forget(s);
}

void
stock_drop(struct stock *s, const uint8_t id[ID_LEN])
{
	struct stock_key *k = find(s, id);

	if (k != NULL)
		drop(s, k);
}

bool
stock_is_lost(const struct stock *s)
{
	return s->lost;
}

static void
drop_old(struct stock *s)
{
	uint64_t now = clock_life();

	for (size_t i = 0; i < HSM_TAKEN_MAX && s->n_taken > 0; i++)
		if (s->taken[i].handle != CK_INVALID_HANDLE &&
		    now - s->taken[i].since > TAKEN_AGE_MS) {
			log_warn("a one-time key was taken two hours ago and is destroyed");
			drop(s, &s->taken[i]);
		}
}

void
stock_tick(struct stock *s)
{
	settle(s);
	pthread_mutex_lock(&s->lock);
	if (!s->has_thread)
		(void)work_once(s, &s->maker);
	pthread_mutex_unlock(&s->lock);
	if (clock_life() - s->ticked < TICK_MS)
		return;
	s->ticked = clock_life();
	drop_old(s);
}

int
stock_wait(struct stock *s)
{
	enum key_kind kind;
	bool due;

	pthread_mutex_lock(&s->lock);
	due = s->broken || (!s->has_thread && clock_life() >= s->rest && lacking(s, &kind));
	pthread_mutex_unlock(&s->lock);
	return due ? 0 : TICK_MS;
}

size_t
stock_waiting(struct stock *s, enum key_kind kind)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = s->shelf[kind].n;
	pthread_mutex_unlock(&s->lock);
	return n;
}
