/* SPDX-License-Identifier: Apache-2.0 */
/* The reader's loop: one question, one answer, no memory in between. No allocation, no other call. */
#include <errno.h>
#include <unistd.h>

#include "token/claims.h"
#include "token/reader.h"

#define LENGTH	4

struct loop {
	uint8_t			in[TOKEN_ASK_MAX];
	uint8_t			out[LENGTH + TOKEN_SAID_MAX];
	struct claims_room	room;
	struct token_said	said;
};

/* 1: all of it; 0: the other end closed before the first byte; -1: anything else. */
static int
take(int fd, uint8_t *p, size_t n)
{
	size_t at = 0;

	while (at < n) {
		ssize_t got = read(fd, p + at, n - at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 && at == 0 ? 0 : -1;
		at += (size_t)got;
	}
	return 1;
}

static bool
give(int fd, struct span s)
{
	while (s.n > 0) {
		ssize_t got = write(fd, s.p, s.n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		s = span_of(s.p + got, s.n - (size_t)got);
	}
	return true;
}

static bool
answer(struct loop *l, int fd, struct span question)
{
	struct reader r = reader_over(question);
	struct writer w = writer_over(l->out, sizeof(l->out));
	struct token_ask ask;
	struct err e = { 0 };

	if (!token_ask_read(&r, &ask, &e))
		return false;
	claims_read(&ask, &l->room, &l->said);
	wr_u32(&w, 0);
	token_said_write(&w, &l->said);
	if (!writer_ok(&w))
		return false;
	wr_patch_u32(&w, 0, (uint32_t)(w.n - LENGTH));
	return give(fd, writer_span(&w));
}

int
token_reader_run(int fd)
{
	static struct loop l;
	uint8_t length[LENGTH];
	uint32_t n;
	int got;

	while ((got = take(fd, length, sizeof(length))) == 1) {
		struct reader r = reader_over(span_of(length, sizeof(length)));

		if (!rd_u32(&r, &n) || n == 0 || n > sizeof(l.in) || take(fd, l.in, n) != 1 ||
		    !answer(&l, fd, span_of(l.in, n)))
			return 1;
	}
	return got == 0 ? 0 : 1;
}
