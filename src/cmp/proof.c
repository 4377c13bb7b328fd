/* SPDX-License-Identifier: Apache-2.0 */
/* CRLs and OCSP answers: the signature first, then what they say of one certificate. */
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "base/clock.h"
#include "cmp/proof.h"

#define SKEW_S		300	/* clocks of a CA and ours */
#define REASON_HOLD	6	/* certificateHold */
#define REASON_UNHOLD	8	/* removeFromCRL */

static bool
unusable(const struct subject *s, const char *what, const char *why, struct err *e)
{
	return err_why(e, ERR_BACKEND, "garbage", "CA %s: its %s cannot be used: %s", s->name, what, why);
}

static uint64_t
time_ms(const ASN1_TIME *t)
{
	struct tm tm;
	time_t s;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1 || (s = timegm(&tm)) < 0)
		return 0;
	return (uint64_t)s * 1000;
}

static void
standing_set(struct ca_status *out, int reason, uint64_t at)
{
	out->standing = reason == REASON_HOLD ? CA_HELD : reason == REASON_UNHOLD ? CA_GOOD : CA_REVOKED;
	out->reason = reason;
	out->revoked_at = at;
}

static bool
is_current(const struct ca_status *s, uint64_t now)
{
	return s->this_update != 0 && s->this_update <= now + SKEW_S * 1000 &&
	    (s->next_update == 0 || s->next_update + SKEW_S * 1000 > now);
}

static int
revoked_reason(const X509_REVOKED *entry)
{
	ASN1_ENUMERATED *value = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
	int reason = value == NULL ? -1 : (int)ASN1_ENUMERATED_get(value);

	ASN1_ENUMERATED_free(value);
	return reason;
}

/* Indirect and partial CRLs say too little of one certificate: not used. */
static const char *
crl_fault(X509_CRL *crl, const struct subject *s)
{
	EVP_PKEY *key = X509_get0_pubkey(s->issuer);

	if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(s->issuer)) != 0)
		return "it is of another issuer";
	if (key == NULL || X509_CRL_verify(crl, key) != 1)
		return "its signature is not the issuing CA's";
	if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0)
		return "it is a delta CRL";
	return NULL;
}

static void
crl_read(X509_CRL *crl, const struct subject *s, struct ca_status *out)
{
	X509_REVOKED *entry = NULL;

	*out = (struct ca_status){ .standing = CA_GOOD, .what = CA_PROOF_CRL, .reason = -1,
		.this_update = time_ms(X509_CRL_get0_lastUpdate(crl)),
		.next_update = time_ms(X509_CRL_get0_nextUpdate(crl)) };
	if (X509_CRL_get0_by_cert(crl, &entry, s->cert) >= 1 && entry != NULL)
		standing_set(out, revoked_reason(entry), time_ms(X509_REVOKED_get0_revocationDate(entry)));
}

bool
crl_status(struct span bytes, const struct subject *s, struct ca_status *out, struct err *e)
{
	const uint8_t *at = bytes.p;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)bytes.n);
	const char *fault = crl == NULL || at != bytes.p + bytes.n ? "it is no CRL in DER" :
	    crl_fault(crl, s);
	struct ca_status got;

	if (fault == NULL) {
		crl_read(crl, s, &got);
		if (!is_current(&got, clock_wall()))
			fault = "its time is over, or not yet there; compare clocks";
	}
	X509_CRL_free(crl);
	if (fault != NULL)
		return unusable(s, "CRL", fault, e);
	*out = got;
	out->proof = bytes;
	return true;
}

/* SHA-1 names a certificate here as all responders know it; it protects nothing. */
static OCSP_CERTID *
cert_id(const struct subject *s)
{
	return OCSP_cert_to_id(EVP_sha1(), s->cert, s->issuer);
}

bool
ocsp_request_write(struct writer *w, const struct subject *s, const uint8_t *nonce, struct err *e)
{
	OCSP_REQUEST *q = OCSP_REQUEST_new();
	OCSP_CERTID *id = cert_id(s);
	uint8_t bytes[NONCE_LEN], *der = NULL;
	bool ok = q != NULL && id != NULL && OCSP_request_add0_id(q, id) != NULL;
	int n = -1;

	if (!ok)
		OCSP_CERTID_free(id);
	if (nonce != NULL) {
		memcpy(bytes, nonce, sizeof(bytes));		/* OpenSSL's argument is not const */
		ok = ok && OCSP_request_add1_nonce(q, bytes, sizeof(bytes)) == 1;
	}
	if (ok && (n = i2d_OCSP_REQUEST(q, &der)) > 0)
		wr_bytes(w, der, (size_t)n);
	OPENSSL_free(der);
	OCSP_REQUEST_free(q);
	return (n > 0 && writer_ok(w)) || err_set(e, ERR_BACKEND, "CA %s: OCSP request", s->name);
}

