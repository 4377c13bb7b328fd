/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that asks the time stamp service over HTTP. */
#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>

#include "ssa/config.h"
#include "ssa/stamper.h"

struct stamper {
	char		 url[TEXT_MAX], ca[TEXT_MAX];
	long		 timeout_ms;
	CURL		*curl;
	pthread_t	 thread;
	bool		 running;
	pthread_mutex_t	 lock;
	pthread_cond_t	 wake;
	bool		 stop;			/* under lock, as what follows */
	struct stamp	*first, *last;
	size_t		 waiting;
};

static size_t
on_bytes(char *p, size_t size, size_t n, void *arg)
{
	struct writer *w = arg;

	wr_bytes(w, p, size * n);
	return writer_ok(w) ? size * n : 0;
}

static bool
is_stopping(struct stamper *t)
{
	bool stop;

	pthread_mutex_lock(&t->lock);
	stop = t->stop;
	pthread_mutex_unlock(&t->lock);
	return stop;
}

static int
on_progress(void *arg, curl_off_t a UNUSED, curl_off_t b UNUSED, curl_off_t c UNUSED,
    curl_off_t d UNUSED)
{
	return is_stopping(arg);
}

/* No redirects, no other protocol, no more bytes than a token can have. */
static CURLcode
exchange(struct stamper *t, struct span request, struct writer *answer)
{
	struct curl_slist *h = curl_slist_append(NULL, "Content-Type: application/timestamp-query");
	CURLcode code;

	curl_easy_reset(t->curl);
	curl_easy_setopt(t->curl, CURLOPT_URL, t->url);
	curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->curl, CURLOPT_TIMEOUT_MS, t->timeout_ms);
	curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, h);
	curl_easy_setopt(t->curl, CURLOPT_POSTFIELDS, (const char *)request.p);
	curl_easy_setopt(t->curl, CURLOPT_POSTFIELDSIZE, (long)request.n);
	curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(t->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(t->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(t->curl, CURLOPT_XFERINFODATA, t);
	curl_easy_setopt(t->curl, CURLOPT_FAILONERROR, 1L);
	code = curl_easy_perform(t->curl);
	curl_slist_free_all(h);
	return code;
}

static void
stamp_make(struct stamper *t, struct stamp *s)
{
	AUTO_WRITER request = writer_grow(1024);
	AUTO_WRITER answer = writer_grow(STAMP_MAX);
	CURLcode code;

	s->token = writer_grow(STAMP_MAX);
	if (!stamp_request_write(s, &request, &s->e))
		return;
	if ((code = exchange(t, writer_span(&request), &answer)) != CURLE_OK) {
		err_why(&s->e, ERR_BUSY, "unreachable", "time stamp service %s: %s", t->url,
		    curl_easy_strerror(code));
		return;
	}
	if (!stamp_answer_read(s, writer_span(&answer), t->ca, &s->e))
		return;
}

/* NULL: stop. */
static struct stamp *
next_take(struct stamper *t)
{
	struct stamp *s;

	pthread_mutex_lock(&t->lock);
	while (t->first == NULL && !t->stop)
		pthread_cond_wait(&t->wake, &t->lock);
	if ((s = t->first) != NULL) {
		t->first = s->later;
		t->waiting--;
	}
	pthread_mutex_unlock(&t->lock);
	return s;
}

static void *
run(void *arg)
{
	struct stamper *t = arg;
	struct stamp *s;

	while ((s = next_take(t)) != NULL) {
		if (is_stopping(t))
			err_why(&s->e, ERR_BUSY, "unreachable", "time stamps: the server is stopping");
		else
			stamp_make(t, s);
		s->done(s);
	}
	return NULL;
}

struct stamper *
stamper_start(const char *url, const char *ca, unsigned timeout_ms, struct err *e)
{
	struct stamper *t = calloc(1, sizeof(*t));

	if (t == NULL)
		bug("out of memory");
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->wake, NULL);
	snprintf(t->url, sizeof(t->url), "%s", url);
	snprintf(t->ca, sizeof(t->ca), "%s", ca);
	t->timeout_ms = (long)timeout_ms;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (t->curl = curl_easy_init()) == NULL ||
	    pthread_create(&t->thread, NULL, run, t) != 0) {
		stamper_free(t);
		err_set(e, ERR_BACKEND, "time stamps: no thread or no HTTP client for %s", url);
		return NULL;
	}
	t->running = true;
	return t;
}

void
stamper_stop(struct stamper *t)
{
	if (t == NULL || !t->running)
		return;
	pthread_mutex_lock(&t->lock);
	t->stop = true;
	pthread_cond_signal(&t->wake);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	t->running = false;
}

void
stamper_free(struct stamper *t)
{
	if (t == NULL)
		return;
	stamper_stop(t);
	curl_easy_cleanup(t->curl);
	pthread_cond_destroy(&t->wake);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

bool
stamper_ask(struct stamper *t, struct stamp *s)
{
	bool ok;

	pthread_mutex_lock(&t->lock);
	if ((ok = !t->stop && t->waiting < STAMPS_WAITING)) {
		s->later = NULL;
		if (t->first == NULL)
			t->first = s;
		else
			t->last->later = s;
		t->last = s;
		t->waiting++;
		pthread_cond_signal(&t->wake);
	}
	pthread_mutex_unlock(&t->lock);
	return ok;
}

void
stamp_wipe(struct stamp *s)
{
	writer_wipe(&s->token);
}
