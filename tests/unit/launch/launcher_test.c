/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The launcher with stand-ins: worker programs are shell scripts, decider and flusher are functions
 * here, run in their real sandboxes. What they see they write to standard error, which is read back.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "sam/control.h"
#include "sam/trade.h"
#include "launch/launcher.h"
#include "sandbox/sandbox.h"

#define HELLO	"printf '\\000\\000\\000\\011\\101\\000\\000\\000\\000\\000\\000\\000\\000' >&3\n"
#define SERVE	"exec cat <&3 >/dev/null\n"
#define LOGIN	"read pin <&4\n"
#define GOOD	LOGIN HELLO SERVE

enum what { ORDERLY, CRASHES, DEAF, KILLS_WORKER, OPENS_FILE, LOOKS, FLUSHER_DIES };

static char dir[] = "/tmp/propria-launcher-XXXXXX";
static enum what what;
static struct config *config;
static pid_t launcher;
static int messages = -1;
static char seen[65536];
static size_t seen_n;

/* Stand-ins */

static int
on_command(const struct control *c)
{
	/* A worker's descriptor stays open, as a pool would keep it. */
	if (c->command != CONTROL_STOP)
		log_info("got %c %u", c->command, c->worker);
	return c->command == CONTROL_STOP && what != DEAF ? DECIDER_STOPPED : 0;
}

static void
look(const struct decider_setup *s)
{
	struct stat st;
	int n = 0;

	for (int fd = 0; fd < 200; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	log_info("descriptors %d", n);
	log_info("log %s", fcntl(s->log_fd, F_GETFL) % 4 == O_RDONLY ? "read only" : "WRITABLE");
	log_info("secret %d", fstat(s->local_secret_fd, &st) == 0 ? (int)st.st_size : -1);
}

static int
stand_in_decider(const struct decider_setup *s)
{
	struct pollfd p = { .fd = s->control, .events = POLLIN };
	struct err e = {0};
	struct control c;
	int code = 0;

	for (size_t i = 0; i < s->n_workers; i++)
		log_info("worker %zu %s", i, s->workers[i] >= 0 ? "there" : "absent");
	log_info("pin %s", s->pin_refused ? "refused" : "fine");
	if (what == CRASHES)
		abort();
	if (what == OPENS_FILE)
		return open("/etc/passwd", O_RDONLY) >= 0 ? DECIDER_STOPPED : 1;
	if (what == LOOKS)
		look(s);
	if (what == KILLS_WORKER && !control_send(s->control, (struct control){ 'k', 0, -1 }, &e))
		return 1;
	while (code == 0 && poll(&p, 1, -1) >= 0)
		if (control_receive(s->control, CONTROL_OF_LAUNCHER, &c, &e) == CONTROL_GOT)
			code = on_command(&c);
		else if (e.code != ERR_NONE)
			return 1;
	if (!control_send(s->control, (struct control){ CONTROL_QUIT, 0, -1 }, &e))
		return 1;
	return code;
}

static int
stand_in_flusher(int control, int log_fd, int tree_fd, int dir_fd)
{
	char byte;

	log_info("flusher %d", log_fd >= 0 && tree_fd >= 0 && dir_fd >= 0);
	if (what == FLUSHER_DIES)
		return 3;
	while (read(control, &byte, 1) > 0)
		;
	log_info("flusher done");
	return 0;
}

/* Bench */

static void
put(const char *name, const char *text, mode_t mode)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)unlink(path);
	assert_non_null(f = fopen(path, "w"));
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

#define ID	"00112233445566778899aabbccddeeff"

static void
make(const char *script, const char *more)
{
	char text[1024], path[64];
	struct err e = {0};

	snprintf(path, sizeof(path), "%s/room", dir);
	(void)mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/state", dir);
	(void)mkdir(path, 0700);
	put("state/log", "", 0600);
	put("state/local.secret", "0123456789abcdef0123456789abcdef", 0600);
	put("state/objects", "kek " ID "\nhmac " ID "\nlog " ID "\nattestation " ID "\n", 0600);
	snprintf(text, sizeof(text), "#!/bin/sh\n%s", script);
	put("worker", text, 0700);
	snprintf(text, sizeof(text), "[sam]\nstate = state\nssa_socket = ssa\nofficer_socket = officer\n"
	    "[module]\nlibrary = /no/such/library.so\ntoken = a token\nworker_program = worker\n"
	    "env.OUT = %s/out\n%s", dir, more);
	put("sam.ini", text, 0600);
	snprintf(path, sizeof(path), "%s/sam.ini", dir);
	config_free(config);
	if ((config = config_load(path, &e)) == NULL)
		fail_msg("%s", e.text);
}

