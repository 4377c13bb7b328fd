/* SPDX-License-Identifier: Apache-2.0 */
/* The other end of the journal's socket. */
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/sam/fake_flusher.h"

static const uint8_t mac_key[32] = { 1, 2, 3 };

void
fake_flusher_init(struct fake_flusher *f, void *owner)
{
	struct journal_setup setup = { .owner = owner };
	struct err e = { 0 };
	int p[2];

	memset(f, 0, sizeof(*f));
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0);
	f->fd = p[1];
	f->in = writer_grow(64u << 20);
	f->room = 8u << 20;
	CHECK((f->log_fd = memfd_create("log", 0)) >= 0 && (f->tree_fd = memfd_create("tree", 0)) >= 0);
	CHECK((f->state = state_new(&sam_trade, &e)) != NULL);
	setup.flusher = p[0];
	setup.log_fd = f->log_fd;
	setup.tree_fd = f->tree_fd;
	setup.state = f->state;
	memcpy(setup.log_key, mac_key, sizeof(mac_key));
	CHECK((f->j = journal_new(&setup, &e)) != NULL);
	{
		struct entry_genesis m = { sample_genesis(), span_str("s"), span_str("e") };

		entry_genesis_write(journal_begin(f->j, ENTRY_GENESIS), &m);
		journal_end(f->j);
		journal_flush(f->j);
		CHECK(fake_flusher_asked(f));
		fake_flusher_does(f);
	}
}

void
fake_flusher_free(struct fake_flusher *f)
{
	journal_free(f->j);
	state_free(f->state);
	writer_wipe(&f->in);
	close(f->log_fd);
	close(f->tree_fd);
	if (f->fd >= 0)
		close(f->fd);
}

bool
fake_flusher_asked(struct fake_flusher *f)
{
	uint8_t block[65536];
	struct err e = { 0 };
	size_t used = 0;
	ssize_t got;

	writer_reset(&f->in);
	while (used == 0) {
		got = recv(f->fd, block, f->in.n == 0 ? 4 : sizeof(block), f->in.n == 0 ? MSG_DONTWAIT : 0);
		if (got <= 0)
			return false;
		wr_bytes(&f->in, block, (size_t)got);
		CHECK(flush_request_read(writer_span(&f->in), &f->request, &used, &e));
	}
	CHECK(used == f->in.n);
	return true;
}

static void
answer(struct fake_flusher *f, const struct flush_answer *a)
{
	AUTO_WRITER w = writer_grow(100);

	flush_answer_write(&w, a);
	fake_flusher_says(f, w.p, w.n);
}

void
fake_flusher_says(struct fake_flusher *f, const void *bytes, size_t n)
{
	CHECK(send(f->fd, bytes, n, 0) == (ssize_t)n);
	journal_readable(f->j);
}

void
fake_flusher_does(struct fake_flusher *f)
{
	const struct flush_request *q = &f->request;

	if (q->type == FLUSH_APPEND) {
		CHECK(q->log_at == f->log_end && q->tree_at == f->tree_end);
		CHECK(pwrite(f->log_fd, q->log.p, q->log.n, (off_t)q->log_at) == (ssize_t)q->log.n);
		CHECK(pwrite(f->tree_fd, q->tree.p, q->tree.n, (off_t)q->tree_at) == (ssize_t)q->tree.n);
		f->log_end += q->log.n;
		f->tree_end += q->tree.n;
	}
	answer(f, &(struct flush_answer){ .done = true, .request = q->type, .log_end = f->log_end,
	    .tree_end = f->tree_end, .room = f->room });
}

void
fake_flusher_fails(struct fake_flusher *f, int cause)
{
	answer(f, &(struct flush_answer){ .request = f->request.type, .cause = cause });
}
