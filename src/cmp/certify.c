/* SPDX-License-Identifier: Apache-2.0 */
/* Certification requests and revocation requests, with polling and retries of our own. */
#include <openssl/err.h>

#include "base/clock.h"
#include "cmp/session.h"
#include "der/oids.h"

#define POLL_LEAST_MS	250
#define FAIL_DATA	(1 << OSSL_CMP_PKIFAILUREINFO_incorrectData)

/* Does the name have this attribute with this value? CAs may change its string type. */
static bool
name_has(const X509_NAME *name, const X509_NAME_ENTRY *wanted)
{
	unsigned char *text = NULL;
	int n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(wanted)), at = -1;
	bool has = false;

	while (n >= 0 && !has &&
	    (at = X509_NAME_get_index_by_OBJ(name, X509_NAME_ENTRY_get_object(wanted), at)) >= 0) {
		unsigned char *other = NULL;
		int m = ASN1_STRING_to_UTF8(&other, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));

		has = m == n && memcmp(text, other, (size_t)n) == 0;
		OPENSSL_free(other);
	}
	OPENSSL_free(text);
	return has;
}

static bool
subject_fits(const X509 *cert, const X509_REQ *request)
{
	const X509_NAME *wanted = X509_REQ_get_subject_name(request);

	for (int i = 0; i < X509_NAME_entry_count(wanted); i++)
		if (!name_has(X509_get_subject_name(cert), X509_NAME_get_entry(wanted, i)))
			return false;
	return true;
}

static bool
key_fits(const X509 *cert, X509_REQ *request)
{
	uint8_t *a = NULL, *b = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &a);
	int m = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(request), &b);
	bool same = n > 0 && n == m && memcmp(a, b, (size_t)n) == 0;

	OPENSSL_free(a);
	OPENSSL_free(b);
	return same;
}

/* A wrong certificate is refused to the CA's face, so that it revokes it; the SAM looks again. */
static int
on_certificate(OSSL_CMP_CTX *ctx, X509 *cert, int fail_info UNUSED, const char **text)
{
	struct ca *ca = OSSL_CMP_CTX_get_certConf_cb_arg(ctx);

	if (!key_fits(cert, ca->request)) {
		*text = "certificate for another key";
		err_why(&ca->fault, ERR_BACKEND, "other-key", "CA %s sent a certificate for another key; it"
		    " was refused, nothing was linked. Tell the CA's operator", ca->config.name);
		return FAIL_DATA;
	}
	if (!subject_fits(cert, ca->request)) {
		*text = "certificate for another subject";
		err_why(&ca->fault, ERR_BACKEND, "other-subject", "CA %s sent a certificate for another"
		    " subject; it was refused, nothing was linked. Tell the CA's operator",
		    ca->config.name);
		return FAIL_DATA;
	}
	return 0;
}

static bool
attestation_push(struct ca *ca, struct span attestation)
{
	ASN1_OBJECT *type = OBJ_txt2obj(OID_ATTESTATION, 1);
	ASN1_OCTET_STRING *bytes = ASN1_OCTET_STRING_new();
	ASN1_TYPE *value = ASN1_TYPE_new();
	OSSL_CMP_ITAV *itav = NULL;
	bool ok = type != NULL && bytes != NULL && value != NULL &&
	    ASN1_OCTET_STRING_set(bytes, attestation.p, (int)attestation.n) == 1;

	if (ok) {
		ASN1_TYPE_set(value, V_ASN1_OCTET_STRING, TAKE(bytes));
		itav = OSSL_CMP_ITAV_create(type, value);
	}
	if (itav != NULL && OSSL_CMP_CTX_push0_geninfo_ITAV(ca->cmp, itav) == 1)
		return true;
	if (itav == NULL) {
		ASN1_OBJECT_free(type);
		ASN1_TYPE_free(value);
		ASN1_OCTET_STRING_free(bytes);
	}
	OSSL_CMP_ITAV_free(itav);
	return false;
}

/* cr and ir carry no proof of the key: the CA must know that we, its RA, have seen it. */
static bool
template_set(struct ca *ca)
{
	EVP_PKEY *key = X509_REQ_get_pubkey(ca->request);

	if (key == NULL || OSSL_CMP_CTX_set0_newPkey(ca->cmp, 0, key) != 1) {
		EVP_PKEY_free(key);
		return false;
	}
	return OSSL_CMP_CTX_set_option(ca->cmp, OSSL_CMP_OPT_POPO_METHOD, OSSL_CRMF_POPO_RAVERIFIED) == 1 &&
	    OSSL_CMP_CTX_set1_subjectName(ca->cmp, X509_REQ_get_subject_name(ca->request)) == 1;
}

static int
request_type(const struct ca *ca)
{
	return strcmp(ca->config.request, "ir") == 0 ? OSSL_CMP_IR :
	    strcmp(ca->config.request, "cr") == 0 ? OSSL_CMP_CR : OSSL_CMP_P10CR;
}

