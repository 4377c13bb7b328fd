/* SPDX-License-Identifier: Apache-2.0 */
/* One thread, one socket, one list of requests in the order they were asked. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "ssa/sam.h"

#define IN_FLIGHT	8192			/* a power of two */
#define WAITING_MAX	(16u << 20)		/* bytes not sent yet */
#define BACK_OFF_MIN	20
#define BACK_OFF_MAX	2000
#define REPEAT_WITHIN	2000			/* for what is asked again after a break */

struct sam {
	struct sockaddr_un address;
	const char	*name;
	unsigned	 deadline_ms;
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	int		 wake;			/* eventfd */
	bool		 waking, stop, connected;
	bool		 sending_some;		/* the thread has bytes on their way: keep behind them */

	struct writer	 out;			/* gathered by askers */
	unsigned	 connections;
	uint64_t	 turn;			/* makes numbers differ */
	struct sam_request *slot[IN_FLIGHT];
	uint16_t	 free_slot[IN_FLIGHT];
	size_t		 n_free;
	struct sam_request ends;		/* oldest is ends.later */

	/* The thread's own. */
	int		 fd;
	struct writer	 sending;
	size_t		 sent;
	uint8_t		*in;
	size_t		 in_n, in_cap;
	uint64_t	 next_try;
	unsigned	 back_off;
	bool		 said_away;
};

static void *sam_main(void *);

struct sam *
sam_open(const char *path, unsigned deadline_ms, struct err *e)
{
	return sam_open_as("the SAM", path, deadline_ms, e);
}

