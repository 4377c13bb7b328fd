/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for what somebody does elsewhere, on a page; Ctrl-C ends the waiting and nothing else. */
#ifndef CLI_WAIT_H
#define CLI_WAIT_H

#include <signal.h>
#include <time.h>

#include "cli/command.h"

struct waiting {
	struct sigaction old[2];
};

void	wait_begin(struct waiting *);
void	wait_end(const struct waiting *);	/* SIGINT and SIGTERM do what they did before */
bool	wait_is_stopped(void);
void	wait_pause(void);			/* two seconds, or until a signal */
time_t	wait_seconds(void);			/* for comparing: monotonic */
/* The link, and on a terminal its code unless --no-qr; then `then`, a sentence. */
bool	wait_link(struct call *, const char *link, const char *then, struct err *) MUST_USE;

#endif
