/* SPDX-License-Identifier: Apache-2.0 */
/* Setting up the client of the tests' CA. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/cmp/rig.h"

static void
must(bool ok)
{
	if (!ok)
		bug("the tests' rig of CMP");
}

static void
csr_make(struct cmp_rig *r)
{
	X509_REQ *q = X509_REQ_new();
	X509_NAME *name = X509_NAME_new();
	uint8_t *der = NULL;
	int n;

	must(X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC, (const uint8_t *)"SE", -1, -1, 0) &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)"Alice Example", -1, -1,
	    0) && X509_REQ_set_subject_name(q, name) && X509_REQ_set_pubkey(q, r->key) &&
	    X509_REQ_sign(q, r->key, EVP_sha256()) > 0 && (n = i2d_X509_REQ(q, &der)) > 0);
	wr_bytes(&r->csr, der, (size_t)n);
	OPENSSL_free(der);
	X509_NAME_free(name);
	X509_REQ_free(q);
}

void
cmp_rig_file(struct cmp_rig *r, const char *name, const char *text, char path[CA_TEXT_MAX])
{
	FILE *f;

	snprintf(path, CA_TEXT_MAX, "%s/%s", r->folder, name);
	if (text == NULL)
		return;
	must((f = fopen(path, "w")) != NULL && fputs(text, f) >= 0 && fclose(f) == 0 &&
	    chmod(path, 0600) == 0);
}

void
cmp_rig_start(struct cmp_rig *r, const char *secret)
{
	struct ca_config c = { .name = "test", .method = "cmp", .request = "p10cr", .implicit_confirm = true,
		.nonce = true, .timeout_ms = 5000, .total_seconds = 10, .polls = 5, .retries = 3,
		.retry_ms = 10, .attestation = true };
	uint8_t *der = NULL;
	int n;

	*r = (struct cmp_rig){ .folder = "/tmp/propria-cmp-XXXXXX", .csr = writer_grow(4096),
		.certificate = writer_grow(CA_CERTIFICATE_MAX), .chain = writer_grow(65536),
		.issuer = writer_grow(CA_CERTIFICATE_MAX) };
	must(mkdtemp(r->folder) != NULL);
	faulty_start(&r->faulty, secret);
	issuer_pem(&r->faulty.issuer, r->folder);
	snprintf(c.url, sizeof(c.url), "%s/cmp", r->faulty.issuer.url);
	if (secret != NULL) {
		cmp_rig_file(r, "secret", secret, c.secret);
		strcpy(c.reference, "ra");
	} else {
		cmp_rig_file(r, "ra.pem", NULL, c.certificate);
		cmp_rig_file(r, "ra.key", NULL, c.key);
		cmp_rig_file(r, "server.pem", NULL, c.server);
	}
	must((n = i2d_X509(r->faulty.issuer.cert, &der)) > 0);
	wr_bytes(&r->issuer, der, (size_t)n);
	OPENSSL_free(der);
	r->config = c;
	r->key = issuer_new_key();
	r->faulty.template_key = r->key;
	csr_make(r);
	cmp_rig_open(r);
}

void
cmp_rig_open(struct cmp_rig *r)
{
	ca_free(r->ca);
	r->e = (struct err){ 0 };
	r->ca = ca_open(&r->config, &r->faulty.stop, &r->e);
}

void
cmp_rig_stop(struct cmp_rig *r)
{
	static const char *const files[] = { "ca.pem", "server.pem", "ra.pem", "ra.key", "ca.key", "secret",
		"pass" };
	char path[CA_TEXT_MAX];

	ca_free(r->ca);
	faulty_stop(&r->faulty);
	for (size_t i = 0; i < COUNT(files); i++) {
		cmp_rig_file(r, files[i], NULL, path);
		unlink(path);
	}
	rmdir(r->folder);
	EVP_PKEY_free(r->key);
	writer_wipe(&r->csr);
	writer_wipe(&r->certificate);
	writer_wipe(&r->chain);
	writer_wipe(&r->issuer);
}

bool
cmp_rig_certify(struct cmp_rig *r, enum fault fault)
{
	r->faulty.fault = fault;
	r->e = (struct err){ 0 };
	writer_reset(&r->certificate);
	writer_reset(&r->chain);
	return ca_certify(r->ca, writer_span(&r->csr), span_str("attestation"), clock_life() + 10000,
	    &r->certificate, &r->chain, &r->e);
}

bool
cmp_rig_said(const struct cmp_rig *r, enum err_code code, const char *reason)
{
	if (r->e.code != code || strcmp(r->e.reason, reason) != 0)
		fprintf(stderr, "not %s but %s %s: %s\n", reason, err_name(r->e.code), r->e.reason, r->e.text);
	return r->e.code == code && strcmp(r->e.reason, reason) == 0 && r->certificate.n == 0;
}