static void
fault_clear(struct ca *ca)
{
	ERR_clear_error();
	err_clear(&ca->fault);
	ca->said[0] = '\0';
	ca->reached = false;
}

static bool
transaction_begin(struct ca *ca)
{
	fault_clear(ca);
	return OSSL_CMP_CTX_reinit(ca->cmp) == 1 && OSSL_CMP_CTX_reset_geninfo_ITAVs(ca->cmp) == 1;
}

/* The transaction that our plain request began goes on. */
static bool
transaction_is_ours(struct ca *ca)
{
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	bool ok = id != NULL && ASN1_OCTET_STRING_set(id, ca->plain.id, sizeof(ca->plain.id)) == 1 &&
	    OSSL_CMP_CTX_set1_transactionID(ca->cmp, id) == 1;

	ASN1_OCTET_STRING_free(id);
	return ok;
}

static bool
request_read(struct ca *ca)
{
	const uint8_t *at = ca->csr.p;

	if (ca->request == NULL)
		ca->request = d2i_X509_REQ(NULL, &at, (long)ca->csr.n);
	return (ca->request != NULL && (at == ca->csr.p || at == ca->csr.p + ca->csr.n)) ||
	    err_set(&ca->fault, ERR_FORMAT, "CA %s: the request is no PKCS#10", ca->config.name);
}

static bool
request_begin(struct ca *ca, struct span attestation)
{
	bool p10 = request_type(ca) == OSSL_CMP_P10CR;

	return transaction_begin(ca) && request_read(ca) &&
	    OSSL_CMP_CTX_set1_oldCert(ca->cmp, NULL) == 1 &&
	    (!ca->plain.handed || transaction_is_ours(ca)) &&
	    (p10 ? OSSL_CMP_CTX_set1_p10CSR(ca->cmp, ca->request) == 1 : template_set(ca)) &&
	    OSSL_CMP_CTX_set_certConf_cb(ca->cmp, on_certificate) == 1 &&
	    OSSL_CMP_CTX_set_certConf_cb_arg(ca->cmp, ca) == 1 &&
	    (!ca->config.attestation || attestation.n == 0 || attestation_push(ca, attestation));
}

/* One transaction by OpenSSL's client, with as much polling as the configuration allows. */
static bool
request_general(struct ca *ca, struct span attestation, struct err *e)
{
	unsigned polls = 0;
	int got, after = 0;

	if (!request_begin(ca, attestation))
		return fault_set(ca, e);
	while ((got = OSSL_CMP_try_certreq(ca->cmp, request_type(ca), NULL, &after)) == -1) {
		uint64_t ms = after < 1 ? POLL_LEAST_MS : (uint64_t)after * 1000;

		if (++polls > ca->config.polls || !ca_pause(ca, ms)) {
			ERR_clear_error();
			return ca_is_stopping(ca) ? err_why(e, ERR_BUSY, "stopping", "CA %s: this server is"
			    " stopping", ca->config.name) : err_why(e, ERR_BUSY, "polling", "CA %s said %u"
			    " times to ask again later, and time is up; ask the CA what it waits for",
			    ca->config.name, polls);
		}
	}
	if (got != 1 || ca->fault.code != ERR_NONE || OSSL_CMP_CTX_get0_newCert(ca->cmp) == NULL)
		return fault_set(ca, e);
	plain_learn(ca, ca->csr);
	return true;
}

static bool
request_once(struct ca *ca, struct span attestation, struct err *e)
{
	enum plain_end end = PLAIN_LEFT;

	ca->plain.handed = false;
	fault_clear(ca);
	if (plain_is_known(ca))
		end = plain_ask(ca, ca->csr, attestation);
	ca->is_plain = end == PLAIN_DONE;
	return end == PLAIN_DONE || (end == PLAIN_FAILED ? fault_set(ca, e) :
	    request_general(ca, attestation, e));
}

/* Only where the CA has heard nothing, or said that it could not: never two certificates by haste. */
static bool
worth_again(const struct ca *ca, const struct err *e)
{
	return e->code == ERR_BUSY && strcmp(e->reason, "stopping") != 0 && strcmp(e->reason, "polling") != 0 &&
	    (!ca->reached || strcmp(e->reason, "timeout") != 0);
}

static bool
request_repeated(struct ca *ca, struct span attestation, struct err *e)
{
	uint64_t pause = ca->config.retry_ms;
	struct err last;

	for (unsigned i = 0;; i++, pause *= 2) {
		last = (struct err){ 0 };
		if (request_once(ca, attestation, &last))
			return true;
		if (i >= ca->config.retries || !worth_again(ca, &last) || !ca_pause(ca, pause))
			break;
	}
	*e = last;
	return false;
}

static bool
der_put_x509(struct writer *w, X509 *cert, bool with_length)
{
	uint8_t *der = NULL;
	int n = i2d_X509(cert, &der);
	bool ok = n > 0 && n <= CA_CERTIFICATE_MAX;

	if (ok && with_length)
		wr_span32(w, span_of(der, (size_t)n));
	else if (ok)
		wr_bytes(w, der, (size_t)n);
	OPENSSL_free(der);
	return ok && writer_ok(w);
}

