/* SPDX-License-Identifier: Apache-2.0 */
/* The CMP side of the tests' CA: OpenSSL's server, and its answers spoilt as told. */
#include <openssl/crmf.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "tests/cmp/service.h"
#include "der/oids.h"

#define BODY_CERT_CONF	24		/* RFC 9810 5.1 */

static void
must(bool ok)
{
	if (!ok)
		bug("the tests' CMP server");
}

static OSSL_CMP_PKISI *
status(int which, int failure, const char *text)
{
	return OSSL_CMP_STATUSINFO_new(which, failure < 0 ? 0 : 1 << failure, text);
}

/* Subject and key of whichever request it is; the key is the caller's. */
static EVP_PKEY *
requested(const struct faulty *f, const OSSL_CRMF_MSG *crm, const X509_REQ *p10, X509_NAME **subject)
{
	const OSSL_CRMF_CERTTEMPLATE *t;
	const X509_NAME *name;

	if (p10 != NULL) {
		*subject = X509_NAME_dup(X509_REQ_get_subject_name(p10));
		return X509_REQ_get_pubkey((X509_REQ *)(uintptr_t)p10);
	}
	t = OSSL_CRMF_MSG_get0_tmpl(crm);
	name = OSSL_CRMF_CERTTEMPLATE_get0_subject(t);
	*subject = name == NULL ? X509_NAME_new() : X509_NAME_dup(name);
	must(f->template_key != NULL && EVP_PKEY_up_ref(f->template_key) == 1);
	return f->template_key;
}

static X509 *
spoilt_certificate(struct faulty *f, const OSSL_CRMF_MSG *crm, const X509_REQ *p10)
{
	X509_NAME *subject;
	EVP_PKEY *key = requested(f, crm, p10, &subject);
	X509 *cert;

	if (f->fault == FAULT_OTHER_KEY) {
		EVP_PKEY_free(key);
		key = issuer_new_key();
	}
	if (f->fault == FAULT_OTHER_SUBJECT) {
		X509_NAME_free(subject);
		subject = X509_NAME_new();
		must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
		    (const uint8_t *)"Somebody Else", -1, -1, 0));
	}
	if (f->fault == FAULT_MORE_SUBJECT)
		must(X509_NAME_add_entry_by_txt(subject, "serialNumber", MBSTRING_ASC,
		    (const uint8_t *)"PNOSE-1", -1, -1, 0));
	cert = issuer_issue(&f->issuer, subject, key);
	X509_NAME_free(subject);
	EVP_PKEY_free(key);
	return cert;
}

static OSSL_CMP_PKISI *
on_request(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request, int id UNUSED,
    const OSSL_CRMF_MSG *crm, const X509_REQ *p10, X509 **cert, STACK_OF(X509) **chain,
    STACK_OF(X509) **ca_pubs)
{
	struct faulty *f = OSSL_CMP_SRV_CTX_get0_custom_ctx(server);
	bool waits = f->fault == FAULT_POLL_FOR_EVER || (f->fault == FAULT_POLL_TWICE && f->polled < 3);

	*cert = NULL;
	*chain = *ca_pubs = NULL;
	if (f->fault == FAULT_REJECT)
		return status(OSSL_CMP_PKISTATUS_rejection, OSSL_CMP_PKIFAILUREINFO_badCertTemplate,
		    "no such profile");
	if (f->fault == FAULT_UNAVAILABLE)
		return status(OSSL_CMP_PKISTATUS_rejection, OSSL_CMP_PKIFAILUREINFO_systemUnavail,
		    "backup under way");
	if (waits) {
		OSSL_CMP_MSG_free(f->waiting);
		must((f->waiting = OSSL_CMP_MSG_dup(request)) != NULL);
		return status(OSSL_CMP_PKISTATUS_waiting, -1, "an officer looks at it");
	}
	*cert = spoilt_certificate(f, crm, p10);
	f->issued++;
	must((*chain = sk_X509_new_null()) != NULL && X509_up_ref(f->issuer.cert) &&
	    sk_X509_push(*chain, f->issuer.cert) > 0);
	return status(OSSL_CMP_PKISTATUS_accepted, -1, NULL);
}

