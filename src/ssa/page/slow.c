/* SPDX-License-Identifier: Apache-2.0 */
/* scrypt in a thread of its own. */
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "ssa/page/slow.h"

#define SCRYPT_N	32768u
#define SCRYPT_MEMORY	(64u << 20)

struct slow {
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	pthread_cond_t	 wake;
	bool		 stop;			/* under lock, as what follows */
	struct slow_job	*first, **last;		/* in the order in which they were asked */
	size_t		 waiting, delayed;
};

bool
slow_derive(struct slow_job *j)
{
	uint64_t n = SCRYPT_N, r = 8, p = 1, memory = SCRYPT_MEMORY;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, j->password, j->password_n),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, j->salt, sizeof(j->salt)),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_R, &r),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_P, &p),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
	EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);

	j->ok = ctx != NULL && EVP_KDF_derive(ctx, j->out, sizeof(j->out), params) == 1;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	explicit_bzero(j->password, sizeof(j->password));
	return j->ok;
}

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Takes the first that is due, or any at the end. NULL: none; *next: when to look again, 0: when woken. */
static struct slow_job *
job_take(struct slow *s, uint64_t *next)
{
	uint64_t now = now_ms();

	*next = 0;
	for (struct slow_job **at = &s->first; *at != NULL; at = &(*at)->later) {
		struct slow_job *j = *at;

		if (j->due > now && !s->stop) {
			*next = *next == 0 || j->due < *next ? j->due : *next;
			continue;
		}
		if ((*at = j->later) == NULL)
			s->last = at;
		*(j->delay_ms > 0 ? &s->delayed : &s->waiting) -= 1;
		return j;
	}
	return NULL;
}

/* With the lock, which is given away meanwhile. */
static void
wait_until(struct slow *s, uint64_t next)
{
	struct timespec t = { .tv_sec = (time_t)(next / 1000), .tv_nsec = (long)(next % 1000) * 1000000 };

	if (next == 0)
		pthread_cond_wait(&s->wake, &s->lock);
	else
		pthread_cond_timedwait(&s->wake, &s->lock, &t);
}

static void *
slow_main(void *arg)
{
	struct slow *s = arg;
	struct slow_job *j;
	uint64_t next;

	pthread_mutex_lock(&s->lock);
	while ((j = job_take(s, &next)) != NULL || !s->stop) {
		bool stop = s->stop;

		if (j == NULL) {
			wait_until(s, next);
			continue;
		}
		pthread_mutex_unlock(&s->lock);
		if (!stop)
			slow_derive(j);
		j->done(j);
		pthread_mutex_lock(&s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

struct slow *
slow_start(struct err *e)
{
	struct slow *s = calloc(1, sizeof(*s));
	pthread_condattr_t steady;

	if (s == NULL)
		bug("out of memory");
	s->last = &s->first;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&s->wake, &steady);
	pthread_condattr_destroy(&steady);
	if (pthread_create(&s->thread, NULL, slow_main, s) == 0)
		return s;
	err_set(e, ERR_BUSY, "cannot start a thread");
	free(s);
	return NULL;
}

void
slow_stop(struct slow *s)
{
	bool first;

	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	first = !s->stop;
	s->stop = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	if (first)
		pthread_join(s->thread, NULL);
}

void
slow_free(struct slow *s)
{
	if (s == NULL)
		return;
	slow_stop(s);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

bool
slow_ask(struct slow *s, struct slow_job *j)
{
	bool room;

	j->later = NULL;
	j->ok = false;
	j->due = now_ms() + j->delay_ms;
	pthread_mutex_lock(&s->lock);
	room = !s->stop && (j->delay_ms > 0 ? s->delayed < SLOW_DELAYED : s->waiting < SLOW_WAITING);
	if (room) {
		*s->last = j;
		s->last = &j->later;
		*(j->delay_ms > 0 ? &s->delayed : &s->waiting) += 1;
		pthread_cond_signal(&s->wake);
	}
	pthread_mutex_unlock(&s->lock);
	return room;
}
