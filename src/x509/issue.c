/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of RFC 5280: the fields in their order, then the extensions, then the signature. */
#include "base/clock.h"
#include "crypto/verify.h"
#include "der/name.h"
#include "x509/extensions.h"

void
issue_serial(uint8_t serial[ISSUE_SERIAL_LEN])
{
	random_bytes(serial, ISSUE_SERIAL_LEN);
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);	/* positive, always of one length */
}

static void
put_serial(struct writer *w, struct span wanted)
{
	uint8_t serial[ISSUE_SERIAL_LEN];

	issue_serial(serial);
	der_put_unsigned(w, wanted.n > 0 ? wanted : span_of(serial, sizeof(serial)));
}

static bool
put_tbs(struct writer *w, const struct issue *issue, const struct alg *alg)
{
	size_t at = der_begin(w, DER_SEQUENCE), in = der_begin(w, DER_EXPLICIT(0));

	der_put_small(w, 2);
	der_end(w, in);
	put_serial(w, issue->serial);
	algorithm_write(w, alg);
	wr_span(w, issue->issuer);
	in = der_begin(w, DER_SEQUENCE);
	der_put_time(w, issue->not_before);
	der_put_time(w, issue->not_after);
	der_end(w, in);
	wr_span(w, issue->subject);
	wr_span(w, issue->spki);
	if (!extensions_write(w, issue))
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
issue_signed(struct writer *w, struct span tbs, const struct signing *signing, struct span spki,
    struct err *e)
{
	uint8_t mem[SIGNATURE_DER_MAX];
	struct writer sig = writer_over(mem, sizeof(mem));
	size_t at;

	if (!sign(signing, spki, tbs, &sig, e))
		return false;
	at = der_begin(w, DER_SEQUENCE);
	wr_span(w, tbs);
	algorithm_write(w, signing->alg);
	der_put_bits(w, writer_span(&sig));
	der_end(w, at);
	return writer_ok(w) || err_set(e, ERR_BUG, "certificate: no room");
}

bool
issue_certificate(struct writer *w, const struct issue *issue, const struct signing *signing,
    struct err *e)
{
	uint8_t mem[CERTIFICATE_MAX];
	struct writer tbs = writer_over(mem, sizeof(mem));
	enum key_kind kind;

	if (!name_check(issue->subject, e) || !name_check(issue->issuer, e))
		return false;
	if (!spki_kind(issue->spki, &kind) || issue->not_before / 1000 >= issue->not_after / 1000)
		return err_set(e, ERR_FORMAT, "certificate: the public key is not of a kind we offer, or "
		    "the validity is empty");
	if (!put_tbs(&tbs, issue, signing->alg))
		return err_set(e, ERR_FORMAT, "certificate: a field is malformed or too long");
	return issue_signed(w, writer_span(&tbs), signing, issue->issuer_spki, e);
}
