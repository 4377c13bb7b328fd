/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the state directory, opened with the rights each process gets. */
#ifndef LAUNCH_STATE_FILES_H
#define LAUNCH_STATE_FILES_H

#include "launch/config.h"

struct state_files {
	int	dir;		/* the directory */
	int	log_write;	/* locked: one SAM per log */
	int	log_read;
	int	tree_write;
	int	tree_read;
	int	snapshot;	/* -1: there is none */
	int	local_secret;
};

#define STATE_FILES_NONE { -1, -1, -1, -1, -1, -1, -1 }

/*
 * Refuses a directory that others can change, and a local secret that others can read. A missing
 * log is an error, as only the ceremony makes one; a missing tree is made, as the log can rebuild
 * it.
 */
bool	state_files_open(const struct config *, struct state_files *, struct err *) MUST_USE;
void	state_files_close(struct state_files *);

#endif
