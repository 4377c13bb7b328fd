/* SPDX-License-Identifier: Apache-2.0 */
/* What a CMP message asks of the CA, after libcrypto has verified its protection and possession. */
#include <openssl/cmperr.h>
#include <openssl/err.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "ca/cmp.h"
#include "ca/message.h"
#include "crypto/hash.h"
#include "der/name.h"
#include "der/oids.h"

#define REQUEST_MAX	65536

enum { BODY_KUR = 7 };

/* The CA's word to the peer, and a line for its own log. */
static OSSL_CMP_PKISI *
refused(const struct err *e)
{
	static const int infos[] = { [ERR_FORMAT] = OSSL_CMP_PKIFAILUREINFO_badDataFormat,
		[ERR_DENIED] = OSSL_CMP_PKIFAILUREINFO_badRequest,
		[ERR_NOT_NOW] = OSSL_CMP_PKIFAILUREINFO_certRevoked,
		[ERR_MISSING] = OSSL_CMP_PKIFAILUREINFO_badCertId,
		[ERR_BUSY] = OSSL_CMP_PKIFAILUREINFO_systemUnavail,
		[ERR_BACKEND] = OSSL_CMP_PKIFAILUREINFO_systemFailure,
		[ERR_BUG] = OSSL_CMP_PKIFAILUREINFO_systemFailure };

	log_warn("cmp: refused: %s", e->text);
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_rejection, 1 << infos[e->code], e->text);
}

struct wanted {			/* what a request is about, and the memory of its bytes */
	struct csr	 csr;		/* alg NULL: from a template */
	unsigned char	*der;
	uint8_t		 spki[SPKI_MAX];
};

static bool
wanted_read_csr(struct wanted *q, const X509_REQ *p10, struct err *e)
{
	int n = i2d_X509_REQ(p10, &q->der);

	return n > 0 ? csr_open(span_of(q->der, (size_t)n), &q->csr, e)
	    : err_set(e, ERR_FORMAT, "not PKCS #10");
}

static bool
wanted_read_template(struct wanted *q, const OSSL_CRMF_MSG *crm, struct err *e)
{
	int n = i2d_OSSL_CRMF_CERTTEMPLATE(OSSL_CRMF_MSG_get0_tmpl(crm), &q->der);
	struct writer w = writer_over(q->spki, sizeof(q->spki));
	enum key_kind kind;

	if (n <= 0 || !template_read(span_of(q->der, (size_t)n), &w, &q->csr.subject, &q->csr.spki))
		return err_set(e, ERR_FORMAT, "the template needs a subject and a public key");
	if (!spki_kind(q->csr.spki, &kind))
		return err_set(e, ERR_FORMAT, "a public key of a kind that is not offered");
	return spki_check(kind, q->csr.spki, e) && name_check(q->csr.subject, e);
}

static bool
is_attested(const struct cmp_config *g, const OSSL_CMP_MSG *request, const struct csr *csr,
    struct err *e)
{
	struct span attestation;
	unsigned char *der = NULL;
	int n;
	bool ok;

	if (g->attestation_spki.n == 0)
		return true;
	if ((n = i2d_OSSL_CMP_MSG(request, &der)) <= 0)
		return err_set(e, ERR_BACKEND, "no memory");
	ok = message_attestation(span_of(der, (size_t)n), &attestation)
	    ? attestation_covers(attestation, g->attestation_spki, g->group, csr, e)
	    : err_set(e, ERR_DENIED, "this CA asks for an attestation of the key (generalInfo %s)",
	    OID_ATTESTATION);
	OPENSSL_free(der);
	return ok;
}

/* Reads and judges, in the one thread that may hash and verify with our own code. */
static bool
wanted_judge(struct wanted *q, struct transaction *t, const OSSL_CMP_MSG *request,
    const OSSL_CRMF_MSG *crm, const X509_REQ *p10, struct err *e)
{
	struct authority *a = t->cmp->config->authority;
	bool ok;

	if (OSSL_CMP_MSG_get_bodytype(request) == BODY_KUR)
		return err_set(e, ERR_DENIED, "one key has one certificate: ask for one with a new key");
	authority_enter(a);
	ok = (p10 != NULL ? wanted_read_csr(q, p10, e) : wanted_read_template(q, crm, e)) &&
	    is_attested(t->cmp->config, request, &q->csr, e);
	authority_leave(a);
	return ok;
}

static bool
remember(struct transaction *t, struct span der, X509 *x, struct err *e)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	size_t n = (size_t)ASN1_STRING_length(serial);

	if (n > sizeof(t->serial) || EVP_Digest(der.p, der.n, t->hash, NULL, EVP_sha256(), NULL) != 1)
		return err_set(e, ERR_BUG, "a certificate cannot be remembered");
	memcpy(t->serial, ASN1_STRING_get0_data(serial), n);
	t->serial_n = n;
	return true;
}

static X509 *
issue(struct transaction *t, const struct wanted *q, struct err *e)
{
	const struct cmp_config *g = t->cmp->config;
	AUTO_WRITER der = writer_grow(CERTIFICATE_MAX);
	struct issue issue = { .subject = q->csr.subject, .spki = q->csr.spki };
	X509 *x;

	profile_apply(t->profile, g->profiles, clock_wall(), &issue);
	if (!authority_issue(g->authority, &issue, profile_name(t->profile), &der, e) ||
	    (x = certificate_of(writer_span(&der), e)) == NULL)
		return NULL;
	if (remember(t, writer_span(&der), x, e))
		return x;
	X509_free(x);
	return NULL;
}

