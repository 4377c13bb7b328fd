/* SPDX-License-Identifier: Apache-2.0 */
/* Where the token's PIN comes from: a descriptor, a file of this user alone, the terminal. */
#ifndef LAUNCH_PIN_H
#define LAUNCH_PIN_H

#include "base/secret.h"
#include "launch/config.h"

#define PIN_MAX	255

/* fd -1: none was given. An empty PIN is refused. */
struct secret	*pin_get(int fd, const struct config *, struct err *) MUST_USE;	/* yours */
/* The read end of a pipe that holds the PIN and a newline; yours. -1: failed. */
int		 pin_pipe(const struct secret *, struct err *) MUST_USE;

#endif
