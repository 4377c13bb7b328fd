/* SPDX-License-Identifier: Apache-2.0 */
/* The threads: what is due, in turn; what fails is tried again, ever later, or waits for a person. */
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "ssa/api/credential.h"
#include "ssa/issue/office.h"

#define TURN_MS		200
#define LOOK_MS		1000		/* between looks for statuses that are due */
#define AGAIN_FACTOR	10		/* x retry_ms of the CA: the first pause of a task */
#define AGAIN_MOST_MS	3600000
#define REASON_CESSATION	5	/* RFC 5280 5.3.1 */

void
issuer_wait(struct issuer *i, unsigned ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += (long)ms * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	pthread_mutex_lock(&i->lock);
	if (!atomic_load(&i->stop))
		pthread_cond_timedwait(&i->wake, &i->lock, &t);
	pthread_mutex_unlock(&i->lock);
}

struct task_copy {			/* a row that outlives the lock */
	struct task_row	 row;
	struct writer	 ca, data;
};

static void
task_copy_wipe(struct task_copy *t)
{
	writer_wipe(&t->ca);
	writer_wipe(&t->data);
}

static bool
task_take(struct issuer *i, const char *ca, struct task_copy *t)
{
	struct err e = { 0 };
	bool got;

	*t = (struct task_copy){ .ca = writer_grow(64), .data = writer_grow(1u << 18) };
	http_lock(i->http);
	got = i->ssa->store->ops->task_next(i->ssa->store, span_str(ca), clock_wall(), &t->row, &e);
	if (got) {
		wr_span(&t->ca, t->row.ca);
		wr_span(&t->data, t->row.data);
		t->row.ca = writer_span(&t->ca);
		t->row.data = writer_span(&t->data);
		t->row.why = span_of("", 0);
	}
	http_unlock(i->http);
	if (!got && e.code != ERR_MISSING)
		log_warn("tasks: %s", e.text);
	return got;
}

/* A CA's or the SAM's no is final until somebody asks again; all else is tried again. */
static void
task_failed(struct issuer *i, const struct task_row *done, const struct ca_config *c, const char *said,
    const struct err *why)
{
	const struct store_ops *ops = i->ssa->store->ops;
	uint64_t pause = (uint64_t)(c == NULL ? 100 : c->retry_ms) * AGAIN_FACTOR;
	struct task_row row = *done, now;
	struct err e = { 0 };

	pause <<= row.tries < 16 ? row.tries : 16;
	row.tries++;
	row.due = clock_wall() + (pause < AGAIN_MOST_MS ? pause : AGAIN_MOST_MS);
	row.state = why->code == ERR_DENIED || strncmp(why->reason, "other-", 6) == 0 ? TASK_FAILED :
	    TASK_WAITING;
	row.why = span_str(why->text);
	http_lock(i->http);
	/* What the CA gave may have been put there meanwhile; what the SAM refused is not kept. */
	if (row.kind == TASK_CERTIFY && ops->task_get(i->ssa->store, row.key, row.kind, &now, &e))
		row.data = row.state == TASK_FAILED ? span_of("", 0) : now.data;
	if (strcmp(why->reason, "stopping") != 0 && !ops->task_put(i->ssa->store, &row, &e))
		log_error("%s", e.text);
	http_unlock(i->http);
	log_warn("%s%s%s%s%s", why->text, *said != '\0' ? "; it says \"" : "", said,
	    *said != '\0' ? "\"" : "", row.state == TASK_FAILED ? "; not tried again until asked" : "");
}

/* The signer's own tool wants to see what was attested: that of a certification stays. */
static bool
task_ended(struct store *store, const struct task_row *done, struct err *e)
{
	struct err none = { 0 };
	struct task_row row;

	if (done->kind != TASK_CERTIFY || !store->ops->task_get(store, done->key, done->kind, &row, &none) ||
	    row.data.n == 0)
		return store->ops->task_drop(store, done->key, done->kind, e);
	row.state = TASK_DONE;
	row.why = span_of("", 0);
	return store->ops->task_put(store, &row, e);
}

static void
task_done(struct issuer *i, const struct task_row *done)
{
	struct err e = { 0 };

	http_lock(i->http);
	if (!task_ended(i->ssa->store, done, &e))
		log_error("%s", e.text);
	http_unlock(i->http);
}

