/* SPDX-License-Identifier: Apache-2.0 */
/* A CA in memory for tests. */
#include <openssl/ec.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/err.h"
#include "tests/cmp/issuer.h"

static void
must(bool ok)
{
	if (!ok)
		bug("the tests' CA");
}

EVP_PKEY *
issuer_new_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	must(key != NULL);
	return key;
}

static void
extension_add(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *x;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	x = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(x != NULL && X509_add_ext(cert, x, -1) == 1);
	X509_EXTENSION_free(x);
}

static X509 *
draft(struct issuer *i, const X509_NAME *subject, EVP_PKEY *key)
{
	X509 *cert = X509_new();

	must(cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(cert), ++i->serial) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(cert), -60) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(cert), 86400L * i->days) != NULL &&
	    X509_set_subject_name(cert, subject) == 1 && X509_set_pubkey(cert, key) == 1 &&
	    X509_set_issuer_name(cert, i->cert == NULL ? subject : X509_get_subject_name(i->cert)) == 1);
	return cert;
}

static X509 *
named(struct issuer *i, const char *cn, EVP_PKEY *key, const char *usage, bool ca)
{
	X509_NAME *name = X509_NAME_new();
	X509 *cert;

	must(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const uint8_t *)"Tests", -1, -1, 0) &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0));
	cert = draft(i, name, key);
	X509_NAME_free(name);
	extension_add(cert, ca ? cert : i->cert, NID_basic_constraints, ca ? "critical,CA:TRUE" : "CA:FALSE");
	extension_add(cert, ca ? cert : i->cert, NID_key_usage, usage);
	must(X509_sign(cert, i->key, EVP_sha256()) > 0);
	return cert;
}

void
issuer_init(struct issuer *i)
{
	*i = (struct issuer){ .key = issuer_new_key(), .server_key = issuer_new_key(),
		.ra_key = issuer_new_key(), .next_update_s = 3600, .days = 365, .serial = 1000 };
	i->cert = named(i, "Issuing CA", i->key, "critical,keyCertSign,cRLSign", true);
	i->server = named(i, "CMP server", i->server_key, "critical,digitalSignature", false);
	i->ra = named(i, "Registration authority", i->ra_key, "critical,digitalSignature", false);
}

void
issuer_wipe(struct issuer *i)
{
	X509_free(i->cert);
	X509_free(i->server);
	X509_free(i->ra);
	EVP_PKEY_free(i->key);
	EVP_PKEY_free(i->server_key);
	EVP_PKEY_free(i->ra_key);
}

X509 *
issuer_issue(struct issuer *i, const X509_NAME *subject, EVP_PKEY *key)
{
	X509 *cert = draft(i, subject, key);
	char text[256];

	extension_add(cert, i->cert, NID_key_usage, "critical,nonRepudiation");
	extension_add(cert, i->cert, NID_authority_key_identifier, "keyid,issuer");
	if (i->url[0] != '\0') {
		snprintf(text, sizeof(text), "OCSP;URI:%s/ocsp", i->url);
		extension_add(cert, i->cert, NID_info_access, text);
		snprintf(text, sizeof(text), "URI:%s/crl", i->url);
		extension_add(cert, i->cert, NID_crl_distribution_points, text);
	}
	must(X509_sign(cert, i->key, EVP_sha256()) > 0);
	return cert;
}

void
issuer_revoke(struct issuer *i, const ASN1_INTEGER *serial, int reason)
{
	must(i->n_revoked < REVOKED_MAX);
	i->revoked[i->n_revoked].serial = ASN1_INTEGER_get(serial);
	i->revoked[i->n_revoked++].reason = reason;
}

static void
entry_add(X509_CRL *crl, long serial, int reason)
{
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	ASN1_ENUMERATED *why = ASN1_ENUMERATED_new();
	ASN1_TIME *at = ASN1_TIME_set(NULL, time(NULL));

	must(ASN1_INTEGER_set(number, serial) && ASN1_ENUMERATED_set(why, reason) &&
	    X509_REVOKED_set_serialNumber(r, number) && X509_REVOKED_set_revocationDate(r, at) &&
	    X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, why, 0, 0) == 1 && X509_CRL_add0_revoked(crl, r));
	ASN1_INTEGER_free(number);
	ASN1_ENUMERATED_free(why);
	ASN1_TIME_free(at);
}

