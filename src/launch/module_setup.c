/* SPDX-License-Identifier: Apache-2.0 */
/* Runs propria-hsm --setup and reads what it made. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch/child.h"
#include "launch/module_setup.h"
#include "launch/pin.h"

/* In the child: 3 the SO PIN, 4 the PIN, standard output to us. */
static void NORETURN
become(const struct config *config, int officer_pin, int pin, int out)
{
	char *argv[] = { config->worker_program, (char *)(uintptr_t) "--setup",
		(char *)(uintptr_t) "--module", config->library, (char *)(uintptr_t) "--token",
		config->token, (char *)(uintptr_t) "--so-pin-fd", (char *)(uintptr_t) "3",
		(char *)(uintptr_t) "--pin-fd", (char *)(uintptr_t) "4", NULL };
	char *environment[CONFIG_LIST_MAX + 1] = { NULL };
	int fds[] = { officer_pin, pin };
	struct err e = { 0 };

	memcpy(environment, config->environment.v, config->environment.n * sizeof(char *));
	if (dup2(out, STDOUT_FILENO) >= 0 && child_lay(fds, COUNT(fds), &e)) {
		execve(argv[0], argv, environment);
		err_errno(&e, ERR_MISSING, errno, "[module] worker_program %.100s", argv[0]);
	}
	dprintf(STDERR_FILENO, "%s\n", e.text);
	_exit(126);
}

static bool
hex_read(const char *text, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char two[3] = { text[2 * i], text[2 * i] == '\0' ? '\0' : text[2 * i + 1], '\0' };

		if (!isxdigit((unsigned char)two[0]) || !isxdigit((unsigned char)two[1]))
			return false;
		out[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return text[2 * n] == '\0';
}

static bool
line_read(char *line, struct module_made *m)
{
	const struct { const char *name; uint8_t *bytes; size_t n; char *text; } fields[] = {
		{ "kek", m->kek, sizeof(m->kek), NULL },
		{ "hmac", m->hmac, sizeof(m->hmac), NULL },
		{ "log", m->log, sizeof(m->log), NULL },
		{ "attestation", m->attestation, sizeof(m->attestation), NULL },
		{ "library", NULL, sizeof(m->library), m->library },
		{ "token", NULL, sizeof(m->token), m->token },
		{ "serial", NULL, sizeof(m->serial), m->serial },
	};
	char *value = strchr(line, ' ');

	line[strcspn(line, "\n")] = '\0';
	if (value == NULL)
		return false;
	*value++ = '\0';
	for (size_t i = 0; i < COUNT(fields); i++) {
		if (strcmp(fields[i].name, line) != 0)
			continue;
		if (fields[i].bytes != NULL)
			return hex_read(value, fields[i].bytes, fields[i].n);
		snprintf(fields[i].text, fields[i].n, "%s", value);
		return true;
	}
	return false;
}

static bool
answer_read(int fd, struct module_made *m, struct err *e)
{
	char line[1024];
	FILE *f = fdopen(fd, "r");
	size_t lines = 0;
	bool good = true;

	if (f == NULL) {
		close(fd);
		return err_errno(e, ERR_BACKEND, errno, "reading from the module's process");
	}
	while (good && fgets(line, sizeof(line), f) != NULL) {
		good = line_read(line, m);
		lines++;
	}
	fclose(f);
	return (good && lines == 7) || err_set(e, ERR_BACKEND, "the module's process did not say what "
	    "it made; its message is above");
}

bool
module_setup(const struct config *config, const struct secret *officer_pin,
    const struct secret *pin, struct module_made *m, struct err *e)
{
	int so = pin_pipe(officer_pin, e), user = so < 0 ? -1 : pin_pipe(pin, e), out[2], status = 0;
	bool good;
	pid_t child;

	if (user < 0 || pipe(out) != 0)
		return err_set(e, ERR_BACKEND, "no pipe for a PIN");
	child = child_fork("propria-hsm", e);
	if (child == 0)
		become(config, so, user, out[1]);
	close(so);
	close(user);
	close(out[1]);
	if (child < 0) {
		close(out[0]);
		return false;
	}
	good = answer_read(out[0], m, e);
	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, ERR_BACKEND, "the module could not be set up; its message is above");
	return good;
}
