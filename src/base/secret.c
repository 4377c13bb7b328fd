/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in pages of their own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "base/secret.h"

struct secret {
	size_t	n;
	size_t	cap;
	size_t	mapped;
	uint8_t	bytes[];
};

struct secret *
secret_new(size_t capacity, struct err *e)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = (sizeof(struct secret) + capacity + page - 1) / page * page;
	struct secret *s = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1, 0);

	if (s == MAP_FAILED) {
		err_errno(e, ERR_BACKEND, errno, "no memory for a secret");
		return NULL;
	}
	/* Best effort: a container may forbid locking; doctor reports the limit. */
	(void)mlock(s, size);
	(void)madvise(s, size, MADV_DONTDUMP);
	(void)madvise(s, size, MADV_WIPEONFORK);
	s->cap = capacity;
	s->mapped = size;
	return s;
}

struct secret *
secret_copy(struct span from, struct err *e)
{
	struct secret *s = secret_new(from.n, e);

	if (s != NULL) {
		memcpy(s->bytes, from.p, from.n);
		s->n = from.n;
	}
	return s;
}

void
secret_free(struct secret *s)
{
	size_t size;

	if (s == NULL)
		return;
	size = s->mapped;
	explicit_bzero(s, size);
	munmap(s, size);
}

struct span
secret_span(const struct secret *s)
{
	return span_of(s->bytes, s->n);
}

uint8_t *
secret_room(struct secret *s)
{
	return s->bytes;
}

void
secret_set_length(struct secret *s, size_t n)
{
	if (n > s->cap)
		bug("secret longer than its capacity");
	s->n = n;
}

bool
secret_equal(struct span a, struct span b)
{
	uint8_t diff = a.n == b.n ? 0 : 1;

	for (size_t i = 0; i < a.n && i < b.n; i++)
		diff |= a.p[i] ^ b.p[i];
	return diff == 0;
}

struct secret *
secret_read_fd(int fd, size_t capacity, struct err *e)
{
	AUTO(secret) *s = secret_new(capacity + 1, e);
	ssize_t got = 1;
	size_t n = 0;

	if (s == NULL)
		return NULL;
	while (n <= capacity && got > 0) {
		got = read(fd, s->bytes + n, 1);
		if (got < 0 && errno == EINTR) {
			got = 1;
			continue;
		}
		if (got < 0) {
			err_errno(e, ERR_BACKEND, errno, "reading a secret");
			return NULL;
		}
		if (got == 1 && s->bytes[n] == '\n')
			break;
		n += (size_t)got;
	}
	if (n > capacity) {
		err_set(e, ERR_FORMAT, "secret is longer than %zu bytes", capacity);
		return NULL;
	}
	s->n = n;
	return TAKE(s);
}

struct secret *
secret_ask(const char *prompt, size_t capacity, struct err *e)
{
	struct termios was, quiet;
	struct secret *s;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	if (fd < 0 || tcgetattr(fd, &was) != 0) {
		err_set(e, ERR_BACKEND, "no terminal to ask on: give the secret on a descriptor");
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	quiet = was;
	quiet.c_lflag &= (tcflag_t) ~(ECHO | ECHONL);
	dprintf(fd, "%s", prompt);
	tcsetattr(fd, TCSAFLUSH, &quiet);
	s = secret_read_fd(fd, capacity, e);
	tcsetattr(fd, TCSAFLUSH, &was);
	dprintf(fd, "\n");
	close(fd);
	return s;
}
