/* SPDX-License-Identifier: Apache-2.0 */
/* The load generator's loop. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "chain.h"
#include "conn.h"
#include "load.h"
#include "once.h"
#include "queue.h"
#include "request.h"

#define CHALLENGE_US	30000000	/* far below the life of a nonce */
#define CONNECTIONS_MAX	1024
#define VERIFY_EACH	32	/* one approval in so many is verified */
#define STUCK_US	20000000

enum phase { IDLE, CHALLENGE, SIGN, CHAIN };

struct flight {
	struct conn	conn;
	enum phase	phase;
	struct job	job;
	struct held_challenge challenge;
	struct chain	chain;
	uint64_t	began, sent, approved;
};

struct load {
	SSL_CTX			*tls;
	int			 epoll;
	size_t			 n;
	struct request_site	 site;
	struct load_config	 config;
	size_t			 in_flight, done, verified;
	double			*latencies;
	size_t			 latencies_max, n_latencies;
	double			 steps[STEPS];	/* of ONE_TIME, us, all together */
	struct flight		 flight[CONNECTIONS_MAX];
};

static bool
flight_open(struct load *l, size_t i, const char *host, const char *port, struct err *e)
{
	struct flight *f = &l->flight[i];
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = f };

	f->job.signer = &l->config.signers[i % l->config.n_signers];
	if (!conn_open(&f->conn, l->tls, host, port, e))
		return false;
	l->n++;
	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, f->conn.fd, &ev) == 0 ||
	    err_errno(e, ERR_BACKEND, errno, "epoll");
}

struct load *
load_open(const struct load_config *c, struct err *e)
{
	struct load *l = calloc(1, sizeof(*l));
	char host[256];
	char *port;

	if (l == NULL || c->connections > CONNECTIONS_MAX)
		bug("load");
	l->config = *c;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	snprintf(host, sizeof(host), "%s", c->endpoint + strlen("https://"));
	snprintf(l->site.host, sizeof(l->site.host), "%s", host);
	if ((port = strrchr(host, ':')) == NULL || l->epoll < 0 ||
	    (l->tls = conn_context(c->certificate, e)) == NULL) {
		err_set(e, ERR_FORMAT, "endpoint %s has no port", c->endpoint);
		load_free(l);
		return NULL;
	}
	*port++ = '\0';
	for (size_t i = 0; i < c->connections; i++)
		if (!flight_open(l, i, host, port, e)) {
			load_free(l);
			return NULL;
		}
	return l;
}

void
load_free(struct load *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->n; i++)
		conn_close(&l->flight[i].conn);
	SSL_CTX_free(l->tls);
	if (l->epoll >= 0)
		close(l->epoll);
	free(l);
}

static bool
sign(struct load *l, struct flight *f, struct err *e)
{
	f->phase = SIGN;
	f->challenge.there = false;
	return request_sign(&f->conn.out, &l->site, &f->job, &f->challenge, e) &&
	    (conn_send(&f->conn) || err_set(e, ERR_BACKEND, "a connection broke"));
}

/* The last answer may have brought a challenge; one that grew old is fetched anew. */
static bool
begin(struct load *l, struct flight *f, const struct workload *what, uint64_t arrived, struct err *e)
{
	f->job.what = what;
	f->began = arrived;
	random_bytes(f->job.seed, sizeof(f->job.seed));
	f->sent = clock_us();
	l->in_flight++;
	if (what->kind == ONE_TIME) {
		f->phase = CHALLENGE;
		once_ask(&f->conn.out, &l->site, &f->job);
		return conn_send(&f->conn) || err_set(e, ERR_BACKEND, "a connection broke");
	}
	if (what->kind != BY_PACKAGE) {
		f->phase = CHAIN;
		return chain_begin(&f->chain, &f->conn.out, &l->site, &f->job, e) &&
		    (conn_send(&f->conn) || err_set(e, ERR_BACKEND, "a connection broke"));
	}
	if (f->challenge.there && clock_us() - f->challenge.since < CHALLENGE_US)
		return sign(l, f, e);
	f->phase = CHALLENGE;
	request_challenge(&f->conn.out, &l->site, &f->job);
	return conn_send(&f->conn) || err_set(e, ERR_BACKEND, "a connection broke");
}