void
issuer_crl(struct issuer *i, EVP_PKEY *by, struct writer *w)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *at = ASN1_TIME_set(NULL, time(NULL) - (i->next_update_s < 0 ? 7200 : 0));
	ASN1_TIME *next = ASN1_TIME_set(NULL, time(NULL) + i->next_update_s);
	uint8_t *der = NULL;
	int n;

	must(X509_CRL_set_version(crl, X509_CRL_VERSION_2) &&
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(i->cert)) &&
	    X509_CRL_set1_lastUpdate(crl, at) && X509_CRL_set1_nextUpdate(crl, next));
	for (size_t k = 0; k < i->n_revoked; k++)
		entry_add(crl, i->revoked[k].serial, i->revoked[k].reason);
	must(X509_CRL_sort(crl) && X509_CRL_sign(crl, by, EVP_sha256()) > 0 &&
	    (n = i2d_X509_CRL(crl, &der)) > 0);
	wr_bytes(w, der, (size_t)n);
	OPENSSL_free(der);
	ASN1_TIME_free(at);
	ASN1_TIME_free(next);
	X509_CRL_free(crl);
}

static void
status_add(struct issuer *i, OCSP_BASICRESP *basic, OCSP_CERTID *id)
{
	ASN1_TIME *at = ASN1_TIME_set(NULL, time(NULL) - (i->next_update_s < 0 ? 7200 : 0));
	ASN1_TIME *next = ASN1_TIME_set(NULL, time(NULL) + i->next_update_s);
	int status = V_OCSP_CERTSTATUS_GOOD, reason = 0;
	ASN1_INTEGER *serial;

	OCSP_id_get0_info(NULL, NULL, NULL, &serial, id);
	for (size_t k = 0; k < i->n_revoked; k++)
		if (i->revoked[k].serial == ASN1_INTEGER_get(serial)) {
			status = V_OCSP_CERTSTATUS_REVOKED;
			reason = i->revoked[k].reason;
		}
	must(OCSP_basic_add1_status(basic, id, status, reason, at, at, next) != NULL);
	ASN1_TIME_free(at);
	ASN1_TIME_free(next);
}

void
issuer_ocsp(struct issuer *i, struct span request, EVP_PKEY *by, struct writer *w)
{
	const uint8_t *at = request.p;
	OCSP_REQUEST *q = d2i_OCSP_REQUEST(NULL, &at, (long)request.n);
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_RESPONSE *r;
	uint8_t *der = NULL;
	int n;

	must(q != NULL && basic != NULL);
	for (int k = 0; k < OCSP_request_onereq_count(q); k++)
		status_add(i, basic, OCSP_onereq_get0_id(OCSP_request_onereq_get0(q, k)));
	must(OCSP_copy_nonce(basic, q) != 0);
	must(OCSP_basic_sign(basic, by == i->key ? i->cert : i->ra, by, EVP_sha256(), NULL, 0) == 1);
	r = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	must(r != NULL && (n = i2d_OCSP_RESPONSE(r, &der)) > 0);
	wr_bytes(w, der, (size_t)n);
	OPENSSL_free(der);
	OCSP_RESPONSE_free(r);
	OCSP_BASICRESP_free(basic);
	OCSP_REQUEST_free(q);
}

static void
pem_put(const char *dir, const char *name, X509 *cert, EVP_PKEY *key)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	must((f = fopen(path, "w")) != NULL && chmod(path, 0600) == 0);
	must(cert != NULL ? PEM_write_X509(f, cert) == 1 :
	    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1);
	must(fclose(f) == 0);
}

void
issuer_pem(const struct issuer *i, const char *dir)
{
	pem_put(dir, "ca.pem", i->cert, NULL);
	pem_put(dir, "server.pem", i->server, NULL);
	pem_put(dir, "ra.pem", i->ra, NULL);
	pem_put(dir, "ra.key", NULL, i->ra_key);
	pem_put(dir, "ca.key", NULL, i->key);
}
