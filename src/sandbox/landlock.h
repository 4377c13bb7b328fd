/* SPDX-License-Identifier: Apache-2.0 */
/* File access by landlock, where the kernel has it; private to this folder. */
#ifndef SANDBOX_LANDLOCK_H
#define SANDBOX_LANDLOCK_H

#include <stddef.h>

#include "base/err.h"

struct landlock_room {
	const char	*path;	/* NULL: dir_fd itself. A path that is not there is skipped */
	int		 dir_fd;
	bool		 write;
};

int	landlock_abi(void);	/* of this kernel; 0: none */
/*
 * From now on only files beneath these rooms can be opened. True also where the kernel has no
 * landlock: *applied says which. Executing is not governed here but by seccomp.
 */
bool	landlock_confine(const struct landlock_room *, size_t n, bool *applied, struct err *) MUST_USE;

#endif
