/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions of RFC 5280 and of ETSI EN 319 412. */
#include "crypto/hash.h"
#include "x509/extensions.h"

#define DER_URI		DER_CONTEXT(6)		/* of a GeneralName */

bool
key_id(struct span spki, uint8_t out[KEY_ID_LEN])
{
	struct reader all = reader_over(spki), in;
	uint8_t hash[HASH_LEN];
	struct span algorithm, key;

	if (!der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all) ||
	    !der_whole(&in, DER_SEQUENCE, &algorithm) || !der_bits(&in, &key) || !rd_end(&in))
		return false;
	sha256(key, hash);
	memcpy(out, hash, KEY_ID_LEN);
	return true;
}

struct nested
extension_begin(struct writer *w, const char *oid, bool critical)
{
	struct nested n;

	n.sequence = der_begin(w, DER_SEQUENCE);
	der_put_oid(w, oid);
	if (critical)
		der_put_true(w);
	n.octets = der_begin(w, DER_OCTET_STRING);
	return n;
}

void
extension_end(struct writer *w, struct nested n)
{
	der_end(w, n.octets);
	der_end(w, n.sequence);
}

void
put_authority_key_id(struct writer *w, const uint8_t id[KEY_ID_LEN])
{
	struct nested n = extension_begin(w, "2.5.29.35", false);
	size_t at = der_begin(w, DER_SEQUENCE);

	der_put(w, DER_CONTEXT(0), span_of(id, KEY_ID_LEN));
	der_end(w, at);
	extension_end(w, n);
}

static void
put_key_ids(struct writer *w, const uint8_t *own, const uint8_t *issuer)
{
	struct nested n = extension_begin(w, "2.5.29.14", false);

	der_put(w, DER_OCTET_STRING, span_of(own, KEY_ID_LEN));
	extension_end(w, n);
	put_authority_key_id(w, issuer);
}

static void
put_usage(struct writer *w, enum issue_kind kind)
{
	static const uint16_t usages[] = { [ISSUE_ROOT] = USAGE_KEY_CERT_SIGN | USAGE_CRL_SIGN,
		[ISSUE_CA] = USAGE_KEY_CERT_SIGN | USAGE_CRL_SIGN,
		[ISSUE_SIGNER] = USAGE_NON_REPUDIATION, [ISSUE_SERVICE] = USAGE_DIGITAL_SIGNATURE };
	bool is_ca = kind == ISSUE_ROOT || kind == ISSUE_CA;
	struct nested n = extension_begin(w, "2.5.29.15", true);
	size_t at;

	der_put_named_bits(w, usages[kind]);
	extension_end(w, n);
	n = extension_begin(w, "2.5.29.19", is_ca);
	at = der_begin(w, DER_SEQUENCE);
	if (is_ca)
		der_put_true(w);
	if (kind == ISSUE_CA)
		der_put_small(w, 0);
	der_end(w, at);
	extension_end(w, n);
}

/* A user notice with its explicitText alone, RFC 5280 4.2.1.4. */
static void
put_notice(struct writer *w, const char *notice)
{
	size_t list = der_begin(w, DER_SEQUENCE), one = der_begin(w, DER_SEQUENCE), text;

	der_put_oid(w, "1.3.6.1.5.5.7.2.2");
	text = der_begin(w, DER_SEQUENCE);
	der_put(w, DER_UTF8, span_str(notice));
	der_end(w, text);
	der_end(w, one);
	der_end(w, list);
}

static void
put_policy(struct writer *w, const char *policy, const char *notice)
{
	struct nested n = extension_begin(w, "2.5.29.32", false);
	size_t list = der_begin(w, DER_SEQUENCE), one = der_begin(w, DER_SEQUENCE);

	der_put_oid(w, policy);
	if (notice != NULL)
		put_notice(w, notice);
	der_end(w, one);
	der_end(w, list);
	extension_end(w, n);
}

