/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation lists: cut, verified, and then searched for one serial number. */
#include "der/crl.h"

#define HOLD		6
#define REMOVE		8
#define DER_ENUMERATED	0x0a
#define INDIRECT	DER_CONTEXT(4)

bool
revocation_is_final(uint8_t reason)
{
	return reason != HOLD && reason != REMOVE;
}

static bool
malformed(struct err *e)
{
	return err_why(e, ERR_FORMAT, "cert", "CRL: malformed");
}

/* One extension; false if it is malformed. */
static bool
extension_read(struct reader *r, struct span *oid, bool *critical, struct reader *value)
{
	struct reader in;

	return der_enter(r, DER_SEQUENCE, &in) && der_oid(&in, oid) && der_flag(&in, critical) &&
	    der_enter(&in, DER_OCTET_STRING, value) && rd_end(&in);
}

/* A distribution point narrows what is in the list, not what is said of a certificate in it; a list
 * with other CAs' certificates does. */
static bool
point_is_direct(struct reader value)
{
	struct span content, whole;
	struct reader in;
	uint8_t tag;

	if (!der_enter(&value, DER_SEQUENCE, &in) || !rd_end(&value))
		return false;
	while (!rd_end(&in))
		if (!der_any(&in, &tag, &content, &whole) || tag == INDIRECT)
			return false;
	return true;
}

static bool
list_extensions_fit(struct reader *r, struct err *e)
{
	struct reader tagged, list, value;
	struct span oid;
	bool critical;

	if (!der_enter(r, DER_EXPLICIT(0), &tagged) || !der_enter(&tagged, DER_SEQUENCE, &list) ||
	    !rd_end(&tagged))
		return malformed(e);
	while (!rd_end(&list)) {
		if (!extension_read(&list, &oid, &critical, &value))
			return malformed(e);
		if (critical && !(oid_is(oid, "2.5.29.28") && point_is_direct(value)))
			return err_why(e, ERR_DENIED, "cert", "CRL: an indirect or a delta list, or a "
			    "critical extension that is not judged here");
	}
	return true;
}

static bool
reason_fits(struct reader value, struct err *e)
{
	struct span reason;

	if (!der_take(&value, DER_ENUMERATED, &reason) || !rd_end(&value) || reason.n != 1)
		return malformed(e);
	return revocation_is_final(reason.p[0]) || err_why(e, ERR_DENIED, "cert",
	    "CRL: the certificate is held, not revoked");
}

/* The entry's extensions, those of the certificate asked for. */
static bool
entry_fits(struct reader *r, struct err *e)
{
	struct reader list, value;
	struct span oid;
	bool critical;

	if (rd_end(r))
		return true;
	if (!der_enter(r, DER_SEQUENCE, &list) || !rd_end(r))
		return malformed(e);
	while (!rd_end(&list)) {
		if (!extension_read(&list, &oid, &critical, &value))
			return malformed(e);
		if (oid_is(oid, "2.5.29.21")) {
			if (!reason_fits(value, e))
				return false;
		} else if (critical) {
			return err_why(e, ERR_DENIED, "cert", "CRL: a critical extension of the entry "
			    "that is not judged here");
		}
	}
	return true;
}

static bool
entries_name(struct reader *r, struct span serial, struct err *e)
{
	struct reader list, entry;
	struct span one;
	uint64_t when;

	if (!der_enter(r, DER_SEQUENCE, &list))
		return malformed(e);
	while (!rd_end(&list)) {
		if (!der_enter(&list, DER_SEQUENCE, &entry) || !der_unsigned(&entry, 20, &one) ||
		    !der_time(&entry, &when))
			return malformed(e);
		if (span_equal(one, serial))
			return entry_fits(&entry, e);
	}
	return err_why(e, ERR_DENIED, "cert", "CRL: the certificate is not in it");
}

static bool
is_time(const struct reader *r)
{
	return der_is(r, DER_UTC_TIME) || der_is(r, DER_GENERALIZED_TIME);
}

/* From version to nextUpdate. */
static bool
head_read(struct reader *r, const struct certificate_cut *cut, const struct issuing_ca *ca, struct err *e)
{
	const struct alg *alg;
	uint32_t version = 0;
	struct span issuer;
	uint64_t when;

	if ((der_is(r, DER_INTEGER) && (!der_small(r, &version) || version != 1)) ||
	    !algorithm_read(r, &alg) || alg != cut->alg || !der_whole(r, DER_SEQUENCE, &issuer) ||
	    !der_time(r, &when) || (is_time(r) && !der_time(r, &when)))
		return malformed(e);
	return span_equal(issuer, ca->issuer) ||
	    err_why(e, ERR_DENIED, "cert", "CRL: another CA's");
}

static bool
body_revokes(const struct certificate_cut *cut, const struct issuing_ca *ca, struct span serial,
    struct err *e)
{
	struct reader all = reader_over(cut->tbs), in, entries = reader_over(span_of(NULL, 0));
	struct span list;

	if (!der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all))
		return malformed(e);
	if (!head_read(&in, cut, ca, e))
		return false;
	if (!der_is(&in, DER_SEQUENCE) || !der_whole(&in, DER_SEQUENCE, &list))
		return err_why(e, ERR_DENIED, "cert", "CRL: the certificate is not in it");
	if (!rd_end(&in) && !list_extensions_fit(&in, e))
		return false;
	if (!rd_end(&in))
		return malformed(e);
	entries = reader_over(list);
	return entries_name(&entries, serial, e);
}

bool
crl_revokes(struct span der, const struct issuing_ca *ca, struct span serial, struct err *e)
{
	struct certificate_cut cut;
	struct reader rest;

	if (der.n > REVOCATION_MAX)
		return err_why(e, ERR_FORMAT, "cert", "CRL: longer than %d bytes", REVOCATION_MAX);
	if (!signed_cut(der, "CRL", &cut, &rest, e))
		return false;
	if (!rd_end(&rest))
		return malformed(e);
	if (!certificate_is_signed_by(&cut, ca->alg, ca->spki))
		return err_why(e, ERR_DENIED, "cert", "CRL: not signed by this CA");
	return body_revokes(&cut, ca, serial, e);
}
