/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock by system call, as the C libraries we build with do not wrap it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/landlock.h"

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE	/* ABI 3, newer than the headers of Debian 12 */
#define LANDLOCK_ACCESS_FS_TRUNCATE	(1ULL << 14)
#endif

#define READING		((uint64_t)(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR))
#define WRITING		((uint64_t)(LANDLOCK_ACCESS_FS_WRITE_FILE | \
	LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | \
	LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
	LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM))
/* Rights that a rule for a plain file may carry; the others belong to directories. */
#define ON_FILES	((uint64_t)(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	LANDLOCK_ACCESS_FS_TRUNCATE))

int
landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

static uint64_t
handled(int abi)
{
	return READING | WRITING | (abi >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) |
	    (abi >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0);
}

static bool
room_add(int ruleset, uint64_t all, const struct landlock_room *room, struct err *e)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = room->write ? all : READING,
	};
	struct stat st;
	bool ok;
	int fd = room->path == NULL ? fcntl(room->dir_fd, F_DUPFD_CLOEXEC, 0) :
	    open(room->path, O_PATH | O_CLOEXEC);

	if (fd < 0 && room->path != NULL && errno == ENOENT)
		return true;
	if (fd < 0 || fstat(fd, &st) != 0) {
		err_errno(e, ERR_BACKEND, errno, "landlock: opening %.100s",
		    room->path == NULL ? "directory" : room->path);
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= ON_FILES;
	rule.parent_fd = fd;
	ok = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 ||
	    err_errno(e, ERR_BACKEND, errno, "landlock: adding a rule");
	close(fd);
	return ok;
}

bool
landlock_confine(const struct landlock_room *rooms, size_t n, bool *applied, struct err *e)
{
	int abi = landlock_abi();
	uint64_t all = handled(abi);
	struct landlock_ruleset_attr attr = { .handled_access_fs = all };
	bool ok = true;
	int ruleset;

	if (abi == 0)
		return true;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return err_errno(e, ERR_BACKEND, errno, "landlock: making a rule set");
	for (size_t i = 0; ok && i < n; i++)
		ok = room_add(ruleset, all, &rooms[i], e);
	if (ok && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		ok = err_errno(e, ERR_BACKEND, errno, "landlock: applying");
	close(ruleset);
	*applied = ok;
	return ok;
}