static bool
nonce_fits(OCSP_BASICRESP *basic, const uint8_t *nonce)
{
	int at = OCSP_BASICRESP_get_ext_by_NID(basic, NID_id_pkix_OCSP_Nonce, -1);
	const ASN1_OCTET_STRING *value = at < 0 ? NULL :
	    X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(basic, at));
	int n = value == NULL ? 0 : ASN1_STRING_length(value);

	/* An OCTET STRING in an OCTET STRING (RFC 9654); old responders leave the inner one out. */
	return nonce == NULL || value == NULL ||
	    (n >= NONCE_LEN && n <= NONCE_LEN + 2 &&
	    memcmp(ASN1_STRING_get0_data(value) + n - NONCE_LEN, nonce, NONCE_LEN) == 0);
}

bool
ocsp_open(struct span response, const uint8_t *nonce, struct writer *out, struct err *e)
{
	const uint8_t *at = response.p;
	OCSP_RESPONSE *r = d2i_OCSP_RESPONSE(NULL, &at, (long)response.n);
	int status = r == NULL ? -1 : OCSP_response_status(r), n = -1;
	OCSP_BASICRESP *basic = status == OCSP_RESPONSE_STATUS_SUCCESSFUL ?
	    OCSP_response_get1_basic(r) : NULL;
	uint8_t *der = NULL;
	bool fits = basic != NULL && nonce_fits(basic, nonce);

	if (r == NULL)
		err_why(e, ERR_BACKEND, "garbage", "the OCSP responder answered something else");
	else if (basic == NULL)
		err_why(e, status == OCSP_RESPONSE_STATUS_TRYLATER ||
		    status == OCSP_RESPONSE_STATUS_INTERNALERROR ? ERR_BUSY : ERR_BACKEND, "ocsp",
		    "the OCSP responder refuses: %s", OCSP_response_status_str(status));
	else if (!fits)
		err_why(e, ERR_BACKEND, "nonce", "the OCSP responder answered with another nonce: a"
		    " replayed answer");
	else if ((n = i2d_OCSP_BASICRESP(basic, &der)) > 0)
		wr_bytes(out, der, (size_t)n);
	OPENSSL_free(der);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(r);
	return fits && ((n > 0 && writer_ok(out)) || err_why(e, ERR_BACKEND, "garbage",
	    "the OCSP answer is too large"));
}

/* The issuer itself, or a certificate of its own for this (OCSPSigning), inside the answer. */
static const char *
ocsp_fault(OCSP_BASICRESP *basic, const struct subject *s)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *issuer = sk_X509_new_null();
	bool ok = store != NULL && issuer != NULL && X509_STORE_add_cert(store, s->issuer) == 1 &&
	    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
	    sk_X509_push(issuer, s->issuer) > 0 && OCSP_basic_verify(basic, issuer, store, 0) == 1;

	sk_X509_free(issuer);
	X509_STORE_free(store);
	return ok ? NULL : "its signature is neither the issuing CA's nor of a responder named by it";
}

static const char *
ocsp_read(OCSP_BASICRESP *basic, const struct subject *s, struct ca_status *out)
{
	ASN1_GENERALIZEDTIME *at = NULL, *this_update = NULL, *next_update = NULL;
	OCSP_CERTID *id = cert_id(s);
	int status = -1, reason = -1;
	bool found = id != NULL && OCSP_resp_find_status(basic, id, &status, &reason, &at, &this_update,
	    &next_update) == 1;

	OCSP_CERTID_free(id);
	if (!found)
		return "it is about another certificate";
	*out = (struct ca_status){ .what = CA_PROOF_OCSP, .reason = -1,
		.standing = status == V_OCSP_CERTSTATUS_GOOD ? CA_GOOD : CA_UNKNOWN,
		.this_update = time_ms(this_update), .next_update = time_ms(next_update) };
	if (status == V_OCSP_CERTSTATUS_REVOKED)
		standing_set(out, reason, time_ms(at));
	return is_current(out, clock_wall()) ? NULL : "its time is over, or not yet there; compare clocks";
}

bool
ocsp_status(struct span bytes, const struct subject *s, struct ca_status *out, struct err *e)
{
	const uint8_t *at = bytes.p;
	OCSP_BASICRESP *basic = d2i_OCSP_BASICRESP(NULL, &at, (long)bytes.n);
	const char *fault = basic == NULL || at != bytes.p + bytes.n ? "it is no BasicOCSPResponse" :
	    ocsp_fault(basic, s);
	struct ca_status got = { 0 };

	if (fault == NULL)
		fault = ocsp_read(basic, s, &got);
	OCSP_BASICRESP_free(basic);
	if (fault != NULL)
		return unusable(s, "OCSP answer", fault, e);
	*out = got;
	out->proof = bytes;
	return true;
}