static pid_t
launch(int *from)
{
	static const struct launcher_parts parts = { stand_in_decider, stand_in_flusher, &sam_trade, NULL };
	int out[2], pin[2];
	pid_t pid;

	assert_true(pipe2(out, O_CLOEXEC) == 0 && pipe2(pin, O_CLOEXEC) == 0);
	assert_true(write(pin[1], "4711\n", 5) == 5);
	close(pin[1]);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		if (dup2(out[1], STDERR_FILENO) < 0)
			_exit(99);
		close(out[0]);
		close(out[1]);
		_exit(launcher_run(config, pin[0], &parts));
	}
	close(out[1]);
	close(pin[0]);
	*from = out[0];
	return pid;
}

static void
start(enum what w)
{
	what = w;
	seen_n = 0;
	launcher = launch(&messages);
}

/* Reads on until the text was written, after what was matched before; false: it never came. */
static bool
said(const char *text, int ms)
{
	uint64_t until = clock_life() + (uint64_t)ms;
	struct pollfd p = { .fd = messages, .events = POLLIN };
	char *at;

	for (;;) {
		seen[seen_n] = '\0';
		if ((at = strstr(seen, text)) != NULL) {
			size_t past = (size_t)(at - seen) + strlen(text);

			memmove(seen, seen + past, seen_n - past);
			seen_n -= past;
			return true;
		}
		if (clock_life() > until || seen_n > sizeof(seen) - 4096)
			break;
		if (poll(&p, 1, 50) > 0) {
			ssize_t n = read(messages, seen + seen_n, 2048);

			if (n <= 0)
				break;
			seen_n += (size_t)n;
		}
	}
	fprintf(stderr, "never said \"%s\", but:\n%s\n", text, seen);
	return false;
}

static bool
never_said(const char *text, int ms)
{
	uint64_t until = clock_life() + (uint64_t)ms;
	struct pollfd p = { .fd = messages, .events = POLLIN };

	while (clock_life() < until)
		if (poll(&p, 1, 50) > 0 && seen_n < sizeof(seen) - 4096) {
			ssize_t n = read(messages, seen + seen_n, 2048);

			if (n <= 0)
				break;
			seen_n += (size_t)n;
		}
	seen[seen_n] = '\0';
	return strstr(seen, text) == NULL;
}

/* The launcher's exit code, -1 for a signal, -2 for none within the time. */
static int
exit_code(int ms)
{
	uint64_t until = clock_life() + (uint64_t)ms;
	int status;

	while (clock_life() < until) {
		if (waitpid(launcher, &status, WNOHANG) == launcher)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	}
	return -2;
}

/* Orphans come to us (subreaper): when nothing is left to wait for, nobody lives. */
static bool
nobody_left(int ms)
{
	uint64_t until = clock_life() + (uint64_t)ms;

	while (clock_life() < until) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return true;
		if (pid == 0)
			nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	}
	return false;
}

