/* SPDX-License-Identifier: Apache-2.0 */
/* The token's PIN: fetched once, handed to workers through pipes, never written anywhere. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch/pin.h"

static struct secret *
pin_from_file(const char *path, struct err *e)
{
	AUTO(secret) *pin = NULL;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0) {
		err_errno(e, ERR_MISSING, errno, "[module] pin_file");
		return NULL;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077) != 0 ||
	    (st.st_uid != 0 && st.st_uid != geteuid()))
		err_set(e, ERR_DENIED, "[module] pin_file: others may read it; it must be a plain "
		    "file of its owner alone (chmod 600), and the owner root or you");
	else
		pin = secret_read_fd(fd, PIN_MAX, e);
	close(fd);
	return TAKE(pin);
}

struct secret *
pin_get(int fd, const struct config *c, struct err *e)
{
	AUTO(secret) *pin = fd >= 0 ? secret_read_fd(fd, PIN_MAX, e) :
	    c->pin_file != NULL ? pin_from_file(c->pin_file, e) :
	    secret_ask("PIN of the token: ", PIN_MAX, e);

	if (pin == NULL)
		return NULL;
	if (secret_span(pin).n == 0) {
		err_set(e, ERR_FORMAT, "the PIN is empty: give it with --pin-fd, [module] pin_file, "
		    "or on the terminal");
		return NULL;
	}
	return TAKE(pin);
}

int
pin_pipe(const struct secret *pin, struct err *e)
{
	struct span s = secret_span(pin);
	int ends[2];
	bool ok;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		err_errno(e, ERR_BACKEND, errno, "pipe for the PIN");
		return -1;
	}
	/* A pipe holds 4096 bytes at least, so this never waits for the reader. */
	ok = write(ends[1], s.p, s.n) == (ssize_t)s.n && write(ends[1], "\n", 1) == 1;
	close(ends[1]);
	if (!ok) {
		err_errno(e, ERR_BACKEND, errno, "writing to the worker's pipe");
		close(ends[0]);
		return -1;
	}
	return ends[0];
}
