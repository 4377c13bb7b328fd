/* SPDX-License-Identifier: Apache-2.0 */
/* Writing CAdES: SignedData around the signed attributes (RFC 5652). */
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "x509/cades.h"
#include "der/oids.h"

bool
cades_attributes(const struct cades *c, struct writer *out, uint8_t dtbsr[DIGEST_MAX],
    struct err *e)
{
	uint8_t cert[HASH_LEN];
	struct signed_attributes set = { .kind = c->kind, .attrs = c->attrs, .alg = c->alg,
		.digest = c->document_digest, .cert = cert, .signing_ms = c->signing_time };
	size_t before = out->n;

	if (c->document_digest.n != c->alg->digest_len)
		return err_set(e, ERR_FORMAT, "CAdES: a digest of %zu bytes is needed for %s",
		    c->alg->digest_len, c->alg->name);
	sha256(c->signer, cert);
	signed_attributes_write(out, &set);
	if (!writer_ok(out))
		return err_set(e, ERR_FORMAT, "CAdES: the signing time is after 9999, or no room");
	alg_digest(c->alg, span_of(writer_span(out).p + before, out->n - before), dtbsr);
	return true;
}

static bool
signer_read(const struct cades *c, struct certificate *cert, struct err *e)
{
	struct certificate_cut cut;

	return certificate_cut(c->signer, &cut, e) && certificate_read(&cut, cert, e);
}

/* The signer's and its issuers', each once, in the order of DER. */
static bool
put_certificates(struct writer *w, const struct cades *c, struct err *e)
{
	struct span all[CADES_CERTIFICATES] = { c->signer };
	size_t n = 1;

	for (size_t i = 0; i < c->chain_n; i++) {
		bool there = false;

		for (size_t k = 0; k < n; k++)
			there = there || span_equal(all[k], c->chain[i]);
		if (there)
			continue;
		if (n == CADES_CERTIFICATES)
			return err_set(e, ERR_FORMAT, "CAdES: more than %d certificates",
			    CADES_CERTIFICATES);
		all[n++] = c->chain[i];
	}
	der_put_set_of(w, DER_EXPLICIT(0), all, n);
	return true;
}

static void
put_signer_info(struct writer *w, const struct cades *c, const struct certificate *cert,
    struct span attributes, struct span signature)
{
	size_t at = der_begin(w, DER_SEQUENCE), sid;

	der_put_small(w, 1);
	sid = der_begin(w, DER_SEQUENCE);
	wr_span(w, cert->issuer);
	der_put_unsigned(w, cert->serial);
	der_end(w, sid);
	digest_algorithm_write(w, c->alg);
	wr_u8(w, DER_EXPLICIT(0));		/* signed as a SET, carried as [0] (RFC 5652 5.4) */
	wr_span(w, span_of(attributes.p + 1, attributes.n - 1));
	algorithm_write(w, c->alg);
	der_put(w, DER_OCTET_STRING, signature);
	der_end(w, at);
}

static bool
put_signed_data(struct writer *w, const struct cades *c, const struct certificate *cert,
    struct span attributes, struct span signature, struct err *e)
{
	size_t at = der_begin(w, DER_SEQUENCE), in;

	der_put_small(w, 1);
	in = der_begin(w, DER_SET);
	digest_algorithm_write(w, c->alg);
	der_end(w, in);
	in = der_begin(w, DER_SEQUENCE);
	der_put_oid(w, OID_DATA);
	der_end(w, in);
	if (!put_certificates(w, c, e))
		return false;
	in = der_begin(w, DER_SET);
	put_signer_info(w, c, cert, attributes, signature);
	der_end(w, in);
	der_end(w, at);
	return true;
}

static bool
signature_fits(const struct cades *c, const struct certificate *cert, struct span attributes,
    struct span raw, struct err *e)
{
	uint8_t digest[DIGEST_MAX];

	return signature_verify(c->alg, cert->spki, alg_digest(c->alg, attributes, digest), raw) ||
	    err_set(e, ERR_DENIED, "CAdES: the signature is not one over these attributes by the "
	    "key of this certificate; nothing was written");
}

bool
cades_assemble(const struct cades *c, struct span attributes, struct span raw, struct writer *w,
    struct err *e)
{
	uint8_t mem[SIGNATURE_DER_MAX];
	struct writer signature = writer_over(mem, sizeof(mem));
	struct certificate cert;
	size_t at, in;

	if (!signer_read(c, &cert, e) || !signature_fits(c, &cert, attributes, raw, e))
		return false;
	if (!signature_to_der(c->alg, raw, &signature))
		return err_set(e, ERR_BUG, "CAdES: signature");
	at = der_begin(w, DER_SEQUENCE);
	der_put_oid(w, OID_SIGNED_DATA);
	in = der_begin(w, DER_EXPLICIT(0));
	if (!put_signed_data(w, c, &cert, attributes, writer_span(&signature), e))
		return false;
	der_end(w, in);
	der_end(w, at);
	return writer_ok(w) || err_set(e, ERR_FORMAT, "CAdES: longer than the room for it");
}