static bool
is_there(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

/* What the worker wrote into the file of its variable OUT. */
static const char *
out(void)
{
	static char all[4096];
	char path[128];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/out", dir);
	assert_non_null(f = fopen(path, "r"));
	n = fread(all, 1, sizeof(all) - 1, f);
	fclose(f);
	all[n] = '\0';
	return all;
}

static bool
out_holds(const char *text)
{
	if (strstr(out(), text) == NULL)
		fprintf(stderr, "no \"%s\" in:\n%s\n", text, out());
	return strstr(out(), text) != NULL;
}

static int
cleanup(void **state UNUSED)
{
	char path[128];

	if (launcher > 0)
		kill(launcher, SIGKILL);
	launcher = 0;
	(void)nobody_left(5000);
	if (messages >= 0)
		close(messages);
	messages = -1;
	snprintf(path, sizeof(path), "%s/out", dir);
	(void)unlink(path);
	return 0;
}

static bool
stops_in_order(void)
{
	int code;

	kill(launcher, SIGTERM);
	if ((code = exit_code(8000)) != 0)
		fprintf(stderr, "exit code %d\n", code);
	return code == 0 && nobody_left(1000);
}

/* Tests */

TEST(workers_are_greeted_and_handed_to_the_decider)
{
	make(GOOD, "workers = 3\n");
	start(ORDERLY);
	CHECK(said("worker 0 is up", 5000) && said("worker 1 is up", 5000));
	CHECK(said("worker 2 is up", 5000));
	CHECK(said("worker 0 there", 5000) && said("worker 1 there", 5000) &&
	    said("worker 2 there", 5000) && said("pin fine", 5000));
	CHECK(is_there("ssa") && is_there("officer"));
	CHECK(stops_in_order());
	CHECK(!is_there("ssa") && !is_there("officer"));
}

TEST(a_worker_gets_its_arguments_its_pin_and_no_environment_but_its_own)
{
	make(LOGIN "echo \"pin $pin\" >$OUT; echo \"args $*\" >>$OUT; env >>$OUT\n"
	    "for i in 0 1 2 3 4 5 6 7 8 9 11 12 13 14 15; do [ -e /proc/$$/fd/$i ] && "
	    "echo open $i >>$OUT; done; pwd >>$OUT\n" HELLO SERVE,
	    "mechanism = 0x210A\nalgorithms = 1,32\n");
	assert_int_equal(setenv("LEAKED", "yes", 1), 0);
	start(ORDERLY);
	CHECK(said("worker 0 there", 5000));
	CHECK(out_holds("pin 4711\n"));
	CHECK(out_holds("args --module /no/such/library.so --token a token --kek " ID " --hmac " ID
	    " --log " ID " --attestation " ID " --mechanism 0x210A --algorithms 1,32 "
	    "--control-fd 3 --pin-fd 4\n"));
	CHECK(strstr(out(), "LEAKED") == NULL && strstr(out(), "4711") == out() + 4);
	CHECK(out_holds("open 0\nopen 1\nopen 2\nopen 3\nopen 4\n/"));
	CHECK(out_holds(dir));
	CHECK(stops_in_order());
}

TEST(a_worker_with_paths_writes_nowhere_else)
{
	struct sandbox_status s;

	sandbox_ask(&s);
	if (s.landlock_abi == 0)
		skip();
	make(LOGIN "echo a >$OUT || echo refused >&2; echo b >${OUT%out}room/b && echo allowed >&2\n"
	    HELLO SERVE, "paths = room\n");
	start(ORDERLY);
	CHECK(said("worker 0: refused", 5000) && said("worker 0: allowed", 5000));
	CHECK(said("worker 0 there", 5000));
	CHECK(!is_there("out") && is_there("room/b"));
	CHECK(stops_in_order());
}

TEST(a_decider_has_its_descriptors_and_no_others)
{
	make(GOOD, "");
	start(LOOKS);
	/* 0 1 2, control, flusher, two sockets, log, tree, secret, one worker */
	CHECK(said("descriptors 11", 5000) && said("log read only", 5000) && said("secret 32", 5000));
	CHECK(stops_in_order());
}

TEST(a_worker_that_dies_is_replaced_and_the_decider_told)
{
	make(LOGIN HELLO "sleep 0.3; echo gone with a word >&2; exit 4\n", "");
	start(ORDERLY);
	CHECK(said("worker 0 there", 5000));
	CHECK(said("worker 0: gone with a word", 5000));
	CHECK(said("got d 0", 5000) && said("got w 0", 5000) && said("got d 0", 5000) &&
	    said("got w 0", 5000));
	CHECK(stops_in_order());
}

TEST(a_worker_that_the_decider_gives_up_is_killed_and_replaced)
{
	make(GOOD, "workers = 2\n");
	start(KILLS_WORKER);
	CHECK(said("worker 0 ended (signal 9)", 5000));
	CHECK(said("got d 0", 5000) && said("got w 0", 5000));
	CHECK(never_said("worker 1 ended", 300));
	CHECK(stops_in_order());
}

TEST(a_refused_pin_is_tried_once_only)
{
	make("echo x >>$OUT; echo 'wrong user PIN for token' >&2; exit 2\n", "workers = 3\n");
	start(ORDERLY);
	CHECK(said("the token refused the PIN", 5000));
	CHECK(said("worker 0 absent", 5000) && said("worker 2 absent", 5000) &&
	    said("pin refused", 5000));
	CHECK(never_said("wrong user PIN", 1500));
	assert_string_equal(out(), "x\n");
	CHECK(stops_in_order());
}

TEST(a_worker_that_refuses_without_a_word_is_taken_for_a_refused_pin)
{
	make("exit 2\n", "");
	start(ORDERLY);
	CHECK(said("the token refused the PIN", 5000) && said("worker 0 absent", 5000));
	CHECK(stops_in_order());
}

TEST(a_module_that_is_missing_is_tried_again)
{
	make("echo 'the library cannot be loaded' >&2; exit 2\n", "");
	start(ORDERLY);
	CHECK(said("worker 0 absent", 5000) && said("pin fine", 5000));
	CHECK(said("cannot be loaded", 5000) && said("cannot be loaded", 5000));
	CHECK(stops_in_order());
}

TEST(a_worker_program_that_is_missing_is_named)
{
	char path[64];

	make(GOOD, "");
	snprintf(path, sizeof(path), "%s/worker", dir);
	(void)unlink(path);
	start(ORDERLY);
	CHECK(said("[module] worker_program", 5000) && said("worker 0 absent", 5000));
	CHECK(stops_in_order());
}

TEST(something_that_does_not_answer_as_a_worker_is_not_handed_over)
{
	make(LOGIN "printf 'HTTP/1.1 200 OK\\r\\n\\r\\n' >&3\n" SERVE, "");
	start(ORDERLY);
	CHECK(said("worker 0 ended (signal 9)", 5000));
	CHECK(never_said("got w 0", 500));
	CHECK(stops_in_order());
}

TEST(a_second_launcher_on_the_same_sockets_is_refused)
{
	int from = -1, first = -1;
	pid_t one;

	make(GOOD, "");
	start(ORDERLY);
	CHECK(said("worker 0 there", 5000));
	one = launcher;
	first = messages;
	launcher = launch(&from);
	messages = from;
	CHECK(said("another SAM is running", 5000) && exit_code(5000) == 1);
	close(from);
	messages = first;
	launcher = one;
	CHECK(is_there("ssa") && is_there("officer"));
	CHECK(stops_in_order());
}

TEST(a_stale_socket_is_replaced_but_no_other_file)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	make(GOOD, "");
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/ssa", dir);
	CHECK(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	close(fd);
	start(ORDERLY);
	CHECK(said("worker 0 there", 5000));
	CHECK(stops_in_order());
	put("officer", "mine", 0600);
	close(messages);
	start(ORDERLY);
	CHECK(said("another kind of file", 5000) && exit_code(5000) == 1);
	CHECK(is_there("officer") && !is_there("ssa"));
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/officer", dir);
	(void)unlink(a.sun_path);
}

TEST(sockets_have_the_mode_that_was_asked_for)
{
	char path[64];
	struct stat st;

	make(GOOD, "[sam]\nsocket_mode = 0600\n");
	start(ORDERLY);
	CHECK(said("worker 0 there", 5000));
	snprintf(path, sizeof(path), "%s/ssa", dir);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(stops_in_order());
}

TEST(a_decider_that_does_not_stop_is_killed_by_a_second_signal)
{
	make(GOOD, "");
	start(DEAF);
	CHECK(said("worker 0 there", 5000));
	kill(launcher, SIGTERM);
	CHECK(said("stopping", 5000));
	kill(launcher, SIGTERM);
	CHECK(exit_code(8000) == 0 && nobody_left(1000));
}

TEST(the_flusher_ends_after_the_decider)
{
	make(GOOD, "");
	start(ORDERLY);
	CHECK(said("worker 0 there", 5000));
	kill(launcher, SIGTERM);
	CHECK(said("flusher done", 5000));
	CHECK(exit_code(5000) == 0);
}

TEST(a_worker_that_does_not_end_by_itself_is_killed_at_the_stop)
{
	make(LOGIN HELLO "exec sleep 1000\n", "");
	start(ORDERLY);
	CHECK(said("worker 0 there", 5000));
	CHECK(stops_in_order());
}

/* Workers that do not even look at their sockets. */
TEST(killing_the_launcher_leaves_nobody)
{
	make(LOGIN HELLO "exec sleep 1000\n", "workers = 2\n");
	start(ORDERLY);
	CHECK(said("worker 1 there", 5000));
	kill(launcher, SIGKILL);
	CHECK(nobody_left(5000));
}

TEST(a_decider_that_crashes_brings_all_down_and_up_again_five_times)
{
	make(GOOD, "");
	start(CRASHES);
	for (int i = 0; i < 6; i++)
		CHECK(said("decider: signal 6", 5000));
	CHECK(said("giving up", 5000) && exit_code(3000) == 1 && nobody_left(1000));
}

TEST(a_flusher_that_dies_brings_all_down_and_up_again)
{
	make(GOOD, "");
	start(FLUSHER_DIES);
	CHECK(said("the flusher ended", 5000) && said("the flusher ended", 5000));
	kill(launcher, SIGTERM);
	CHECK(exit_code(5000) == 0 && nobody_left(1000));
}

TEST(a_decider_that_opens_a_file_is_ended_by_its_sandbox)
{
	make(GOOD, "");
	start(OPENS_FILE);
	CHECK(said("a call its sandbox forbids", 5000));
	kill(launcher, SIGTERM);
	CHECK(exit_code(5000) == 0);
}

TEST(an_unfounded_sam_says_what_to_do)
{
	char path[64];

	make(GOOD, "");
	snprintf(path, sizeof(path), "%s/state/log", dir);
	(void)unlink(path);
	start(ORDERLY);
	CHECK(said("run the ceremony (init, found)", 5000) && exit_code(5000) == 1 && !is_there("ssa"));
}

TEST(a_terminals_interrupt_does_not_reach_the_decider)
{
	make(GOOD, "");
	start(ORDERLY);
	CHECK(said("worker 0 there", 5000));
	kill(launcher, SIGHUP);
	CHECK(never_said("stopping", 200));
	kill(launcher, SIGINT);
	CHECK(said("stopping", 5000) && exit_code(5000) == 0 && nobody_left(1000));
}

#define CASE(f)	cmocka_unit_test_teardown(f, cleanup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(workers_are_greeted_and_handed_to_the_decider),
		CASE(a_worker_gets_its_arguments_its_pin_and_no_environment_but_its_own),
		CASE(a_worker_with_paths_writes_nowhere_else),
		CASE(a_decider_has_its_descriptors_and_no_others),
		CASE(a_worker_that_dies_is_replaced_and_the_decider_told),
		CASE(a_worker_that_the_decider_gives_up_is_killed_and_replaced),
		CASE(a_refused_pin_is_tried_once_only),
		CASE(a_worker_that_refuses_without_a_word_is_taken_for_a_refused_pin),
		CASE(a_module_that_is_missing_is_tried_again),
		CASE(a_worker_program_that_is_missing_is_named),
		CASE(something_that_does_not_answer_as_a_worker_is_not_handed_over),
		CASE(a_second_launcher_on_the_same_sockets_is_refused),
		CASE(a_stale_socket_is_replaced_but_no_other_file),
		CASE(sockets_have_the_mode_that_was_asked_for),
		CASE(a_decider_that_does_not_stop_is_killed_by_a_second_signal),
		CASE(the_flusher_ends_after_the_decider),
		CASE(a_worker_that_does_not_end_by_itself_is_killed_at_the_stop),
		CASE(killing_the_launcher_leaves_nobody),
		CASE(a_decider_that_crashes_brings_all_down_and_up_again_five_times),
		CASE(a_flusher_that_dies_brings_all_down_and_up_again),
		CASE(a_decider_that_opens_a_file_is_ended_by_its_sandbox),
		CASE(an_unfounded_sam_says_what_to_do),
		CASE(a_terminals_interrupt_does_not_reach_the_decider),
	};
	static const char *const made[] = { "state/log", "state/tree", "state/local.secret",
		"state/objects", "worker", "sam.ini", "ssa", "officer", "out", "room/b" };
	char path[128];
	int rc;

	if (mkdtemp(dir) == NULL || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
		return 1;
	rc = RUN(tests);
	for (size_t i = 0; i < COUNT(made); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, made[i]);
		(void)unlink(path);
	}
	snprintf(path, sizeof(path), "%s/state", dir);
	(void)rmdir(path);
	snprintf(path, sizeof(path), "%s/room", dir);
	(void)rmdir(path);
	(void)rmdir(dir);
	config_free(config);
	return rc;
}