static void
put_purpose(struct writer *w, const char *purpose)
{
	struct nested n = extension_begin(w, "2.5.29.37", true);
	size_t list = der_begin(w, DER_SEQUENCE);

	der_put_oid(w, purpose);
	der_end(w, list);
	extension_end(w, n);
}

static void
put_crl_point(struct writer *w, const char *url)
{
	struct nested n = extension_begin(w, "2.5.29.31", false);
	size_t list = der_begin(w, DER_SEQUENCE), one = der_begin(w, DER_SEQUENCE);
	size_t name = der_begin(w, DER_EXPLICIT(0)), full = der_begin(w, DER_EXPLICIT(0));

	der_put(w, DER_URI, span_str(url));
	der_end(w, full);
	der_end(w, name);
	der_end(w, one);
	der_end(w, list);
	extension_end(w, n);
}

static void
put_ocsp(struct writer *w, const char *url)
{
	struct nested n = extension_begin(w, "1.3.6.1.5.5.7.1.1", false);
	size_t list = der_begin(w, DER_SEQUENCE), one = der_begin(w, DER_SEQUENCE);

	der_put_oid(w, "1.3.6.1.5.5.7.48.1");
	der_put(w, DER_URI, span_str(url));
	der_end(w, one);
	der_end(w, list);
	extension_end(w, n);
}

static void
put_statement(struct writer *w, const char *oid)
{
	size_t at = der_begin(w, DER_SEQUENCE);

	der_put_oid(w, oid);
	der_end(w, at);
}

static void
put_qc_types(struct writer *w, unsigned qc)
{
	size_t at = der_begin(w, DER_SEQUENCE), list;

	der_put_oid(w, "0.4.0.1862.1.6");
	list = der_begin(w, DER_SEQUENCE);
	if (qc & QC_ESIGN)
		der_put_oid(w, "0.4.0.1862.1.6.1");
	if (qc & QC_ESEAL)
		der_put_oid(w, "0.4.0.1862.1.6.2");
	der_end(w, list);
	der_end(w, at);
}

static void
put_qc(struct writer *w, unsigned qc)
{
	struct nested n = extension_begin(w, "1.3.6.1.5.5.7.1.3", false);
	size_t list = der_begin(w, DER_SEQUENCE);

	if (qc & QC_COMPLIANCE)
		put_statement(w, "0.4.0.1862.1.1");
	if (qc & QC_SSCD)
		put_statement(w, "0.4.0.1862.1.4");
	if (qc & (QC_ESIGN | QC_ESEAL))
		put_qc_types(w, qc);
	der_end(w, list);
	extension_end(w, n);
}

static void
put_null(struct writer *w, const char *oid)
{
	struct nested n = extension_begin(w, oid, false);

	der_put_null(w);
	extension_end(w, n);
}

bool
extensions_write(struct writer *w, const struct issue *issue)
{
	size_t tagged = der_begin(w, DER_EXPLICIT(3)), list = der_begin(w, DER_SEQUENCE);
	uint8_t own[KEY_ID_LEN], issuer[KEY_ID_LEN];

	if (!key_id(issue->spki, own) || !key_id(issue->issuer_spki, issuer))
		return false;
	put_key_ids(w, own, issuer);
	put_usage(w, issue->kind);
	if (issue->policy != NULL)
		put_policy(w, issue->policy, issue->notice);
	if (issue->purpose != NULL)
		put_purpose(w, issue->purpose);
	if (issue->crl != NULL)
		put_crl_point(w, issue->crl);
	if (issue->ocsp != NULL)
		put_ocsp(w, issue->ocsp);
	if (issue->qc != 0)
		put_qc(w, issue->qc);
	if (issue->short_term)
		put_null(w, "0.4.0.194121.2.1");	/* EN 319 412-1 5.2.2 */
	if (issue->no_check)
		put_null(w, "1.3.6.1.5.5.7.48.1.5");
	der_end(w, list);
	der_end(w, tagged);
	return true;
}