struct sam *
sam_open_as(const char *name, const char *path, unsigned deadline_ms, struct err *e)
{
	struct sam *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->in = malloc(s->in_cap = 65536)) == NULL)
		bug("out of memory");
	s->address.sun_family = AF_UNIX;
	s->name = name;
	s->fd = -1;
	s->deadline_ms = deadline_ms;
	s->out = writer_grow(WAITING_MAX);
	s->sending = writer_grow(WAITING_MAX);
	s->ends.earlier = s->ends.later = &s->ends;
	for (size_t i = 0; i < IN_FLIGHT; i++)
		s->free_slot[s->n_free++] = (uint16_t)(IN_FLIGHT - 1 - i);
	pthread_mutex_init(&s->lock, NULL);
	if (strlen(path) >= sizeof(s->address.sun_path))
		err_set(e, ERR_FORMAT, "the socket of %s: the path is longer than %zu bytes", name,
		    sizeof(s->address.sun_path) - 1);
	else if ((s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
		err_errno(e, ERR_BUSY, errno, "eventfd");
	else {
		strcpy(s->address.sun_path, path);
		if (pthread_create(&s->thread, NULL, sam_main, s) == 0)
			return s;
		err_set(e, ERR_BUSY, "cannot start a thread");
	}
	s->stop = true;
	sam_free(s);
	return NULL;
}

static void
wake_up(struct sam *s)
{
	uint64_t one = 1;

	if (!s->waking && write(s->wake, &one, sizeof(one)) == sizeof(one))
		s->waking = true;
}

void
sam_stop(struct sam *s)
{
	bool running;

	pthread_mutex_lock(&s->lock);
	running = !s->stop;
	s->stop = true;
	wake_up(s);
	pthread_mutex_unlock(&s->lock);
	if (running)
		pthread_join(s->thread, NULL);
}

void
sam_free(struct sam *s)
{
	if (s == NULL)
		return;
	sam_stop(s);
	if (s->fd >= 0)
		close(s->fd);
	if (s->wake > 0)
		close(s->wake);
	writer_wipe(&s->out);
	writer_wipe(&s->sending);
	pthread_mutex_destroy(&s->lock);
	free(s->in);
	free(s);
}

bool
sam_is_connected(struct sam *s)
{
	bool is;

	pthread_mutex_lock(&s->lock);
	is = s->connected;
	pthread_mutex_unlock(&s->lock);
	return is;
}

unsigned
sam_connection(struct sam *s)
{
	unsigned which;

	pthread_mutex_lock(&s->lock);
	which = s->connected ? s->connections : 0;
	pthread_mutex_unlock(&s->lock);
	return which;
}

static bool
is_harmless(uint8_t type)
{
	return type == SAM_STATUS || type == SAM_CHALLENGE || type == SAM_RECORD ||
	    type == SAM_CLOSE_WINDOWS || type == AUTH_FACTOR_KEY;
}

/* With the lock. */
static bool
frame_put(struct sam *s, uint8_t type, uint64_t number, struct span payload)
{
	size_t before = s->out.n, at = frame_begin(&s->out, type, number);

	wr_span(&s->out, payload);
	frame_end(&s->out, at);
	if (writer_ok(&s->out))
		return true;
	s->out.n = before;
	s->out.bad = false;
	return false;
}

/* With the lock. Sent from here, a request costs no thread switch; what does not fit is the thread's. */
static void
send_now(struct sam *s)
{
	ssize_t sent = 0;

	if (!s->sending_some)
		sent = send(s->fd, s->out.p, s->out.n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent > 0) {
		s->out.n -= (size_t)sent;
		memmove(s->out.p, s->out.p + sent, s->out.n);
	}
	if (s->out.n > 0)
		wake_up(s);
}

/* With the lock. */
static enum sam_result
enter(struct sam *s, struct sam_request *q, struct span payload)
{
	uint16_t slot;

	if (!s->connected)
		return SAM_AWAY;
	if (s->n_free == 0)
		return SAM_FULL;
	slot = s->free_slot[s->n_free - 1];
	q->number = ++s->turn * IN_FLIGHT + slot;
	if (!frame_put(s, q->asked, q->number, payload))
		return SAM_FULL;
	s->n_free--;
	s->slot[slot] = q;
	q->later = &s->ends;
	q->earlier = s->ends.earlier;
	q->earlier->later = q;
	s->ends.earlier = q;
	send_now(s);
	return SAM_ASKED;
}

void
sam_ask(struct sam *s, struct sam_request *q, uint8_t type, struct span payload)
{
	enum sam_result result;

	q->asked = type;
	q->harmless = is_harmless(type);
	q->repeated = false;
	q->result = SAM_ASKED;
	q->deadline = clock_life() + s->deadline_ms;
	if (q->answer.max == 0)
		q->answer = writer_grow(FRAME_MAX);
	writer_reset(&q->answer);
	if (q->harmless) {
		if (q->kept.max == 0)
			q->kept = writer_grow(64);
		writer_reset(&q->kept);
		wr_span(&q->kept, payload);
	}
	pthread_mutex_lock(&s->lock);
	result = s->stop ? SAM_AWAY : enter(s, q, payload);
	pthread_mutex_unlock(&s->lock);
	if (result == SAM_ASKED)
		return;		/* it may be answered already: hands off */
	q->result = result;
	q->done(q);
}

void
sam_request_wipe(struct sam_request *q)
{
	writer_wipe(&q->answer);
	writer_wipe(&q->kept);
}

/* With the lock: the request is its asker's again. */
static void
leave(struct sam *s, struct sam_request *q)
{
	uint16_t slot = (uint16_t)(q->number % IN_FLIGHT);

	s->slot[slot] = NULL;
	s->free_slot[s->n_free++] = slot;
	q->earlier->later = q->later;
	q->later->earlier = q->earlier;
}

/* Takes the lock. `which` says what to end: all, or those past their time. */
static void
end_requests(struct sam *s, enum sam_result result, bool all, bool keep_harmless)
{
	uint64_t now = clock_life();
	struct sam_request *q, *next, *ended = NULL;

	pthread_mutex_lock(&s->lock);
	for (q = s->ends.later; q != &s->ends; q = next) {
		next = q->later;
		if (keep_harmless && q->harmless && !q->repeated) {
			q->repeated = true;
			if (q->deadline > now + REPEAT_WITHIN)
				q->deadline = now + REPEAT_WITHIN;
			continue;
		}
		if (!all && q->deadline > now)
			continue;
		leave(s, q);
		q->result = result;
		q->later = ended;
		ended = q;
	}
	pthread_mutex_unlock(&s->lock);
	for (q = ended; q != NULL; q = next) {
		next = q->later;
		q->done(q);
	}
}

static void
disconnect(struct sam *s, const char *why)
{
	int fd = s->fd;

	s->in_n = s->sent = 0;
	writer_reset(&s->sending);
	pthread_mutex_lock(&s->lock);
	s->fd = -1;		/* from now on nobody sends */
	s->connected = s->sending_some = false;
	writer_reset(&s->out);
	pthread_mutex_unlock(&s->lock);
	if (fd >= 0) {
		close(fd);
		log_warn("the connection to %s ended: %s", s->name, why);
	}
	end_requests(s, SAM_LOST, true, true);
}

/* What was asked before the break and may be asked again. */
static void
repeat_harmless(struct sam *s)
{
	pthread_mutex_lock(&s->lock);
	s->connected = true;
	s->connections++;
	for (struct sam_request *q = s->ends.later; q != &s->ends; q = q->later)
		if (!frame_put(s, q->asked, q->number, writer_span(&q->kept)))
			break;	/* it will be late */
	pthread_mutex_unlock(&s->lock);
}

static void
reconnect(struct sam *s)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&s->address, sizeof(s->address)) != 0) {
		if (!s->said_away)
			log_warn("%s is not at %s: %s; trying again", s->name, s->address.sun_path, strerror(errno));
		s->said_away = true;
		if (fd >= 0)
			close(fd);
		s->back_off = s->back_off == 0 ? BACK_OFF_MIN : s->back_off * 2;
		if (s->back_off > BACK_OFF_MAX)
			s->back_off = BACK_OFF_MAX;
		s->next_try = clock_life() + s->back_off;
		return;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	s->fd = fd;
	s->back_off = 0;
	s->said_away = false;
	log_info("connected to %s at %s", s->name, s->address.sun_path);
	repeat_harmless(s);
}

