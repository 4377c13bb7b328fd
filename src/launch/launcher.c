/* SPDX-License-Identifier: Apache-2.0 */
/* The launcher: one poll loop over signals, the decider's control socket and the workers. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "sam/control.h"
#include "launch/launcher.h"
#include "launch/listen.h"
#include "launch/pin.h"
#include "launch/raise.h"

#define PATIENCE_STOP	10000	/* ms for an orderly stop */
#define PATIENCE_HELLO	60000	/* ms for a worker to answer at all */
#define PATIENCE_DECIDER 500	/* ms for the decider to end when the flusher did */
#define PAUSE		1000	/* ms before starting again from the top */
#define CRASHES_MAX	5
#define CRASHES_WITHIN	60000
#define TICK		50	/* ms, while something is awaited */

enum phase { WAITING, RAISING, RUNNING, STOPPING, OVER };

struct launcher {
	const struct config	*config;
	struct raised		 raised;
	struct secret		*pin;
	int			 signals;
	enum phase		 phase;
	uint64_t		 deadline;		/* WAITING: raise; STOPPING: kill */
	uint64_t		 crash[CRASHES_MAX];	/* when, a ring */
	size_t			 crashes;
	int			 exit_code;
};

static void
over(struct launcher *l, int exit_code)
{
	l->phase = OVER;
	l->exit_code = exit_code;
}

/* Everything down, and up again after a pause, unless that happens too often. */
static void
crashed(struct launcher *l, const char *who)
{
	uint64_t now = clock_life();
	uint64_t *oldest = &l->crash[l->crashes % CRASHES_MAX];

	if (l->phase == STOPPING) {
		log_error("the %s ended before the orderly stop was done", who);
		over(l, 1);
		return;
	}
	log_error("the %s ended: everything is taken down", who);
	raised_take_down(&l->raised);
	if (l->crashes >= CRASHES_MAX && now - *oldest < CRASHES_WITHIN) {
		log_error("started %d times again within a minute, and it ended each time: giving "
		    "up; the messages above say why", CRASHES_MAX);
		over(l, 1);
		return;
	}
	*oldest = now;
	l->crashes++;
	l->phase = WAITING;
	l->deadline = now + PAUSE;
}

/* A decider that is gone is reaped soon; one that does not read is ended. */
static bool
tell(struct launcher *l, char command, unsigned worker, int fd)
{
	struct control c = { .command = command, .worker = (uint8_t)worker, .fd = fd };
	struct err e = {0};

	if (l->raised.control < 0)
		return false;	/* there is no decider yet, or no more */
	if (control_send(l->raised.control, c, &e))
		return true;
	if (e.code == ERR_BUSY && l->raised.decider != 0) {
		log_error("the decider does not read what the launcher tells it: it is killed");
		kill(l->raised.decider, SIGKILL);
	}
	return false;
}

static void
stop(struct launcher *l)
{
	if (l->phase == STOPPING || l->raised.decider == 0) {
		over(l, 0);
		return;
	}
	log_info("stopping");
	l->phase = STOPPING;
	l->deadline = clock_life() + PATIENCE_STOP;
	(void)tell(l, CONTROL_STOP, 0, -1);
}

static void
decider_ended(struct launcher *l, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	l->raised.decider = 0;
	if (code == DECIDER_STOPPED) {
		over(l, 0);
	} else {
		if (WIFSIGNALED(status))
			log_error("decider: signal %d%s", WTERMSIG(status),
			    WTERMSIG(status) == SIGSYS ? ", a call its sandbox forbids" : "");
		else
			log_error("decider: exit code %d", code);
		crashed(l, "decider");
	}
}

static void
worker_ended(struct launcher *l, struct worker_process *w, int status)
{
	bool handed = w->handed;

	worker_process_ended(w, clock_life());
	if (worker_process_pin_refused(w, status) && !l->raised.pin_refused) {
		l->raised.pin_refused = true;
		log_error("the token refused the PIN (worker %u: %s). No worker is started again, "
		    "as tokens lock after a few tries; this SAM stays up and signs nothing. Start "
		    "it anew with the right PIN", w->index, w->last);
	} else if (l->phase != STOPPING) {
		log_warn("worker %u ended (%s %d): %s", w->index,
		    WIFSIGNALED(status) ? "signal" : "exit code",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), w->last);
	}
	if (handed)
		(void)tell(l, CONTROL_DIED, w->index, -1);
}

/*
 * When the decider ends, the flusher sees its socket close and may be reaped first. What counts is
 * how the decider ended, so it gets a moment.
 */
static void
flusher_ended(struct launcher *l)
{
	int status;

	l->raised.flusher = 0;
	if (l->phase == STOPPING)
		return;		/* its time limit is running anyway */
	for (uint64_t until = clock_life() + PATIENCE_DECIDER; l->raised.decider != 0 &&
	    clock_life() < until;) {
		if (waitpid(l->raised.decider, &status, WNOHANG) == l->raised.decider) {
			decider_ended(l, status);
			return;
		}
		nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
	}
	crashed(l, "flusher");
}

