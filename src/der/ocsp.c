/* SPDX-License-Identifier: Apache-2.0 */
/* OCSP responses: signer found, bytes verified, and then read for one serial number. */
#include "crypto/hash.h"
#include "der/ocsp.h"

#define RESPONDERS_MAX	4
#define DER_ENUMERATED	0x0a
#define OCSP_SIGNING	"1.3.6.1.5.5.7.3.9"

static bool
malformed(struct err *e)
{
	return err_why(e, ERR_FORMAT, "cert", "OCSP: malformed");
}

static bool
may_sign_responses(const struct certificate *c, uint64_t now)
{
	struct reader in = reader_over(c->extended_usage);
	struct span oid;

	if (c->is_ca || now < c->not_before || now > c->not_after)
		return false;
	while (der_oid(&in, &oid))
		if (oid_is(oid, OCSP_SIGNING))
			return true;
	return false;
}

/* Is this one a responder of the CA, and did it sign the response? */
static bool
is_signed_by_responder(const struct certificate_cut *cut, struct span der, const struct issuing_ca *ca,
    uint64_t now)
{
	struct certificate c;
	struct err e = { 0 };

	return certificate_open(der, ca, &c, &e) && may_sign_responses(&c, now) &&
	    certificate_is_signed_by(cut, cut->alg, c.spki);
}

static bool
is_authentic(const struct certificate_cut *cut, struct reader *rest, const struct issuing_ca *ca,
    uint64_t now, struct err *e)
{
	struct reader tagged = reader_over(span_of(NULL, 0)), list = tagged;
	struct span der;

	if (!rd_end(rest) && (!der_enter(rest, DER_EXPLICIT(0), &tagged) || !rd_end(rest) ||
	    !der_enter(&tagged, DER_SEQUENCE, &list) || !rd_end(&tagged)))
		return malformed(e);
	if (certificate_is_signed_by(cut, ca->alg, ca->spki))
		return true;
	for (size_t n = 0; n < RESPONDERS_MAX && der_whole(&list, DER_SEQUENCE, &der); n++)
		if (is_signed_by_responder(cut, der, ca, now))
			return true;
	return err_why(e, ERR_DENIED, "cert", "OCSP: signed neither by this CA nor by a responder that "
	    "it named");
}

static bool
hash_is(struct span hash, bool old, struct span of)
{
	uint8_t made[HASH_LEN];

	if (old)
		sha1(of, made);
	else
		sha256(of, made);
	return span_equal(hash, span_of(made, old ? 20 : HASH_LEN));
}

static bool
key_bits(struct span spki, struct span *bits)
{
	struct reader all = reader_over(spki), in;
	struct span algorithm;

	return der_enter(&all, DER_SEQUENCE, &in) && der_whole(&in, DER_SEQUENCE, &algorithm) &&
	    der_bits(&in, bits);
}

/* CertID: by whom, and which number. False: malformed. */
static bool
id_read(struct reader *r, const struct issuing_ca *ca, struct span serial, bool *ours)
{
	struct span oid, name, key, number, bits;
	struct reader in, algorithm;
	bool old;

	if (!der_enter(r, DER_SEQUENCE, &in) || !der_enter(&in, DER_SEQUENCE, &algorithm) ||
	    !der_oid(&algorithm, &oid) || (!rd_end(&algorithm) && (!der_null(&algorithm) ||
	    !rd_end(&algorithm))) || !der_take(&in, DER_OCTET_STRING, &name) ||
	    !der_take(&in, DER_OCTET_STRING, &key) || !der_unsigned(&in, 20, &number) || !rd_end(&in))
		return false;
	old = oid_is(oid, "1.3.14.3.2.26");
	*ours = (old || oid_is(oid, "2.16.840.1.101.3.4.2.1")) && span_equal(number, serial) &&
	    key_bits(ca->spki, &bits) && hash_is(name, old, ca->issuer) && hash_is(key, old, bits);
	return true;
}

/* RFC 6960: always GeneralizedTime, of any year; only that it is one is looked at. */
static bool
time_skip(struct reader *r)
{
	struct span time;

	return der_take(r, DER_GENERALIZED_TIME, &time) && time.n == 15 && time.p[14] == 'Z';
}

/* RevokedInfo: its reason. False: malformed. */
static bool
reason_read(struct reader *status, uint8_t *reason)
{
	struct reader tagged;
	struct span one;

	*reason = 0;
	if (!time_skip(status))
		return false;
	if (rd_end(status))
		return true;
	if (!der_enter(status, DER_EXPLICIT(0), &tagged) || !der_take(&tagged, DER_ENUMERATED, &one) ||
	    !rd_end(&tagged) || !rd_end(status) || one.n != 1)
		return false;
	*reason = one.p[0];
	return true;
}

static bool
single_revokes(struct reader *in, struct err *e)
{
	struct reader status;
	uint8_t reason;

	if (!der_is(in, DER_EXPLICIT(1)))
		return err_why(e, ERR_DENIED, "cert", "OCSP: the certificate is not revoked");
	if (!der_enter(in, DER_EXPLICIT(1), &status) || !reason_read(&status, &reason) || !time_skip(in))
		return malformed(e);
	return revocation_is_final(reason) ||
	    err_why(e, ERR_DENIED, "cert", "OCSP: the certificate is held, not revoked");
}

/* From version to producedAt. */
static bool
head_skip(struct reader *r)
{
	struct reader version;
	struct span content, whole;
	uint8_t tag;

	if (der_is(r, DER_EXPLICIT(0)) && !der_enter(r, DER_EXPLICIT(0), &version))
		return false;
	return der_any(r, &tag, &content, &whole) && (tag == DER_EXPLICIT(1) || tag == DER_EXPLICIT(2)) &&
	    time_skip(r);
}

static bool
body_revokes(const struct certificate_cut *cut, const struct issuing_ca *ca, struct span serial,
    struct err *e)
{
	struct reader all = reader_over(cut->tbs), in, list, one;
	bool ours;

	if (!der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all) || !head_skip(&in) ||
	    !der_enter(&in, DER_SEQUENCE, &list))
		return malformed(e);
	while (!rd_end(&list)) {
		if (!der_enter(&list, DER_SEQUENCE, &one) || !id_read(&one, ca, serial, &ours))
			return malformed(e);
		if (ours)
			return single_revokes(&one, e);
	}
	return err_why(e, ERR_DENIED, "cert", "OCSP: speaks of other certificates");
}

bool
ocsp_revokes(struct span der, const struct issuing_ca *ca, struct span serial, uint64_t now,
    struct err *e)
{
	struct certificate_cut cut;
	struct reader rest;

	if (der.n > REVOCATION_MAX)
		return err_why(e, ERR_FORMAT, "cert", "OCSP: longer than %d bytes", REVOCATION_MAX);
	return signed_cut(der, "OCSP", &cut, &rest, e) && is_authentic(&cut, &rest, ca, now, e) &&
	    body_revokes(&cut, ca, serial, e);
}
