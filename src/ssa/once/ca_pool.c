/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that ask CAs. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "ssa/once/ca_pool.h"

#define THREADS_MAX	64

struct desk {				/* one thread */
	struct ca_pool	*pool;
	pthread_t	 thread;
	bool		 running;
	struct ca	*ca[CA_LIST_MAX];	/* as in the list; NULL: not of one-time keys */
};

struct ca_pool {
	struct ca_list	 list;
	pthread_mutex_t	 lock;
	pthread_cond_t	 wake;
	atomic_bool	 stop;
	struct issue	*first, *last;		/* under lock */
	size_t		 waiting;
	unsigned	 n;
	struct desk	 desk[THREADS_MAX];
};

/* NULL: stop. */
static struct issue *
next_take(struct ca_pool *p)
{
	struct issue *i;

	pthread_mutex_lock(&p->lock);
	while (p->first == NULL && !p->stop)
		pthread_cond_wait(&p->wake, &p->lock);
	if ((i = p->first) != NULL) {
		p->first = i->later;
		p->waiting--;
	}
	pthread_mutex_unlock(&p->lock);
	return i;
}

static void
issue_make(struct desk *d, struct issue *i)
{
	struct ca *ca = NULL;

	i->certificate = writer_grow(CA_CERTIFICATE_MAX);
	i->chain = writer_grow((CA_CERTIFICATE_MAX + 4) * CA_CHAIN_MAX);
	for (size_t k = 0; k < d->pool->list.n; k++)
		if (strcmp(d->pool->list.ca[k].name, i->ca->name) == 0)
			ca = d->ca[k];
	if (d->pool->stop || ca == NULL) {
		err_why(&i->e, ERR_BUSY, "stopping", "the server is stopping");
		return;
	}
	if (!ca_certify(ca, i->csr, i->attestation, i->deadline, &i->certificate, &i->chain, &i->e))
		snprintf(i->said, sizeof(i->said), "%s", ca_said(ca));
	i->waited_us = ca_waited_us(ca);
}

static void *
run(void *arg)
{
	struct desk *d = arg;
	struct issue *i;

	while ((i = next_take(d->pool)) != NULL) {
		issue_make(d, i);
		i->done(i);
	}
	return NULL;
}

static bool
desk_open(struct ca_pool *p, struct desk *d, struct err *e)
{
	d->pool = p;
	for (size_t k = 0; k < p->list.n; k++)
		if (p->list.ca[k].once[0] != '\0' &&
		    (d->ca[k] = ca_open(&p->list.ca[k], &p->stop, e)) == NULL)
			return false;
	d->running = pthread_create(&d->thread, NULL, run, d) == 0;
	return d->running || err_set(e, ERR_BACKEND, "no thread for asking CAs");
}

struct ca_pool *
ca_pool_start(const struct ca_list *list, unsigned threads, struct err *e)
{
	struct ca_pool *p = calloc(1, sizeof(*p));

	if (p == NULL || threads > THREADS_MAX)
		bug("out of memory");
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	p->list = *list;
	for (; p->n < threads; p->n++)
		if (!desk_open(p, &p->desk[p->n], e)) {
			p->n++;
			ca_pool_free(p);
			return NULL;
		}
	return p;
}

void
ca_pool_stop(struct ca_pool *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n; i++) {
		if (p->desk[i].running)
			pthread_join(p->desk[i].thread, NULL);
		p->desk[i].running = false;
	}
}

void
ca_pool_free(struct ca_pool *p)
{
	if (p == NULL)
		return;
	ca_pool_stop(p);
	for (unsigned i = 0; i < p->n; i++)
		for (size_t k = 0; k < CA_LIST_MAX; k++)
			ca_free(p->desk[i].ca[k]);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

bool
ca_pool_ask(struct ca_pool *p, struct issue *i)
{
	bool ok;

	pthread_mutex_lock(&p->lock);
	if ((ok = !p->stop && p->waiting < ISSUES_WAITING)) {
		i->later = NULL;
		if (p->first == NULL)
			p->first = i;
		else
			p->last->later = i;
		p->last = i;
		p->waiting++;
		pthread_cond_signal(&p->wake);
	}
	pthread_mutex_unlock(&p->lock);
	return ok;
}

void
issue_wipe(struct issue *i)
{
	if (i->certificate.max > 0)
		writer_wipe(&i->certificate);
	if (i->chain.max > 0)
		writer_wipe(&i->chain);
}
