/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation lists: the fields of RFC 5280 5.1 in their order. */
#include "x509/crl.h"
#include "x509/extensions.h"

#define DER_ENUMERATED	0x0a
#define CRL_MAX		((size_t)8 << 20)

static void
put_revoked(struct writer *w, const struct revoked *revoked)
{
	size_t at = der_begin(w, DER_SEQUENCE), list;
	struct nested n;

	der_put_unsigned(w, revoked->serial);
	der_put_time(w, revoked->time);
	if (revoked->reason != 0) {
		list = der_begin(w, DER_SEQUENCE);
		n = extension_begin(w, "2.5.29.21", false);
		der_put(w, DER_ENUMERATED, span_of(&revoked->reason, 1));
		extension_end(w, n);
		der_end(w, list);
	}
	der_end(w, at);
}

static bool
put_extensions(struct writer *w, const struct crl *crl)
{
	size_t tagged = der_begin(w, DER_EXPLICIT(0)), list = der_begin(w, DER_SEQUENCE);
	uint8_t issuer[KEY_ID_LEN], number[8];
	struct writer big_endian = writer_over(number, sizeof(number));
	struct nested n;

	if (!key_id(crl->issuer_spki, issuer))
		return false;
	put_authority_key_id(w, issuer);
	wr_u64(&big_endian, crl->number);
	n = extension_begin(w, "2.5.29.20", false);
	der_put_unsigned(w, writer_span(&big_endian));
	extension_end(w, n);
	der_end(w, list);
	der_end(w, tagged);
	return true;
}

static bool
put_tbs(struct writer *w, const struct crl *crl, const struct alg *alg)
{
	size_t at = der_begin(w, DER_SEQUENCE), list;

	der_put_small(w, 1);
	algorithm_write(w, alg);
	wr_span(w, crl->issuer);
	der_put_time(w, crl->this_update);
	der_put_time(w, crl->next_update);
	if (crl->n > 0) {		/* absent, not empty, where nothing is revoked */
		list = der_begin(w, DER_SEQUENCE);
		for (size_t i = 0; i < crl->n; i++)
			put_revoked(w, &crl->revoked[i]);
		der_end(w, list);
	}
	if (!put_extensions(w, crl))
		return false;
	der_end(w, at);
	return writer_ok(w);
}

bool
crl_write(struct writer *w, const struct crl *crl, const struct signing *signing, struct err *e)
{
	AUTO_WRITER tbs = writer_grow(CRL_MAX);

	if (!put_tbs(&tbs, crl, signing->alg))
		return err_set(e, ERR_FORMAT, "revocation list: a field is malformed, or it is too long");
	return issue_signed(w, writer_span(&tbs), signing, crl->issuer_spki, e);
}
