/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that ask identity providers. */
#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>

#include "ssa/idp/exchange.h"

#define THREADS	2			/* of each provider */

struct desk {				/* one thread */
	struct provider	*provider;
	pthread_t	 thread;
	CURL		*curl;
	bool		 running;
};

struct provider {
	struct exchanger of;
	struct desk	 desk[THREADS];
	pthread_mutex_t	 lock;
	pthread_cond_t	 wake;
	struct idp_job	*first, *last;	/* under lock */
	size_t		 waiting;
};

struct idps {
	atomic_bool	 stop;
	size_t		 n;
	struct provider	 provider[IDP_LIST_MAX];
};

/* NULL: stop. */
static struct idp_job *
next_take(struct provider *p)
{
	struct idp_job *j;

	pthread_mutex_lock(&p->lock);
	while (p->first == NULL && !*p->of.stop)
		pthread_cond_wait(&p->wake, &p->lock);
	if ((j = p->first) != NULL) {
		p->first = j->later;
		p->waiting--;
	}
	pthread_mutex_unlock(&p->lock);
	return j;
}

static void *
run(void *arg)
{
	struct desk *d = arg;
	struct idp_job *j;

	while ((j = next_take(d->provider)) != NULL) {
		if (*d->provider->of.stop)
			err_why(&j->e, ERR_BUSY, "idp_unreachable", "The server is stopping");
		else
			exchange_run(&d->provider->of, d->curl, j);
		j->done(j);
	}
	return NULL;
}

static bool
provider_start(struct provider *p, const struct idp_config *config, const atomic_bool *stop, struct err *e)
{
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	if (!exchanger_open(&p->of, config, stop, e))
		return false;
	for (size_t i = 0; i < THREADS; i++) {
		struct desk *d = &p->desk[i];

		d->provider = p;
		d->curl = curl_easy_init();
		d->running = d->curl != NULL && pthread_create(&d->thread, NULL, run, d) == 0;
		if (!d->running)
			return err_set(e, ERR_BACKEND, "no thread or no HTTP client for [idp %s]", config->name);
	}
	return true;
}

struct idps *
idps_start(const struct idp_list *list, struct err *e)
{
	struct idps *s = calloc(1, sizeof(*s));

	if (s == NULL)
		bug("out of memory");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(s);
		err_set(e, ERR_BACKEND, "no HTTP client for identity providers");
		return NULL;
	}
	for (size_t i = 0; i < list->n; i++) {
		s->n++;
		if (!provider_start(&s->provider[i], &list->idp[i], &s->stop, e)) {
			idps_free(s);
			return NULL;
		}
	}
	return s;
}

void
idps_stop(struct idps *s)
{
	if (s == NULL)
		return;
	s->stop = true;
	for (size_t i = 0; i < s->n; i++) {
		struct provider *p = &s->provider[i];

		pthread_mutex_lock(&p->lock);
		pthread_cond_broadcast(&p->wake);
		pthread_mutex_unlock(&p->lock);
		for (size_t k = 0; k < THREADS; k++) {
			if (p->desk[k].running)
				pthread_join(p->desk[k].thread, NULL);
			p->desk[k].running = false;
		}
	}
}

void
idps_free(struct idps *s)
{
	if (s == NULL)
		return;
	idps_stop(s);
	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; k < THREADS; k++)
			curl_easy_cleanup(s->provider[i].desk[k].curl);
		exchanger_close(&s->provider[i].of);
		pthread_cond_destroy(&s->provider[i].wake);
		pthread_mutex_destroy(&s->provider[i].lock);
	}
	free(s);
}

bool
idps_ask(struct idps *s, size_t which, struct idp_job *j)
{
	struct provider *p = &s->provider[which];
	bool ok;

	pthread_mutex_lock(&p->lock);
	if ((ok = !s->stop && p->waiting < IDP_WAITING)) {
		j->later = NULL;
		if (p->first == NULL)
			p->first = j;
		else
			p->last->later = j;
		p->last = j;
		p->waiting++;
		pthread_cond_signal(&p->wake);
	}
	pthread_mutex_unlock(&p->lock);
	return ok;
}

void
idp_job_wipe(struct idp_job *j)
{
	if (j->out.max > 0)
		writer_wipe(&j->out);
	if (j->keys.max > 0)
		writer_wipe(&j->keys);
}
