/* SPDX-License-Identifier: Apache-2.0 */
/* The rig. Failures here end the test program: there is nothing to test without it. */
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "modules/rig.h"

#define ARGS_MAX	40

static void
must(bool fine, const char *what)
{
	if (!fine) {
		perror(what);
		exit(99);
	}
}

bool
rig_is_missing(void)
{
	const char *module = getenv("SOFTHSM2_MODULE"), *program = getenv("PROPRIA_HSM");

	return module == NULL || access(module, R_OK) != 0 || program == NULL ||
	    access(program, X_OK) != 0 || system("softhsm2-util --version >/dev/null 2>&1") != 0;
}

static void
write_file(const struct rig *r, const char *name, const char *text)
{
	char path[128], fresh[136];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", r->dir, name);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	f = fopen(fresh, "w");
	must(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0 && rename(fresh, path) == 0, path);
}

static void
point(const struct rig *r, const char *variable, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", r->dir, name);
	must(setenv(variable, path, 1) == 0, variable);
}

void
rig_open(struct rig *r)
{
	const char *base = getenv("TMPDIR");
	char text[256];
	struct err e = {0};

	must(crypto_start(&e), e.text);
	memset(r, 0, sizeof(*r));
	snprintf(r->dir, sizeof(r->dir), "%.40s/propria-rig-XXXXXX", base != NULL ? base : "/tmp");
	must(mkdtemp(r->dir) != NULL, r->dir);
	snprintf(text, sizeof(text), "directories.tokendir = %s\nobjectstore.backend = file\n"
	    "log.level = ERROR\n", r->dir);
	write_file(r, "softhsm2.conf", text);
	point(r, "SOFTHSM2_CONF", "softhsm2.conf");
	point(r, "FAULTY_PLAN", "plan");
	point(r, "FAULTY_TRACE", "trace");
	setenv("FAULTY_REAL", getenv("SOFTHSM2_MODULE"), 1);
	snprintf(r->module, sizeof(r->module), "%s", getenv("SOFTHSM2_MODULE"));
	must(system("softhsm2-util --init-token --free --label " RIG_TOKEN " --so-pin " RIG_SO_PIN
	    " --pin " RIG_PIN " >/dev/null") == 0, "softhsm2-util");
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void
rig_close(struct rig *r)
{
	nftw(r->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void
rig_use_faulty(struct rig *r)
{
	snprintf(r->module, sizeof(r->module), "%s", getenv("FAULTY"));
}

void
rig_plan(struct rig *r, const char *text)
{
	write_file(r, "plan", text);
	write_file(r, "trace", "");
}

const char *
rig_trace(struct rig *r)
{
	char path[128];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/trace", r->dir);
	must((f = fopen(path, "r")) != NULL, path);
	n = fread(r->output, 1, sizeof(r->output) - 1, f);
	fclose(f);
	r->output[n] = '\0';
	for (size_t i = 0; i < n; i++)
		if (r->output[i] == '\n')
			r->output[i] = i + 1 == n ? '\0' : ' ';
	write_file(r, "trace", "");
	return r->output;
}

/* A pipe's reading end that holds one line. */
static int
line_on_fd(const char *line)
{
	int ends[2];

	must(pipe2(ends, O_CLOEXEC) == 0, "pipe");
	must(dprintf(ends[1], "%s\n", line) > 0, "pin");
	close(ends[1]);
	return ends[0];
}

/* In the child: descriptors to their places, then the program. */
static void
become(int fd3, int fd4, int fd5, char **argv)
{
	/* Out of the way first, as the sources may lie in 3 to 5. */
	int a = fcntl(fd3, F_DUPFD, 20), b = fcntl(fd4, F_DUPFD, 20), c = fcntl(fd5, F_DUPFD, 20);

	dup2(a, 3);
	dup2(b, 4);
	dup2(c, 5);
	close(a);
	close(b);
	close(c);
	execv(argv[0], argv);
	_exit(98);
}

static int
exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
rig_run(struct rig *r, const char *const *options, const char *so_pin, const char *pin)
{
	char *argv[ARGS_MAX] = { getenv("PROPRIA_HSM"), (char *)(uintptr_t) "--module", r->module };
	int out[2], so = line_on_fd(so_pin), user = line_on_fd(pin), status, n = 3;
	size_t got = 0;
	ssize_t more;
	pid_t pid;

	while (*options != NULL && n < ARGS_MAX - 1)
		argv[n++] = (char *)(uintptr_t)*options++;
	must(pipe2(out, O_CLOEXEC) == 0, "pipe");
	must((pid = fork()) >= 0, "fork");
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		become(so, so, user, argv);
	}
	close(out[1]);
	close(so);
	close(user);
	while ((more = read(out[0], r->output + got, sizeof(r->output) - 1 - got)) > 0)
		got += (size_t)more;
	r->output[got] = '\0';
	close(out[0]);
	must(waitpid(pid, &status, 0) == pid, "wait");
	return exit_code(status);
}

static void
hex_read(const char *hex, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned v;

		must(sscanf(hex + 2 * i, "%2x", &v) == 1, "hex");
		out[i] = (uint8_t)v;
	}
}

static const char *
line_of(const struct rig *r, const char *name)
{
	const char *at = strstr(r->output, name);

	must(at != NULL, name);
	return at + strlen(name);
}

/* CKA_ID of the pairs: the start of SHA-256(spki). */
static void
id_of(const uint8_t *spki, size_t n, char id[33])
{
	uint8_t hash[HASH_LEN];

	sha256(span_of(spki, n), hash);
	for (size_t i = 0; i < 16; i++)
		snprintf(id + 2 * i, 3, "%02x", hash[i]);
}

int
rig_setup(struct rig *r)
{
	const char *options[] = { "--token", RIG_TOKEN, "--setup", "--so-pin-fd", "4", "--pin-fd", "5",
		NULL };
	int code = rig_run(r, options, RIG_SO_PIN, RIG_PIN);

	if (code != 0)
		return code;
	snprintf(r->kek, sizeof(r->kek), "%.32s", line_of(r, "kek "));
	snprintf(r->hmac, sizeof(r->hmac), "%.32s", line_of(r, "hmac "));
	hex_read(line_of(r, "log "), r->log_spki, sizeof(r->log_spki));
	hex_read(line_of(r, "attestation "), r->attestation_spki, sizeof(r->attestation_spki));
	id_of(r->log_spki, sizeof(r->log_spki), r->log);
	id_of(r->attestation_spki, sizeof(r->attestation_spki), r->attestation);
	return 0;
}

struct rig_worker
rig_start(struct rig *r, const char *algorithms, const char *pin)
{
	const char *argv[] = {getenv("PROPRIA_HSM"), "--module", r->module, "--token", RIG_TOKEN,
	    "--kek", r->kek, "--hmac", r->hmac, "--log", r->log, "--attestation", r->attestation,
	    "--algorithms", algorithms, "--control-fd", "3", "--pin-fd", "4", NULL};
	struct rig_worker w;
	int ends[2], fd = line_on_fd(pin);

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
	must((w.pid = fork()) >= 0, "fork");
	if (w.pid == 0)
		become(ends[1], fd, fd, (char **)(uintptr_t)argv);
	close(ends[1]);
	close(fd);
	w.fd = ends[0];
	return w;
}

int
rig_wait(struct rig_worker *w)
{
	int status = 0;

	must(w->pid > 0 && waitpid(w->pid, &status, 0) == w->pid, "wait");
	if (w->fd >= 0)
		close(w->fd);
	*w = (struct rig_worker){ .pid = -1, .fd = -1 };
	return exit_code(status);
}

int
rig_stop(struct rig_worker *w)
{
	if (w->pid < 0)
		return 0;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	return rig_wait(w);
}
