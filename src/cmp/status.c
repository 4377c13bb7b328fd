/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a certificate is revoked: OCSP first, CRL where there is none or it fails. Both are checked
 * under the issuer, so that nobody on the way to the CA can freeze keys, or hide a revocation for
 * longer than nextUpdate.
 */
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "cmp/proof.h"
#include "crypto/hash.h"

/* From nextUpdate on it is no answer any more; younger than asked, it is one without the network. */
static struct cached_proof *
cached_find(struct ca *ca, const char *url, const uint8_t about[32])
{
	for (size_t i = 0; i < CACHED_MAX; i++)
		if (strcmp(ca->cached[i].url, url) == 0 && memcmp(ca->cached[i].about, about, 32) == 0)
			return &ca->cached[i];
	return NULL;
}

static bool
cached_is_young(const struct cached_proof *p, uint64_t max_age_ms)
{
	uint64_t now = clock_wall();

	return p != NULL && now - p->fetched < max_age_ms && now < p->next_update;
}

static struct cached_proof *
cached_put(struct ca *ca, const char *url, const uint8_t about[32])
{
	struct cached_proof *p = cached_find(ca, url, about), *oldest = &ca->cached[0];

	for (size_t i = 1; i < CACHED_MAX; i++)	/* a free one was fetched in 1970 */
		if (ca->cached[i].fetched < oldest->fetched)
			oldest = &ca->cached[i];
	if (p == NULL)
		p = oldest;
	writer_wipe(&p->bytes);
	snprintf(p->url, sizeof(p->url), "%s", url);
	memcpy(p->about, about, 32);
	p->bytes = writer_grow(ANSWER_MAX);
	wr_span(&p->bytes, writer_span(&ca->answer));
	p->fetched = clock_wall();
	p->next_update = 0;
	return p;
}

static bool
fetched(struct ca *ca, const char *what, const char *url, struct span request, struct err *e)
{
	long status = 0;

	if (!transfer(ca, url, request.n > 0 ? ca->ocsp_headers : NULL, request, &status, e))
		return false;
	if (status == 200 && ca->answer.n > 0)
		return true;
	return err_why(e, status >= 500 ? ERR_BUSY : ERR_BACKEND, "http", "CA %s: its %s at %.90s answered"
	    " HTTP %ld", ca->config.name, what, url, status);
}

static bool
by_crl(struct ca *ca, const struct subject *s, const char *url, uint64_t max_age_ms,
    struct ca_status *out, struct err *e)
{
	static const uint8_t about[32];
	struct cached_proof *p = cached_find(ca, url, about);

	if (cached_is_young(p, max_age_ms))
		return crl_status(writer_span(&p->bytes), s, out, e);
	if (!fetched(ca, "CRL", url, span_of(NULL, 0), e) ||
	    !crl_status(writer_span(&ca->answer), s, out, e))
		return false;
	p = cached_put(ca, url, about);
	p->next_update = out->next_update;
	out->proof = writer_span(&p->bytes);
	return true;
}

static bool
by_ocsp(struct ca *ca, const struct subject *s, const char *url, const uint8_t about[32],
    uint64_t max_age_ms, struct ca_status *out, struct err *e)
{
	struct cached_proof *p = cached_find(ca, url, about);
	AUTO_WRITER request = writer_grow(4096), basic = writer_grow(CA_PROOF_MAX);
	uint8_t nonce[NONCE_LEN];

	if (cached_is_young(p, max_age_ms))
		return ocsp_status(writer_span(&p->bytes), s, out, e);
	random_bytes(nonce, sizeof(nonce));
	if (!ocsp_request_write(&request, s, ca->config.nonce ? nonce : NULL, e) ||
	    !fetched(ca, "OCSP", url, writer_span(&request), e) ||
	    !ocsp_open(writer_span(&ca->answer), ca->config.nonce ? nonce : NULL, &basic, e) ||
	    !ocsp_status(writer_span(&basic), s, out, e))
		return false;
	writer_reset(&ca->answer);
	wr_span(&ca->answer, writer_span(&basic));
	p = cached_put(ca, url, about);
	p->next_update = out->next_update;
	out->proof = writer_span(&p->bytes);
	return true;
}