/* Its latency counts from the approval, without the wait for the CA's answers. */
static double
once_latency(struct load *l, struct flight *f, struct span body)
{
	double us[STEPS] = { 0 }, latency = (double)(f->sent - f->began) + (double)(clock_us() - f->approved);

	once_steps(span_of(f->conn.in.p, (size_t)(body.p - f->conn.in.p)), us);
	us[STEP_REST] = (double)(clock_us() - f->approved);
	for (size_t i = 0; i < STEP_REST; i++)
		us[STEP_REST] -= us[i];
	us[STEP_CHALLENGE] = (double)(f->approved - f->sent);
	for (size_t i = 0; i < STEPS; i++)
		l->steps[i] += us[i];
	return latency - us[STEP_CA];
}

static bool
is_answered(struct flight *f, struct span body, bool verify, struct err *e)
{
	switch (f->job.what->kind) {
	case LOGIN:
		return true;
	case ONE_TIME:
		return once_holds(&f->job, body, verify, e);
	case BY_PACKAGE:
		challenge_take(body, "\"nextChallenge\":", &f->challenge);
		/* fall through */
	case BY_OAUTH:
		return answer_holds(&f->job, body, verify, e);
	}
	bug("a workload of no kind");
}

static bool
ended(struct load *l, struct flight *f, struct span body, struct err *e)
{
	bool once = f->job.what->kind == ONE_TIME, verify = l->done % VERIFY_EACH == 0 && f->job.what->kind != LOGIN;
	double us = once ? once_latency(l, f, body) : (double)(clock_us() - f->began);

	if (!is_answered(f, body, verify, e))
		return false;
	if (l->n_latencies < l->latencies_max)
		l->latencies[l->n_latencies++] = us / 1000;
	l->verified += verify;
	l->done++;
	l->in_flight--;
	f->phase = IDLE;
	return true;
}

static bool
chained(struct load *l, struct flight *f, unsigned status, struct span body, struct err *e)
{
	struct span head = span_of(f->conn.in.p, (size_t)(body.p - f->conn.in.p));
	bool done;

	if (!chain_next(&f->chain, &f->conn.out, &l->site, &f->job, status, head, body, &done, e))
		return false;
	return done ? ended(l, f, body, e) : conn_send(&f->conn) || err_set(e, ERR_BACKEND, "a connection broke");
}

static bool
once_approve(struct load *l, struct flight *f, struct span offer, struct err *e)
{
	f->phase = SIGN;
	f->approved = clock_us();
	return once_request_sign(&f->conn.out, &l->site, &f->job, offer, e) &&
	    (conn_send(&f->conn) || err_set(e, ERR_BACKEND, "a connection broke"));
}

static bool
ready(struct load *l, struct flight *f, struct err *e)
{
	struct span body;
	unsigned status;

	switch (conn_receive(&f->conn, &status, &body)) {
	case CONN_AGAIN:
		return true;
	case CONN_BROKEN:
		return err_set(e, ERR_BACKEND, "a connection broke");
	case CONN_ANSWER:
		break;
	}
	if (f->phase == CHAIN)
		return chained(l, f, status, body, e);
	if (status != 200)
		return err_set(e, ERR_DENIED, "status %u: %.*s", status, (int)body.n, (const char *)body.p);
	if (f->phase == SIGN)
		return ended(l, f, body, e);
	if (f->job.what->kind == ONE_TIME)
		return once_approve(l, f, body, e);
	return challenge_take(body, "\"challenge\":", &f->challenge) ? sign(l, f, e) :
	    err_set(e, ERR_FORMAT, "no challenge");
}

/* Waits at most until `until`, handles what is there. */
static bool
turn(struct load *l, uint64_t until, struct err *e)
{
	struct epoll_event events[64];
	uint64_t now = clock_us(), wait = until > now ? until - now : 0;
	struct timespec ts = { (time_t)(wait / 1000000), (long)(wait % 1000000 * 1000) };
	int n = epoll_pwait2(l->epoll, events, COUNT(events), &ts, NULL);

	if (n < 0 && errno != EINTR)
		return err_errno(e, ERR_BACKEND, errno, "epoll");
	for (int i = 0; i < n; i++)
		if (!ready(l, events[i].data.ptr, e))
			return false;
	return true;
}

static bool
drain(struct load *l, struct err *e)
{
	uint64_t limit = clock_us() + STUCK_US;

	while (l->in_flight > 0) {
		if (clock_us() > limit)
			return err_set(e, ERR_BUSY, "%zu approvals are not answered", l->in_flight);
		if (!turn(l, clock_us() + 100000, e))
			return false;
	}
	return true;
}

