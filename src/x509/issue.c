/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of RFC 5280: the fields in their order, then the extensions, then the signature. */
#include "base/clock.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "der/name.h"
#include "x509/issue.h"

#define SERIAL_LEN	16
#define KEY_ID_LEN	20

static void
put_serial(struct writer *w)
{
	uint8_t serial[SERIAL_LEN];

	random_bytes(serial, sizeof(serial));
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);	/* positive, always of one length */
	der_put_unsigned(w, span_of(serial, sizeof(serial)));
}

/* RFC 7093 2, method 1: the first 160 bits of SHA-256 over the key's BIT STRING. */
static bool
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

struct nested {		/* the two levels every extension opens */
	size_t	sequence, octets;
};

static struct nested
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

static void
extension_end(struct writer *w, struct nested n)
{
	der_end(w, n.octets);
	der_end(w, n.sequence);
}

static void
put_key_ids(struct writer *w, const uint8_t *own, const uint8_t *issuer)
{
	struct nested n = extension_begin(w, "2.5.29.14", false);
	size_t at;

	der_put(w, DER_OCTET_STRING, span_of(own, KEY_ID_LEN));
	extension_end(w, n);
	n = extension_begin(w, "2.5.29.35", false);
	at = der_begin(w, DER_SEQUENCE);
	der_put(w, DER_CONTEXT(0), span_of(issuer, KEY_ID_LEN));
	der_end(w, at);
	extension_end(w, n);
}

static void
put_usage(struct writer *w, enum issue_kind kind)
{
	struct nested n = extension_begin(w, "2.5.29.15", true);
	size_t at;

	der_put_named_bits(w, kind == ISSUE_SIGNER ? USAGE_NON_REPUDIATION
	    : USAGE_KEY_CERT_SIGN | USAGE_CRL_SIGN);
	extension_end(w, n);
	n = extension_begin(w, "2.5.29.19", kind != ISSUE_SIGNER);
	at = der_begin(w, DER_SEQUENCE);
	if (kind != ISSUE_SIGNER)
		der_put_true(w);
	if (kind == ISSUE_CA)
		der_put_small(w, 0);
	der_end(w, at);
	extension_end(w, n);
}

static void
put_policy(struct writer *w, const char *policy)
{
	struct nested n = extension_begin(w, "2.5.29.32", false);
	size_t list = der_begin(w, DER_SEQUENCE), one = der_begin(w, DER_SEQUENCE);

	der_put_oid(w, policy);
	der_end(w, one);
	der_end(w, list);
	extension_end(w, n);
}

static bool
put_extensions(struct writer *w, const struct issue *issue)
{
	size_t tagged = der_begin(w, DER_EXPLICIT(3)), list = der_begin(w, DER_SEQUENCE);
	uint8_t own[KEY_ID_LEN], issuer[KEY_ID_LEN];

	if (!key_id(issue->spki, own) || !key_id(issue->issuer_spki, issuer))
		return false;
	put_key_ids(w, own, issuer);
	put_usage(w, issue->kind);
	if (issue->policy != NULL)
		put_policy(w, issue->policy);
	der_end(w, list);
	der_end(w, tagged);
	return true;
}

static bool
put_tbs(struct writer *w, const struct issue *issue, const struct alg *alg)
{
	size_t at = der_begin(w, DER_SEQUENCE), in = der_begin(w, DER_EXPLICIT(0));

	der_put_small(w, 2);
	der_end(w, in);
	put_serial(w);
	algorithm_write(w, alg);
	wr_span(w, issue->issuer);
	in = der_begin(w, DER_SEQUENCE);
	der_put_time(w, issue->not_before);
	der_put_time(w, issue->not_after);
	der_end(w, in);
	wr_span(w, issue->subject);
	wr_span(w, issue->spki);
	if (!put_extensions(w, issue))
		return false;
	der_end(w, at);
	return writer_ok(w);
}

static bool
sign(const struct signing *signing, struct span spki, struct span tbs, struct writer *out,
    struct err *e)
{
	uint8_t digest[DIGEST_MAX], raw[SIGNATURE_MAX];
	struct span d = alg_digest(signing->alg, tbs, digest);
	struct span sig = span_of(raw, signing->alg->signature_len);

	if (!signing->sign(signing->self, d, raw, e))
		return err_set(e, ERR_BACKEND, "certificate: the CA's key did not sign");
	if (!signature_verify(signing->alg, spki, d, sig) ||
	    !signature_to_der(signing->alg, sig, out))
		return err_set(e, ERR_BACKEND, "certificate: the CA's key made a signature that does "
		    "not verify; check that key and certificate of the CA belong together");
	return true;
}

bool
issue_certificate(struct writer *w, const struct issue *issue, const struct signing *signing,
    struct err *e)
{
	uint8_t tbs_mem[CERTIFICATE_MAX], sig_mem[SIGNATURE_DER_MAX];
	struct writer tbs = writer_over(tbs_mem, sizeof(tbs_mem));
	struct writer sig = writer_over(sig_mem, sizeof(sig_mem));
	enum key_kind kind;
	size_t at;

	if (!name_check(issue->subject, e) || !name_check(issue->issuer, e))
		return false;
	if (!spki_kind(issue->spki, &kind) || issue->not_before / 1000 >= issue->not_after / 1000)
		return err_set(e, ERR_FORMAT, "certificate: the public key is not of a kind we offer, or "
		    "the validity is empty");
	if (!put_tbs(&tbs, issue, signing->alg))
		return err_set(e, ERR_FORMAT, "certificate: a field is malformed or too long");
	if (!sign(signing, issue->issuer_spki, writer_span(&tbs), &sig, e))
		return false;
	at = der_begin(w, DER_SEQUENCE);
	wr_span(w, writer_span(&tbs));
	algorithm_write(w, signing->alg);
	der_put_bits(w, writer_span(&sig));
	der_end(w, at);
	return writer_ok(w) || err_set(e, ERR_BUG, "certificate: no room");
}