/* Whoever ended; not more than one crash is made of it. */
static void
reap(struct launcher *l)
{
	struct worker_process *w;
	int status;
	pid_t pid;

	while (l->phase != OVER && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == l->raised.decider) {
			decider_ended(l, status);
		} else if (pid == l->raised.flusher) {
			flusher_ended(l);
		} else if (pid == l->raised.reader) {
			l->raised.reader = 0;
			if (l->phase != STOPPING)
				log_warn("the token reader ended (%s %d) and is replaced",
				    WIFSIGNALED(status) ? "signal" : "exit code",
				    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		} else if ((w = raised_worker(&l->raised, pid)) != NULL) {
			worker_ended(l, w, status);
		}
	}
}

static void
on_signals(struct launcher *l)
{
	struct signalfd_siginfo s;

	while (l->phase != OVER && read(l->signals, &s, sizeof(s)) == (ssize_t)sizeof(s))
		if (s.ssi_signo == SIGTERM || s.ssi_signo == SIGINT)
			stop(l);
	reap(l);
}

static void
on_control(struct launcher *l)
{
	struct err e = {0};
	struct control c;

	switch (control_receive(l->raised.control, CONTROL_OF_DECIDER, &c, &e)) {
	case CONTROL_NOTHING:
		break;
	case CONTROL_BROKEN:
		/* It ended, which reap sees with its exit code; or talks nonsense, and is ended. */
		if (e.code == ERR_FORMAT && l->raised.decider != 0)
			kill(l->raised.decider, SIGKILL);
		close(l->raised.control);
		l->raised.control = -1;
		break;
	case CONTROL_GOT:
		if (c.command == CONTROL_KILL && c.worker < l->config->workers &&
		    l->raised.workers[c.worker].state != WORKER_DOWN)
			kill(l->raised.workers[c.worker].pid, SIGKILL);
		if (c.command == CONTROL_KILL_READER && l->raised.reader != 0)
			kill(l->raised.reader, SIGKILL);
		break;	/* CONTROL_QUIT: its exit follows */
	}
}

static void
hand_over(struct launcher *l, struct worker_process *w)
{
	if (!tell(l, CONTROL_WORKER, w->index, w->socket))
		return;
	close(w->socket);
	w->socket = -1;
	w->handed = true;
}

static void
on_worker(struct launcher *l, struct worker_process *w)
{
	struct err e = {0};

	if (w->state != WORKER_STARTING)
		return;
	if (!worker_process_greeted(w, &e)) {
		if (e.code == ERR_FORMAT)
			log_warn("%s", e.text);
	} else if (w->state == WORKER_UP) {
		log_info("worker %u is up", w->index);
		hand_over(l, w);
	}
}

static bool
worker_is_awaited(const struct worker_process *w, uint64_t now)
{
	return (w->state == WORKER_STARTING || w->state == WORKER_ENDING) &&
	    now - w->since < WORKER_PATIENCE;
}

/* One after the other: modules with races at their start are common. */
static void
advance_workers(struct launcher *l, uint64_t now)
{
	struct worker_process *next = NULL;
	struct err e = {0};

	for (unsigned i = 0; i < l->config->workers; i++) {
		struct worker_process *w = &l->raised.workers[i];

		if (worker_is_awaited(w, now))
			return;
		if ((w->state == WORKER_STARTING && now - w->since > PATIENCE_HELLO) ||
		    w->state == WORKER_ENDING)
			kill(w->pid, SIGKILL);
		if (next == NULL && w->state == WORKER_DOWN && w->since <= now)
			next = w;
	}
	if (next != NULL && !l->raised.pin_refused &&
	    !worker_process_start(next, l->config, &l->raised.objects, l->pin, now, &e))
		log_error("%s", e.text);
}

/* Each worker was tried once: now the decider can be told what there is. */
static bool
workers_were_tried(const struct launcher *l, uint64_t now)
{
	for (unsigned i = 0; i < l->config->workers; i++) {
		const struct worker_process *w = &l->raised.workers[i];

		if ((!w->tried && !l->raised.pin_refused) || worker_is_awaited(w, now))
			return false;
	}
	return true;
}

static bool
reader_is_missing(const struct launcher *l)
{
	return l->raised.reader == 0 && raised_wants_reader(&l->raised);
}

/* Another token reader for the decider, in place of one that ended. */
static void
advance_reader(struct launcher *l, uint64_t now)
{
	struct err e = {0};

	if (!reader_is_missing(l) || now < l->raised.reader_at)
		return;
	if (!raised_reader(&l->raised, &e)) {
		log_error("%s", e.text);
		return;
	}
	(void)tell(l, CONTROL_READER, 0, l->raised.reader_end);
	close(l->raised.reader_end);
	l->raised.reader_end = -1;
}

