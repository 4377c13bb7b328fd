/* SPDX-License-Identifier: Apache-2.0 */
/* What the launcher has raised: flusher, workers, decider, and the descriptors between them. */
#ifndef LAUNCH_RAISE_H
#define LAUNCH_RAISE_H

#include "launch/launcher.h"
#include "launch/objects.h"
#include "launch/state_files.h"
#include "launch/worker_process.h"
#include "sandbox/sandbox.h"

struct raised {
	const struct config		*config;
	const struct launcher_parts	*parts;
	int				 ssa_socket, officer_socket;	/* kept over restarts */
	bool				 pin_refused;			/* this, too */
	struct state_files		 files;
	struct objects			 objects;
	pid_t				 decider, flusher, reader;	/* 0: none */
	int				 control;		/* to the decider; -1: none */
	int				 flusher_end;		/* for the decider; -1: given */
	int				 reader_end;		/* this, too */
	uint64_t			 reader_at;		/* not to be started before */
	struct worker_process		 workers[WORKERS_MAX];
};

void	raised_init(struct raised *, const struct config *, const struct launcher_parts *);
/* Opens the state and starts the flusher. */
bool	raised_begin(struct raised *, struct err *) MUST_USE;
/* Starts the decider, and hands it everything: the launcher keeps no file of the state. */
bool	raised_decider(struct raised *, struct err *) MUST_USE;
/* Are tokens of identity providers to be read here? */
bool	raised_wants_reader(const struct raised *);
/* Starts the token reader; its socket is in reader_end. */
bool	raised_reader(struct raised *, struct err *) MUST_USE;
/* The worker with this process id, or NULL. */
struct worker_process *raised_worker(struct raised *, pid_t);
/*
 * Ends all children and waits for each: the decider at once, the flusher when it wrote what it was
 * given, the workers when they saw their sockets close; whoever takes too long is killed.
 */
void	raised_take_down(struct raised *);

#endif
