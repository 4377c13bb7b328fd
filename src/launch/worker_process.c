/* SPDX-License-Identifier: Apache-2.0 */
/* One worker process as the launcher sees it. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "launch/child.h"
#include "launch/pin.h"
#include "launch/worker_process.h"
#include "sandbox/sandbox.h"
#include "wire/frame.h"

#define NICENESS	5	/* workers compute; who has work for them must not wait for that */
/*
 * A module's software half frees and allocates thousands of small pieces for one key (OpenSSL's
 * decoders below SoftHSM2): kept ready by glibc, they cost a twentieth less of the whole operation.
 */
#define ALLOCATOR	(char *)(uintptr_t) \
	"GLIBC_TUNABLES=glibc.malloc.tcache_count=2000:glibc.malloc.mxfast=0"
#define DELAY_FIRST	100
#define DELAY_MAX	10000
#define LONG_LIFE	60000
#define EXIT_NO_EXEC	126
#define ARGS_MAX	24

/* propria-hsm's command line; the texts it points to live in here. */
struct command {
	char	*argv[ARGS_MAX + 1];
	size_t	 n;
	char	 ids[4][2 * OBJECT_ID_LEN + 1];
	char	 mechanism[16];
	char	 algorithms[8 * CONFIG_LIST_MAX];
};

void
worker_process_init(struct worker_process *w, unsigned index)
{
	*w = (struct worker_process){ .index = index, .socket = -1, .messages = -1,
		.delay = DELAY_FIRST };
}

static void
arg(struct command *c, const char *option, const char *value)
{
	if (c->n + 2 > ARGS_MAX)
		bug("more arguments for a worker than there is room for");
	c->argv[c->n++] = (char *)(uintptr_t)option;
	c->argv[c->n++] = (char *)(uintptr_t)value;
}

static void
arg_id(struct command *c, size_t i, const char *option, const uint8_t id[OBJECT_ID_LEN])
{
	for (size_t at = 0; at < OBJECT_ID_LEN; at++)
		snprintf(c->ids[i] + 2 * at, 3, "%02x", id[at]);
	arg(c, option, c->ids[i]);
}

static void
command_make(struct command *c, const struct config *config, const struct objects *o)
{
	size_t n = 0;

	*c = (struct command){ .n = 0 };
	c->argv[c->n++] = config->worker_program;
	arg(c, "--module", config->library);
	arg(c, "--token", config->token);
	arg_id(c, 0, "--kek", o->kek);
	arg_id(c, 1, "--hmac", o->hmac);
	arg_id(c, 2, "--log", o->log);
	arg_id(c, 3, "--attestation", o->attestation);
	if (config->mechanism != 0) {
		snprintf(c->mechanism, sizeof(c->mechanism), "0x%X", config->mechanism);
		arg(c, "--mechanism", c->mechanism);
	}
	for (size_t i = 0; i < config->algorithms.n; i++)
		n += (size_t)snprintf(c->algorithms + n, sizeof(c->algorithms) - n, "%s%u",
		    i == 0 ? "" : ",", config->algorithms.v[i]);
	arg(c, "--algorithms", c->algorithms);
	arg(c, "--control-fd", "3");
	arg(c, "--pin-fd", "4");
}

static bool
confine_paths(const struct config *c, struct err *e)
{
	char library[PATH_MAX], program[PATH_MAX];
	const char *read_only[3] = { c->directory };
	struct sandbox_status s = {0};

	snprintf(library, sizeof(library), "%s", c->library);
	snprintf(program, sizeof(program), "%s", c->worker_program);
	read_only[1] = dirname(library);
	read_only[2] = dirname(program);
	return sandbox_worker_paths((const char *const *)c->paths.v, c->paths.n, read_only,
	    COUNT(read_only), &s, e);
}

/* In the child. Relative names in a vendor's variables count from the configuration, too. */
static void NORETURN
become(const struct command *c, const struct config *config, int control, int pin, int messages)
{
	char *environment[CONFIG_LIST_MAX + 2] = { ALLOCATOR };
	int fds[] = { control, pin };
	struct err e = {0};

	(void)setpriority(PRIO_PROCESS, 0, NICENESS);
	memcpy(environment + 1, config->environment.v, config->environment.n * sizeof(char *));
	if (dup2(messages, STDERR_FILENO) < 0)
		_exit(EXIT_NO_EXEC);
	if (child_lay(fds, COUNT(fds), &e) && confine_paths(config, &e)) {
		if (chdir(config->directory) != 0 && chdir("/") != 0)
			_exit(EXIT_NO_EXEC);
		execve(c->argv[0], c->argv, environment);
		err_errno(&e, ERR_MISSING, errno, "[module] worker_program %.100s", c->argv[0]);
	}
	dprintf(STDERR_FILENO, "%s\n", e.text);
	_exit(EXIT_NO_EXEC);
}

static bool
greet(int socket, struct err *e)
{
	uint8_t room[FRAME_HEAD];
	struct writer w = writer_over(room, sizeof(room));

	frame_end(&w, frame_begin(&w, HSM_HELLO, 0));
	return frame_send(socket, writer_span(&w), e);
}