static X509 *
issuer_among(STACK_OF(X509) *certs, X509 *cert)
{
	for (int i = 0; i < sk_X509_num(certs); i++)
		if (X509_check_issued(sk_X509_value(certs, i), cert) == X509_V_OK &&
		    X509_cmp(sk_X509_value(certs, i), cert) != 0)
			return sk_X509_value(certs, i);
	return NULL;
}

/* What the CA sent beside it, in order; whoever verifies a signature builds the path by himself. */
static bool
chain_write(struct ca *ca, X509 *cert, struct writer *chain)
{
	STACK_OF(X509) *extra = OSSL_CMP_CTX_get1_extraCertsIn(ca->cmp);
	STACK_OF(X509) *roots = OSSL_CMP_CTX_get1_caPubs(ca->cmp);
	bool ok = true;

	for (size_t i = 0; ok && i < CA_CHAIN_MAX; i++) {
		X509 *next = issuer_among(extra, cert);

		if (next == NULL && (next = issuer_among(roots, cert)) == NULL)
			break;
		ok = der_put_x509(chain, next, true);
		cert = next;
	}
	sk_X509_pop_free(extra, X509_free);
	sk_X509_pop_free(roots, X509_free);
	return ok;
}

static void
deadline_set(struct ca *ca, uint64_t deadline)
{
	uint64_t own = clock_life() + (uint64_t)ca->config.total_seconds * 1000;

	ca->deadline = deadline < own ? deadline : own;
}

static bool
plain_write(const struct plain *p, struct writer *certificate, struct writer *chain)
{
	wr_span(certificate, p->got.certificate);
	for (size_t i = 0; i < p->chain_n; i++)
		wr_span32(chain, p->chain[i]);
	return writer_ok(certificate) && writer_ok(chain);
}

static bool
general_write(struct ca *ca, struct writer *certificate, struct writer *chain)
{
	X509 *cert = OSSL_CMP_CTX_get0_newCert(ca->cmp);

	return der_put_x509(certificate, cert, false) && chain_write(ca, cert, chain);
}

bool
ca_certify(struct ca *ca, struct span csr, struct span attestation, uint64_t deadline,
    struct writer *certificate, struct writer *chain, struct err *e)
{
	bool ok;

	if (ca->cmp == NULL)
		return err_set(e, ERR_FORMAT, "CA %s: its method is hand", ca->config.name);
	deadline_set(ca, deadline);
	ca->waited_us = 0;
	ca->csr = csr;
	ok = request_repeated(ca, attestation, e);
	X509_REQ_free(ca->request);
	ca->request = NULL;
	if (!ok)
		return false;
	return (ca->is_plain ? plain_write(&ca->plain, certificate, chain) :
	    general_write(ca, certificate, chain)) ||
	    err_why(e, ERR_BACKEND, "garbage", "CA %s sent a certificate of more than %u bytes",
	    ca->config.name, CA_CERTIFICATE_MAX);
}

static bool
revoke_once(struct ca *ca, X509 *cert, int reason, struct err *e)
{
	return (transaction_begin(ca) && OSSL_CMP_CTX_set1_oldCert(ca->cmp, cert) == 1 &&
	    OSSL_CMP_CTX_set_option(ca->cmp, OSSL_CMP_OPT_REVOCATION_REASON, reason) == 1 &&
	    OSSL_CMP_exec_RR_ses(ca->cmp) == 1) || fault_set(ca, e);
}

/* certRevoked: somebody was faster, and that is as good. */
static bool
is_revoked_already(const struct ca *ca, const struct err *e)
{
	int bits = OSSL_CMP_CTX_get_failInfoCode(ca->cmp);

	return e->code == ERR_DENIED && bits > 0 &&
	    (bits >> OSSL_CMP_PKIFAILUREINFO_certRevoked & 1) != 0;
}

bool
ca_revoke(struct ca *ca, struct span certificate, int reason, uint64_t deadline, struct err *e)
{
	const uint8_t *at = certificate.p;
	X509 *cert = ca->cmp == NULL ? NULL : d2i_X509(NULL, &at, (long)certificate.n);
	uint64_t pause = ca->config.retry_ms;
	struct err last = { 0 };
	bool ok = false;

	if (cert == NULL)
		return err_set(e, ERR_FORMAT, "CA %s: %s", ca->config.name, ca->cmp == NULL ?
		    "its method is hand: revoke there" : "this is no certificate");
	deadline_set(ca, deadline);
	for (unsigned i = 0; !ok; i++, pause *= 2) {
		last = (struct err){ 0 };
		ok = revoke_once(ca, cert, reason, &last) || is_revoked_already(ca, &last);
		if (!ok && (i >= ca->config.retries || last.code != ERR_BUSY || !ca_pause(ca, pause)))
			break;
	}
	X509_free(cert);
	if (!ok)
		*e = last;
	return ok;
}
