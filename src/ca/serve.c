/* SPDX-License-Identifier: Apache-2.0 */
/* Everything is opened, made or read before the first request; then the main thread just waits. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "ca/file.h"
#include "ca/hex.h"
#include "ca/serve.h"
#include "ca/site.h"
#include "x509/pem.h"

#define INPUT_MAX	65536
#define SECRET_MAX	256

bool
input_read(const char *path, const char *label, struct writer *der, struct err *e)
{
	AUTO_WRITER file = writer_grow(INPUT_MAX);

	return ca_file_read(path, &file, e) && pem_or_der_read(writer_span(&file), label, der, e);
}

static bool
group_read(const char *hex, uint8_t group[GROUP_LEN], struct err *e)
{
	size_t n;

	return (hex_read(hex, group, GROUP_LEN, &n) && n == GROUP_LEN) ||
	    err_set(e, ERR_FORMAT, "--group must be %d hexadecimal digits", 2 * GROUP_LEN);
}

bool
attestation_options_read(const struct options *o, uint8_t group[GROUP_LEN], struct writer *spki,
    struct err *e)
{
	return o->group == NULL || (group_read(o->group, group, e) &&
	    input_read(o->attestation_key, PEM_PUBLIC_KEY, spki, e));
}

/* The shared secret: the file's first line. */
static bool
secret_open(const char *path, struct secret **out, struct err *e)
{
	int fd;

	if (path == NULL)
		return true;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return err_set(e, ERR_MISSING, "cannot read %s", path);
	*out = secret_read_fd(fd, SECRET_MAX, e);
	close(fd);
	return *out != NULL && (secret_span(*out).n >= 8 ||
	    err_set(e, ERR_FORMAT, "the shared secret has less than 8 characters"));
}

/* Who may ask: without any RA and secret this server would refuse every request. */
static bool
parts_open(struct site *s, const struct options *o, struct err *e)
{
	size_t ras;

	if (!profiles_init(&s->profiles, o, e) ||
	    !service_open(s->authority, &service_cmp, &s->cmp_service, e) ||
	    !service_open(s->authority, &service_ocsp, &s->ocsp_service, e) ||
	    !service_open(s->authority, &service_tsa, &s->tsa_service, e) ||
	    (s->issuing = certificate_of(authority_der(s->authority), e)) == NULL ||
	    (s->status = status_open(s->authority, &s->ocsp_service, e)) == NULL ||
	    (s->ras = ra_store(o->dir, &ras, e)) == NULL ||
	    !secret_open(o->secret, &s->secret, e) ||
	    !attestation_options_read(o, s->group, &s->attestation_spki, e))
		return false;
	if (ras == 0 && s->secret == NULL)
		log_warn("no registration authority and no secret: every CMP request will be refused");
	site_open_cmp(s, o->reference, o->poll);
	return true;
}

/* Written beside and renamed, so that whoever waits for it reads it whole. */
static bool
url_write(const char *path, const char *url, struct err *e)
{
	char beside[PATH_LEN + 8];
	FILE *f;

	if (path == NULL)
		return true;
	snprintf(beside, sizeof(beside), "%s.new", path);
	if ((f = fopen(beside, "we")) == NULL)
		return err_set(e, ERR_BACKEND, "cannot write %s", path);
	return (fprintf(f, "%s\n", url) > 0 && fclose(f) == 0 && rename(beside, path) == 0) ||
	    err_set(e, ERR_BACKEND, "cannot write %s", path);
}

/* The port is known, and with it the URL in certificates, before anything is answered. */
static bool
run(struct site *s, const struct options *o, const sigset_t *ends, struct err *e)
{
	const char *address = o->address != NULL ? o->address : "127.0.0.1";
	char own[64];
	struct http *http;
	int number;
	bool ok;

	if ((http = http_open(address, o->port, e)) == NULL)
		return false;
	snprintf(own, sizeof(own), "http://%s:%u", address, http_port(http));
	ok = profiles_set_url(&s->profiles, o->url != NULL ? o->url : own, e) &&
	    http_serve(http, site_answer, s, e) && url_write(o->url_file, own, e);
	if (ok) {
		log_info("a CA for demonstrations and tests only, at %s", own);
		printf("%s\n", own);
		fflush(stdout);
		sigwait(ends, &number);
	}
	http_close(http);
	return ok;
}

bool
serve(const struct options *o, struct token *t, struct err *e)
{
	struct site *s = calloc(1, sizeof(*s));
	sigset_t ends;
	bool ok;

	if (s == NULL)
		bug("no memory");
	/* Before any thread: they must not get these. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	s->attestation_spki = writer_grow(SPKI_MAX);
	ok = (s->authority = authority_open(t, o->dir, e)) != NULL && parts_open(s, o, e) &&
	    run(s, o, &ends, e);
	site_free(s);
	return ok;
}
