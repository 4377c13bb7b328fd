/* SPDX-License-Identifier: Apache-2.0 */
/* Files: a temporary one beside it, then link(), which never replaces. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ca/file.h"

bool
ca_path(char out[PATH_LEN], const char *dir, const char *name, struct err *e)
{
	int n = snprintf(out, PATH_LEN, "%s/%s", dir, name);

	return (n > 0 && n < PATH_LEN) || err_set(e, ERR_FORMAT, "the path of the directory is too long");
}

bool
ca_file_read(const char *path, struct writer *w, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t part[4096];
	ssize_t n;

	if (fd < 0)
		return err_errno(e, ERR_MISSING, errno, "cannot read %s", path);
	while ((n = read(fd, part, sizeof(part))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			wr_bytes(w, part, (size_t)n);
	close(fd);
	if (n < 0)
		return err_errno(e, ERR_BACKEND, errno, "cannot read %s", path);
	return writer_ok(w) || err_set(e, ERR_FORMAT, "%s is too long", path);
}

bool
ca_file_is_absent(const char *path, struct err *e)
{
	struct stat st;

	return (lstat(path, &st) != 0 && errno == ENOENT) ||
	    err_set(e, ERR_DENIED, "%s is there already; nothing is written over it", path);
}

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
	return fsync(fd) == 0;
}

bool
ca_file_write_new(const char *path, struct span bytes, mode_t mode, struct err *e)
{
	char temporary[PATH_LEN + 8];
	bool good;
	int fd;

	if (!ca_file_is_absent(path, e))
		return false;
	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		return err_set(e, ERR_FORMAT, "a path is too long");
	if ((fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)) < 0)
		return err_errno(e, ERR_BACKEND, errno, "cannot write %s", path);
	good = write_all(fd, bytes);
	if (close(fd) != 0 || !good || link(temporary, path) != 0)
		good = err_errno(e, ERR_BACKEND, errno, "cannot write %s", path);
	unlink(temporary);
	return good;
}

bool
ca_dir_sync(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (!good)
		err_errno(e, ERR_BACKEND, errno, "cannot write the directory %s", dir);
	if (fd >= 0)
		close(fd);
	return good;
}
