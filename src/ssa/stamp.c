/* SPDX-License-Identifier: Apache-2.0 */
/* A time stamp's request and answer (RFC 3161 2.4), written and checked by OpenSSL. */
#include <limits.h>

#include <openssl/objects.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>

#include "ssa/stamper.h"

static ASN1_INTEGER *
nonce_of(const struct stamp *s)
{
	BIGNUM *n = BN_bin2bn(s->nonce, (int)s->nonce_n, NULL);
	ASN1_INTEGER *i = n == NULL ? NULL : BN_to_ASN1_INTEGER(n, NULL);

	BN_free(n);
	return i;
}

static bool
imprint_set(TS_REQ *q, const struct stamp *s)
{
	TS_MSG_IMPRINT *m = TS_MSG_IMPRINT_new();
	X509_ALGOR *a = X509_ALGOR_new();
	ASN1_OBJECT *oid = OBJ_txt2obj(s->hash_oid, 1);
	uint8_t digest[sizeof(s->digest)];
	bool ok;

	memcpy(digest, s->digest, s->digest_n);		/* OpenSSL's argument is not const */
	ok = m != NULL && a != NULL && oid != NULL && X509_ALGOR_set0(a, oid, V_ASN1_NULL, NULL);
	if (!ok)
		ASN1_OBJECT_free(oid);
	ok = ok && TS_MSG_IMPRINT_set_algo(m, a) &&
	    TS_MSG_IMPRINT_set_msg(m, digest, (int)s->digest_n) && TS_REQ_set_msg_imprint(q, m);
	X509_ALGOR_free(a);
	TS_MSG_IMPRINT_free(m);
	return ok;
}

static TS_REQ *
request_of(const struct stamp *s)
{
	TS_REQ *q = TS_REQ_new();
	ASN1_INTEGER *nonce = nonce_of(s);

	if (q == NULL || nonce == NULL || !TS_REQ_set_version(q, 1) || !imprint_set(q, s) ||
	    !TS_REQ_set_nonce(q, nonce) || !TS_REQ_set_cert_req(q, 1)) {
		TS_REQ_free(q);
		q = NULL;
	}
	ASN1_INTEGER_free(nonce);
	return q;
}

bool
stamp_request_write(const struct stamp *s, struct writer *w, struct err *e)
{
	TS_REQ *q = request_of(s);
	uint8_t *der = NULL;
	int n = q == NULL ? -1 : i2d_TS_REQ(q, &der);

	TS_REQ_free(q);
	if (n <= 0)
		return err_set(e, ERR_BACKEND, "time stamp: the request cannot be written");
	wr_bytes(w, der, (size_t)n);
	OPENSSL_free(der);
	return writer_ok(w) || err_set(e, ERR_BACKEND, "time stamp: the request is too large");
}

/* Nonce, imprint and version must be the request's; the signature too when there are roots. */
static bool
answer_fits(const struct stamp *s, TS_RESP *r, const char *ca, struct err *e)
{
	TS_REQ *q = request_of(s);
	TS_VERIFY_CTX *v = q == NULL ? NULL : TS_REQ_to_TS_VERIFY_CTX(q, NULL);
	X509_STORE *roots = *ca == '\0' ? NULL : X509_STORE_new();
	bool ok = v != NULL && (*ca == '\0' || (roots != NULL && X509_STORE_load_file(roots, ca) == 1));

	if (!ok) {
		X509_STORE_free(roots);
		err_set(e, ERR_BACKEND, "time stamp: the roots in %s cannot be used", ca);
	} else {
		if (roots != NULL) {
			TS_VERIFY_CTX_add_flags(v, TS_VFY_SIGNATURE);
			TS_VERIFY_CTX_set_store(v, roots);	/* it frees them */
		}
		ok = TS_RESP_verify_response(v, r) == 1;
		if (!ok)
			err_set(e, ERR_BACKEND, "time stamp: the service refused, or answered another request");
	}
	TS_VERIFY_CTX_free(v);
	TS_REQ_free(q);
	return ok;
}

bool
stamp_answer_read(struct stamp *s, struct span response, const char *ca, struct err *e)
{
	const uint8_t *at = response.p;
	uint8_t *der = NULL;
	TS_RESP *r;
	int n = -1;

	if (response.n > STAMP_MAX)
		return err_set(e, ERR_BACKEND, "time stamp: the answer is too large");
	r = d2i_TS_RESP(NULL, &at, (long)response.n);
	if (r == NULL || at != response.p + response.n) {
		TS_RESP_free(r);
		return err_set(e, ERR_BACKEND, "time stamp: the answer is no TimeStampResp");
	}
	if (answer_fits(s, r, ca, e) && (n = i2d_PKCS7(TS_RESP_get_token(r), &der)) > 0) {
		wr_bytes(&s->token, der, (size_t)n);
		OPENSSL_free(der);
	}
	TS_RESP_free(r);
	return (n > 0 && writer_ok(&s->token)) ||
	    err_set(e, ERR_BACKEND, "time stamp: the answer has no token");
}
