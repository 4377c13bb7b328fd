/* SPDX-License-Identifier: Apache-2.0 */
/* Raw bytes to and from a SAM. */
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/sic/frames.h"
#include "tests/test.h"

bool
frames_send(int fd, struct span bytes)
{
	while (bytes.n > 0) {
		ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes = span_of(bytes.p + n, bytes.n - (size_t)n);
	}
	return true;
}

void
frames_head(struct writer *w, uint32_t length, uint8_t type, uint64_t number)
{
	wr_u32(w, length);
	wr_u8(w, type);
	wr_u64(w, number);
}

bool
frames_peer_closes(int fd, int within_ms)
{
	uint64_t until = clock_life() + (uint64_t)within_ms;
	uint8_t mem[4096];

	for (uint64_t now = clock_life(); now < until; now = clock_life()) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, (int)(until - now)) > 0 && recv(fd, mem, sizeof(mem), 0) <= 0)
			return true;
	}
	return false;
}

size_t
frames_answers(int fd, size_t wanted, int within_ms)
{
	uint64_t until = clock_life() + (uint64_t)within_ms;
	AUTO_WRITER in = writer_grow(64u << 20);
	uint8_t mem[65536];
	size_t at = 0, n = 0;

	for (uint64_t now = clock_life(); n < wanted && now < until; now = clock_life()) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		struct err e = { 0 };
		struct frame f;
		size_t used;
		ssize_t got;

		if (poll(&p, 1, (int)(until - now)) <= 0)
			continue;
		if ((got = recv(fd, mem, sizeof(mem), 0)) <= 0)
			break;
		wr_bytes(&in, mem, (size_t)got);
		while (frame_read(span_of(in.p + at, in.n - at), FRAME_MAX, &f, &used, &e) && used > 0) {
			at += used;
			n++;
		}
	}
	return n;
}
