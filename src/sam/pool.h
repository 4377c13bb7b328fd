/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workers as the decider sees them: a queue, one request at a time per worker (and a second one
 * waiting in its socket while others queue), a deadline per operation. A worker that hangs or dies
 * loses the request it was at only; what it had not begun goes to another one. PROTOCOL.sam 7;
 * EN 419 241-2 FTP_ITC.1 CM.
 */
#ifndef SAM_POOL_H
#define SAM_POOL_H

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"

#define WORKERS_MAX 64

struct pool;
/* One incarnation of the worker at a place: what lives in its memory only is found there again. */
struct pool_place {
	size_t		worker;
	uint64_t	life;		/* 0: none */
};
/* Called once per job. answer is NULL when the worker was lost, or refused: *e says which
 * (code ERR_BACKEND, reason "lost", "refused" or "withdrawn"; of a refused HSM_STOCK, _TAKE, _ONCE,
 * _DROP code and reason are the worker's). */
typedef void (*pool_done)(void *owner, void *job, struct reader *answer, const struct err *e);

struct pool	*pool_new(size_t workers, uint64_t deadline_ms, void *owner, struct err *) MUST_USE;
void		 pool_free(struct pool *);
AUTO_FREE(pool)

/* A (new) worker's socket; the pool closes it. Replaces what was at that place. */
void		 pool_attach(struct pool *, size_t worker, int fd);
/* The launcher says it died: what it answered before that counts. */
void		 pool_ended(struct pool *, size_t worker);
void		 pool_lost(struct pool *, size_t worker);	/* at once, whatever it says */
/* Queues a request; payload is copied. ERR_BUSY past the queue's limit. urgent: before others. */
bool		 pool_ask(struct pool *, uint8_t type, struct span payload, bool urgent, pool_done,
		    void *job, struct err *) MUST_USE;
/* The same for this incarnation alone. False with reason "lost" if it is gone; if it goes before it
 * has answered, `done` hears "lost". */
bool		 pool_ask_at(struct pool *, struct pool_place, uint8_t type, struct span payload,
		    bool urgent, pool_done, void *job, struct err *) MUST_USE;
/* Who is at this place now, or none; and, inside of a `done` with an answer or a refusal, whose. */
struct pool_place pool_at(const struct pool *, size_t worker);
struct pool_place pool_place(const struct pool *);
/* Takes back the requests with this `done` that are unwanted and that no worker was given. */
void		 pool_withdraw(struct pool *, pool_done, bool (*unwanted)(const void *job));
/* The socket to poll for reading, or -1. */
int		 pool_fd(const struct pool *, size_t worker);
void		 pool_readable(struct pool *, size_t worker);
/* Fails what is over its deadline. Returns a worker to be killed, or -1; ask until -1. */
int		 pool_expired(struct pool *, uint64_t now);
/* Milliseconds until the next deadline, or -1. */
int		 pool_wait(const struct pool *, uint64_t now);
size_t		 pool_workers(const struct pool *);	/* places */
size_t		 pool_alive(const struct pool *);
size_t		 pool_busy(const struct pool *);
size_t		 pool_queued(const struct pool *);
/* No worker is alive and none came back for this long: queued jobs fail with "backend". */
void		 pool_give_up(struct pool *, uint64_t now, uint64_t patience_ms);

#endif
