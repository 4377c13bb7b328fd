/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates by the same client as the SSA's, for a key made here. */
#include <stdio.h>

#include <openssl/x509.h>

#include "authority.h"
#include "base/clock.h"
#include "cmp/ca.h"

#define SUBJECT		"Bench"
#define COLD		8	/* transactions that are not counted */

static bool
request_make(struct writer *der, struct err *e)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_REQ *r = X509_REQ_new();
	unsigned char *bytes = NULL;
	int n = 0;

	if (key != NULL && r != NULL && X509_REQ_set_pubkey(r, key) == 1 &&
	    X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(r), "CN", MBSTRING_UTF8,
	    (const unsigned char *)SUBJECT, -1, -1, 0) == 1 && X509_REQ_sign(r, key, EVP_sha256()) > 0)
		n = i2d_X509_REQ(r, &bytes);
	if (n > 0)
		wr_bytes(der, bytes, (size_t)n);
	OPENSSL_free(bytes);
	X509_REQ_free(r);
	EVP_PKEY_free(key);
	return n > 0 || err_set(e, ERR_BACKEND, "libcrypto makes no certificate request");
}

static bool
set(struct ca_list *list, const char *name, const char *directory, const char *value, struct err *e)
{
	char text[CA_TEXT_MAX];

	snprintf(text, sizeof(text), "%s%s", directory, value);
	return ca_list_set(list, "ca bench", name, text, e);
}

static bool
certify(struct ca *ca, struct span csr, struct err *e)
{
	AUTO_WRITER certificate = writer_grow(CA_CERTIFICATE_MAX);
	AUTO_WRITER chain = writer_grow((CA_CERTIFICATE_MAX + 4) * CA_CHAIN_MAX);

	return ca_certify(ca, csr, span_of(NULL, 0), UINT64_MAX, &certificate, &chain, e);
}

static bool
series(struct ca *ca, struct span csr, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (!certify(ca, csr, e))
			return false;
	return true;
}

bool
authority_measure(const char *url, const char *directory, const struct processes *p, size_t n,
    struct authority_cost *out, struct err *e)
{
	double before[CPU_PARTS], after[CPU_PARTS];
	AUTO_WRITER csr = writer_grow(2048);
	struct ca_list list = { 0 };
	AUTO(ca) *ca = NULL;
	uint64_t start;

	if (!set(&list, "url", url, "", e) || !set(&list, "profile", "bench", "", e) ||
	    !set(&list, "certificate", directory, "/ra.pem", e) ||
	    !set(&list, "key", directory, "/ra.key", e) ||
	    !set(&list, "trust", directory, "/ca/root.pem", e) || !ca_list_fits(&list, e) ||
	    (ca = ca_open(&list.ca[0], NULL, e)) == NULL || !request_make(&csr, e) ||
	    !series(ca, writer_span(&csr), COLD, e))
		return false;
	processes_cpu(p, before);
	start = clock_us();
	if (!series(ca, writer_span(&csr), n, e))
		return false;
	out->ms = (double)(clock_us() - start) / 1000 / (double)n;
	processes_cpu(p, after);
	out->ca_us = (after[CPU_CA] - before[CPU_CA]) / (double)n;
	out->client_us = (after[CPU_LOAD] - before[CPU_LOAD]) / (double)n;
	return true;
}