static void
advance(struct launcher *l)
{
	uint64_t now = clock_life();
	struct err e = {0};

	switch (l->phase) {
	case WAITING:
		if (now < l->deadline)
			break;
		l->phase = RAISING;
		if (!raised_begin(&l->raised, &e)) {
			log_error("%s", e.text);
			over(l, 1);
		}
		break;
	case RAISING:
		advance_workers(l, now);
		if (!workers_were_tried(l, now))
			break;
		l->phase = RUNNING;
		if (!raised_decider(&l->raised, &e)) {
			log_error("%s", e.text);
			over(l, 1);
		}
		break;
	case RUNNING:
		advance_workers(l, now);
		advance_reader(l, now);
		break;
	case STOPPING:
		if (now < l->deadline)
			break;
		log_error("the decider did not stop within %d s: it is killed",
		    PATIENCE_STOP / 1000);
		over(l, 1);
		break;
	case OVER:
		break;
	}
}

static int
patience(const struct launcher *l)
{
	if (l->phase != RUNNING || reader_is_missing(l))
		return TICK;
	for (unsigned i = 0; i < l->config->workers; i++)
		if (l->raised.workers[i].state != WORKER_UP && !l->raised.pin_refused)
			return TICK;
	return -1;
}

static void
turn(struct launcher *l)
{
	struct pollfd p[2 + 2 * WORKERS_MAX];
	nfds_t n = 2;

	p[0] = (struct pollfd){ .fd = l->signals, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = l->raised.control, .events = POLLIN };
	for (unsigned i = 0; i < l->config->workers; i++) {
		const struct worker_process *w = &l->raised.workers[i];

		p[n++] = (struct pollfd){ .fd = w->messages, .events = POLLIN };
		p[n++] = (struct pollfd){ .fd = w->state == WORKER_STARTING ? w->socket : -1,
			.events = POLLIN };
	}
	if (poll(p, n, patience(l)) < 0)
		return;
	for (unsigned i = 0; i < l->config->workers; i++) {
		if (p[2 + 2 * i].revents != 0)
			worker_process_listen(&l->raised.workers[i]);
		if (p[3 + 2 * i].revents != 0)
			on_worker(l, &l->raised.workers[i]);
	}
	if (p[1].revents != 0 && l->phase != OVER && l->raised.control >= 0)
		on_control(l);
	if (p[0].revents != 0)
		on_signals(l);
}

static bool
signals_open(struct launcher *l, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 ||
	    (l->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)) < 0)
		return err_errno(e, ERR_BACKEND, errno, "signals");
	return true;
}

/* Open what is needed, forget what is not, drop ids, confine; then the first byte of input. */
static bool
prepare(struct launcher *l, int pin_fd, struct err *e)
{
	const struct config *c = l->config;
	struct passwd *pw = c->user != NULL ? getpwnam(c->user) : NULL;
	uid_t owner = pw != NULL && geteuid() == 0 ? pw->pw_uid : (uid_t)-1;
	char text[160];
	struct sandbox_status s;

	if ((l->raised.ssa_socket = listen_on(c->ssa_socket, (mode_t)c->socket_mode, owner,
	    c->ssa_group, e)) < 0 ||
	    (l->raised.officer_socket = listen_on(c->officer_socket, (mode_t)c->socket_mode, owner,
	    c->officer_group, e)) < 0 ||
	    (l->pin = pin_get(pin_fd, c, e)) == NULL)
		return false;
	if (pin_fd >= 0)
		close(pin_fd);
	if ((c->user != NULL && !drop_ids(c->user, e)) || !sandbox_launcher(&s, e) ||
	    !signals_open(l, e))
		return false;
	if (geteuid() == 0)
		log_warn("running as root: set [sam] user to a user of the SAM's own");
	sandbox_describe(&s, text, sizeof(text));
	log_info("launcher: %s", text);
	return true;
}

static void
sockets_remove(const struct launcher *l)
{
	if (l->raised.ssa_socket >= 0) {
		close(l->raised.ssa_socket);
		(void)unlink(l->config->ssa_socket);
	}
	if (l->raised.officer_socket >= 0) {
		close(l->raised.officer_socket);
		(void)unlink(l->config->officer_socket);
	}
}

int
launcher_run(const struct config *config, int pin_fd, const struct launcher_parts *parts)
{
	struct launcher l = { .config = config, .signals = -1, .phase = WAITING };
	struct err e = {0};

	raised_init(&l.raised, config, parts);
	if (!prepare(&l, pin_fd, &e)) {
		log_error("%s", e.text);
		over(&l, 1);
	}
	while (l.phase != OVER) {
		advance(&l);
		if (l.phase != OVER)
			turn(&l);
	}
	raised_take_down(&l.raised);
	sockets_remove(&l);
	secret_free(l.pin);
	if (l.signals >= 0)
		close(l.signals);
	return l.exit_code;
}
