/* SPDX-License-Identifier: Apache-2.0 */
/* Founding, starting and stopping a group. */
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#include "audit/head.h"
#include "base/clock.h"
#include "tests/sic/group.h"
#include "tests/test.h"

#define PATIENCE_MS	60000	/* sanitizers on a busy machine */

const char *
group_path(const struct group *g, const char *name)
{
	static char mem[4][256];
	static size_t next;
	char *path = mem[next++ % COUNT(mem)];

	snprintf(path, sizeof(mem[0]), "%s/%s", g->dir, name);
	return path;
}

void
group_shell(const struct group *g, const char *command)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		setenv("DIR", g->dir, 1);
		execl("/bin/bash", "bash", "-e", "-c", command, (char *)NULL);
		_exit(127);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	if (status != 0)
		print_error("failed with %d: %s\n", status, command);
	CHECK(status == 0);
}

static void
found(struct group *g, const char *program)
{
	const char *tmp = getenv("TMPDIR");
	struct err e = { 0 };

	CHECK(crypto_start(&e));
	memset(g, 0, sizeof(*g));
	g->ssa = g->officers = -1;
	g->program = program;
	snprintf(g->dir, sizeof(g->dir), "%.60s/propria-XXXXXX", tmp != NULL ? tmp : "/tmp");
	CHECK(mkdtemp(g->dir) != NULL);
	group_shell(g, "\"$PROPRIA_SOURCE/tests/sic/found\"");
}

void
group_found(struct group *g)
{
	found(g, "launch/propria-sam");
}

void
group_found_auth(struct group *g)
{
	setenv("DAEMON", "auth/propria-auth", 1);
	setenv("SECTION", "auth-module", 1);
	found(g, "auth/propria-auth");
	unsetenv("DAEMON");
	unsetenv("SECTION");
}

