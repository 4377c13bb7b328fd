/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One worker process as the launcher sees it: raised by exec, greeted once, its socket handed to
 * the decider, its messages passed on, and raised again with back-off when it ends.
 */
#ifndef LAUNCH_WORKER_PROCESS_H
#define LAUNCH_WORKER_PROCESS_H

#include "base/secret.h"
#include "launch/config.h"
#include "launch/objects.h"

#define WORKER_PATIENCE		10000	/* ms: then the next one may start, though this is silent */
#define WORKER_EXIT_REFUSED	2	/* its exit code for a problem of module, token or PIN */

/* ENDING: its greeting failed, and its end is awaited, since its exit code says why. */
enum worker_state { WORKER_DOWN, WORKER_STARTING, WORKER_UP, WORKER_ENDING };

struct worker_process {
	enum worker_state	state;
	unsigned		index;
	pid_t			pid;
	int			socket;		/* the SAM's end; -1 when the decider has it */
	bool			handed;		/* the decider has it */
	bool			tried;		/* at least once since the SAM was raised */
	int			messages;	/* read end of its standard error */
	uint64_t		since;		/* DOWN: not to be started before; else its start */
	uint64_t		delay;		/* before the next start */
	size_t			answered, said;
	uint8_t			answer[1024];	/* to the greeting */
	char			line[400];	/* being read from messages */
	char			last[200];	/* its last whole line */
};

void	worker_process_init(struct worker_process *, unsigned index);
/* fork, exec, greeting. On failure the worker is DOWN, with back-off. */
bool	worker_process_start(struct worker_process *, const struct config *, const struct objects *,
	    const struct secret *pin, uint64_t now, struct err *) MUST_USE;
/* Reads what is there of the answer to the greeting; UP when it is whole. False: ENDING. */
bool	worker_process_greeted(struct worker_process *, struct err *) MUST_USE;
/* Passes its messages on to our standard error, as lines with its number. */
void	worker_process_listen(struct worker_process *);
/* It was reaped: closes what is left, sets when it may start again. */
void	worker_process_ended(struct worker_process *, uint64_t now);
/* Exit status and last message say that the token refused the PIN: never try that again. */
bool	worker_process_pin_refused(const struct worker_process *, int status);

#endif
