/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate requests: written for the SAM's keys, read and checked for a CA. */
#include "crypto/verify.h"
#include "der/csr.h"
#include "der/name.h"

void
csr_info_write(struct writer *w, struct span subject, struct span spki)
{
	size_t at = der_begin(w, DER_SEQUENCE);

	der_put_small(w, 0);
	wr_span(w, subject);
	wr_span(w, spki);
	der_put(w, DER_EXPLICIT(0), span_of("", 0));
	der_end(w, at);
}

bool
csr_write(struct writer *w, struct span info, const struct alg *alg, struct span raw, struct err *e)
{
	uint8_t mem[SIGNATURE_DER_MAX];
	struct writer signature = writer_over(mem, sizeof(mem));
	size_t at;

	if (!signature_to_der(alg, raw, &signature))
		return err_set(e, ERR_BUG, "certificate request: not a signature of %s", alg->name);
	at = der_begin(w, DER_SEQUENCE);
	wr_span(w, info);
	algorithm_write(w, alg);
	der_put_bits(w, writer_span(&signature));
	der_end(w, at);
	return writer_ok(w) || err_set(e, ERR_BUG, "certificate request: no room");
}

static bool
info_read(struct csr *csr)
{
	struct reader r = reader_over(csr->info), in;
	struct span attributes;
	uint32_t version;

	return der_enter(&r, DER_SEQUENCE, &in) && der_small(&in, &version) && version == 0 &&
	    der_whole(&in, DER_SEQUENCE, &csr->subject) &&
	    der_whole(&in, DER_SEQUENCE, &csr->spki) &&
	    der_take(&in, DER_EXPLICIT(0), &attributes) && rd_end(&in);
}

/* What is behind its algorithm: the signature. */
static bool
begin(struct span der, struct csr *csr, struct reader *rest, struct err *e)
{
	struct reader all = reader_over(der), in;

	if (!der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all) ||
	    !der_whole(&in, DER_SEQUENCE, &csr->info))
		return err_set(e, ERR_FORMAT, "certificate request: not PKCS #10 in DER");
	*rest = in;
	return algorithm_read(rest, &csr->alg) ||
	    err_set(e, ERR_FORMAT, "certificate request: an algorithm that is not offered");
}

bool
csr_cut(struct span der, struct csr *out)
{
	struct reader in;
	struct csr csr;

	if (!begin(der, &csr, &in, NULL) || !info_read(&csr))
		return false;
	*out = csr;
	return true;
}

bool
csr_open(struct span der, struct csr *out, struct err *e)
{
	uint8_t raw[SIGNATURE_MAX], digest[DIGEST_MAX];
	struct span signature;
	struct reader in;
	struct csr csr;

	if (!begin(der, &csr, &in, e))
		return false;
	if (!der_bits(&in, &signature) || !rd_end(&in) || !info_read(&csr) ||
	    !signature_from_der(csr.alg, signature, raw))
		return err_set(e, ERR_FORMAT, "certificate request: not PKCS #10 in DER");
	if (!name_check(csr.subject, e) || !spki_check(csr.alg->kind, csr.spki, e))
		return false;
	if (!signature_verify(csr.alg, csr.spki, alg_digest(csr.alg, csr.info, digest),
	    span_of(raw, csr.alg->signature_len)))
		return err_set(e, ERR_DENIED, "certificate request: not signed by the key it names");
	*out = csr;
	return true;
}
