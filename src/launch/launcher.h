/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The launcher: opens what the others need, raises flusher, workers and decider, replaces what
 * ends, stops them in order. It reads no byte of any client, and of secrets it holds the PIN only.
 */
#ifndef LAUNCH_LAUNCHER_H
#define LAUNCH_LAUNCHER_H

#include "launch/config.h"
#include "sam/decider.h"

/* What runs in the children that are forked without exec; tests put stand-ins here. */
struct launcher_parts {
	int	(*decider)(const struct decider_setup *);
	int	(*flusher)(int control, int log_fd, int tree_fd, int dir_fd);
	const struct trade *trade;	/* for the decider, and its name */
	int	(*reader)(int fd);	/* of tokens; NULL: none is raised */
};

/*
 * Runs until SIGTERM, SIGINT or a final failure, and returns the exit code: 0 orderly stop, 1
 * failure (damage of the log leaves a SAM that is up, closed, and says so). pin_fd -1: none.
 */
int	launcher_run(const struct config *, int pin_fd, const struct launcher_parts *);

#endif
