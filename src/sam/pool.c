/* SPDX-License-Identifier: Apache-2.0 */
/* The queue in front of the workers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "sam/pool.h"
#include "wire/frame.h"
#include "wire/hsm.h"

#define QUEUE_MAX	4096
#define DEPTH		2	/* requests a worker has at once: the second waits in its socket */
#define SECOND_MAX	16384	/* ... where it must fit: the decider never waits for a worker */

struct ask {
	struct ask	*next;
	pool_done	 done;
	void		*job;
	uint8_t		 type;
	uint64_t	 number;
	struct pool_place at;		/* for this incarnation alone; life 0: for any */
	struct span	 frame;		/* ours */
};

struct worker {
	int		 fd;		/* -1: none */
	uint64_t	 life;		/* of who is here; 0: nobody */
	bool		 ended;		/* its process did: nothing more is asked of it */
	struct ask	*has[DEPTH];	/* the first one runs */
	uint64_t	 deadline;	/* of that one, or of the limbo */
	struct ask	*limbo;		/* was behind one that is lost: not begun, once the process
					   is known to be dead */
	bool		 heard;		/* an answer of it is being read: nothing moves */
	struct writer	 in;
};

struct pool {
	size_t		 n, queued;
	uint64_t	 patience;	/* ms per operation */
	uint64_t	 number;
	uint64_t	 lives;		/* workers that came, so far */
	struct pool_place heard;	/* whose answer is being read */
	uint64_t	 alone_since;	/* no worker alive since; 0: there is one */
	void		*owner;
	struct ask	*first, *last;
	uint8_t		 block[65536];	/* as it comes from a worker; wiped after each use */
	struct worker	 worker[];
};

static void
ask_free(struct ask *a)
{
	if (a == NULL)
		return;
	explicit_bzero((void *)(uintptr_t)a->frame.p, a->frame.n);
	free((void *)(uintptr_t)a->frame.p);
	free(a);
}

struct pool *
pool_new(size_t workers, uint64_t deadline_ms, void *owner, struct err *e)
{
	struct pool *p;

	if (workers < 1 || workers > WORKERS_MAX ||
	    (p = calloc(1, sizeof(*p) + workers * sizeof(p->worker[0]))) == NULL) {
		err_set(e, ERR_BACKEND, "1 to %d workers", WORKERS_MAX);
		return NULL;
	}
	p->n = workers;
	p->patience = deadline_ms;
	p->owner = owner;
	p->alone_since = clock_life();
	for (size_t i = 0; i < workers; i++) {
		p->worker[i].fd = -1;
		p->worker[i].in = writer_grow(FRAME_MAX + FRAME_HEAD);
	}
	return p;
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++) {
		if (p->worker[i].fd >= 0)
			close(p->worker[i].fd);
		for (size_t k = 0; k < DEPTH; k++)
			ask_free(p->worker[i].has[k]);
		ask_free(p->worker[i].limbo);
		writer_wipe(&p->worker[i].in);
	}
	while (p->first != NULL) {
		struct ask *a = p->first;

		p->first = a->next;
		ask_free(a);
	}
	free(p);
}

static void
fail(struct pool *p, struct ask *a, const char *reason, const char *text)
{
	struct pool_place heard = p->heard;
	struct err e = { 0 };

	err_why(&e, ERR_BACKEND, reason, "%s", text);
	p->heard = (struct pool_place){ 0 };
	a->done(p->owner, a->job, NULL, &e);
	p->heard = heard;
	ask_free(a);
}

size_t
pool_alive(const struct pool *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->worker[i].fd >= 0;
	return n;
}

size_t
pool_busy(const struct pool *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->worker[i].has[0] != NULL || p->worker[i].limbo != NULL;
	return n;
}

static void
put_first(struct pool *p, struct ask *a)
{
	a->next = p->first;
	p->first = a;
	p->last = p->last == NULL ? a : p->last;
	p->queued++;
}

