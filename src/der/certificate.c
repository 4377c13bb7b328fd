/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates cut, verified and read in that order. req: EN 419 241-1 SRC_SKS.1.2 */
#include "crypto/verify.h"
#include "der/certificate.h"
#include "der/extension.h"
#include "der/name.h"

#define DAY_MS	((uint64_t)86400000)

bool
signed_cut(struct span der, const char *what, struct certificate_cut *out, struct reader *rest,
    struct err *e)
{
	struct reader all = reader_over(der), in;
	struct certificate_cut cut;
	struct span signature;

	if (!der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all) ||
	    !der_whole(&in, DER_SEQUENCE, &cut.tbs))
		return err_why(e, ERR_FORMAT, "cert", "%s: not X.509 in DER", what);
	if (!algorithm_read(&in, &cut.alg))
		return err_why(e, ERR_FORMAT, "cert", "%s: signed with an algorithm that is not offered",
		    what);
	if (!der_bits(&in, &signature) || !signature_from_der(cut.alg, signature, cut.signature))
		return err_why(e, ERR_FORMAT, "cert", "%s: malformed signature", what);
	*out = cut;
	*rest = in;
	return true;
}

bool
certificate_cut(struct span der, struct certificate_cut *out, struct err *e)
{
	struct certificate_cut cut;
	struct reader rest;

	if (der.n > CERTIFICATE_MAX)
		return err_why(e, ERR_FORMAT, "cert", "certificate: too long");
	if (!signed_cut(der, "certificate", &cut, &rest, e))
		return false;
	if (!rd_end(&rest))
		return err_why(e, ERR_FORMAT, "cert", "certificate: malformed signature");
	*out = cut;
	return true;
}

bool
certificate_is_signed_by(const struct certificate_cut *cut, const struct alg *alg, struct span spki)
{
	uint8_t digest[DIGEST_MAX];

	return cut->alg == alg && signature_verify(alg, spki, alg_digest(alg, cut->tbs, digest),
	    span_of(cut->signature, alg->signature_len));
}

static bool
version_read(struct reader *r, struct err *e)
{
	struct reader in;
	uint32_t version;

	return (der_enter(r, DER_EXPLICIT(0), &in) && der_small(&in, &version) && rd_end(&in) &&
	    version == 2) || err_why(e, ERR_FORMAT, "cert", "certificate: not of version 3");
}

/* RFC 5280 4.1.2.2: positive, at most 20 octets, the sign's among them. */
static bool
serial_read(struct reader *r, struct span *serial, struct err *e)
{
	return (der_unsigned(r, 20, serial) && serial->p[0] != 0 &&
	    (serial->n < 20 || (serial->p[0] & 0x80) == 0)) ||
	    err_why(e, ERR_FORMAT, "cert", "certificate: malformed serial number");
}

static bool
algorithm_matches(struct reader *r, const struct alg *outer, struct err *e)
{
	const struct alg *alg;

	return (algorithm_read(r, &alg) && alg == outer) || err_why(e, ERR_FORMAT, "cert",
	    "certificate: the algorithms inside and outside differ");
}

static bool
validity_read(struct reader *r, struct certificate *c, struct err *e)
{
	struct reader in;

	return (der_enter(r, DER_SEQUENCE, &in) && der_time(&in, &c->not_before) &&
	    der_time(&in, &c->not_after) && rd_end(&in) && c->not_before < c->not_after) ||
	    err_why(e, ERR_FORMAT, "cert", "certificate: malformed validity");
}

static bool
name_read(struct reader *r, const char *which, struct span *name, struct err *e)
{
	return (der_whole(r, DER_SEQUENCE, name) && name_check(*name, NULL)) ||
	    err_why(e, ERR_FORMAT, "cert", "certificate: the %s is not a plain DER Name", which);
}

bool
certificate_read(const struct certificate_cut *cut, struct certificate *out, struct err *e)
{
	struct reader all = reader_over(cut->tbs), in;
	struct certificate c = { .alg = cut->alg };

	if (!der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all))
		return err_why(e, ERR_FORMAT, "cert", "certificate: not X.509 in DER");
	if (!version_read(&in, e) || !serial_read(&in, &c.serial, e) ||
	    !algorithm_matches(&in, cut->alg, e) || !name_read(&in, "issuer", &c.issuer, e) ||
	    !validity_read(&in, &c, e) || !name_read(&in, "subject", &c.subject, e))
		return false;
	if (!der_whole(&in, DER_SEQUENCE, &c.spki))
		return err_why(e, ERR_FORMAT, "cert", "certificate: malformed public key");
	if (!extensions_read(&in, &c, e))
		return false;
	if (!rd_end(&in))
		return err_why(e, ERR_FORMAT, "cert", "certificate: unknown fields");
	*out = c;
	return true;
}