static STACK_OF(X509) *
chain_of(X509 *issuing)
{
	STACK_OF(X509) *chain = sk_X509_new_null();

	if (chain == NULL || X509_up_ref(issuing) != 1 || sk_X509_push(chain, issuing) <= 0)
		bug("no memory");
	return chain;
}

/* --poll: the answer comes to a later question. */
static OSSL_CMP_PKISI *
postpone(struct transaction *t, const OSSL_CMP_MSG *request)
{
	t->due = clock_life() + t->cmp->config->poll_s * (uint64_t)1000;
	if ((t->waiting = OSSL_CMP_MSG_dup(request)) == NULL)
		return NULL;
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_waiting, 0, NULL);
}

static OSSL_CMP_PKISI *
on_certificate(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request, int id UNUSED,
    const OSSL_CRMF_MSG *crm, const X509_REQ *p10, X509 **certificate, STACK_OF(X509) **chain,
    STACK_OF(X509) **ca_pubs UNUSED)
{
	struct transaction *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(server);
	struct wanted q = { 0 };
	struct err e = { 0 };
	X509 *x = NULL;

	if (t->cmp->config->poll_s > 0 && !t->polled)
		return postpone(t, request);
	if (wanted_judge(&q, t, request, crm, p10, &e))
		x = issue(t, &q, &e);
	OPENSSL_free(q.der);
	if (x == NULL)
		return refused(&e);
	*certificate = x;
	*chain = chain_of(t->cmp->config->issuing);
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_accepted, 0, NULL);
}

static int
on_poll(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request UNUSED, int id UNUSED,
    OSSL_CMP_MSG **waiting, int64_t *check_after)
{
	struct transaction *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(server);
	uint64_t now = clock_life();

	if (t->waiting == NULL) {
		ERR_raise(ERR_LIB_CMP, CMP_R_UNEXPECTED_PKIBODY);
		return 0;
	}
	*waiting = NULL;
	*check_after = 0;
	if (now < t->due) {
		*check_after = (int64_t)((t->due - now + 999) / 1000);
		return 1;
	}
	t->polled = true;
	*waiting = TAKE(t->waiting);	/* libcrypto's from here on */
	return 1;
}

/* The certificate's name as rr and OCSP have it: of our issuing key, by its serial number. */
static bool
is_ours(const struct authority *a, const X509_NAME *issuer, const ASN1_INTEGER *serial)
{
	unsigned char *der = NULL;
	int n = issuer == NULL || serial == NULL || ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER ? -1
	    : i2d_X509_NAME(issuer, &der);
	bool same = n > 0 && span_equal(span_of(der, (size_t)n), authority_certificate(a)->subject);

	OPENSSL_free(der);
	return same;
}

static bool
reason_read(const OSSL_CMP_MSG *request, unsigned *reason, struct err *e)
{
	unsigned char *der = NULL;
	int n = i2d_OSSL_CMP_MSG(request, &der);
	bool ok = n > 0 && message_reason(span_of(der, (size_t)n), reason);

	OPENSSL_free(der);
	return ok || err_set(e, ERR_FORMAT, "the reason of a revocation is malformed");
}

static OSSL_CMP_PKISI *
on_revocation(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request, const X509_NAME *issuer,
    const ASN1_INTEGER *serial)
{
	struct transaction *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(server);
	struct authority *a = t->cmp->config->authority;
	struct err e = { 0 };
	unsigned reason;

	if (!is_ours(a, issuer, serial)) {
		err_set(&e, ERR_MISSING, "the certificate is not one of this CA's issuing key");
		return refused(&e);
	}
	if (!reason_read(request, &reason, &e) || !journal_revoke(authority_journal(a),
	    span_of(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)), reason, &e))
		return refused(&e);
	return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_accepted, 0, NULL);
}

static bool
is_accepted(const OSSL_CMP_PKISI *info)
{
	unsigned char *der = NULL;
	uint32_t status = 0;
	int n = info == NULL ? 0 : i2d_OSSL_CMP_PKISI(info, &der);
	bool ok = info == NULL || (n > 0 && status_info_read(span_of(der, (size_t)n), &status));

	OPENSSL_free(der);
	return ok && status == OSSL_CMP_PKISTATUS_accepted;
}

static int
on_confirmation(OSSL_CMP_SRV_CTX *server, const OSSL_CMP_MSG *request UNUSED, int id UNUSED,
    const ASN1_OCTET_STRING *hash, const OSSL_CMP_PKISI *info)
{
	struct transaction *t = OSSL_CMP_SRV_CTX_get0_custom_ctx(server);

	if (t->serial_n == 0 || hash == NULL || !span_equal(span_of(ASN1_STRING_get0_data(hash),
	    (size_t)ASN1_STRING_length(hash)), span_of(t->hash, sizeof(t->hash)))) {
		ERR_raise(ERR_LIB_CMP, CMP_R_CERTHASH_UNMATCHED);
		return 0;
	}
	t->confirmed = is_accepted(info);
	return 1;
}

static void
on_error(OSSL_CMP_SRV_CTX *server UNUSED, const OSSL_CMP_MSG *request UNUSED,
    const OSSL_CMP_PKISI *info UNUSED, const ASN1_INTEGER *code UNUSED,
    const OSSL_CMP_PKIFREETEXT *details UNUSED)
{
	log_warn("cmp: a peer ended its transaction with an error");
}

bool
cmp_callbacks_set(struct transaction *t)
{
	return OSSL_CMP_SRV_CTX_init(t->server, t, on_certificate, on_revocation, NULL, on_error,
	    on_confirmation, on_poll) == 1;
}
