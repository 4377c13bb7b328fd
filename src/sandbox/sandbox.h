/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confinement: one function for each kind of process. Each is called once, after everything the
 * process needs is open and warmed up, and before its first byte of input. It cannot be undone and
 * children inherit it. Where a mandatory step fails the function fails, and the process must end.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stddef.h>

#include "base/err.h"

/* What was applied to this process. */
struct sandbox_status {
	bool		no_new_privs;
	bool		undumpable;	/* no core, no ptrace, no /proc/PID/mem by the same uid */
	bool		no_core;
	bool		seccomp;
	unsigned	rules;		/* of the seccomp filter */
	int		landlock_abi;	/* of this kernel; 0: none */
	bool		landlock;
};

/*
 * The launcher: may open, fork and exec, as it raises the others; what none of them ever needs
 * (ptrace, mount, modules, keyrings, namespaces) is gone for all.
 */
bool	sandbox_launcher(struct sandbox_status *, struct err *) MUST_USE;
/* The decider: the descriptors it holds, memory, time, randomness. No open, socket, fork, exec. */
bool	sandbox_decider(struct sandbox_status *, struct err *) MUST_USE;
/* The log flusher: the decider's rights, and writing; files by openat beneath dir_fd only. */
bool	sandbox_flusher(int dir_fd, struct sandbox_status *, struct err *) MUST_USE;
/* The token reader: read, write, exit. Whatever else it calls ends it. */
bool	sandbox_reader(struct sandbox_status *, struct err *) MUST_USE;
/*
 * A worker, called by the worker itself before it loads the vendor's library: threads, sockets and
 * files stay, as such libraries need them; programs and new processes do not.
 */
bool	sandbox_worker(struct sandbox_status *, struct err *) MUST_USE;
/* The SSA, before its first thread: threads, sockets and files stay; programs do not. */
bool	sandbox_ssa(struct sandbox_status *, struct err *) MUST_USE;
/* propria-sic, in its one thread: the connections of a socket that listens already, and no file. */
bool	sandbox_sic(struct sandbox_status *, struct err *) MUST_USE;

/*
 * Landlock for a worker, before it is executed: system directories for reading, `paths` for all.
 * Without paths, or on a kernel without landlock, nothing happens; the status says so.
 */
bool	sandbox_worker_paths(const char *const *paths, size_t n, const char *const *read_only,
	    size_t n_read_only, struct sandbox_status *, struct err *) MUST_USE;

/* What holds in the calling process right now, asked of the kernel (rules stay 0). */
void	sandbox_ask(struct sandbox_status *);
/* "no-new-privs undumpable no-core seccomp(84) landlock(abi 4)": one line, for status and doctor. */
void	sandbox_describe(const struct sandbox_status *, char *out, size_t n);

/* Becomes this user with its groups, for ever; already being it is fine. */
bool	drop_ids(const char *user, struct err *) MUST_USE;

#endif
