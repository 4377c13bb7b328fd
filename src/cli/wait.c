/* SPDX-License-Identifier: Apache-2.0 */
/* A link in the terminal, and the patience behind it. */
#include <string.h>
#include <unistd.h>

#include "cli/qr.h"
#include "cli/wait.h"

#define PAUSE_S	2	/* what the server says in Retry-After */
#define QR_MAX	600	/* letters; a longer link's code is larger than most terminals */

static volatile sig_atomic_t stopped;

static void
on_stop(int signal)
{
	(void)signal;
	stopped = 1;
}

void
wait_begin(struct waiting *w)
{
	struct sigaction now = { .sa_handler = on_stop };

	stopped = 0;
	sigemptyset(&now.sa_mask);
	sigaction(SIGINT, &now, &w->old[0]);
	sigaction(SIGTERM, &now, &w->old[1]);
}

void
wait_end(const struct waiting *w)
{
	sigaction(SIGINT, &w->old[0], NULL);
	sigaction(SIGTERM, &w->old[1], NULL);
}

bool
wait_is_stopped(void)
{
	return stopped != 0;
}

void
wait_pause(void)
{
	struct timespec t = { .tv_sec = PAUSE_S };

	nanosleep(&t, NULL);	/* a signal ends it */
}

time_t
wait_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

bool
wait_link(struct call *c, const char *link, const char *then, struct err *e)
{
	if (c->json) {
		note(c, "To approve, open %s\n", link);
		return true;
	}
	fprintf(c->out, "To approve, open this page on the device that has your passkey:\n\n  %s\n\n", link);
	if (!option_is(c, "no-qr") && strlen(link) <= QR_MAX && isatty(fileno(c->out)) == 1 &&
	    !qr_write(c->out, link, e))
		return false;
	fprintf(c->out, "%s\n", then);
	return fflush(c->out) == 0 || err_set(e, ERR_BACKEND, "the link could not be written");
}
