/* SPDX-License-Identifier: Apache-2.0 */
/* propria-ssa: reads its configuration, opens what it needs, serves until it is told to stop. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "sandbox/sandbox.h"
#include "ssa/api/call.h"
#include "ssa/issue/issuer.h"
#include "ssa/issue/revoked_command.h"
#include "ssa/module.h"
#include "ssa/once/ca_pool.h"
#include "ssa/oauth/client_command.h"

#define PEM_MAX	65536

static const char usage[] =
    "usage: propria-ssa [--check] -c FILE\n"
    CLIENT_USAGE
    REVOKED_USAGE
    "\n"
    "The web-facing server of a signing service. FILE is its configuration (propria-ssa(8)).\n"
    "\n"
    "  -c, --config FILE   read this configuration\n"
    "      --check         only read it, and say what would be served\n"
    "  -h, --help          say this\n";

/* A PEM file as zero-terminated text. */
static struct secret *
pem_read(const char *path, const char *what, struct err *e)
{
	AUTO(secret) *text = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got = 0;

	if (fd < 0) {
		err_errno(e, ERR_BACKEND, errno, "the server's %s %s cannot be read", what, path);
		return NULL;
	}
	if ((text = secret_new(PEM_MAX + 1, e)) == NULL) {
		close(fd);
		return NULL;
	}
	while (n < PEM_MAX && (got = read(fd, secret_room(text) + n, PEM_MAX - n)) > 0)
		n += (size_t)got;
	close(fd);
	secret_room(text)[n] = '\0';
	secret_set_length(text, n);
	if (got < 0 || n == PEM_MAX || strstr((const char *)secret_span(text).p, "-----BEGIN") == NULL) {
		err_set(e, ERR_FORMAT, "the server's %s %s is not PEM", what, path);
		return NULL;
	}
	return TAKE(text);
}

/* Written beside and renamed, so that whoever waits for it reads it whole. */
static bool
endpoint_write(const char *path, const char *url, struct err *e)
{
	char beside[TEXT_MAX + 8];
	FILE *f;

	if (*path == '\0')
		return true;
	snprintf(beside, sizeof(beside), "%s.new", path);
	if ((f = fopen(beside, "we")) == NULL)
		return err_errno(e, ERR_BACKEND, errno, "endpoint_file %s", path);
	if (fprintf(f, "%s\n", url) < 0 || fclose(f) != 0 || rename(beside, path) != 0)
		return err_errno(e, ERR_BACKEND, errno, "endpoint_file %s", path);
	return true;
}

/* ADDRESS:PORT, the address of IPv6 in brackets. Whether it is a loopback address, HTTP looks. */
static bool
plain_split(const char *text, char address[64], unsigned *port, struct err *e)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon == NULL ? 0 : (size_t)(colon - text);
	char *end = NULL;

	address[0] = '\0';
	if (*text == '\0')
		return true;
	*port = colon == NULL || colon[1] < '0' || colon[1] > '9' ? 65536 :
	    (unsigned)strtoul(colon + 1, &end, 10);
	if (*port > 65535 || *end != '\0' || n < 3 || n > 60)
		return err_set(e, ERR_FORMAT, "[http] plain is 127.0.0.1:PORT or [::1]:PORT");
	if (*text == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	memcpy(address, text, n);
	address[n] = '\0';
	return true;
}

static bool
ca_pool_needed(struct ssa *s, struct err *e)
{
	if (ca_list_once(&s->config.cas, span_of(NULL, 0)) == NULL)
		return true;
	return (s->ca_pool = ca_pool_start(&s->config.cas, s->config.once_threads, e)) != NULL;
}

static bool
serve(struct ssa *s, struct http **http, struct err *e)
{
	AUTO(secret) *certificate = pem_read(s->config.certificate, "certificate", e);
	AUTO(secret) *key = certificate == NULL ? NULL : pem_read(s->config.key, "key", e);
	struct http_config g = { .address = s->config.address, .port = s->config.port,
		.connections = s->config.connections, .per_peer = s->config.connections_per_peer,
		.idle_s = s->config.idle_s, .body_max = 512 * 1024, .log = s->config.log_requests };

	char plain[64];

	if (!plain_split(s->config.plain, plain, &g.plain_port, e))
		return false;
	g.plain = *plain == '\0' ? NULL : plain;
	if (key == NULL || (*http = http_open(&g, e)) == NULL || 
	    !ssa_named(s, http_port(*http), http_plain_port(*http), e))
		return false;
	g.certificate = (const char *)secret_span(certificate).p;
	g.key = (const char *)secret_span(key).p;
	if ((s->issuer = issuer_start(s, *http, e)) == NULL || !ca_pool_needed(s, e) ||
	    !http_start(*http, &g, call_begin, s, e) ||
	    !endpoint_write(s->config.endpoint_file, s->base[0].url, e) ||
	    !endpoint_write(s->config.plain_endpoint_file, s->base[1].url, e))
		return false;
	log_info("serving %s (%s port %u)", s->base[0].url, s->config.address, http_port(*http));
	return true;
}

/* The configuration alone: no file that it names is opened. */
static int
check(const char *path, struct err *e)
{
	struct config c;

	if (!config_read(&c, path, e))
		return 1;
	printf("%s:%u%s%s, SAM %s, store %s, %zu CAs\n", c.address, c.port, *c.base_url == '\0' ? "" : " as ",
	    c.base_url, c.socket, c.store, c.cas.n);
	return fflush(stdout) == 0 ? 0 : 1;
}

static int
run(const char *path, const sigset_t *signals, struct err *e)
{
	struct http *http = NULL;
	struct sandbox_status confined;
	struct config config;
	struct ssa s;
	int number;

	if (!crypto_start(e) || !sandbox_ssa(&confined, e) || !config_read(&config, path, e) || !ssa_open(&s, &config, e))
		return 1;
	if (serve(&s, &http, e)) {
		sigwait(signals, &number);
		log_info("stopping");
	}
	if (http != NULL)
		http_quiesce(http);
	issuer_halt(s.issuer);
	ca_pool_stop(s.ca_pool);
	stamper_stop(s.stamper);
	idps_stop(s.idps);
	slow_stop(s.slow);
	module_stop(&s.module);
	sam_stop(s.sam);	/* ends whatever waits for it, so that nothing is suspended */
	issuer_free(s.issuer);	/* its threads call whoever waits for them */
	http_close(http);
	ssa_close(&s);
	return e->code == ERR_NONE ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 't' }, { "help", no_argument, NULL, 'h' }, { 0 } };
	const char *config = NULL;
	bool only_check = false;
	struct err e = { 0 };
	sigset_t signals;
	int c, status;

	umask(077);
	if (argc > 1 && strcmp(argv[1], "client") == 0)
		return client_command(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "revoked") == 0)
		return revoked_command(argc - 1, argv + 1);
	while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (c == 't') {
			only_check = true;
			continue;
		}
		if (c != 'c') {
			fputs(usage, stderr);
			return 2;
		}
		config = optarg;
	}
	if (config == NULL || optind != argc) {
		fputs(usage, stderr);
		return 2;
	}
	log_open("propria-ssa");
	prctl(PR_SET_DUMPABLE, 0);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);	/* before any thread: they inherit it */
	signal(SIGPIPE, SIG_IGN);
	status = only_check ? check(config, &e) : run(config, &signals, &e);
	if (e.code != ERR_NONE)
		log_error("%s", e.text);
	return status;
}
