/* SPDX-License-Identifier: Apache-2.0 */
/* The two listening sockets of the SAM. */
#ifndef LAUNCH_LISTEN_H
#define LAUNCH_LISTEN_H

#include <sys/types.h>

#include "base/err.h"

/*
 * A listening Unix socket, non-blocking, yours; -1: failed. A socket file that nobody answers on is
 * removed first; one that answers means that another SAM is running. owner and group may be -1.
 */
int	listen_on(const char *path, mode_t, uid_t owner, gid_t group, struct err *) MUST_USE;

#endif