/* The first http URL of AIA's OCSP entries. */
static bool
ocsp_url(const struct ca *ca, X509 *cert, char url[CA_TEXT_MAX])
{
	STACK_OF(OPENSSL_STRING) *all;
	bool found = false;

	snprintf(url, CA_TEXT_MAX, "%s", ca->config.ocsp);
	if (*url != '\0')
		return true;
	all = X509_get1_ocsp(cert);
	for (int i = 0; !found && i < sk_OPENSSL_STRING_num(all); i++) {
		const char *one = sk_OPENSSL_STRING_value(all, i);

		found = strlen(one) < CA_TEXT_MAX && strncmp(one, "http", 4) == 0;
		if (found)
			strcpy(url, one);
	}
	X509_email_free(all);
	return found;
}

static bool
point_url(const DIST_POINT *point, char url[CA_TEXT_MAX])
{
	const GENERAL_NAMES *names = point->distpoint == NULL || point->distpoint->type != 0 ? NULL :
	    point->distpoint->name.fullname;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		int type;
		const ASN1_STRING *text = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);

		if (type != GEN_URI || ASN1_STRING_length(text) >= CA_TEXT_MAX ||
		    ASN1_STRING_length(text) < 8 || memcmp(ASN1_STRING_get0_data(text), "http", 4) != 0)
			continue;
		snprintf(url, CA_TEXT_MAX, "%.*s", ASN1_STRING_length(text),
		    (const char *)ASN1_STRING_get0_data(text));
		return true;
	}
	return false;
}

static bool
crl_url(const struct ca *ca, X509 *cert, char url[CA_TEXT_MAX])
{
	CRL_DIST_POINTS *points;
	bool found = false;

	snprintf(url, CA_TEXT_MAX, "%s", ca->config.crl);
	if (*url != '\0')
		return true;
	points = X509_get_ext_d2i(cert, NID_crl_distribution_points, NULL, NULL);
	for (int i = 0; !found && i < sk_DIST_POINT_num(points); i++)
		found = point_url(sk_DIST_POINT_value(points, i), url);
	CRL_DIST_POINTS_free(points);
	return found;
}

static bool
status_find(struct ca *ca, const struct subject *s, const uint8_t about[32], uint64_t max_age_ms,
    struct ca_status *out, struct err *e)
{
	char ocsp[CA_TEXT_MAX], crl[CA_TEXT_MAX];
	bool has_ocsp = ocsp_url(ca, s->cert, ocsp), has_crl = crl_url(ca, s->cert, crl);
	struct err first = { 0 };

	if (!has_ocsp && !has_crl)
		return err_why(e, ERR_MISSING, "no-status", "CA %s: the certificate says neither where OCSP"
		    " nor where a CRL is; configure ocsp or crl", ca->config.name);
	if (has_ocsp && by_ocsp(ca, s, ocsp, about, max_age_ms, out, &first))
		return true;
	if (has_crl && !ca_is_stopping(ca) && by_crl(ca, s, crl, max_age_ms, out, e))
		return true;
	if (has_ocsp)
		*e = first;
	return false;
}

bool
ca_status(struct ca *ca, struct span certificate, struct span issuer, uint64_t max_age_ms,
    struct ca_status *out, struct err *e)
{
	const uint8_t *at = certificate.p, *up = issuer.p;
	struct subject s = { .name = ca->config.name, .cert = d2i_X509(NULL, &at, (long)certificate.n),
		.issuer = d2i_X509(NULL, &up, (long)issuer.n) };
	uint8_t about[32];
	bool ok = false;

	sha256(certificate, about);
	ca->deadline = clock_life() + 2ull * ca->config.timeout_ms;
	if (s.cert == NULL || s.issuer == NULL || X509_check_issued(s.issuer, s.cert) != X509_V_OK)
		err_set(e, ERR_FORMAT, "CA %s: status of a certificate that its issuer did not issue",
		    ca->config.name);
	else
		ok = status_find(ca, &s, about, max_age_ms, out, e);
	X509_free(s.cert);
	X509_free(s.issuer);
	ERR_clear_error();
	return ok;
}
