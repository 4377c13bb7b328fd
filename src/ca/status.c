/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation lists are signed by the issuing key, OCSP answers by the delegated responder. */
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "ca/status.h"

#define HOUR_MS		((uint64_t)3600000)
#define CRL_MAX		((size_t)8 << 20)

struct status {
	struct authority	*authority;
	const struct service	*responder;
	X509			*issuing;
	pthread_mutex_t		 lock;		/* of the list below */
	struct writer		 crl;
	uint64_t		 made, number;
	size_t			 revoked;	/* as many as the list has */
};

struct status *
status_open(struct authority *a, const struct service *responder, struct err *e)
{
	struct status *s = calloc(1, sizeof(*s));

	if (s == NULL)
		bug("no memory");
	s->authority = a;
	s->responder = responder;
	s->crl = writer_grow(CRL_MAX);
	pthread_mutex_init(&s->lock, NULL);
	if ((s->issuing = certificate_of(authority_der(a), e)) != NULL)
		return s;
	status_free(s);
	return NULL;
}

void
status_free(struct status *s)
{
	if (s == NULL)
		return;
	X509_free(s->issuing);
	writer_wipe(&s->crl);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Numbers must grow over restarts too: they are times. */
static bool
crl_make(struct status *s, struct err *e)
{
	uint64_t now = clock_wall();
	struct crl crl = { .this_update = now, .next_update = now + 24 * HOUR_MS,
		.number = now > s->number ? now : s->number + 1 };
	struct issued *issued;
	struct revoked *revoked;
	bool ok;

	crl.n = journal_revoked(authority_journal(s->authority), &issued);
	if ((revoked = calloc(crl.n + 1, sizeof(*revoked))) == NULL)
		bug("no memory");
	for (size_t i = 0; i < crl.n; i++)
		revoked[i] = (struct revoked){ span_of(issued[i].serial, issued[i].n), issued[i].revoked,
			issued[i].reason };
	crl.revoked = revoked;
	writer_reset(&s->crl);
	if ((ok = authority_crl(s->authority, &crl, &s->crl, e))) {
		s->made = now;
		s->number = crl.number;
		s->revoked = crl.n;
	}
	free(revoked);
	free(issued);
	return ok;
}

bool
status_crl(struct status *s, struct writer *w, struct err *e)
{
	uint64_t now = clock_wall();
	bool good;

	pthread_mutex_lock(&s->lock);
	good = s->made != 0 && now >= s->made && now - s->made < HOUR_MS &&
	    s->revoked == journal_revoked(authority_journal(s->authority), NULL);
	if (!good && !(good = crl_make(s, e)))
		s->made = 0;
	if (good)
		wr_span(w, writer_span(&s->crl));
	pthread_mutex_unlock(&s->lock);
	return good && (writer_ok(w) || err_set(e, ERR_BUG, "the list is too long"));
}

/* Is the certificate that is asked for one of our issuing key at all? */
static bool
is_ours(const struct status *s, OCSP_CERTID *id)
{
	ASN1_OBJECT *hash = NULL;
	const EVP_MD *md;
	OCSP_CERTID *own;
	bool same;

	if (OCSP_id_get0_info(NULL, &hash, NULL, NULL, id) != 1 ||
	    (md = EVP_get_digestbyobj(hash)) == NULL ||
	    (own = OCSP_cert_to_id(md, NULL, s->issuing)) == NULL)
		return false;
	same = OCSP_id_issuer_cmp(own, id) == 0;
	OCSP_CERTID_free(own);
	return same;
}

static enum standing
standing_of(struct status *s, OCSP_CERTID *id, struct issued *issued)
{
	ASN1_INTEGER *serial = NULL;

	if (!is_ours(s, id) || OCSP_id_get0_info(NULL, NULL, NULL, &serial, id) != 1 ||
	    ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
		return STANDING_UNKNOWN;
	return journal_find(authority_journal(s->authority),
	    span_of(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)), issued);
}

static bool
one_add(struct status *s, OCSP_BASICRESP *basic, OCSP_CERTID *id, ASN1_TIME *now)
{
	static const int words[] = { [STANDING_UNKNOWN] = V_OCSP_CERTSTATUS_UNKNOWN,
		[STANDING_GOOD] = V_OCSP_CERTSTATUS_GOOD, [STANDING_REVOKED] = V_OCSP_CERTSTATUS_REVOKED };
	struct issued issued = { 0 };
	enum standing standing = standing_of(s, id, &issued);
	ASN1_TIME *when = NULL;
	bool ok;

	if (standing == STANDING_REVOKED)
		when = ASN1_TIME_set(NULL, (time_t)(issued.revoked / 1000));
	ok = OCSP_basic_add1_status(basic, id, words[standing],
	    issued.reason == 0 ? OCSP_REVOKED_STATUS_NOSTATUS : issued.reason, when, now, NULL) != NULL;
	ASN1_TIME_free(when);
	return ok;
}

/* NULL: our own fault. */
static OCSP_BASICRESP *
basic_make(struct status *s, OCSP_REQUEST *request)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)(clock_wall() / 1000));
	bool ok = basic != NULL && now != NULL;

	for (int i = 0; ok && i < OCSP_request_onereq_count(request); i++)
		ok = one_add(s, basic, OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, i)), now);
	ok = ok && OCSP_copy_nonce(basic, request) >= 0 &&
	    OCSP_basic_sign(basic, s->responder->certificate, s->responder->key, EVP_sha256(), NULL,
	    0) == 1;
	ASN1_TIME_free(now);
	if (ok)
		return basic;
	OCSP_BASICRESP_free(basic);
	return NULL;
}

static OCSP_RESPONSE *
response_to(struct status *s, struct span bytes)
{
	const unsigned char *p = bytes.p;
	OCSP_REQUEST *request = d2i_OCSP_REQUEST(NULL, &p, (long)bytes.n);
	OCSP_BASICRESP *basic = NULL;
	int code = OCSP_RESPONSE_STATUS_MALFORMEDREQUEST;
	OCSP_RESPONSE *response;

	if (request != NULL && p == bytes.p + bytes.n && OCSP_request_onereq_count(request) > 0)
		code = (basic = basic_make(s, request)) == NULL ? OCSP_RESPONSE_STATUS_INTERNALERROR
		    : OCSP_RESPONSE_STATUS_SUCCESSFUL;
	response = OCSP_response_create(code, basic);
	OCSP_BASICRESP_free(basic);
	OCSP_REQUEST_free(request);
	ERR_clear_error();
	return response;
}

bool
status_ocsp(struct status *s, struct span request, struct writer *w, struct err *e)
{
	OCSP_RESPONSE *response = response_to(s, request);
	unsigned char *der = NULL;
	int n = response == NULL ? -1 : i2d_OCSP_RESPONSE(response, &der);

	OCSP_RESPONSE_free(response);
	if (n <= 0)
		return err_set(e, ERR_BACKEND, "no OCSP answer could be made");
	wr_bytes(w, der, (size_t)n);
	OPENSSL_free(der);
	return writer_ok(w) || err_set(e, ERR_BUG, "an OCSP answer is too long");
}
