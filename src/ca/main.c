/* SPDX-License-Identifier: Apache-2.0 */
/*
 * propria-trial-ca: a certification authority for demonstrations and tests, with a token of its
 * own. It checks no one's identity. Exit codes: 0 done, 1 failed or refused, 2 usage.
 */
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "ca/attestation.h"
#include "ca/file.h"
#include "ca/hex.h"
#include "ca/serve.h"
#include "ca/service.h"
#include "crypto/hash.h"
#include "der/name.h"
#include "x509/pem.h"

#define INPUT_MAX	65536

static bool
harden(struct err *e)
{
	const struct rlimit none = { 0, 0 };

	return (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0) ||
	    err_set(e, ERR_BACKEND, "the kernel refuses to protect this process");
}

static bool
attestation_is_good(const struct options *o, const struct csr *csr, struct err *e)
{
	AUTO_WRITER attestation = writer_grow(ATTESTATION_ONCE_LEN);
	AUTO_WRITER spki = writer_grow(SPKI_MAX);
	uint8_t group[GROUP_LEN];

	return o->attestation == NULL || (attestation_options_read(o, group, &spki, e) &&
	    ca_file_read(o->attestation, &attestation, e) &&
	    attestation_covers(writer_span(&attestation), writer_span(&spki), group, csr, e));
}

static bool
run_init(const struct options *o, struct token *t, struct err *e)
{
	if (!authority_init(t, o->dir, e))
		return false;
	printf("trial CA made, for demonstrations and tests only: %s/ca.pem\n", o->dir);
	return true;
}

static bool
issue(const struct options *o, struct token *t, const struct csr *csr, struct writer *der,
    struct err *e)
{
	AUTO(authority) *a = authority_open(t, o->dir, e);
	uint64_t from = clock_wall() - AUTHORITY_EARLY_MS;
	struct issue issue = { .kind = ISSUE_SIGNER, .subject = csr->subject, .spki = csr->spki,
		.not_before = from, .not_after = from + o->days * AUTHORITY_DAY_MS, .policy = o->policy };

	return a != NULL && authority_issue(a, &issue, "by-hand", der, e);
}

static bool
run_issue(const struct options *o, struct token *t, struct err *e)
{
	AUTO_WRITER request = writer_grow(CSR_MAX);
	AUTO_WRITER der = writer_grow(CERTIFICATE_MAX);
	AUTO_WRITER pem = writer_grow(INPUT_MAX);
	char subject[NAME_MAX_TEXT];
	struct csr csr;

	if (!input_read(o->csr, PEM_REQUEST, &request, e) ||
	    !csr_open(writer_span(&request), &csr, e) || !attestation_is_good(o, &csr, e) ||
	    !name_to_text(csr.subject, subject, sizeof(subject), e) ||
	    !ca_file_is_absent(o->out, e) || !issue(o, t, &csr, &der, e))
		return false;
	pem_write(&pem, PEM_CERTIFICATE, writer_span(&der));
	if (!writer_ok(&pem) || !ca_file_write_new(o->out, writer_span(&pem), 0644, e))
		return err_set(e, ERR_BACKEND, "cannot write %s", o->out);
	printf("trial certificate, for demonstrations and tests only: %s (%s)\n", subject,
	    o->attestation != NULL ? "key attested by its SAM" : "key not attested");
	return true;
}

static bool
run_ra(const struct options *o, struct token *t, struct err *e)
{
	AUTO(authority) *a = authority_open(t, o->dir, e);

	if (a == NULL || !ra_make(a, o->name, o->out, o->key, e))
		return false;
	printf("trial registration authority %s made: %s\n", o->name, o->out);
	return true;
}

/* No token: a certificate is registered, or one is revoked, by whoever may write the directory. */
static bool
run_register(const struct options *o, struct err *e)
{
	if (!ra_register(o->dir, o->name, o->certificate, e))
		return false;
	printf("registration authority %s registered; a server that runs must be started again\n",
	    o->name);
	return true;
}

static bool
run_revoke(const struct options *o, struct err *e)
{
	AUTO(journal) *j = journal_open(o->dir, e);
	uint8_t serial[SERIAL_MAX];
	size_t n;

	if (j == NULL)
		return false;
	if (!hex_read(o->serial, serial, sizeof(serial), &n))
		return err_set(e, ERR_FORMAT, "a serial number has 2 to 40 hexadecimal digits");
	if (!journal_revoke(j, span_of(serial, n), o->reason, e))
		return false;
	printf("revoked: %s\n", o->serial);
	return true;
}

static bool
run_with_token(const struct options *o, struct err *e)
{
	static bool (*const runs[])(const struct options *, struct token *, struct err *) = {
		[COMMAND_INIT] = run_init, [COMMAND_ISSUE] = run_issue, [COMMAND_SERVE] = serve,
		[COMMAND_RA] = run_ra };
	AUTO(secret) *pin = secret_read_fd((int)o->pin_fd, PIN_MAX, e);
	AUTO(token) *t = NULL;

	close((int)o->pin_fd);
	return pin != NULL && (t = token_open(o->module, o->token, e)) != NULL &&
	    token_login(t, secret_span(pin), e) && authority_token_fits(t, e) && runs[o->command](o, t, e);
}

static bool
run(const struct options *o, struct err *e)
{
	if (o->command == COMMAND_REVOKE)
		return run_revoke(o, e);
	return o->command == COMMAND_RA && o->certificate != NULL ? run_register(o, e)
	    : run_with_token(o, e);
}

/* _exit: the module's exit handlers are not ours to run. */
int
main(int argc, char **argv)
{
	struct err e = { 0 };
	struct options o;

	log_open("propria-trial-ca");
	if (!options_read(argc, argv, &o, &e)) {
		log_error("%s", e.text);
		options_usage();
		_exit(2);
	}
	if (!harden(&e) || !crypto_start(&e) || !run(&o, &e)) {
		log_error("%s", e.text);
		_exit(1);
	}
	fflush(stdout);
	_exit(0);
}