/* False: nothing was due. */
static bool
office_task(struct office *o)
{
	struct task_copy t;
	struct err e = { 0 };
	bool ok, got = task_take(o->issuer, o->config->name, &t);

	if (got) {
		ok = t.row.kind == TASK_CERTIFY ? certify(o, &t.row, &e) : revoke(o, &t.row, &e);
		if (ok) {
			task_done(o->issuer, &t.row);
			log_info("CA %s: a certificate is %s", o->config->name,
			    t.row.kind == TASK_CERTIFY ? "linked" : "revoked");
		} else {
			task_failed(o->issuer, &t.row, o->config, ca_said(o->ca), &e);
		}
	}
	task_copy_wipe(&t);
	return got;
}

static struct status_wish *
wish_take(struct office *o)
{
	struct status_wish *w;

	pthread_mutex_lock(&o->issuer->lock);
	if ((w = o->first) != NULL && (o->first = w->later) == NULL)
		o->last = &o->first;
	pthread_mutex_unlock(&o->issuer->lock);
	return w;
}

static bool
office_wish(struct office *o)
{
	struct status_wish *w = wish_take(o);
	struct err e = { 0 };

	if (w == NULL)
		return false;
	w->ok = !atomic_load(&o->issuer->stop) && status_look(o, w->key, 0, &e);
	if (!w->ok && strcmp(e.reason, "no-status") == 0)
		w->ok = true;		/* short-lived: there is none to be asked */
	if (!w->ok)
		log_warn("status before signing: %s", e.text);
	w->done(w);
	return true;
}

static bool
office_status(struct office *o)
{
	struct ssa *s = o->issuer->ssa;
	uint64_t interval = (uint64_t)s->config.status_interval_s * 1000, now = clock_wall();
	uint8_t profile[16] = { 0 }, key[16];
	struct err e = { 0 };
	bool due;

	if (interval == 0 || clock_life() - o->looked < (interval < LOOK_MS ? interval : LOOK_MS))
		return false;
	memcpy(profile, o->config->profile, strlen(o->config->profile));
	http_lock(o->issuer->http);
	due = s->store->ops->status_due(s->store, profile, now - interval, key, &e);
	http_unlock(o->issuer->http);
	if (!due) {
		o->looked = clock_life();
		return false;
	}
	err_clear(&e);
	records_refresh(o->issuer, key);	/* an officer may have destroyed it: then it is revoked */
	if (!status_look(o, key, interval / 2, &e) && strcmp(e.reason, "no-status") != 0)
		log_warn("status: %s", e.text);
	return true;
}

static void *
office_main(void *arg)
{
	struct office *o = arg;

	while (!atomic_load(&o->issuer->stop))
		if (!office_wish(o) && !office_task(o) && !office_status(o))
			issuer_wait(o->issuer, TURN_MS);
	while (office_wish(o))
		;	/* those who wait are told no */
	return NULL;
}

/* Freezes alone: it waits for the SAM and for nobody else. */
static void *
notices_main(void *arg)
{
	struct issuer *i = arg;

	while (!atomic_load(&i->stop)) {
		struct task_copy t;
		struct err e = { 0 };
		bool got = task_take(i, "", &t);

		if (got && freeze(i, t.row.key, &e))
			task_done(i, &t.row);
		else if (got)
			task_failed(i, &t.row, NULL, "", &e);
		task_copy_wipe(&t);
		if (!got)
			issuer_wait(i, TURN_MS);
	}
	return NULL;
}

static bool
offices_open(struct issuer *i, struct err *e)
{
	const struct ca_list *list = &i->ssa->config.cas;

	for (; i->n < list->n; i->n++) {
		struct office *o = &i->office[i->n];

		o->issuer = i;
		o->config = &list->ca[i->n];
		o->last = &o->first;
		if ((o->ca = ca_open(o->config, &i->stop, e)) == NULL)
			return false;
	}
	for (size_t k = 0; k < i->n; k++)
		if (!(i->office[k].running = pthread_create(&i->office[k].thread, NULL, office_main,
		    &i->office[k]) == 0))
			return err_set(e, ERR_BUSY, "cannot start a thread");
	i->running = pthread_create(&i->notices, NULL, notices_main, i) == 0;
	return i->running || err_set(e, ERR_BUSY, "cannot start a thread");
}

