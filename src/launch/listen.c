/* SPDX-License-Identifier: Apache-2.0 */
/* The two listening sockets: nobody's place is taken, and no moment has wider rights. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "launch/listen.h"

#define BACKLOG	128

/* True if the path is free now. A plain file there is not ours to remove. */
static bool
path_free(const struct sockaddr_un *a, struct err *e)
{
	struct stat st;
	int fd, rc, why;

	if (lstat(a->sun_path, &st) != 0)
		return errno == ENOENT ||
		       err_errno(e, ERR_BACKEND, errno, "socket %s", a->sun_path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(e, ERR_DENIED,
		    "socket %s: another kind of file is there; move it away", a->sun_path);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0)
		return err_errno(e, ERR_BACKEND, errno, "socket");
	rc = connect(fd, (const struct sockaddr *)a, sizeof(*a));
	why = errno;
	close(fd);
	if (rc == 0 || why == EAGAIN)
		return err_set(
		    e, ERR_NOT_NOW, "another SAM is running: it answers on %s", a->sun_path);
	if (why != ECONNREFUSED)
		return err_errno(e, ERR_BACKEND, why, "socket %s is there, and whether it lives is "
		    "not known", a->sun_path);
	return unlink(a->sun_path) == 0 || errno == ENOENT ||
	    err_errno(e, ERR_BACKEND, errno, "removing the stale socket %s", a->sun_path);
}

int
listen_on(const char *path, mode_t mode, uid_t owner, gid_t group, struct err *e)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	mode_t was;
	bool ok;
	int fd;

	if (strlen(path) >= sizeof(a.sun_path)) {
		err_set(e, ERR_FORMAT, "socket path too long");
		return -1;
	}
	strcpy(a.sun_path, path);
	if (!path_free(&a, e))
		return -1;
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0) {
		err_errno(e, ERR_BACKEND, errno, "socket");
		return -1;
	}
	was = umask(0777 & ~(mode & 0700));
	ok = bind(fd, (const struct sockaddr *)&a, sizeof(a)) == 0;
	umask(was);
	if (!ok)
		err_errno(e, ERR_BACKEND, errno, "socket %s", path);
	else if (!(ok = (owner == (uid_t)-1 && group == (gid_t)-1) ||
	    lchown(path, owner, group) == 0))
		err_errno(e, ERR_BACKEND, errno, "giving socket %s to its user and group", path);
	else if (!(ok = chmod(path, mode) == 0 && listen(fd, BACKLOG) == 0))
		err_errno(e, ERR_BACKEND, errno, "listening on %s", path);
	if (!ok) {
		close(fd);
		return -1;
	}
	return fd;
}