static void
close_all(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* 0, 1: socket pair, ours first; 2, 3: messages, ours first; 4: the PIN. */
static bool
channels_open(int fds[5], const struct secret *pin, struct err *e)
{
	return (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0 ||
	    err_errno(e, ERR_BACKEND, errno, "worker's socket pair")) &&
	    (pipe2(fds + 2, O_CLOEXEC) == 0 || err_errno(e, ERR_BACKEND, errno, "worker's pipe")) &&
	    (fds[4] = pin_pipe(pin, e)) >= 0 &&
	    (fcntl(fds[2], F_SETFL, O_NONBLOCK) == 0 ||
	    err_errno(e, ERR_BACKEND, errno, "worker's pipe"));
}

bool
worker_process_start(struct worker_process *w, const struct config *config, const struct objects *o,
    const struct secret *pin, uint64_t now, struct err *e)
{
	int fds[5] = { -1, -1, -1, -1, -1 };
	struct command c;
	pid_t pid = -1;

	command_make(&c, config, o);
	w->tried = true;
	if (!channels_open(fds, pin, e) || (pid = child_fork("propria-hsm", e)) < 0) {
		close_all(fds, COUNT(fds));
		w->since = now + DELAY_MAX;
		return false;
	}
	if (pid == 0)
		become(&c, config, fds[1], fds[4], fds[3]);
	close(fds[1]);
	close(fds[3]);
	close(fds[4]);
	w->state = WORKER_STARTING;
	w->pid = pid;
	w->socket = fds[0];
	w->messages = fds[2];
	w->since = now;
	w->handed = false;
	w->answered = w->said = 0;
	w->last[0] = '\0';
	/* A worker that ended already is seen when it is reaped, with its message. */
	(void)greet(w->socket, &(struct err){0});
	return true;
}

static bool
greeting_read(struct worker_process *w, struct err *e)
{
	struct frame f;
	size_t used;
	ssize_t n = recv(w->socket, w->answer + w->answered, sizeof(w->answer) - w->answered,
	    MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0)
		return err_set(e, ERR_BACKEND, "worker %u closed its socket", w->index);
	w->answered += (size_t)n;
	if (!frame_read(span_of(w->answer, w->answered), sizeof(w->answer) - FRAME_HEAD, &f,
	    &used, e))
		return false;
	if (used == 0)
		return true;
	if (f.type != HSM_HELLO + 1 || f.number != 0 || used != w->answered)
		return err_set(e, ERR_FORMAT, "worker %u does not answer as one", w->index);
	w->state = WORKER_UP;
	return true;
}

bool
worker_process_greeted(struct worker_process *w, struct err *e)
{
	if (greeting_read(w, e))
		return true;
	close(w->socket);
	w->socket = -1;
	w->state = WORKER_ENDING;
	/* One that closed its socket ends by itself, and its exit code is worth having. */
	if (e->code == ERR_FORMAT)
		kill(w->pid, SIGKILL);
	return false;
}

static void
line_end(struct worker_process *w)
{
	const char *text;

	if (w->said == 0)
		return;
	w->line[w->said] = '\0';
	w->said = 0;
	/* Our own programs put time, name and level before it. */
	text = strstr(w->line, " error: ");
	text = text == NULL ? w->line : text + strlen(" error: ");
	snprintf(w->last, sizeof(w->last), "%.*s", (int)sizeof(w->last) - 1, text);
	dprintf(STDERR_FILENO, "worker %u: %s\n", w->index, w->line);
}

void
worker_process_listen(struct worker_process *w)
{
	char bytes[512];
	ssize_t n;

	if (w->messages < 0)
		return;
	while ((n = read(w->messages, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < n; i++) {
			if (bytes[i] == '\n' || w->said == sizeof(w->line) - 1)
				line_end(w);
			/* A vendor's library writes what it likes: keep terminals safe. */
			if (bytes[i] != '\n')
				w->line[w->said++] = isprint((uint8_t)bytes[i]) ? bytes[i] : '?';
		}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		line_end(w);
		close(w->messages);
		w->messages = -1;
	}
}

void
worker_process_ended(struct worker_process *w, uint64_t now)
{
	worker_process_listen(w);
	line_end(w);
	if (w->messages >= 0)
		close(w->messages);
	if (w->socket >= 0)
		close(w->socket);
	w->messages = w->socket = -1;
	if (now - w->since >= LONG_LIFE)
		w->delay = DELAY_FIRST;
	w->state = WORKER_DOWN;
	w->handed = false;
	w->pid = 0;
	w->since = now + w->delay;
	w->delay = 2 * w->delay > DELAY_MAX ? DELAY_MAX : 2 * w->delay;
}

bool
worker_process_pin_refused(const struct worker_process *w, int status)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) != WORKER_EXIT_REFUSED)
		return false;
	/* One that does not say why is taken for the worst. */
	return w->last[0] == '\0' || strstr(w->last, "PIN") != NULL;
}
