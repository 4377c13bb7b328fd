/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the state directory. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch/state_files.h"

static bool
directory_open(const char *path, int *out, struct err *e)
{
	struct stat st;

	*out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*out < 0)
		return err_errno(e, ERR_MISSING, errno, "state directory %.100s", path);
	if (fstat(*out, &st) != 0 || st.st_uid != geteuid())
		return err_set(e, ERR_DENIED, "state directory %.80s belongs to another user: start "
		    "as its owner, or set [sam] user", path);
	if ((st.st_mode & 022) != 0)
		return err_set(e, ERR_DENIED, "state directory %.80s can be changed by others: "
		    "chmod go-w it", path);
	return true;
}

/* forbidden: the mode bits that nobody else may have. */
static bool
file_open(int dir, const char *name, int flags, mode_t forbidden, int *out, struct err *e)
{
	struct stat st;

	*out = openat(dir, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*out < 0)
		return err_errno(e, ERR_MISSING, errno, "%s in the state directory", name);
	if (fstat(*out, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return err_set(e, ERR_DENIED, "%s in the state directory is not a plain file of "
		    "this user", name);
	if ((st.st_mode & forbidden) != 0)
		return err_set(e, ERR_DENIED, "%s in the state directory is open to others: chmod "
		    "600 it", name);
	return true;
}

static bool
log_open_locked(int dir, int *out, struct err *e)
{
	if (faccessat(dir, "log", F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
		return err_set(e, ERR_MISSING, "there is no log in the state directory: this group "
		    "was not founded yet; run the ceremony (init, found)");
	if (!file_open(dir, "log", O_RDWR, 022, out, e))
		return false;
	return flock(*out, LOCK_EX | LOCK_NB) == 0 ||
	    err_set(e, ERR_NOT_NOW, "another SAM is running: it holds this log");
}

static bool
snapshot_open(int dir, int *out, struct err *e)
{
	if (faccessat(dir, "snapshot", F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
		return true;
	return file_open(dir, "snapshot", O_RDONLY, 022, out, e);
}

bool
state_files_open(const struct config *c, struct state_files *f, struct err *e)
{
	struct state_files s = STATE_FILES_NONE;

	if (!directory_open(c->state, &s.dir, e) ||
	    !log_open_locked(s.dir, &s.log_write, e) ||
	    !file_open(s.dir, "log", O_RDONLY, 022, &s.log_read, e) ||
	    !file_open(s.dir, "tree", O_RDWR | O_CREAT, 022, &s.tree_write, e) ||
	    !file_open(s.dir, "tree", O_RDONLY, 022, &s.tree_read, e) ||
	    !snapshot_open(s.dir, &s.snapshot, e) ||
	    !file_open(s.dir, "local.secret", O_RDONLY, 077, &s.local_secret, e)) {
		state_files_close(&s);
		return false;
	}
	*f = s;
	return true;
}

void
state_files_close(struct state_files *f)
{
	int *fds[] = { &f->dir, &f->log_write, &f->log_read, &f->tree_write, &f->tree_read,
		&f->snapshot, &f->local_secret };

	for (size_t i = 0; i < COUNT(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}