struct issuer *
issuer_start(struct ssa *s, struct http *http, struct err *e)
{
	struct issuer *i = calloc(1, sizeof(*i));

	if (i == NULL)
		bug("out of memory");
	i->ssa = s;
	i->http = http;
	pthread_mutex_init(&i->lock, NULL);
	pthread_cond_init(&i->wake, NULL);
	if (offices_open(i, e))
		return i;
	issuer_free(i);
	return NULL;
}

void
issuer_halt(struct issuer *i)
{
	if (i == NULL)
		return;
	atomic_store(&i->stop, true);
	pthread_mutex_lock(&i->lock);
	pthread_cond_broadcast(&i->wake);
	pthread_mutex_unlock(&i->lock);
}

void
issuer_free(struct issuer *i)
{
	if (i == NULL)
		return;
	issuer_halt(i);
	for (size_t k = 0; k < COUNT(i->office); k++) {
		if (i->office[k].running)
			pthread_join(i->office[k].thread, NULL);
		ca_free(i->office[k].ca);
	}
	if (i->running)
		pthread_join(i->notices, NULL);
	pthread_cond_destroy(&i->wake);
	pthread_mutex_destroy(&i->lock);
	free(i);
}

const struct ca_config *
issuer_ca(const struct ssa *s, const uint8_t profile[16])
{
	char text[CA_PROFILE_MAX + 1] = "";
	const struct ca_config *ca;

	memcpy(text, profile, CA_PROFILE_MAX);
	ca = ca_list_find(&s->config.cas, text);
	return ca != NULL && ca->once[0] != '\0' ? NULL : ca;	/* of keys that stay */
}

static bool
task_begin(struct ssa *s, const struct key_row *k, uint8_t kind, struct span data, struct err *e)
{
	const struct ca_config *c = issuer_ca(s, k->profile);
	struct task_row row = { .kind = kind, .state = TASK_WAITING, .due = clock_wall(), .data = data,
		.why = span_of("", 0) };

	if (c == NULL || strcmp(c->method, "cmp") != 0)
		return true;
	memcpy(row.key, k->id, 16);
	row.ca = span_str(c->name);
	if (!s->store->ops->task_put(s->store, &row, e))
		return false;
	if (s->issuer != NULL) {
		pthread_mutex_lock(&s->issuer->lock);
		pthread_cond_broadcast(&s->issuer->wake);
		pthread_mutex_unlock(&s->issuer->lock);
	}
	return true;
}

bool
issuer_certify(struct ssa *s, const struct key_row *k, struct err *e)
{
	return task_begin(s, k, TASK_CERTIFY, span_of("", 0), e);
}

bool
issuer_revoke(struct ssa *s, const struct key_row *k, struct err *e)
{
	AUTO_WRITER data = writer_grow(CA_CERTIFICATE_MAX + 8);
	struct status_row status;
	struct err none = { 0 };

	if (k->certificate.n == 0 || (s->store->ops->status_get(s->store, k->id, &status, &none) &&
	    status.standing == CA_REVOKED))
		return true;		/* nothing to revoke, or the CA did already */
	wr_u8(&data, REASON_CESSATION);
	wr_span16(&data, k->certificate);
	return task_begin(s, k, TASK_REVOKE, writer_span(&data), e);
}

bool
issuer_status_is_young(struct ssa *s, const struct key *k, uint64_t now)
{
	uint64_t limit = (uint64_t)s->config.status_before_s * 1000;
	struct status_row row;
	struct err e = { 0 };

	return limit == 0 || s->issuer == NULL || issuer_ca(s, k->row.profile) == NULL ||
	    (s->store->ops->status_get(s->store, k->row.id, &row, &e) && row.checked != 0 &&
	    now - row.checked <= limit);
}

bool
issuer_status_ask(struct ssa *s, struct status_wish *w)
{
	struct issuer *i = s->issuer;
	struct err e = { 0 };
	AUTO(key) *k = vault_key(s->vault, w->key, &e);
	const struct ca_config *c = k == NULL ? NULL : issuer_ca(s, k->row.profile);
	bool asked = false;

	if (i == NULL || c == NULL)
		return false;
	pthread_mutex_lock(&i->lock);
	for (size_t n = 0; n < i->n && !atomic_load(&i->stop); n++) {
		if (i->office[n].config != c)
			continue;
		w->later = NULL;
		*i->office[n].last = w;
		i->office[n].last = &w->later;
		asked = true;
	}
	pthread_cond_broadcast(&i->wake);
	pthread_mutex_unlock(&i->lock);
	return asked;
}
