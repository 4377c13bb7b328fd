/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decider as the launcher sees it. decider_run is called in a child of its own: already
 * confined (sandbox_decider), crypto_start done, ids dropped, core dumps off, SIGINT, SIGTERM and
 * SIGPIPE ignored, and with no descriptor but those named here, standard error for log_*, and
 * /dev/null as standard input and output.
 */
#ifndef SAM_DECIDER_H
#define SAM_DECIDER_H

#include <sys/types.h>

#include "base/err.h"
#include "crypto/alg.h"
#include "sam/pool.h"

struct decider_peers { const uid_t *uids; size_t n; };	/* who may connect */

struct trade;

struct decider_setup {
	const struct trade	*trade;			/* what this module is for: sam/trade.h */
	int			 control;		/* to the launcher: sam/control.h */
	int			 flusher;		/* to the flusher, its protocol: audit */
	int			 reader;		/* to the token reader; -1: not there */
	bool			 providers;		/* tokens are taken: later by CONTROL_READER */
	int			 ssa_socket;		/* both listening, non-blocking */
	int			 officer_socket;
	int			 log_fd;		/* read only */
	int			 tree_fd;		/* read only */
	int			 snapshot_fd;		/* read only; -1: there is none */
	int			 local_secret_fd;	/* read only; close it when read */
	int			 workers[WORKERS_MAX];	/* each greeted once (HELLO); -1: not
							   there, later by CONTROL_WORKER */
	size_t			 n_workers;
	bool			 pin_refused;		/* by the token: none will come */
	uint32_t		 deadline_ms;		/* for one operation of a worker */
	struct decider_onetime {			/* keys for one signature, in stock */
		uint16_t	 mark[KINDS];		/* by enum key_kind, over all workers */
		uint32_t	 age;			/* seconds */
		bool		 refuse;		/* none there: do not make one */
	}			 onetime;
	uint32_t		 activations;		/* open at once */
	uint32_t		 nonces;		/* alive at once */
	struct decider_peers	 ssa, officers;
};

/* Exit codes of the decider that the launcher acts on; any other one is a crash. */
enum decider_exit {
	DECIDER_STOPPED	= 10		/* orderly, after CONTROL_STOP */
};

/* Returns the exit code. */
int	decider_run(const struct decider_setup *);

#endif
