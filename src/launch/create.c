/* SPDX-License-Identifier: Apache-2.0 */
/* Making a log's files: never over what is there, and on disk before anyone hears of it. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "launch/create.h"

static bool
write_all(int fd, struct span s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = span_of(s.p + n, s.n - (size_t)n);
	}
	return true;
}

static bool
create(int dir, const char *name, struct span bytes, struct err *e)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok;

	if (fd < 0 && errno == EEXIST)
		return err_set(e, ERR_NOT_NOW, "a file \"%s\" is there already: a log is founded once; "
		    "use another directory", name);
	if (fd < 0)
		return err_errno(e, ERR_BACKEND, errno, "creating \"%s\"", name);
	ok = (write_all(fd, bytes) && fsync(fd) == 0) ||
	    err_errno(e, ERR_BACKEND, errno, "writing \"%s\"", name);
	close(fd);
	if (!ok)
		unlinkat(dir, name, 0);
	return ok;
}

/* The log comes last: where it is, all of it is. */
bool
audit_create(int fd_dir, struct span batch, struct span nodes, struct err *e)
{
	if (!create(fd_dir, "tree", nodes, e))
		return false;
	if (!create(fd_dir, "log", batch, e)) {
		unlinkat(fd_dir, "tree", 0);
		return false;
	}
	return fsync(fd_dir) == 0 || err_errno(e, ERR_BACKEND, errno, "syncing the log's directory");
}
