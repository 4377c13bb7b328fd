/* SPDX-License-Identifier: Apache-2.0 */
/* propria doctor. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/doctor_providers.h"
#include "cli/sam_ini.h"
#include "cli/sam.h"
#include "cli/ssa.h"

const struct option_row options_doctor[] = {
	{ "socket", "PATH", "the SAM's officer socket" },
	{ "server", "URL", "the server, https://HOST[:PORT]" },
	{ "cacert", "FILE", "trust the CAs in this PEM file for the server's TLS" },
	{ "config", "FILE", "the SAM's configuration: socket, folder and module are taken from it" },
	{ "pin-fd", "N", "with --config: report on the module, whose PIN is on descriptor N" },
	{ "providers", NULL, "ask identity providers for their keys, and compare them with the trusted ones" },
	{ "provider-cacert", "FILE", "with --providers: trust the CAs in this PEM file for their TLS" },
	{ "hsm", "PATH", "the program propria-hsm; else beside this one, or in libexec" },
	{ NULL, NULL, NULL },
};

static void
check_sam(struct doctor *d, const char *path, uint8_t group[GROUP_LEN], bool *have)
{
	struct msg_status status;
	struct msg_roster roster;
	AUTO_SAM sam = { .fd = -1 };
	struct err e = { 0 };
	struct stat st;

	if (stat(path, &st) == 0)
		doctor_socket(d, path, &st);
	if (!sam_open_path(&sam, path, &e) || !sam_status(&sam, &status, &e)) {
		doctor_say(d, HEALTH_FAIL, "SAM", "%s", e.text);
		return;
	}
	*have = true;
	memcpy(group, status.group, GROUP_LEN);
	doctor_status(d, &status, clock_wall());
	if (!sam_roster(&sam, &roster, &e)) {
		doctor_say(d, HEALTH_WARN, "roster", "%s", e.text);
		return;
	}
	doctor_follower(d, &status, roster.policy[10]);
	if (option_is(d->call, "providers"))
		doctor_providers(d, &roster, option(d->call, "provider-cacert"));
}

static void
check_server(struct doctor *d, const char *server, const char *cacert, const uint8_t *group)
{
	AUTO_SSA ssa = { 0 };
	AUTO_JSON *status = NULL;
	struct err e = { 0 };

	if (!ssa_open(&ssa, server, cacert, &e) ||
	    (status = ssa_get(&ssa, "/propria/v1/status", &e)) == NULL)
		doctor_say(d, HEALTH_FAIL, "server", "%s", e.text);
	else
		doctor_server(d, status, group);
}

static void
check_state(struct doctor *d, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0)
		doctor_state(d, path, &st);
	else if (errno == EACCES)
		doctor_say(d, HEALTH_OK, "state", "%s: not for your account to see", path);
	else
		doctor_say(d, HEALTH_FAIL, "state", "%s: %s", path, strerror(errno));
}

static bool
hsm_program(const struct call *c, char out[PATH_MAX])
{
	static const char *const places[] = { "%s/propria-hsm", "%s/../libexec/propria/propria-hsm",
		"%s/../hsm/propria-hsm" };
	char self[PATH_MAX];
	ssize_t n;

	if (option(c, "hsm") != NULL)
		return snprintf(out, PATH_MAX, "%s", option(c, "hsm")) < PATH_MAX;
	if ((n = readlink("/proc/self/exe", self, sizeof(self) - 1)) <= 0)
		return false;
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < COUNT(places); i++) {
		size_t k = strlen(self), rest = strlen(places[i]) - 2;

		if (k + rest >= PATH_MAX)
			continue;
		memcpy(out, self, k);
		memcpy(out + k, places[i] + 2, rest + 1);
		if (access(out, X_OK) == 0)
			return true;
	}
	return false;
}

/* The report goes to our own stderr with --json, so that stdout stays one object. */
static int
run_report(const struct call *c, const char *program, const struct ini *ini, const char *pin_fd)
{
	int status = -1;
	pid_t child;

	fflush(c->out);
	if ((child = fork()) == 0) {
		if (c->json)
			dup2(STDERR_FILENO, STDOUT_FILENO);
		for (size_t i = 0; i < ini->n; i++)
			setenv(ini->environment[i].name, ini->environment[i].value, 1);
		execl(program, "propria-hsm", "--report", "--module", ini->library, "--token", ini->token,
		    "--pin-fd", pin_fd, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void
check_module(struct doctor *d, const struct ini *ini)
{
	const char *pin_fd = option(d->call, "pin-fd");
	char program[PATH_MAX];
	int code;

	if (pin_fd == NULL)
		return;
	if (ini->library[0] == '\0' || ini->token[0] == '\0') {
		doctor_say(d, HEALTH_FAIL, "module", "--config names no library and token");
		return;
	}
	if (!hsm_program(d->call, program)) {
		doctor_say(d, HEALTH_FAIL, "module", "propria-hsm is not found; name it with --hsm");
		return;
	}
	code = run_report(d->call, program, ini, pin_fd);
	doctor_say(d, code == 0 ? HEALTH_OK : HEALTH_FAIL, "module", code == 0
	    ? "propria-hsm reports as above" : "propria-hsm --report ended with %d, see above", code);
}

bool
command_doctor(struct call *c, struct err *e)
{
	struct doctor d = { .call = c, .list = json_array() };
	const char *path = option(c, "socket");
	uint8_t group[GROUP_LEN];
	struct ini ini = { 0 };
	bool have = false;

	put_json(c, "checks", d.list);
	if (option(c, "pin-fd") != NULL && option(c, "config") == NULL)
		return err_exit(e, EXIT_USAGE, "--pin-fd is for the module's report, which needs --config");
	if (option(c, "config") != NULL && !ini_load(option(c, "config"), &ini, e))
		return false;
	if (ini.state[0] != '\0')
		check_state(&d, ini.state);
	if (path == NULL && ini.officer_socket[0] != '\0')
		path = ini.officer_socket;
	if (path != NULL || option(c, "server") == NULL)
		check_sam(&d, path == NULL ? SAM_SOCKET_DEFAULT : path, group, &have);
	if (option(c, "server") != NULL)
		check_server(&d, option(c, "server"), option(c, "cacert"), have ? group : NULL);
	check_module(&d, &ini);
	put_number(c, "warned", d.warned);
	put_number(c, "failed", d.failed);
	return d.failed == 0 || err_exit(e, EXIT_FAILED, "%u checks failed, %u warned", d.failed,
	    d.warned);
}