/* Which of the queue go out of it, and what they are told. */
struct unwanted {
	pool_done		 done;
	bool			 (*job)(const void *);
	struct pool_place	 gone;		/* if there is no `done` */
	const char		*reason, *text;
};

static bool
is_same(struct pool_place a, struct pool_place b)
{
	return a.life != 0 && a.life == b.life && a.worker == b.worker;
}

static bool
is_unwanted(const struct unwanted *u, const struct ask *a)
{
	return u->done != NULL ? a->done == u->done && u->job(a->job) : is_same(a->at, u->gone);
}

/* First all are taken out, then all are told: who is told may ask again. */
static void
throw_out(struct pool *p, const struct unwanted *u)
{
	struct ask *kept = NULL, **keep = &kept, *out = NULL, **take = &out;

	p->last = NULL;
	for (struct ask *a = p->first; a != NULL; a = a->next)
		if (is_unwanted(u, a)) {
			*take = a;
			take = &a->next;
			p->queued--;
		} else {
			*keep = p->last = a;
			keep = &a->next;
		}
	*take = *keep = NULL;
	p->first = kept;
	while (out != NULL) {
		struct ask *a = out;

		out = a->next;
		fail(p, a, u->reason, u->text);
	}
}

static struct unwanted
meant_for(struct pool_place gone)
{
	return (struct unwanted){ .gone = gone, .reason = "lost",
		.text = "the module worker that this was for is gone" };
}

/* A worker takes its requests in order and answers each before it begins the next. */
void
pool_lost(struct pool *p, size_t i)
{
	struct worker *w = &p->worker[i];
	struct unwanted its = meant_for(pool_at(p, i));
	struct ask *a = w->has[0];

	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	w->life = 0;
	if (w->limbo == NULL && (w->limbo = w->has[1]) != NULL)
		w->deadline = clock_life() + p->patience;
	w->has[0] = w->has[1] = NULL;
	writer_wipe(&w->in);
	if (pool_alive(p) == 0 && p->alone_since == 0)
		p->alone_since = clock_life();
	if (a != NULL)
		fail(p, a, "lost", "the module worker was lost while it worked on this");
	if (its.gone.life != 0)
		throw_out(p, &its);
}

/* The first of the queue that worker i may be given, out of it. */
static struct ask *
next_for(struct pool *p, size_t i, size_t size_max)
{
	struct ask **at = &p->first, *before = NULL, *a;

	while ((a = *at) != NULL && a->at.life != 0 && !is_same(a->at, pool_at(p, i))) {
		before = a;
		at = &a->next;
	}
	if (a == NULL || a->frame.n > size_max)
		return NULL;
	*at = a->next;
	if (p->last == a)
		p->last = before;
	p->queued--;
	return a;
}

/* Gives worker i its next one, if it has less than `depth`. */
static void
start(struct pool *p, size_t i, size_t depth)
{
	struct worker *w = &p->worker[i];
	struct ask *a;
	struct err e = { 0 };
	size_t place = w->has[0] == NULL ? 0 : 1;

	if (w->fd < 0 || w->ended || w->heard || place >= depth || w->has[place] != NULL ||
	    (a = next_for(p, i, place > 0 ? SECOND_MAX : SIZE_MAX)) == NULL)
		return;
	w->has[place] = a;
	if (place == 0)
		w->deadline = clock_life() + p->patience;
	if (!frame_send(w->fd, a->frame, &e)) {		/* not whole there: not begun */
		w->has[place] = NULL;
		put_first(p, a);
		pool_lost(p, i);
	}
}

/* A second one only where others wait as well: none stands behind a slow one while a worker is
 * idle. */
static void
start_all(struct pool *p)
{
	for (size_t i = 0; i < p->n; i++)
		start(p, i, 1);
	for (size_t i = 0; i < p->n && p->queued > p->n; i++)
		start(p, i, DEPTH);
}

/* Its process is gone: what had not begun there begins elsewhere. */
static void
bring_back(struct pool *p, size_t i)
{
	struct ask *a = p->worker[i].limbo;

	p->worker[i].limbo = NULL;
	if (a != NULL && a->at.life == 0)
		put_first(p, a);
	else if (a != NULL)
		fail(p, a, "lost", meant_for(a->at).text);
}