int
group_connect(const struct group *g, const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%.79s/%.20s", g->dir, name);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void
forget(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
group_reconnect(struct group *g)
{
	forget(&g->ssa);
	forget(&g->officers);
	CHECK((g->ssa = group_connect(g, "ssa.sock")) >= 0);
	CHECK((g->officers = group_connect(g, "officers.sock")) >= 0);
}

const char *
ask(int fd, uint8_t type, struct span payload, struct writer *answer)
{
	static char reason[24];
	AUTO_WRITER own = writer_grow(FRAME_MAX);
	struct err e = { 0 };

	if (frame_ask(fd, type, payload, answer != NULL ? answer : &own, &e))
		return "";
	snprintf(reason, sizeof(reason), "%s", e.reason[0] != '\0' ? e.reason : "gone");
	return reason;
}

static bool
try_status(int fd, struct msg_status *m)
{
	AUTO_WRITER answer = writer_grow(4096);
	struct err e = { 0 };
	struct reader r;

	if (strcmp(ask(fd, SAM_STATUS, span_of(NULL, 0), &answer), "") != 0)
		return false;
	r = reader_over(writer_span(&answer));
	CHECK(msg_status_read(&r, m, &e));
	return true;
}

struct msg_status
group_status(const struct group *g)
{
	struct msg_status m = { 0 };

	CHECK(try_status(g->officers, &m));
	return m;
}

/* Open with a worker at least, or closed. */
static bool
is_up(struct group *g, struct msg_status *m)
{
	int fd = group_connect(g, "officers.sock");
	bool up = fd >= 0 && try_status(fd, m) && m->state != SAM_STARTING &&
	    (m->state != SAM_OPEN || m->workers > 0);

	if (fd >= 0)
		close(fd);
	return up;
}

static void
run_sam(struct group *g)
{
	char program[256];

	snprintf(program, sizeof(program), "%s/%s", getenv("PROPRIA_BIN"), g->program);
	CHECK((g->sam = fork()) >= 0);
	if (g->sam == 0) {
		int log = open(group_path(g, "sam.log"), O_WRONLY | O_CREAT | O_APPEND, 0600);

		dup2(log, STDERR_FILENO);
		dup2(log, STDOUT_FILENO);
		execl(program, g->program, "run", "-c", group_path(g, "sam.conf"), (char *)NULL);
		_exit(127);
	}
}

/* After a kill the children of the last one hold the log for a moment: so it is tried again. */
void
group_start(struct group *g)
{
	uint64_t until = clock_life() + PATIENCE_MS;
	struct msg_status m = { 0 };
	int ends = 0;

	run_sam(g);
	while (!is_up(g, &m)) {
		CHECK(clock_life() < until && ends < 100);
		usleep(5000);
		if (waitpid(g->sam, NULL, WNOHANG) != 0) {
			ends++;
			usleep(50000);
			run_sam(g);
		}
	}
	group_reconnect(g);
	memcpy(g->id, m.group, sizeof(g->id));
	g->epoch = m.epoch;
	if (g->so[0].device.pkey == NULL && m.state == SAM_OPEN)
		group_read_officers(g);
}

static void
end_with(struct group *g, int sig)
{
	forget(&g->ssa);
	forget(&g->officers);
	if (g->sam > 0) {
		kill(g->sam, sig);
		waitpid(g->sam, NULL, 0);
	}
	g->sam = 0;
}

void
group_stop(struct group *g)
{
	end_with(g, SIGTERM);
}

/* Nothing is at work, and no head is due before something is logged. */
static bool
is_quiet(const struct group *g)
{
	AUTO_WRITER answer = writer_grow(4096);
	struct msg_status m = group_status(g);
	struct msg_head head;
	struct head last;
	struct err e = { 0 };
	struct reader r, h;

	assert_string_equal(ask(g->officers, SAM_HEAD, span_of(NULL, 0), &answer), "");
	r = reader_over(writer_span(&answer));
	CHECK(msg_head_read(&r, &head, &e));
	h = reader_over(span_of(head.head, sizeof(head.head)));
	CHECK(head_read(&h, &last));
	return m.busy == 0 && last.size + 1 == m.size;
}

/* Their names in /proc, not their order, tell workers from decider and flusher. */
static size_t
find_workers(const struct group *g, pid_t *workers)
{
	char file[64], name[32];
	FILE *children, *comm;
	size_t n = 0;
	int pid;

	snprintf(file, sizeof(file), "/proc/%d/task/%d/children", (int)g->sam, (int)g->sam);
	CHECK((children = fopen(file, "r")) != NULL);
	while (n < WORKERS && fscanf(children, "%d", &pid) == 1) {
		snprintf(file, sizeof(file), "/proc/%d/comm", pid);
		CHECK((comm = fopen(file, "r")) != NULL && fgets(name, sizeof(name), comm) != NULL);
		fclose(comm);
		if (strcmp(name, "propria-hsm\n") == 0)
			workers[n++] = pid;
	}
	fclose(children);
	return n;
}

void
group_pause_workers(const struct group *g, pid_t workers[WORKERS])
{
	for (;;) {
		while (!is_quiet(g))
			usleep(5000);
		CHECK(find_workers(g, workers) == WORKERS);
		for (size_t i = 0; i < WORKERS; i++)
			CHECK(kill(workers[i], SIGSTOP) == 0);
		if (is_quiet(g))
			return;
		for (size_t i = 0; i < WORKERS; i++)
			CHECK(kill(workers[i], SIGCONT) == 0);
	}
}

/* As if the power failed while nothing was being written: all at once, none can tell another. */
void
group_kill(struct group *g)
{
	char file[64];
	FILE *children = NULL;
	int pid;

	usleep(300000);		/* the anchor of the last entries is on the token */
	snprintf(file, sizeof(file), "/proc/%d/task/%d/children", (int)g->sam, (int)g->sam);
	CHECK(kill(g->sam, SIGSTOP) == 0 && (children = fopen(file, "r")) != NULL);
	while (fscanf(children, "%d", &pid) == 1)
		kill(pid, SIGKILL);
	fclose(children);
	end_with(g, SIGKILL);
}

static void
officer_read_hand(const struct group *g, struct officer_hand *o, const char *name,
    const struct msg_roster *roster)
{
	char file[64];
	bool found = false;

	snprintf(file, sizeof(file), "officers/%s.key", name);
	device_read(&o->device, group_path(g, file), group_path(g, "secrets/passphrase"));
	for (size_t i = 0; i < roster->officers && !found; i++)
		if ((found = span_equal(roster->officer[i].spki, device_spki(&o->device))))
			memcpy(o->id, roster->officer[i].id, ID_LEN);
	CHECK(found);
}

void
group_read_officers(struct group *g)
{
	static struct msg_roster roster;
	AUTO_WRITER answer = writer_grow(65536);
	struct err e = { 0 };
	struct reader r;

	assert_string_equal(ask(g->officers, SAM_ROSTER, span_of(NULL, 0), &answer), "");
	r = reader_over(writer_span(&answer));
	CHECK(msg_roster_read(&r, &roster, &e));
	officer_read_hand(g, &g->so[0], "so1", &roster);
	officer_read_hand(g, &g->so[1], "so2", &roster);
	officer_read_hand(g, &g->so[2], "so3", &roster);
	officer_read_hand(g, &g->ro, "ro1", &roster);
	officer_read_hand(g, &g->au, "au1", &roster);
}

void
group_end(struct group *g)
{
	struct officer_hand *hands[] = { &g->so[0], &g->so[1], &g->so[2], &g->ro, &g->au };

	group_stop(g);
	for (size_t i = 0; i < COUNT(hands); i++)
		device_free(&hands[i]->device);
	device_free(&g->ca.device);
	if (getenv("PROPRIA_KEEP") == NULL)
		group_shell(g, "rm -rf \"$DIR\"");
}