static void
answer_one(struct sam *s, const struct frame *f)
{
	struct sam_request *q;

	pthread_mutex_lock(&s->lock);
	q = s->slot[f->number % IN_FLIGHT];
	if (q != NULL && q->number == f->number)
		leave(s, q);
	else
		q = NULL;	/* its asker had given up */
	pthread_mutex_unlock(&s->lock);
	if (q == NULL)
		return;
	q->type = f->type;
	wr_span(&q->answer, f->payload);
	q->result = writer_ok(&q->answer) ? SAM_ANSWERED : SAM_LOST;
	q->done(q);
}

static bool
frames_take(struct sam *s, struct err *e)
{
	size_t at = 0, used;
	struct frame f;

	do {
		if (!frame_read(span_of(s->in + at, s->in_n - at), FRAME_MAX, &f, &used, e))
			return false;
		if (used > 0)
			answer_one(s, &f);
		at += used;
	} while (used > 0);
	memmove(s->in, s->in + at, s->in_n - at);
	s->in_n -= at;
	return true;
}

static void
receive(struct sam *s)
{
	struct err e = { 0 };

	for (;;) {
		ssize_t got;

		if (s->in_n == s->in_cap) {	/* one frame is larger than this */
			uint8_t *more = realloc(s->in, s->in_cap * 2);

			if (more == NULL)
				bug("out of memory");
			s->in = more;
			s->in_cap *= 2;
		}
		got = recv(s->fd, s->in + s->in_n, s->in_cap - s->in_n, 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			disconnect(s, got == 0 ? "closed at its end" : strerror(errno));
			return;
		}
		s->in_n += (size_t)got;
		if (!frames_take(s, &e)) {
			disconnect(s, e.text);
			return;
		}
	}
}

static void
transmit(struct sam *s)
{
	for (;;) {
		ssize_t sent;

		if (s->sent == s->sending.n) {
			struct writer full;

			s->sent = 0;
			writer_reset(&s->sending);
			pthread_mutex_lock(&s->lock);
			full = s->out;
			s->out = s->sending;
			s->sending_some = full.n > 0;
			pthread_mutex_unlock(&s->lock);
			s->sending = full;
			if (full.n == 0)
				return;
		}
		sent = send(s->fd, s->sending.p + s->sent, s->sending.n - s->sent, MSG_NOSIGNAL);
		if (sent < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (sent < 0) {
			disconnect(s, strerror(errno));
			return;
		}
		s->sent += (size_t)sent;
	}
}

static int
wait_ms(struct sam *s)
{
	uint64_t now = clock_life(), until = now + 500;

	if (s->fd < 0 && s->next_try < until)
		until = s->next_try;
	return until > now ? (int)(until - now) : 0;
}

static void *
sam_main(void *arg)
{
	struct sam *s = arg;
	uint64_t ignored, last_look = 0;
	bool stop = false, fresh;

	while (!stop) {
		struct pollfd p[2] = { { .fd = s->wake, .events = POLLIN }, { .fd = s->fd,
			.events = (short)(POLLIN | (s->sent < s->sending.n ? POLLOUT : 0)) } };

		fresh = s->fd < 0 && clock_life() >= s->next_try;
		if (fresh) {
			reconnect(s);
			p[1].fd = s->fd;
		}
		if (poll(p, 2, fresh ? 0 : wait_ms(s)) < 0 && errno != EINTR)
			bug("poll");
		pthread_mutex_lock(&s->lock);
		if (s->waking && read(s->wake, &ignored, sizeof(ignored)) == sizeof(ignored))
			s->waking = false;
		stop = s->stop;
		pthread_mutex_unlock(&s->lock);
		if (s->fd >= 0 && p[1].revents != 0)
			receive(s);
		if (s->fd >= 0)
			transmit(s);
		if (clock_life() - last_look >= 200) {
			last_look = clock_life();
			end_requests(s, SAM_LATE, false, false);
		}
	}
	disconnect(s, "stopping");
	end_requests(s, SAM_LOST, true, false);
	return NULL;
}