void
pool_attach(struct pool *p, size_t i, int fd)
{
	if (i >= p->n) {
		close(fd);
		return;
	}
	pool_lost(p, i);
	bring_back(p, i);	/* a new one is raised when the former was reaped */
	p->worker[i].fd = fd;
	p->worker[i].life = ++p->lives;
	p->worker[i].ended = false;
	p->alone_since = 0;
	start_all(p);
}

static bool
ask(struct pool *p, struct pool_place place, uint8_t type, struct span payload, bool urgent,
    pool_done done, void *job, struct err *e)
{
	struct writer w = writer_grow(FRAME_MAX + FRAME_HEAD);
	struct ask *a = calloc(1, sizeof(*a));
	size_t at;

	if (p->queued >= QUEUE_MAX && !urgent) {
		free(a);
		return err_why(e, ERR_BUSY, "busy", "%zu requests wait for the module", p->queued);
	}
	at = frame_begin(&w, type, ++p->number);
	wr_span(&w, payload);
	frame_end(&w, at);
	if (a == NULL || !writer_ok(&w)) {
		writer_wipe(&w);
		free(a);
		return err_set(e, ERR_BACKEND, "no memory for a request to the module");
	}
	*a = (struct ask){ .done = done, .job = job, .type = type, .number = p->number,
	    .at = place, .frame = writer_span(&w) };
	if (p->first == NULL || urgent) {
		put_first(p, a);
	} else {
		p->last->next = a;
		p->last = a;
		p->queued++;
	}
	start_all(p);
	return true;
}

bool
pool_ask(struct pool *p, uint8_t type, struct span payload, bool urgent, pool_done done, void *job,
    struct err *e)
{
	return ask(p, (struct pool_place){ 0 }, type, payload, urgent, done, job, e);
}

bool
pool_ask_at(struct pool *p, struct pool_place place, uint8_t type, struct span payload, bool urgent,
    pool_done done, void *job, struct err *e)
{
	if (!is_same(pool_at(p, place.worker), place))
		return err_why(e, ERR_BACKEND, "lost", "%s", meant_for(place).text);
	return ask(p, place, type, payload, urgent, done, job, e);
}

struct pool_place
pool_at(const struct pool *p, size_t i)
{
	return (struct pool_place){ i, i < p->n ? p->worker[i].life : 0 };
}

struct pool_place
pool_place(const struct pool *p)
{
	return p->heard;
}

void
pool_withdraw(struct pool *p, pool_done done, bool (*unwanted)(const void *job))
{
	throw_out(p, &(struct unwanted){ .done = done, .job = unwanted, .reason = "withdrawn",
	    .text = "its key may no longer be used" });
}

int
pool_fd(const struct pool *p, size_t i)
{
	return p->worker[i].fd;
}

/* The worker's own word goes on where the asker must tell one from the other. */
static void
refused(struct pool *p, struct ask *a, struct reader *r)
{
	struct err e = { 0 };
	bool own_word;

	msg_refused_raise(r, "module", &e);
	own_word = a->type >= HSM_STOCK && a->type <= HSM_DROP && strcmp(e.reason, "lost") != 0;
	if (strcmp(e.reason, HSM_LEAVING) == 0 && a->at.life == 0) {
		put_first(p, a);
		return;
	}
	if (strcmp(e.reason, HSM_LEAVING) == 0) {
		fail(p, a, "lost", "the module worker that this was for is leaving");
		return;
	}
	if (!own_word)
		snprintf(e.reason, sizeof(e.reason), "refused");
	a->done(p->owner, a->job, NULL, &e);
	ask_free(a);
}

/* An answer that is not one to the question ends the worker: a broken peer is not recovered
 * from. */
