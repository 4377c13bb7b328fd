/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the token reader. It may be dead, stopped or somebody else's: a second is what it gets. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "sam/control.h"
#include "sam/token_reader.h"

#define PATIENCE_MS	1000
#define LENGTH		4

struct token_reader {
	bool	wanted;
	int	control;		/* to the launcher */
	int	fd;			/* -1: not there */
	uint8_t	question[LENGTH + TOKEN_ASK_MAX];
	uint8_t	answer[TOKEN_SAID_MAX];
};

struct token_reader *
token_reader_new(const struct decider_setup *setup, struct err *e)
{
	struct token_reader *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		err_set(e, ERR_BACKEND, "no memory for tokens");
		return NULL;
	}
	t->wanted = setup->providers;
	t->control = setup->control;
	t->fd = setup->providers ? setup->reader : -1;
	return t;
}

static void
forget(struct token_reader *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

void
token_reader_free(struct token_reader *t)
{
	if (t == NULL)
		return;
	forget(t);
	free(t);
}

void
token_reader_attach(struct token_reader *t, int fd)
{
	forget(t);
	t->fd = fd;
}

static bool
is_ready(int fd, short events, uint64_t until)
{
	struct pollfd p = { .fd = fd, .events = events };
	uint64_t now;
	int got;

	do {
		now = clock_life();
		got = now >= until ? 0 : poll(&p, 1, (int)(until - now));
	} while (got < 0 && errno == EINTR);
	return got > 0;
}

static bool
give(int fd, struct span s, uint64_t until)
{
	while (s.n > 0) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			s = span_of(s.p + n, s.n - (size_t)n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR) || !is_ready(fd, POLLOUT, until))
			return false;
	}
	return true;
}

static bool
take(int fd, uint8_t *p, size_t n, uint64_t until)
{
	for (size_t at = 0; at < n;) {
		ssize_t got = is_ready(fd, POLLIN, until) ? recv(fd, p + at, n - at, MSG_DONTWAIT) : 0;

		if (got > 0)
			at += (size_t)got;
		else if (got == 0 || (errno != EAGAIN && errno != EINTR))
			return false;
	}
	return true;
}

static bool
talk(struct token_reader *t, struct span question, struct token_said *said)
{
	uint64_t until = clock_life() + PATIENCE_MS;
	uint8_t length[LENGTH];
	struct reader r = reader_over(span_of(length, sizeof(length)));
	struct err e = { 0 };
	uint32_t n;

	if (!give(t->fd, question, until) || !take(t->fd, length, sizeof(length), until) ||
	    !rd_u32(&r, &n) || n == 0 || n > sizeof(t->answer) || !take(t->fd, t->answer, n, until))
		return false;
	r = reader_over(span_of(t->answer, n));
	return token_said_read(&r, said, &e);
}

/* What comes late must never be taken for the answer to another question: it gets no second one. */
static void
give_up(struct token_reader *t)
{
	struct err e = { 0 };

	forget(t);
	if (!control_send(t->control, (struct control){ CONTROL_KILL_READER, 0, -1 }, &e))
		log_warn("%s", e.text);
}

bool
token_reader_ask(struct token_reader *t, const struct token_ask *ask, struct token_said *said,
    struct err *e)
{
	struct writer w = writer_over(t->question, sizeof(t->question));

	if (!t->wanted)
		return err_why(e, ERR_DENIED, "kind", "tokens of identity providers are not taken here");
	wr_u32(&w, 0);
	token_ask_write(&w, ask);
	if (!writer_ok(&w))
		return err_why(e, ERR_DENIED, "idp_parse", "token: a part is over its bounds");
	wr_patch_u32(&w, 0, (uint32_t)(w.n - LENGTH));
	if (t->fd < 0)
		return err_why(e, ERR_BUSY, "busy", "the token reader is being replaced");
	if (talk(t, writer_span(&w), said))
		return true;
	give_up(t);
	return err_why(e, ERR_BUSY, "busy", "the token reader did not answer and is replaced");
}
