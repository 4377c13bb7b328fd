/* SPDX-License-Identifier: Apache-2.0 */
/* propria-sic: loads the pages, binds, gives up its rights, serves until it is told to stop. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "sandbox/sandbox.h"
#include "sic/server.h"

#define PEM_MAX		65536
#define JSON_MAX	1024

static const char usage[] =
    "usage: propria-sic [-t] -c FILE\n"
    "\n"
    "Serves the pages on which people approve. FILE is its configuration (propria-sic(8)).\n"
    "\n"
    "  -c, --config FILE   read this configuration\n"
    "  -t, --check         load everything, say what would be served, and end\n"
    "  -h, --help          say this\n";

static volatile sig_atomic_t stopping;

static void
on_signal(int number UNUSED)
{
	stopping = 1;
}

/* A PEM file as zero-terminated text. */
static struct secret *
pem_read(const char *path, const char *what, struct err *e)
{
	AUTO(secret) *text = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;
	size_t n = 0;

	if (fd < 0) {
		err_errno(e, ERR_BACKEND, errno, "the server's %s %s cannot be read", what, path);
		return NULL;
	}
	if ((text = secret_new(PEM_MAX + 1, e)) != NULL) {
		while (n < PEM_MAX && (got = read(fd, secret_room(text) + n, PEM_MAX - n)) > 0)
			n += (size_t)got;
		secret_room(text)[n] = '\0';
		secret_set_length(text, n);
	}
	close(fd);
	if (text == NULL)
		return NULL;
	if (got != 0 || strstr((const char *)secret_span(text).p, "-----BEGIN") == NULL) {
		err_set(e, ERR_FORMAT, "the server's %s %s is not PEM", what, path);
		return NULL;
	}
	return TAKE(text);
}

/* The pages and the one file that is made here. */
static struct pages *
pages_of(const struct config *g, struct err *e)
{
	AUTO(pages) *pages = pages_load(g->directory, e);
	char json[JSON_MAX];
	size_t n;

	if (pages == NULL)
		return NULL;
	if (!config_json(g, json, sizeof(json), &n)) {
		err_set(e, ERR_FORMAT, "the name is too long");
		return NULL;
	}
	return pages_add(pages, "/config.json", "application/json", span_of(json, n), e)
	    ? TAKE(pages) : NULL;
}

static struct server *
server_of(const struct config *g, const struct pages *pages, struct err *e)
{
	AUTO(secret) *certificate = NULL;
	AUTO(secret) *key = NULL;

	if (g->plain)
		return server_open(g, pages, NULL, NULL, e);
	if ((certificate = pem_read(g->certificate, "certificate", e)) == NULL ||
	    (key = pem_read(g->key, "key", e)) == NULL)
		return NULL;
	return server_open(g, pages, (const char *)secret_span(certificate).p,
	    (const char *)secret_span(key).p, e);
}

/* Written beside and renamed, so that whoever waits for it reads it whole. */
static bool
endpoint_write(const struct config *g, unsigned port, struct err *e)
{
	char beside[TEXT_MAX + 8];
	FILE *f;

	if (g->endpoint_file[0] == '\0')
		return true;
	snprintf(beside, sizeof(beside), "%s.new", g->endpoint_file);
	if ((f = fopen(beside, "we")) == NULL)
		return err_errno(e, ERR_BACKEND, errno, "endpoint_file %s", g->endpoint_file);
	if (fprintf(f, "%s://localhost:%u\n", g->plain ? "http" : "https", port) < 0 || fclose(f) != 0 ||
	    rename(beside, g->endpoint_file) != 0)
		return err_errno(e, ERR_BACKEND, errno, "endpoint_file %s", g->endpoint_file);
	return true;
}

/* The last of the start: from here on no file, no other socket, no program. */
static bool
give_up_rights(const struct config *g, struct err *e)
{
	struct sandbox_status confined;
	char text[160];

	if ((g->user[0] != '\0' && !drop_ids(g->user, e)) || !sandbox_sic(&confined, e))
		return false;
	sandbox_describe(&confined, text, sizeof(text));
	log_info("confined: %s", text);
	return true;
}

static bool
serve(const struct config *g, const struct pages *pages, struct err *e)
{
	struct server *s = server_of(g, pages, e);
	bool ok;

	if (s == NULL)
		return false;
	ok = endpoint_write(g, server_port(s), e) && give_up_rights(g, e);
	if (ok)
		log_info("serving %zu files for %s on %s port %u%s", pages_count(pages), g->origin,
		    g->address, server_port(s), g->plain ? ", without TLS" : "");
	if (ok && g->shared)
		log_warn("%s shares its host with the SSA: passkeys made here belong to both, and approve"
		    " nothing at SCAL2 unless the officers' policy allows a shared SIC", g->origin);
	while (ok && !stopping)
		ok = server_turn(s, e);
	server_close(s);
	return ok;
}

static int
run(const char *path, bool check, struct err *e)
{
	AUTO(pages) *pages = NULL;
	struct config config;

	if (!crypto_start(e) || !config_read(&config, path, e) || (pages = pages_of(&config, e)) == NULL)
		return 1;
	if (check) {
		printf("%zu files for %s, group %s, %s%s, SSA %s%s\n", pages_count(pages), config.origin,
		    config.group, config.module[0] != '\0' ? "module " : "no authentication module",
		    config.module, config.ssa, config.shared ? ", shared host" : "");
		return 0;
	}
	return serve(&config, pages, e) ? 0 : 1;
}

static bool
arguments(int argc, char **argv, const char **config, bool *check, int *status)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 't' }, { "help", no_argument, NULL, 'h' }, { 0 } };
	int c;

	*status = 2;
	while ((c = getopt_long(argc, argv, "c:th", options, NULL)) != -1) {
		if (c == 'c')
			*config = optarg;
		else if (c == 't')
			*check = true;
		else {
			*status = c == 'h' ? 0 : 2;
			break;
		}
	}
	if (c == -1 && *config != NULL && optind == argc)
		return true;
	fputs(usage, *status == 0 ? stdout : stderr);
	return false;
}

int
main(int argc, char **argv)
{
	struct sigaction stop = { .sa_handler = on_signal };
	const char *config = NULL;
	bool check = false;
	struct err e = { 0 };
	int status;

	if (!arguments(argc, argv, &config, &check, &status))
		return status;
	log_open("propria-sic");
	umask(077);
	prctl(PR_SET_DUMPABLE, 0);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	status = run(config, check, &e);
	if (e.code != ERR_NONE)
		log_error("%s", e.text);
	return status;
}