static bool
answered(struct pool *p, size_t i, const struct frame *f)
{
	struct worker *w = &p->worker[i];
	struct reader r = reader_over(f->payload);
	struct ask *a = w->has[0];

	if (a == NULL || f->number != a->number ||
	    (f->type != MSG_REFUSED && f->type != a->type + 1))
		return false;
	w->has[0] = w->has[1];
	w->has[1] = NULL;
	w->deadline = clock_life() + p->patience;
	p->heard = pool_at(p, i);
	if (f->type != MSG_REFUSED) {
		a->done(p->owner, a->job, &r, NULL);
		ask_free(a);
	} else {
		refused(p, a, &r);
	}
	p->heard = (struct pool_place){ 0 };
	return true;
}

/*
 * The whole answers at hand. False: the worker is lost. Who is told may ask again; while `heard`,
 * that reaches other workers only, and the answer that is read stays where it is.
 */
static bool
take_answers(struct pool *p, size_t i)
{
	struct worker *w = &p->worker[i];
	struct err e = { 0 };
	struct frame f;
	size_t used = 1, at = 0;
	bool good = true;

	w->heard = true;
	while (good && used > 0) {
		good = frame_read(span_of(w->in.p + at, w->in.n - at), FRAME_MAX, &f, &used, &e) &&
		    (used == 0 || answered(p, i, &f));
		at += used;
	}
	w->heard = false;
	if (!good || (at < w->in.n && w->has[0] == NULL))
		return false;
	memmove(w->in.p, w->in.p + at, w->in.n - at);
	w->in.n -= at;
	return true;
}

/* False: there is nothing more to read. */
static bool
read_some(struct pool *p, size_t i)
{
	struct worker *w = &p->worker[i];
	ssize_t got = recv(w->fd, p->block, sizeof(p->block), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got > 0) {
		wr_bytes(&w->in, p->block, (size_t)got);
		explicit_bzero(p->block, (size_t)got);
	}
	if (got > 0 && writer_ok(&w->in) && take_answers(p, i))
		return true;
	pool_lost(p, i);
	return false;
}

void
pool_readable(struct pool *p, size_t i)
{
	(void)read_some(p, i);
	start_all(p);
}

void
pool_ended(struct pool *p, size_t i)
{
	struct worker *w = &p->worker[i];

	w->ended = true;
	while (w->fd >= 0 && w->has[0] != NULL && read_some(p, i))
		continue;
	pool_lost(p, i);
	bring_back(p, i);
	start_all(p);
}

/* Its process should be dead for long: nobody knows what it does. */
static void
give_up_limbo(struct pool *p, size_t i)
{
	struct ask *a = p->worker[i].limbo;

	p->worker[i].limbo = NULL;
	if (a != NULL)
		fail(p, a, "lost", "the module worker does not end");
}

int
pool_expired(struct pool *p, uint64_t now)
{
	for (size_t i = 0; i < p->n; i++) {
		struct worker *w = &p->worker[i];

		if ((w->has[0] == NULL && w->limbo == NULL) || now < w->deadline)
			continue;
		give_up_limbo(p, i);
		pool_lost(p, i);
		return (int)i;
	}
	return -1;
}

int
pool_wait(const struct pool *p, uint64_t now)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < p->n; i++)
		if ((p->worker[i].has[0] != NULL || p->worker[i].limbo != NULL) &&
		    p->worker[i].deadline < least)
			least = p->worker[i].deadline;
	if (least == UINT64_MAX)
		return -1;
	return least <= now ? 0 : (int)(least - now);
}

size_t
pool_workers(const struct pool *p)
{
	return p->n;
}

size_t
pool_queued(const struct pool *p)
{
	return p->queued;
}

void
pool_give_up(struct pool *p, uint64_t now, uint64_t patience_ms)
{
	if (p->alone_since == 0 || now - p->alone_since < patience_ms)
		return;
	for (size_t i = 0; i < p->n; i++)
		give_up_limbo(p, i);
	while (p->first != NULL) {
		struct ask *a = p->first;

		if ((p->first = a->next) == NULL)
			p->last = NULL;
		p->queued--;
		fail(p, a, "refused", "no module worker is running");
	}
}
