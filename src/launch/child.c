/* SPDX-License-Identifier: Apache-2.0 */
/* What each child of the launcher does first. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "launch/child.h"

#define EXIT_NO_START	126
#define KEEP_MAX	128

static void
quiet_io(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(EXIT_NO_START);
	if (null > STDERR_FILENO)
		close(null);
}

static void
settle(const char *name, pid_t parent)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	sigset_t none;

	/* If the parent died before prctl, nobody would tell us. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent)
		_exit(EXIT_NO_START);
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
	/* Away from the terminal's signals, but in one session: some kernels share out time by session. */
	(void)setpgid(0, 0);
	for (size_t i = 0; i < COUNT(ignored); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	quiet_io();
}

pid_t
child_fork(const char *name, struct err *e)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		err_errno(e, ERR_BACKEND, errno, "starting %s", name);
	if (pid == 0)
		settle(name, parent);
	return pid;
}

static int
ascending(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

bool
child_keep(const int *fds, size_t n, struct err *e)
{
	int sorted[KEEP_MAX];
	unsigned from = STDERR_FILENO + 1;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (fds[i] > STDERR_FILENO && kept < KEEP_MAX)
			sorted[kept++] = fds[i];
	qsort(sorted, kept, sizeof(sorted[0]), ascending);
	for (size_t i = 0; i < kept; i++) {
		if ((unsigned)sorted[i] > from &&
		    close_range(from, (unsigned)sorted[i] - 1, 0) != 0)
			return err_errno(e, ERR_BACKEND, errno, "closing descriptors");
		from = (unsigned)sorted[i] + 1;
	}
	return close_range(from, UINT_MAX, 0) == 0 ||
	    err_errno(e, ERR_BACKEND, errno, "closing descriptors");
}

bool
child_lay(const int *fds, size_t n, struct err *e)
{
	int first = STDERR_FILENO + 1, high[KEEP_MAX];

	/* Out of the way first: a source may lie where another one goes. */
	for (size_t i = 0; i < n && i < KEEP_MAX; i++)
		if ((high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, first + (int)n)) < 0)
			return err_errno(e, ERR_BACKEND, errno, "laying descriptors");
	for (size_t i = 0; i < n && i < KEEP_MAX; i++)
		if (dup2(high[i], first + (int)i) < 0)
			return err_errno(e, ERR_BACKEND, errno, "laying descriptors");
	return close_range((unsigned)first + (unsigned)n, UINT_MAX, 0) == 0 ||
	    err_errno(e, ERR_BACKEND, errno, "closing descriptors");
}
