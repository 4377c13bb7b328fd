/* SPDX-License-Identifier: Apache-2.0 */
/* The writer thread: one transaction for all that is waiting. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/log.h"
#include "store/behind.h"

#define WAITING_MAX	(32u << 20)	/* bytes */
#define ENOUGH		(8u << 20)	/* bytes that are worth a transaction at once */
#define GATHER_MS	1000
#define NICENESS	10		/* nobody waits for it who did not say so */

enum job_kind { JOB_ACTIVATION, JOB_APPROVAL, JOB_USE, JOB_TOKEN, JOB_ASSERTION, JOB_SWEEP, JOB_LIMIT };

struct job {
	struct job	*next;
	enum job_kind	 kind;
	size_t		 size;
	union {
		struct activation_row	activation;
		struct approval		approval;
		struct use_row		use;
		struct token_row	token;
		struct assertion_row	assertion;
		uint64_t		number;
	};
	uint8_t		 bytes[];
};

struct behind {
	struct connection db;
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	pthread_cond_t	 more, less;
	struct job	*first, **last;
	size_t		 waiting;	/* bytes in the list */
	bool		 hurry;		/* a login's rows, or somebody waits: don't gather */
	bool		 writing;	/* a batch is out of the list, not on disk yet */
	bool		 stop;
	struct err	 failed;	/* the first failure since the last flush */
};

static bool
job_write(struct connection *c, const struct job *j, struct err *e)
{
	switch (j->kind) {
	case JOB_ACTIVATION:
		return row_activation_put(c, &j->activation, e);
	case JOB_APPROVAL:
		return row_approval_put(c, &j->approval, e);
	case JOB_USE:
		return row_use_put(c, &j->use, e);
	case JOB_TOKEN:
		return row_token_put(c, &j->token, e);
	case JOB_ASSERTION:
		return row_assertion_put(c, &j->assertion, e);
	case JOB_SWEEP:
		return row_sweep(c, j->number, e);
	case JOB_LIMIT:
		break;
	}
	return true;
}

static bool
rolled_back(struct connection *c)
{
	struct err ignored = { 0 };

	if (!connection_run(c, SQL_ROLLBACK, &ignored, ""))
		return false;	/* SQLite had rolled back by itself */
	return false;
}

static bool
batch_write(struct connection *c, const struct job *first, struct err *e)
{
	for (const struct job *j = first; j != NULL; j = j->next)
		if (j->kind == JOB_LIMIT) {	/* a pragma has no place in a transaction */
			char sql[64];

			snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %u", (unsigned)j->number);
			sqlite3_exec(c->db, sql, NULL, NULL, NULL);
		}
	if (!connection_run(c, SQL_BEGIN, e, ""))
		return false;
	for (const struct job *j = first; j != NULL; j = j->next)
		if (!job_write(c, j, e))
			return rolled_back(c);
	if (!connection_run(c, SQL_COMMIT, e, ""))
		return rolled_back(c);
	return true;
}

static void
batch_free(struct job *j)
{
	while (j != NULL) {
		struct job *next = j->next;

		free(j);
		j = next;
	}
}

static void
batch_finish(struct behind *b, struct job *first)
{
	struct err e = { 0 };

	if (!batch_write(&b->db, first, &e))
		log_error("not stored: %s", e.text);
	batch_free(first);
	pthread_mutex_lock(&b->lock);
	b->writing = false;
	b->failed = e;		/* the last batch decides: a disk that is right again is right */
	pthread_cond_broadcast(&b->less);
}

/*
 * With the lock. One transaction for what comes in a second: each costs the machine more than the
 * SSA's own work on a signature, and its fdatasync holds up those of the SAM's log on the same disk.
 */
static void
gather(struct behind *b)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += GATHER_MS / 1000;
	until.tv_nsec += GATHER_MS % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	while (!b->hurry && !b->stop && b->waiting < ENOUGH &&
	    pthread_cond_timedwait(&b->more, &b->lock, &until) == 0)
		continue;
	b->hurry = false;
}

