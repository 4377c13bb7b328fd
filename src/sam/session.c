/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: bounded buffers in both directions; who does not read is not read from either. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "sam/refusal.h"
#include "sam/request.h"
#include "sam/session.h"
#include "sam/trade.h"

#define OUT_MAX		(4u << 20)	/* answers a peer has not read yet: 3 of FOLLOW, 10 of 1000 uses */
#define OUT_PAUSE	(512u << 10)	/* past it no request of his is begun */
#define READ_AT_ONCE	(256u << 10)
#define CALLS_OPEN_MAX	4096		/* per connection: the same */

struct session {
	int		 fd;		/* -1: this place is free */
	uint64_t	 number;
	enum socket_kind kind;
	size_t		 open_calls;
	struct writer	 in, out;
	size_t		 sent;
	bool		 paused;	/* requests of it wait in `in` */
};

struct sessions {
	uint64_t	next;
	uint8_t		*block;
	struct session	session[SESSIONS_MAX];
};

struct sessions *
sessions_new(struct err *e)
{
	struct sessions *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->block = malloc(READ_AT_ONCE)) == NULL) {
		free(s);
		err_set(e, ERR_BACKEND, "no memory for sessions");
		return NULL;
	}
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		s->session[i].fd = -1;
	s->next = 1;
	return s;
}

static void
session_close(struct session *s)
{
	close(s->fd);
	writer_wipe(&s->in);
	writer_wipe(&s->out);
	*s = (struct session){ .fd = -1 };
}

/* A peer that left, or was cut off, takes along what only it would have gone on with. */
static void
session_end(struct sam *sam, struct session *s)
{
	uint64_t number = s->number;

	session_close(s);
	sam->setup->trade->left(sam, number);
}

void
sessions_free(struct sessions *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		if (s->session[i].fd >= 0)
			session_close(&s->session[i]);
	free(s->block);
	free(s);
}

static bool
is_welcome(int fd, const uint32_t *uids, size_t n)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (uids[i] == peer.uid)
			return true;
	log_warn("a connection of uid %u is not welcome", peer.uid);
	return false;
}

/* Each socket has places of its own: who fills the SSA's does not keep officers out. */
static struct session *
free_place(struct sessions *all, enum socket_kind kind)
{
	size_t from = kind == SOCKET_SSA ? 0 : SESSIONS_OF_SSA;
	size_t to = kind == SOCKET_SSA ? SESSIONS_OF_SSA : SESSIONS_MAX;

	for (size_t i = from; i < to; i++)
		if (all->session[i].fd < 0)
			return &all->session[i];
	return NULL;
}

void
sessions_accept(struct sam *sam, int listening, enum socket_kind kind, const uint32_t *uids,
    size_t n)
{
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct session *s;

	if (fd < 0)
		return;
	if (is_welcome(fd, uids, n) && (s = free_place(sam->sessions, kind)) != NULL) {
		*s = (struct session){ .fd = fd, .number = sam->sessions->next++, .kind = kind,
			.in = writer_grow(FRAME_MAX + FRAME_HEAD + READ_AT_ONCE),
			.out = writer_grow(OUT_MAX) };
		return;
	}
	close(fd);
}

static bool
is_full(const struct session *s)
{
	return s->out.n - s->sent > OUT_PAUSE || s->open_calls >= CALLS_OPEN_MAX;
}

size_t
sessions_poll(const struct sam *sam, struct pollfd *p)
{
	size_t n = 0;

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		const struct session *s = &sam->sessions->session[i];

		if (s->fd < 0)
			continue;
		p[n].fd = s->fd;
		p[n].events = s->paused || is_full(s) ? 0 : POLLIN;
		if (s->out.n > s->sent)
			p[n].events |= POLLOUT;
		n++;
	}
	return n;
}

/* A length that no message has: logged like a type that is not for this socket. */
static void
log_unreadable(struct sam *sam, const struct session *s, const struct err *e)
{
	struct call c = { .socket = s->kind };

	refusal_log(sam, &c, e);
	log_warn("closing a connection: %s", e->text);
}

/* False: close this connection. */
static bool
take_frames(struct sam *sam, struct session *s)
{
	size_t at = 0, used = 1;
	struct err e = { 0 };

	while (used > 0 && !(s->paused = is_full(s))) {
		struct call *call;
		struct frame f;

		if (!frame_read(span_of(s->in.p + at, s->in.n - at), FRAME_MAX, &f, &used, &e)) {
			log_unreadable(sam, s, &e);
			return false;
		}
		if (used == 0)
			break;
		if ((call = calloc(1, sizeof(*call))) == NULL)
			return false;
		call->session = s->number;
		call->socket = s->kind;
		call->number = f.number;
		call->type = f.type;
		s->open_calls++;
		if (!request_dispatch(sam, call, f.payload))
			return false;
		at += used;
	}
	if (at > 0) {
		memmove(s->in.p, s->in.p + at, s->in.n - at);
		s->in.n -= at;
	}
	return true;
}

static bool
session_read(struct sam *sam, struct session *s)
{
	ssize_t got = recv(s->fd, sam->sessions->block, READ_AT_ONCE, MSG_DONTWAIT);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	if (got == 0)
		return false;
	wr_bytes(&s->in, sam->sessions->block, (size_t)got);
	return writer_ok(&s->in) && take_frames(sam, s);
}

static bool
session_send(struct session *s)
{
	while (s->sent < s->out.n) {
		ssize_t n = send(s->fd, s->out.p + s->sent, s->out.n - s->sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		s->sent += (size_t)n;
	}
	s->sent = 0;
	if (s->out.n > OUT_PAUSE)
		writer_wipe(&s->out);
	writer_reset(&s->out);
	return true;
}

static struct session *
by_fd(struct sam *sam, int fd)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		if (sam->sessions->session[i].fd == fd)
			return &sam->sessions->session[i];
	return NULL;
}

void
sessions_ready(struct sam *sam, const struct pollfd *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct session *s = by_fd(sam, p[i].fd);

		if (s == NULL || p[i].revents == 0)
			continue;
		if (((p[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !session_read(sam, s)) ||
		    ((p[i].revents & POLLOUT) != 0 && !session_send(s)))
			session_end(sam, s);
	}
}

struct writer *
session_out(struct sam *sam, uint64_t number)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *s = &sam->sessions->session[i];

		if (s->fd >= 0 && s->number == number) {
			s->open_calls--;
			return &s->out;
		}
	}
	return NULL;
}

void
sessions_send(struct sam *sam)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *s = &sam->sessions->session[i];

		if (s->fd < 0)
			continue;
		if ((s->out.n > s->sent && (!writer_ok(&s->out) || !session_send(s))) ||
		    (s->paused && !take_frames(sam, s)))
			session_end(sam, s);
	}
}

bool
sessions_idle(const struct sam *sam)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		if (sam->sessions->session[i].fd >= 0 &&
		    sam->sessions->session[i].out.n > sam->sessions->session[i].sent)
			return false;
	return true;
}