static int
on_poll(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request UNUSED, int id UNUSED,
    OSSL_CMP_MSG **waiting, int64_t *after)
{
	struct faulty *f = OSSL_CMP_SRV_CTX_get0_custom_ctx(server);

	*waiting = NULL;
	*after = 0;
	if (++f->polled >= 3 && f->fault == FAULT_POLL_TWICE) {
		*waiting = f->waiting;
		f->waiting = NULL;
	}
	return 1;
}

static OSSL_CMP_PKISI *
on_revoke(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request UNUSED, const X509_NAME *issuer UNUSED,
    const ASN1_INTEGER *serial)
{
	struct faulty *f = OSSL_CMP_SRV_CTX_get0_custom_ctx(server);

	for (size_t i = 0; serial != NULL && i < f->issuer.n_revoked; i++)
		if (f->issuer.revoked[i].serial == ASN1_INTEGER_get(serial))
			return status(OSSL_CMP_PKISTATUS_rejection, OSSL_CMP_PKIFAILUREINFO_certRevoked,
			    NULL);
	if (serial == NULL || f->fault == FAULT_REJECT)
		return status(OSSL_CMP_PKISTATUS_rejection, OSSL_CMP_PKIFAILUREINFO_badCertId, NULL);
	issuer_revoke(&f->issuer, serial, 5);
	return status(OSSL_CMP_PKISTATUS_accepted, -1, NULL);
}

static int
on_genm(OSSL_CMP_SRV_CTX *server UNUSED, const OSSL_CMP_MSG *request UNUSED,
    const STACK_OF(OSSL_CMP_ITAV) *in UNUSED, STACK_OF(OSSL_CMP_ITAV) **out)
{
	*out = NULL;
	return 1;
}

static void
on_error(OSSL_CMP_SRV_CTX *server UNUSED, const OSSL_CMP_MSG *request UNUSED,
    const OSSL_CMP_PKISI *info UNUSED, const ASN1_INTEGER *code UNUSED,
    const OSSL_CMP_PKIFREETEXT *details UNUSED)
{
}

static int
on_confirm(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request UNUSED, int id UNUSED,
    const ASN1_OCTET_STRING *hash UNUSED, const OSSL_CMP_PKISI *info)
{
	struct faulty *f = OSSL_CMP_SRV_CTX_get0_custom_ctx(server);
	char text[64] = "";

	if (info != NULL)
		OSSL_CMP_snprint_PKIStatusInfo(info, text, sizeof(text));
	if (strstr(text, "rejection") != NULL)
		f->refused++;
	else
		f->confirmed++;
	return 1;
}

static int
on_log(const char *c UNUSED, const char *file UNUSED, int line UNUSED, OSSL_CMP_severity level UNUSED,
    const char *text UNUSED)
{
	return 1;
}

void
service_open(struct faulty *f, const char *secret)
{
	OSSL_CMP_CTX *ctx;
	X509_STORE *store = X509_STORE_new();

	must(store != NULL && X509_STORE_add_cert(store, f->issuer.cert) == 1 &&
	    (f->server = OSSL_CMP_SRV_CTX_new(NULL, NULL)) != NULL &&
	    OSSL_CMP_SRV_CTX_init(f->server, f, on_request, on_revoke, on_genm, on_error, on_confirm,
	    on_poll) == 1);
	ctx = OSSL_CMP_SRV_CTX_get0_cmp_ctx(f->server);
	must(OSSL_CMP_CTX_set_log_cb(ctx, on_log) == 1 && OSSL_CMP_CTX_set0_trustedStore(ctx, store) == 1 &&
	    OSSL_CMP_SRV_CTX_set_accept_raverified(f->server, 1) == 1);
	if (secret != NULL)
		must(OSSL_CMP_CTX_set1_secretValue(ctx, (const uint8_t *)secret, (int)strlen(secret)) == 1 &&
		    OSSL_CMP_CTX_set1_referenceValue(ctx, (const uint8_t *)"ra", 2) == 1);
	else
		must(OSSL_CMP_CTX_set1_pkey(ctx, f->issuer.server_key) == 1 &&
		    OSSL_CMP_CTX_set1_cert(ctx, f->issuer.server) == 1);
}

