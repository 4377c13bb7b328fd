/* SPDX-License-Identifier: Apache-2.0 */
/* What each child of the launcher does first, whatever it becomes. */
#ifndef LAUNCH_CHILD_H
#define LAUNCH_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * fork(), then in the child: a session of its own (a terminal's Ctrl-C is for the launcher), death
 * with its parent, the signals of an orderly stop ignored, /dev/null as standard input and output.
 */
pid_t	child_fork(const char *name, struct err *);
/* Closes every descriptor from 3 on that is not in the list. -1 in the list is skipped. */
bool	child_keep(const int *fds, size_t n, struct err *) MUST_USE;
/* Lays the descriptors at 3, 4, ... in their order, kept over exec; the rest is closed. */
bool	child_lay(const int *fds, size_t n, struct err *) MUST_USE;

#endif
