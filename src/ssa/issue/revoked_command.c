/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A notice from a CA or its operator, left in the store for the running server, which looks there
 * five times a second. It freezes, and no more: what destroys a key is the CA's own proof.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/hash.h"
#include "der/certificate.h"
#include "json/base64.h"
#include "ssa/config.h"
#include "ssa/issue/revoked_command.h"
#include "store/store.h"
#include "x509/pem.h"

#define SERIAL_MAX	20
#define FOUND_MAX	64

struct search {
	uint8_t		serial[SERIAL_MAX];
	size_t		n;
	struct span	certificate;		/* or exactly this one */
	uint8_t		key[FOUND_MAX][16];
	size_t		found;
};

static bool
is_wanted(const struct search *s, struct span der)
{
	struct certificate_cut cut;
	struct certificate cert;
	struct err e = { 0 };

	if (s->certificate.n > 0)
		return span_equal(s->certificate, der);
	return certificate_cut(der, &cut, &e) && certificate_read(&cut, &cert, &e) &&
	    span_equal(cert.serial, span_of(s->serial, s->n));
}

static bool
on_key(void *arg, const struct key_row *k)
{
	struct search *s = arg;

	if (s->found < FOUND_MAX && is_wanted(s, k->certificate))
		memcpy(s->key[s->found++], k->id, 16);
	return s->found < FOUND_MAX;
}

/* Hexadecimal digits, as openssl and CSC write them; leading zeros do not count. */
static bool
serial_read(const char *text, struct search *s)
{
	char lower[2 * SERIAL_MAX];
	size_t n = strlen(text);

	while (n > 2 && text[0] == '0' && text[1] == '0') {
		text += 2;
		n -= 2;
	}
	if (n == 0 || n % 2 != 0 || n > sizeof(lower))
		return false;
	for (size_t i = 0; i < n; i++)
		lower[i] = (char)tolower((unsigned char)text[i]);
	s->n = n / 2;
	return hex_exact(span_of(lower, n), s->serial, s->n);
}

static bool
file_read(const char *path, struct writer *der, struct err *e)
{
	uint8_t bytes[32768];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
	int why = errno;

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return err_errno(e, ERR_BACKEND, why, "%s is neither a serial number in hexadecimal digits"
		    " nor a file that can be read", path);
	return pem_or_der_read(span_of(bytes, (size_t)n), PEM_CERTIFICATE, der, e);
}

/* The stop first; then the status is due, so that the CA is asked for its proof. */
static bool
stop(struct store *store, const uint8_t key[16], struct err *e)
{
	struct task_row task = { .kind = TASK_STOP, .state = TASK_WAITING, .due = clock_wall(),
		.ca = span_of("", 0), .data = span_of("", 0), .why = span_of("", 0) };
	struct status_row status;
	struct err none = { 0 };

	memcpy(task.key, key, 16);
	if (!store->ops->task_put(store, &task, e))
		return false;
	if (!store->ops->status_get(store, key, &status, &none))
		return true;
	status.tried = 0;
	return store->ops->status_put(store, &status, e);
}

static bool
stop_all(struct store *store, struct search *s, struct err *e)
{
	if (!store->ops->keys_certified(store, on_key, s, e))
		return false;
	if (s->found == 0)
		return err_set(e, ERR_MISSING, "no key here has this certificate");
	for (size_t i = 0; i < s->found; i++) {
		char text[33];

		if (!stop(store, s->key[i], e))
			return false;
		hex_text(s->key[i], 16, text);
		printf("%s\n", text);
	}
	return true;
}

static bool
run(const char *path, const char *which, struct err *e)
{
	AUTO_WRITER der = writer_grow(CERTIFICATE_MAX);
	struct search s = { 0 };
	struct config config;
	struct store *store;
	bool ok;

	if (!serial_read(which, &s)) {
		if (!file_read(which, &der, e))
			return false;
		s.certificate = writer_span(&der);
	}
	if (!crypto_start(e) || !config_read(&config, path, e) ||
	    (store = store_sqlite_open(config.store, e)) == NULL)
		return false;
	ok = stop_all(store, &s, e);
	store_close(store);
	return ok;
}

int
revoked_command(int argc, char **argv)
{
	static const struct option options[] = { { "config", 1, NULL, 'c' }, { 0 } };
	const char *config = NULL;
	struct err e = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, "c:", options, NULL)) == 'c')
		config = optarg;
	if (c != -1 || config == NULL || optind + 1 != argc) {
		fputs("usage:\n" REVOKED_USAGE, stderr);
		return 2;
	}
	if (run(config, argv[optind], &e))
		return 0;
	fprintf(stderr, "propria-ssa: %s\n", e.text);
	return 1;
}