static void *
behind_main(void *arg)
{
	struct behind *b = arg;

	(void)setpriority(PRIO_PROCESS, 0, NICENESS);	/* of this thread; as it was is fine, too */
	pthread_mutex_lock(&b->lock);
	for (;;) {
		struct job *first;

		if (b->first == NULL && b->stop)
			break;
		if (b->first == NULL) {
			pthread_cond_wait(&b->more, &b->lock);
			continue;
		}
		gather(b);
		first = b->first;
		b->first = NULL;
		b->last = &b->first;
		b->waiting = 0;
		b->writing = true;
		pthread_cond_broadcast(&b->less);
		pthread_mutex_unlock(&b->lock);
		batch_finish(b, first);		/* comes back with the lock */
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

struct behind *
behind_start(const char *path, struct err *e)
{
	struct behind *b = calloc(1, sizeof(*b));

	if (b == NULL) {
		err_set(e, ERR_BUSY, "out of memory");
		return NULL;
	}
	b->last = &b->first;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->more, NULL);
	pthread_cond_init(&b->less, NULL);
	if (!connection_open(&b->db, path, false, e)) {
		free(b);
		return NULL;
	}
	if (pthread_create(&b->thread, NULL, behind_main, b) != 0) {
		err_set(e, ERR_BUSY, "cannot start a thread");
		connection_close(&b->db);
		free(b);
		return NULL;
	}
	return b;
}

void
behind_stop(struct behind *b)
{
	if (b == NULL)
		return;
	pthread_mutex_lock(&b->lock);
	b->stop = true;
	pthread_cond_signal(&b->more);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	connection_close(&b->db);
	pthread_mutex_destroy(&b->lock);
	pthread_cond_destroy(&b->more);
	pthread_cond_destroy(&b->less);
	free(b);
}

static struct job *
job_new(enum job_kind kind, size_t bytes)
{
	struct job *j = calloc(1, sizeof(*j) + bytes);

	if (j == NULL)
		bug("out of memory");
	j->kind = kind;
	j->size = sizeof(*j) + bytes;
	return j;
}

static void
job_put(struct behind *b, struct job *j)
{
	pthread_mutex_lock(&b->lock);
	while (b->waiting > WAITING_MAX)
		pthread_cond_wait(&b->less, &b->lock);
	if (j->kind != JOB_APPROVAL && j->kind != JOB_USE && j->kind != JOB_ACTIVATION)
		b->hurry = true;
	if (b->first == NULL || b->hurry || b->waiting >= ENOUGH)
		pthread_cond_signal(&b->more);
	*b->last = j;
	b->last = &j->next;
	b->waiting += j->size;
	pthread_mutex_unlock(&b->lock);
}

void
behind_activation(struct behind *b, const struct activation_row *a)
{
	struct job *j = job_new(JOB_ACTIVATION, 0);

	j->activation = *a;
	job_put(b, j);
}

void
behind_approval(struct behind *b, const struct approval *a)
{
	struct job *j = job_new(JOB_APPROVAL, a->statement.n + a->evidences.n);

	j->approval = *a;
	memcpy(j->bytes, a->statement.p, a->statement.n);
	memcpy(j->bytes + a->statement.n, a->evidences.p, a->evidences.n);
	j->approval.statement = span_of(j->bytes, a->statement.n);
	j->approval.evidences = span_of(j->bytes + a->statement.n, a->evidences.n);
	job_put(b, j);
}

void
behind_use(struct behind *b, const struct use_row *u)
{
	struct job *j = job_new(JOB_USE, u->indexes.n + u->digests.n);

	j->use = *u;
	memcpy(j->bytes, u->indexes.p, u->indexes.n);
	if (u->digests.n > 0)
		memcpy(j->bytes + u->indexes.n, u->digests.p, u->digests.n);
	j->use.indexes = span_of(j->bytes, u->indexes.n);
	j->use.digests = span_of(j->bytes + u->indexes.n, u->digests.n);
	job_put(b, j);
}

void
behind_token(struct behind *b, const struct token_row *t)
{
	struct job *j = job_new(JOB_TOKEN, 0);

	j->token = *t;
	job_put(b, j);
}

void
behind_assertion(struct behind *b, const struct assertion_row *a)
{
	struct job *j = job_new(JOB_ASSERTION, 0);

	j->assertion = *a;
	job_put(b, j);
}

void
behind_sweep(struct behind *b, uint64_t now)
{
	struct job *j = job_new(JOB_SWEEP, 0);

	j->number = now;
	job_put(b, j);
}

void
behind_limit_pages(struct behind *b, unsigned pages)
{
	struct job *j = job_new(JOB_LIMIT, 0);

	j->number = pages;
	job_put(b, j);
}

bool
behind_flush(struct behind *b, struct err *e)
{
	bool ok;

	pthread_mutex_lock(&b->lock);
	while (b->first != NULL || b->writing) {
		b->hurry = b->first != NULL;
		pthread_cond_signal(&b->more);
		pthread_cond_wait(&b->less, &b->lock);
	}
	ok = b->failed.code == ERR_NONE;
	if (!ok && e != NULL && e->code == ERR_NONE)
		*e = b->failed;
	pthread_mutex_unlock(&b->lock);
	return ok;
}