bool
certificate_open(struct span der, const struct issuing_ca *anchor, struct certificate *out,
    struct err *e)
{
	struct certificate_cut cut;
	struct certificate c;

	if (!certificate_cut(der, &cut, e))
		return false;
	if (!certificate_is_signed_by(&cut, anchor->alg, anchor->spki))
		return err_why(e, ERR_DENIED, "cert", "certificate: not signed by this CA");
	if (!certificate_read(&cut, &c, e))
		return false;
	if (!span_equal(c.issuer, anchor->issuer))
		return err_why(e, ERR_DENIED, "cert", "certificate: names another issuer than the CA "
		    "that signed it");
	*out = c;
	return true;
}

static bool
usage_fits(const struct certificate *c, struct err *e)
{
	if (c->is_ca)
		return err_why(e, ERR_DENIED, "cert", "certificate: is a CA's");
	if ((c->key_usage & (USAGE_KEY_CERT_SIGN | USAGE_CRL_SIGN)) != 0)
		return err_why(e, ERR_DENIED, "cert", "certificate: its key usage allows signing "
		    "certificates or revocation lists");
	if ((c->key_usage & (USAGE_NON_REPUDIATION | USAGE_DIGITAL_SIGNATURE)) == 0)
		return err_why(e, ERR_DENIED, "cert", "certificate: its key usage names neither "
		    "nonRepudiation nor digitalSignature");
	return true;
}

static bool
validity_fits(const struct certificate *c, uint64_t now, uint32_t max_days, struct err *e)
{
	if (c->not_after <= now)
		return err_why(e, ERR_DENIED, "cert", "certificate: has expired");
	if (c->not_before > now && c->not_before - now > CERTIFICATE_EARLY_MS)
		return err_why(e, ERR_DENIED, "cert", "certificate: not valid yet");
	if (c->not_after - c->not_before > max_days * DAY_MS)
		return err_why(e, ERR_DENIED, "cert", "certificate: valid for more than the %u days "
		    "its CA is accepted for", max_days);
	return true;
}

/* QcType (EN 319 412-5 4.2.3) names the class, maybe among others. */
static bool
type_fits(const struct certificate *c, uint8_t class)
{
	struct reader types, list;
	struct span oid;

	if (!der_list_find(c->qc_statements, "0.4.0.1862.1.6", &types) ||
	    !der_enter(&types, DER_SEQUENCE, &list) || !rd_end(&types))
		return false;
	while (!rd_end(&list)) {
		if (!der_oid(&list, &oid))
			return false;
		if (oid_is(oid, class == 2 ? "0.4.0.1862.1.6.2" : "0.4.0.1862.1.6.1"))
			return true;
	}
	return false;
}

static bool
rules_hold(const struct certificate *c, const struct certificate_rules *r, struct err *e)
{
	struct reader rest;

	if ((r->rules & RULE_QC_COMPLIANCE) != 0 &&
	    !der_list_find(c->qc_statements, "0.4.0.1862.1.1", &rest))
		return err_why(e, ERR_DENIED, "cert", "certificate: does not say that it is qualified");
	if ((r->rules & RULE_QC_SSCD) != 0 &&
	    !der_list_find(c->qc_statements, "0.4.0.1862.1.4", &rest))
		return err_why(e, ERR_DENIED, "cert", "certificate: does not say that its key is in a "
		    "qualified device");
	if ((r->rules & RULE_QC_TYPE) != 0 && !type_fits(c, r->class))
		return err_why(e, ERR_DENIED, "cert", "certificate: is not of the type for this key's "
		    "class");
	if ((r->rules & RULE_SHORT_TERM) != 0 && (c->seen & EXT_SHORT_TERM) == 0)
		return err_why(e, ERR_DENIED, "cert", "certificate: its validity is not assured as "
		    "short-term");
	if (r->policy.n > 0 && !der_list_has(c->policies, r->policy))
		return err_why(e, ERR_DENIED, "cert", "certificate: not under the policy that is asked "
		    "for");
	return true;
}

bool
certificate_fits(const struct certificate *c, struct span spki, struct span subject,
    const struct certificate_rules *rules, uint64_t now_ms, uint32_t max_days, struct err *e)
{
	static const struct certificate_rules none;

	rules = rules == NULL ? &none : rules;
	if (c->only_for_usage)
		return err_why(e, ERR_DENIED, "cert", "certificate: a critical extended key usage: it is "
		    "for another purpose");
	if (!span_equal(c->spki, spki))
		return err_why(e, ERR_DENIED, "cert", "certificate: for another public key");
	if (!name_extends(c->subject, subject, rules->added))
		return err_why(e, ERR_DENIED, "cert", "certificate: its subject is not the enrolled name");
	return usage_fits(c, e) && rules_hold(c, rules, e) && validity_fits(c, now_ms, max_days, e);
}