static size_t
connections_of(const struct load *l, const struct workload *what)
{
	return what->connections == 0 || what->connections > l->n ? l->n : what->connections;
}

static bool
keep_full(struct load *l, const struct workload *what, uint64_t until, struct err *e)
{
	while (clock_us() < until) {
		for (size_t i = 0; i < connections_of(l, what); i++)
			if (l->flight[i].phase == IDLE &&
			    !begin(l, &l->flight[i], what, clock_us(), e))
				return false;
		if (!turn(l, until, e))
			return false;
	}
	return true;
}

bool
load_count(struct load *l, const struct workload *what, size_t n, struct err *e)
{
	size_t end = l->done + n;

	l->latencies_max = 0;
	while (l->done + l->in_flight < end) {
		for (size_t i = 0; i < connections_of(l, what) && l->done + l->in_flight < end; i++)
			if (l->flight[i].phase == IDLE && !begin(l, &l->flight[i], what, clock_us(), e))
				return false;
		if (!turn(l, clock_us() + 100000, e))
			return false;
	}
	return drain(l, e);
}

/* `busy` is what the machine had worked before, negative. */
static double
share_of_others(const struct load *l, const double *before, double busy, uint64_t us)
{
	double after[CPU_PARTS];

	busy += processors_busy_us();
	processes_cpu(l->config.processes, after);
	for (size_t i = 0; i < CPU_PARTS; i++)
		busy -= after[i] - before[i];
	return busy / (double)us / (double)sysconf(_SC_NPROCESSORS_ONLN);
}

bool
load_full(struct load *l, const struct workload *what, uint64_t ms, struct load_result *out,
    struct err *e)
{
	double before[CPU_PARTS], after[CPU_PARTS], signatures, foreign;
	uint64_t start, end;
	size_t done;

	l->verified = 0;
	l->latencies_max = 0;
	done = l->done;
	do {
		if (!keep_full(l, what, clock_us() + ms * 250, e))
			return false;
	} while (l->done - done < what->warm);
	processes_cpu(l->config.processes, before);
	foreign = -processors_busy_us();
	done = l->done;
	start = clock_us();
	if (!keep_full(l, what, start + ms * 1000, e))
		return false;
	end = clock_us();
	processes_cpu(l->config.processes, after);
	out->foreign = share_of_others(l, before, foreign, end - start);
	out->approvals = l->done - done;
	signatures = (double)(out->approvals * what->digests);
	out->per_second = signatures * 1e6 / (double)(end - start);
	for (size_t i = 0; i < CPU_PARTS; i++)
		out->cpu_us[i] = (after[i] - before[i]) / (signatures > 0 ? signatures : 1);
	out->verified = l->verified;
	return drain(l, e);
}

static struct flight *
idle(struct load *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->flight[i].phase == IDLE)
			return &l->flight[i];
	return NULL;
}

void
load_steps(const struct load *l, double mean_ms[STEPS])
{
	for (size_t i = 0; i < STEPS; i++)
		mean_ms[i] = l->n_latencies == 0 ? 0 : l->steps[i] / 1000 / (double)l->n_latencies;
}

bool
load_steady(struct load *l, const struct workload *what, double rate, uint64_t ms, double *latencies,
    size_t max, size_t *n, double *foreign, struct err *e)
{
	double before[CPU_PARTS], others = -processors_busy_us();
	uint64_t start = clock_us(), end = start + ms * 1000;
	double next = (double)start + queue_gap(rate);
	struct flight *f;

	l->latencies = latencies;
	l->latencies_max = max;
	l->n_latencies = 0;
	memset(l->steps, 0, sizeof(l->steps));
	processes_cpu(l->config.processes, before);
	while (clock_us() < end) {
		f = idle(l);
		while (f != NULL && (double)clock_us() >= next) {
			if (!begin(l, f, what, (uint64_t)next, e))
				return false;
			next += queue_gap(rate);
			f = idle(l);
		}
		if (!turn(l, f != NULL && (uint64_t)next < end ? (uint64_t)next : end, e))
			return false;
	}
	if (!drain(l, e))
		return false;
	*n = l->n_latencies;
	*foreign = share_of_others(l, before, others, clock_us() - start);
	return true;
}
