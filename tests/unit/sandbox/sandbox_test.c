/* SPDX-License-Identifier: Apache-2.0 */
/* Each profile in a child of its own: what it must not do ends it, what it must do still works. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "sandbox/sandbox.h"

enum profile { DECIDER, FLUSHER, WORKER, LAUNCHER, SIC, NONE, READER };
enum { DONE = 0, WRONG = 1, REFUSED = 2, NO_SANDBOX = 3 };

static int dir_fd = -1;

static bool
confine(enum profile p)
{
	struct sandbox_status s;
	struct err e = {0};
	bool ok = p == NONE || (p == DECIDER && sandbox_decider(&s, &e)) ||
	    (p == FLUSHER && sandbox_flusher(dir_fd, &s, &e)) ||
	    (p == WORKER && sandbox_worker(&s, &e)) || (p == LAUNCHER && sandbox_launcher(&s, &e)) ||
	    (p == SIC && sandbox_sic(&s, &e)) || (p == READER && sandbox_reader(&s, &e));

	if (!ok)
		fprintf(stderr, "%s\n", e.text);
	return ok;
}

/* The wait status of a child that confined itself, then ran act. */
static int
run(enum profile p, int (*act)(void))
{
	pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e = {0};

		if (!crypto_start(&e) || !confine(p))
			_exit(NO_SANDBOX);
		_exit(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool
killed(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static bool
refused(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == REFUSED;
}

static bool
done(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == DONE;
}

/* REFUSED if the call failed for the sandbox, DONE if it worked. */
static int
answer(long result)
{
	if (result >= 0)
		return DONE;
	return errno == ENOSYS || errno == EPERM || errno == EACCES ? REFUSED : WRONG;
}

static int act_open(void) { return answer(open("/etc/passwd", O_RDONLY)); }
static int act_old_open(void) { return answer(syscall(SYS_open, "/etc/passwd", O_RDONLY)); }
static int act_socket(void) { return answer(socket(AF_INET, SOCK_STREAM, 0)); }
static int act_ptrace(void) { return answer(ptrace(PTRACE_TRACEME, 0, 0, 0)); }
static int act_kill_parent(void) { return answer(kill(getppid(), 0)); }
static int act_setuid(void) { return answer(setresuid(0, 0, 0)); }
static int act_keyring(void) { return answer(syscall(SYS_add_key, "user", "a", "b", 1, -3)); }
static int act_mkdir(void) { return answer(mkdir("/tmp/propria-never", 0700)); }

static int
act_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return answer(pid);
}

static int
act_execve(void)
{
	char name[] = "true", *argv[] = { name, NULL }, *env[] = { NULL };

	return answer(execve("/bin/true", argv, env));
}

static int
act_tgkill_parent(void)
{
	return answer(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int
act_exec_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return WRONG;
	return answer(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int
act_map_exec(void)
{
	return answer(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	    MAP_FAILED ? -1 : 0);
}

static void *
thread(void *unused)
{
	return unused;
}

static int
act_thread(void)
{
	pthread_t t;
	int rc = pthread_create(&t, NULL, thread, NULL);

	if (rc != 0)
		return rc == EPERM || rc == ENOSYS ? REFUSED : WRONG;
	return pthread_join(t, NULL) == 0 ? DONE : WRONG;
}

static int
act_abort(void)
{
	close(STDERR_FILENO);
	abort();
}

/* RFC 6979 A.2.5, message "sample", P-256 and SHA-256. */
static int
act_verify(void)
{
	static const uint8_t point[65] = {
		0x04, 0x60, 0xfe, 0xd4, 0xba, 0x25, 0x5a, 0x9d, 0x31, 0xc9, 0x61, 0xeb, 0x74, 0xc6,
		0x35, 0x6d, 0x68, 0xc0, 0x49, 0xb8, 0x92, 0x3b, 0x61, 0xfa, 0x6c, 0xe6, 0x69, 0x62,
		0x2e, 0x60, 0xf2, 0x9f, 0xb6, 0x79, 0x03, 0xfe, 0x10, 0x08, 0xb8, 0xbc, 0x99, 0xa4,
		0x1a, 0xe9, 0xe9, 0x56, 0x28, 0xbc, 0x64, 0xf2, 0xf1, 0xb2, 0x0c, 0x2d, 0x7e, 0x9f,
		0x51, 0x77, 0xa3, 0xc2, 0x94, 0xd4, 0x46, 0x22, 0x99
	};
	static const uint8_t signature[64] = {
		0xef, 0xd4, 0x8b, 0x2a, 0xac, 0xb6, 0xa8, 0xfd, 0x11, 0x40, 0xdd, 0x9c, 0xd4, 0x5e,
		0x81, 0xd6, 0x9d, 0x2c, 0x87, 0x7b, 0x56, 0xaa, 0xf9, 0x91, 0xc3, 0x4d, 0x0e, 0xa8,
		0x4e, 0xaf, 0x37, 0x16, 0xf7, 0xcb, 0x1c, 0x94, 0x2d, 0x65, 0x7c, 0x41, 0xd4, 0x36,
		0xc7, 0xa1, 0xb6, 0xe2, 0x9f, 0x65, 0xf3, 0xe9, 0x00, 0xdb, 0xb9, 0xaf, 0xf4, 0x06,
		0x4d, 0xc4, 0xab, 0x2f, 0x84, 0x3a, 0xcd, 0xa8
	};
	const struct alg *alg = alg_find(ALG_ECDSA_P256_SHA256);
	uint8_t digest[32], spki[SPKI_MAX], bad[64];
	struct span key, sig = span_of(signature, sizeof(signature));

	sha256(span_str("sample"), digest);
	spki_from_point(KEY_P256, span_of(point, sizeof(point)), spki);
	key = span_of(spki, alg->spki_len);
	memcpy(bad, signature, sizeof(bad));
	bad[63] ^= 1;
	if (!signature_verify(alg, key, span_of(digest, 32), sig))
		return WRONG;
	return signature_verify(alg, key, span_of(digest, 32), span_of(bad, 64)) ? WRONG : DONE;
}

static int
act_crypto(void)
{
	uint8_t key[32], nonce[12] = {0}, out[64], back[64], tag[16], seed[32], pub[32], sig[64];
	struct span text = span_str("what is sealed"), parts[] = { text };

	random_bytes(seed, sizeof(seed));
	hkdf_sha256(span_of(seed, 32), span_str("salt"), span_str("info"), key, sizeof(key));
	hmac_sha256(span_of(key, 32), parts, 1, back);
	sha384(text, back);
	aead_seal(key, nonce, span_str("aad"), text, out, tag);
	ed25519_public(seed, pub);
	ed25519_sign(seed, text, sig);
	if (!ed25519_verify(pub, text, span_of(sig, 64)))
		return WRONG;
	if (!aead_open(key, nonce, span_str("aad"), span_of(out, text.n), tag, back))
		return WRONG;
	return memcmp(back, text.p, text.n) == 0 ? DONE : WRONG;
}

static int
by_value(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* Blocks that come from mmap, growing by mremap, sorting with memory, formatting, a log line. */
static int
act_library(void)
{
	size_t n = 3u << 20;
	int *p = malloc(n * sizeof(*p)), *q;
	struct err e = {0};
	AUTO(secret) *s = secret_copy(span_str("1234"), &e);

	if (p == NULL || s == NULL || (q = realloc(p, 4 * n * sizeof(*p))) == NULL)
		return WRONG;
	for (size_t i = 0; i < n; i++)
		q[i] = (int)(i * 2654435761u);
	qsort(q, n / 16, sizeof(*q), by_value);
	for (size_t i = 1; i < n / 16; i++)
		if (q[i - 1] > q[i])
			return WRONG;
	free(q);
	log_info("sandboxed %s %.3f", strerror(ENOSPC), 0.5);
	return clock_wall() > 0 && clock_life() > 0 ? DONE : WRONG;
}

static int
act_nonzero_errors(void)
{
	struct stat st;

	return fstat(STDERR_FILENO, &st) == 0 && isatty(STDERR_FILENO) >= 0 ? DONE : WRONG;
}

/* A descriptor passed over a socket pair, peer credentials, poll. */
static int pair[2] = { -1, -1 };

static int
act_receive_fd(void)
{
	char byte, room[CMSG_SPACE(sizeof(int))];
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = room,
		.msg_controllen = sizeof(room) };
	struct ucred peer;
	socklen_t n = sizeof(peer);

	if (getsockopt(pair[1], SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0 || peer.pid == 0)
		return WRONG;
	return recvmsg(pair[1], &m, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&m) != NULL ? DONE : WRONG;
}

static int
act_write_here(void)
{
	int fd = openat(dir_fd, "made", O_RDWR | O_CREAT, 0600);

	if (fd < 0 || pwrite(fd, "abc", 3, 0) != 3 || fdatasync(fd) != 0 || ftruncate(fd, 8) != 0 ||
	    fallocate(fd, 0, 0, 4096) != 0)
		return WRONG;
	return renameat(dir_fd, "made", dir_fd, "named") == 0 &&
	    unlinkat(dir_fd, "named", 0) == 0 ? DONE : WRONG;
}

static int act_open_at_cwd(void) { return answer(openat(AT_FDCWD, "made", O_RDONLY)); }
static int act_absolute(void) { return answer(openat(dir_fd, "/etc/passwd", O_RDONLY)); }
static int act_above(void) { return answer(openat(dir_fd, "../../etc/passwd", O_RDONLY)); }

static int
act_write_elsewhere(void)
{
	return answer(renameat(dir_fd, "made", AT_FDCWD, "/tmp/propria-never"));
}

TEST(the_decider_cannot_open_connect_or_start_anything)
{
	int (*const acts[])(void) = { act_open, act_old_open, act_socket, act_fork, act_execve,
		act_ptrace, act_kill_parent, act_setuid, act_open_at_cwd };

	for (size_t i = 0; i < COUNT(acts); i++)
		CHECK(killed(run(DECIDER, acts[i])));
}

TEST(the_decider_gets_no_for_what_nobody_listed)
{
	int (*const acts[])(void) = { act_thread, act_exec_memory, act_map_exec, act_mkdir,
		act_tgkill_parent, act_keyring };

	for (size_t i = 0; i < COUNT(acts); i++) {
		int status = run(DECIDER, acts[i]);

		CHECK(refused(status) || killed(status));
	}
}

TEST(the_same_acts_succeed_without_a_sandbox)
{
	int (*const acts[])(void) = { act_open, act_socket, act_fork, act_execve, act_ptrace,
		act_kill_parent, act_thread, act_exec_memory, act_map_exec, act_absolute, act_above };

	for (size_t i = 0; i < COUNT(acts); i++)
		CHECK(done(run(NONE, acts[i])));
}

TEST(the_decider_can_still_check_signatures_and_open_records)
{
	CHECK(done(run(DECIDER, act_verify)));
	CHECK(done(run(DECIDER, act_crypto)));
	CHECK(done(run(FLUSHER, act_crypto)));
}

TEST(the_decider_can_still_use_its_libraries)
{
	CHECK(done(run(DECIDER, act_library)));
	CHECK(done(run(DECIDER, act_nonzero_errors)));
	CHECK(done(run(FLUSHER, act_library)));
}

TEST(a_broken_invariant_still_aborts)
{
	int status = run(DECIDER, act_abort);

	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

TEST(the_decider_takes_a_new_workers_socket)
{
	char room[CMSG_SPACE(sizeof(int))] = {0}, byte = 'w';
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = room,
		.msg_controllen = sizeof(room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int fd = STDERR_FILENO;

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	CHECK(sendmsg(pair[0], &m, 0) == 1);
	CHECK(done(run(DECIDER, act_receive_fd)));
	close(pair[0]);
	close(pair[1]);
}

TEST(the_flusher_writes_in_its_directory)
{
	CHECK(done(run(FLUSHER, act_write_here)));
}

TEST(the_flusher_opens_nothing_elsewhere)
{
	struct sandbox_status s;

	sandbox_ask(&s);
	CHECK(refused(run(FLUSHER, act_open_at_cwd)));
	CHECK(refused(run(FLUSHER, act_write_elsewhere)));
	CHECK(killed(run(FLUSHER, act_socket)));
	CHECK(killed(run(FLUSHER, act_execve)));
	CHECK(killed(run(FLUSHER, act_fork)));
	if (s.landlock_abi == 0)
		return;	/* the two below are landlock's to refuse */
	CHECK(refused(run(FLUSHER, act_absolute)));
	CHECK(refused(run(FLUSHER, act_above)));
}

TEST(a_worker_has_threads_files_and_sockets_but_no_programs)
{
	CHECK(done(run(WORKER, act_thread)));
	CHECK(done(run(WORKER, act_open)));
	CHECK(done(run(WORKER, act_socket)));
	CHECK(done(run(WORKER, act_crypto)));
	CHECK(refused(run(WORKER, act_execve)));
	CHECK(refused(run(WORKER, act_fork)));
	CHECK(refused(run(WORKER, act_ptrace)));
	CHECK(refused(run(WORKER, act_keyring)));
}

TEST(the_launcher_starts_programs_but_traces_nobody)
{
	CHECK(done(run(LAUNCHER, act_fork)));
	CHECK(done(run(LAUNCHER, act_execve)));
	CHECK(refused(run(LAUNCHER, act_ptrace)));
	CHECK(refused(run(LAUNCHER, act_keyring)));
}

static int
act_paths(void)
{
	const char *rooms[] = { "/tmp" };
	struct sandbox_status s = {0};
	struct err e = {0};

	if (!sandbox_worker_paths(rooms, 1, NULL, 0, &s, &e))
		return WRONG;
	if (s.landlock_abi > 0 && (!s.landlock || open("/etc/passwd", O_RDONLY) < 0 ||
	    open("/etc/passwd", O_WRONLY) >= 0 || errno != EACCES ||
	    open("/var/lib", O_RDONLY) >= 0 || errno != EACCES))
		return WRONG;
	return open("/tmp", O_RDONLY) >= 0 ? DONE : WRONG;
}

TEST(a_worker_with_paths_reaches_those_and_reads_the_system)
{
	CHECK(done(run(NONE, act_paths)));
}

static int
act_no_paths(void)
{
	struct sandbox_status s = {0};
	struct err e = {0};

	return sandbox_worker_paths(NULL, 0, NULL, 0, &s, &e) && !s.landlock &&
	    open("/var/lib", O_RDONLY) >= 0 ? DONE : WRONG;
}

TEST(a_worker_without_paths_is_not_under_landlock_and_says_so)
{
	CHECK(done(run(NONE, act_no_paths)));
}

static int
act_status(void)
{
	struct sandbox_status s;

	sandbox_ask(&s);
	return s.no_new_privs && s.undumpable && s.no_core && s.seccomp ? DONE : WRONG;
}

static int connection = -1;

static int
act_connection(void)
{
	struct sockaddr_storage a;
	socklen_t size = sizeof(a);
	int one = 1;

	return setsockopt(connection, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)) == 0 &&
	    getsockname(connection, (struct sockaddr *)&a, &size) == 0 &&
	    send(connection, "x", 1, MSG_NOSIGNAL) == 1 ? DONE : WRONG;
}

TEST(the_pages_server_has_its_connections_and_nothing_else)
{
	static int (*const attacks[])(void) = { act_old_open, act_socket, act_fork, act_execve, act_ptrace,
		act_kill_parent, act_setuid, act_thread };
	static int (*const other[])(void) = { act_open, act_mkdir, act_exec_memory, act_tgkill_parent };
	int ends[2];

	for (size_t i = 0; i < COUNT(attacks); i++)
		CHECK(killed(run(SIC, attacks[i])));
	for (size_t i = 0; i < COUNT(other); i++)
		CHECK(refused(run(SIC, other[i])));
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	connection = ends[0];
	CHECK(done(run(SIC, act_connection)));
	CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
}

TEST(every_profile_seals_the_process)
{
	for (enum profile p = DECIDER; p < NONE; p++) {
		int (*act)(void) = p == DECIDER || p == FLUSHER || p == SIC ? act_crypto : act_status;

		CHECK(done(run(p, act)));
	}
	CHECK(!done(run(NONE, act_status)));
}

static int
act_describe(void)
{
	struct sandbox_status s;
	struct err e = {0};
	char line[120];

	if (!sandbox_decider(&s, &e) || s.rules < 50)
		return WRONG;
	sandbox_describe(&s, line, sizeof(line));
	return strncmp(line, "no-new-privs undumpable no-core seccomp(", 40) == 0 ? DONE : WRONG;
}

TEST(the_status_names_what_was_applied)
{
	struct sandbox_status nothing = {0};
	char line[120];

	CHECK(done(run(NONE, act_describe)));
	sandbox_describe(&nothing, line, sizeof(line));
	assert_string_equal(line, "NEW-PRIVS DUMPABLE CORE NO-SECCOMP no-landlock");
}

static int
act_become_nobody(void)
{
	struct err e = {0};
	struct passwd *pw = getpwnam("nobody");

	if (pw == NULL || !drop_ids("nobody", &e))
		return WRONG;
	return geteuid() == pw->pw_uid && getegid() == pw->pw_gid && setuid(0) != 0 &&
	    drop_ids("nobody", &e) && !drop_ids("root", &e) ? DONE : WRONG;
}

TEST(ids_are_dropped_for_ever)
{
	if (geteuid() != 0)
		skip();
	CHECK(done(run(NONE, act_become_nobody)));
}

static int
act_echo(void)
{
	char byte;

	return read(pair[1], &byte, 1) == 1 && write(pair[1], &byte, 1) == 1 ? DONE : WRONG;
}

static int act_dup(void) { return answer(dup(STDERR_FILENO)); }
static int act_clock(void) { return answer(syscall(SYS_nanosleep, &(struct timespec){ 0, 1 }, NULL)); }
static int act_send(void) { return answer(send(pair[1], "x", 1, 0)); }

TEST(the_token_reader_reads_and_writes_and_nothing_else)
{
	int (*const acts[])(void) = { act_old_open, act_socket, act_execve, act_ptrace, act_kill_parent,
		act_setuid, act_mkdir, act_keyring, act_dup, act_clock, act_send };
	char byte = 'r';

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && write(pair[0], &byte, 1) == 1);
	CHECK(done(run(READER, act_echo)) && read(pair[0], &byte, 1) == 1 && byte == 'r');
	for (size_t i = 0; i < COUNT(acts); i++)
		CHECK(killed(run(READER, acts[i])));
	close(pair[0]);
	close(pair[1]);
}

TEST(an_unknown_user_is_refused)
{
	struct err e = {0};

	CHECK(!drop_ids("no-such-user-here", &e) && e.code == ERR_MISSING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_decider_cannot_open_connect_or_start_anything),
		cmocka_unit_test(the_decider_gets_no_for_what_nobody_listed),
		cmocka_unit_test(the_same_acts_succeed_without_a_sandbox),
		cmocka_unit_test(the_decider_can_still_check_signatures_and_open_records),
		cmocka_unit_test(the_decider_can_still_use_its_libraries),
		cmocka_unit_test(a_broken_invariant_still_aborts),
		cmocka_unit_test(the_decider_takes_a_new_workers_socket),
		cmocka_unit_test(the_flusher_writes_in_its_directory),
		cmocka_unit_test(the_flusher_opens_nothing_elsewhere),
		cmocka_unit_test(a_worker_has_threads_files_and_sockets_but_no_programs),
		cmocka_unit_test(the_launcher_starts_programs_but_traces_nobody),
		cmocka_unit_test(a_worker_with_paths_reaches_those_and_reads_the_system),
		cmocka_unit_test(a_worker_without_paths_is_not_under_landlock_and_says_so),
		cmocka_unit_test(the_pages_server_has_its_connections_and_nothing_else),
		cmocka_unit_test(every_profile_seals_the_process),
		cmocka_unit_test(the_status_names_what_was_applied),
		cmocka_unit_test(ids_are_dropped_for_ever),
		cmocka_unit_test(the_token_reader_reads_and_writes_and_nothing_else),
		cmocka_unit_test(an_unknown_user_is_refused),
	};
	char dir[] = "/tmp/propria-sandbox-XXXXXX";
	int rc;

	if (mkdtemp(dir) == NULL || (dir_fd = open(dir, O_RDONLY | O_DIRECTORY)) < 0)
		return 1;
	rc = RUN(tests);
	rmdir(dir);
	return rc;
}
