/* SPDX-License-Identifier: Apache-2.0 */
/*
 * propria-trial-ca: a certification authority for demonstrations and tests, with a token of its
 * own. It checks no one's identity. Exit codes: 0 done, 1 failed or refused, 2 usage.
 */
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "ca/attestation.h"
#include "ca/authority.h"
#include "ca/file.h"
#include "ca/options.h"
#include "crypto/hash.h"
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
input_read(const char *path, const char *label, struct writer *der, struct err *e)
{
	AUTO_WRITER file = writer_grow(INPUT_MAX);

	return ca_file_read(path, &file, e) && pem_or_der_read(writer_span(&file), label, der, e);
}

static bool
group_read(const char *hex, uint8_t group[GROUP_LEN], struct err *e)
{
	if (strlen(hex) != 2 * GROUP_LEN || strspn(hex, "0123456789abcdefABCDEF") != 2 * GROUP_LEN)
		return err_set(e, ERR_FORMAT, "--group must be %d hexadecimal digits", 2 * GROUP_LEN);
	for (size_t i = 0; i < GROUP_LEN; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &group[i]) != 1)
			return err_set(e, ERR_FORMAT, "--group is malformed");
	return true;
}

static bool
attestation_is_good(const struct options *o, const struct csr *csr, struct err *e)
{
	AUTO_WRITER attestation = writer_grow(ATTESTATION_LEN);
	AUTO_WRITER spki = writer_grow(SPKI_MAX);
	uint8_t group[GROUP_LEN];

	if (o->attestation == NULL)
		return true;
	return group_read(o->group, group, e) &&
	    ca_file_read(o->attestation, &attestation, e) &&
	    input_read(o->attestation_key, PEM_PUBLIC_KEY, &spki, e) &&
	    attestation_covers(writer_span(&attestation), writer_span(&spki), group, csr, e);
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
	    !authority_issue(t, o->dir, csr.subject, csr.spki, o->days, o->policy, &der, e))
		return false;
	pem_write(&pem, PEM_CERTIFICATE, writer_span(&der));
	if (!writer_ok(&pem) || !ca_file_write_new(o->out, writer_span(&pem), e))
		return err_set(e, ERR_BACKEND, "cannot write %s", o->out);
	printf("trial certificate, for demonstrations and tests only: %s (%s)\n", subject,
	    o->attestation != NULL ? "key attested by its SAM" : "key not attested");
	return true;
}

static bool
run(const struct options *o, struct err *e)
{
	AUTO(secret) *pin = secret_read_fd(o->pin_fd, PIN_MAX, e);
	AUTO(token) *t = NULL;

	close(o->pin_fd);
	if (pin == NULL || (t = token_open(o->module, o->token, e)) == NULL ||
	    !token_login(t, secret_span(pin), e) || !authority_token_fits(t, e))
		return false;
	return strcmp(o->command, "init") == 0 ? run_init(o, t, e) : run_issue(o, t, e);
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