void
service_close(struct faulty *f)
{
	OSSL_CMP_SRV_CTX_free(f->server);
	OSSL_CMP_MSG_free(f->waiting);
}

/* Another nonce in the bytes, and then the protection that fits them. */
static OSSL_CMP_MSG *
nonce_spoilt(OSSL_CMP_MSG *answer)
{
	const ASN1_OCTET_STRING *nonce = OSSL_CMP_HDR_get0_recipNonce(OSSL_CMP_MSG_get0_header(answer));
	uint8_t *der = NULL, *at;
	const uint8_t *in;
	int n = i2d_OSSL_CMP_MSG(answer, &der);

	must(n > 0 && nonce != NULL && (at = memmem(der, (size_t)n, ASN1_STRING_get0_data(nonce),
	    (size_t)ASN1_STRING_length(nonce))) != NULL);
	at[0] ^= 1;
	in = der;
	OSSL_CMP_MSG_free(answer);
	must((answer = d2i_OSSL_CMP_MSG(NULL, &in, n)) != NULL);
	OPENSSL_free(der);
	return answer;
}

static OSSL_CMP_MSG *
spoilt(struct faulty *f, OSSL_CMP_MSG *answer)
{
	OSSL_CMP_CTX *ctx = OSSL_CMP_SRV_CTX_get0_cmp_ctx(f->server);
	ASN1_OCTET_STRING *id;

	if (f->fault == FAULT_TRANSACTION) {
		must((id = ASN1_OCTET_STRING_new()) != NULL &&
		    ASN1_OCTET_STRING_set(id, (const uint8_t *)"sixteen bytes!!!", 16) == 1 &&
		    OSSL_CMP_CTX_set1_transactionID(ctx, id) == 1);
		ASN1_OCTET_STRING_free(id);
	}
	if (f->fault == FAULT_NONCE) {		/* once confirmed the server has forgotten its transaction */
		must(OSSL_CMP_CTX_set1_transactionID(ctx, OSSL_CMP_HDR_get0_transactionID(
		    OSSL_CMP_MSG_get0_header(answer))) == 1);
		answer = nonce_spoilt(answer);
	}
	if (f->fault == FAULT_NONCE || f->fault == FAULT_TRANSACTION)
		must(OSSL_CMP_MSG_update_transactionID(ctx, answer) == 1);
	return answer;
}

static bool
has_attestation(struct span request)
{
	return memmem(request.p, request.n, OID_ATTESTATION_DER, sizeof(OID_ATTESTATION_DER) - 1) != NULL;
}

bool
service_answer(struct faulty *f, struct span request, struct writer *w)
{
	OSSL_CMP_CTX *ctx = OSSL_CMP_SRV_CTX_get0_cmp_ctx(f->server);
	bool stranger = f->fault == FAULT_OTHER_SIGNER;
	const uint8_t *at = request.p;
	OSSL_CMP_MSG *q = d2i_OSSL_CMP_MSG(NULL, &at, (long)request.n), *answer;
	uint8_t *der = NULL;
	int n;

	if (q == NULL)
		return false;
	if (OSSL_CMP_MSG_get_bodytype(q) != BODY_CERT_CONF)
		f->attested += has_attestation(request);
	must(OSSL_CMP_CTX_set_option(ctx, OSSL_CMP_OPT_UNPROTECTED_SEND,
	    f->fault == FAULT_UNPROTECTED) == 1);
	if (stranger)
		must(OSSL_CMP_CTX_set1_pkey(ctx, f->issuer.ra_key) == 1 &&
		    OSSL_CMP_CTX_set1_cert(ctx, f->issuer.ra) == 1);
	answer = OSSL_CMP_SRV_process_request(f->server, q);
	OSSL_CMP_MSG_free(q);
	if (answer == NULL)
		return false;
	answer = spoilt(f, answer);
	must((n = i2d_OSSL_CMP_MSG(answer, &der)) > 0);
	wr_bytes(w, der, (size_t)n);
	OPENSSL_free(der);
	OSSL_CMP_MSG_free(answer);
	if (stranger)
		must(OSSL_CMP_CTX_set1_cert(ctx, f->issuer.server) == 1 &&
		    OSSL_CMP_CTX_set1_pkey(ctx, f->issuer.server_key) == 1);
	return true;
}
