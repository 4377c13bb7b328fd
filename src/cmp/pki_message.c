/* SPDX-License-Identifier: Apache-2.0 */
/* Cutting PKIMessages. All tags are explicit (RFC 9810, appendix F). */
#include <openssl/err.h>

#include "cmp/pki_message.h"

/* One of the header's optional fields, each at most once and in ascending order of its tag. */
static bool
field_read(struct reader *r, struct pki_message *m)
{
	struct span content, whole, *to = NULL;
	struct reader in;
	uint8_t tag;

	if (!der_any(r, &tag, &content, &whole))
		return false;
	in = reader_over(content);
	switch (tag) {
	case DER_EXPLICIT(1):
		return algorithm_read(&in, &m->alg) && rd_end(&in);
	case DER_EXPLICIT(2): m->kid = whole; break;
	case DER_EXPLICIT(4): to = &m->id; break;
	case DER_EXPLICIT(5): to = &m->nonce; break;
	case DER_EXPLICIT(6): to = &m->their_nonce; break;
	case DER_EXPLICIT(8):
		return der_take(&in, DER_SEQUENCE, &m->info) && rd_end(&in);
	default: break;		/* messageTime, recipKID, freeText */
	}
	return to == NULL || (der_take(&in, DER_OCTET_STRING, to) && rd_end(&in));
}

static bool
header_read(struct reader *all, struct pki_message *m)
{
	struct reader in, start;
	struct span recipient, whole;
	uint32_t version;
	uint8_t tag, last = DER_EXPLICIT(0) - 1;

	if (!der_enter(all, DER_SEQUENCE, &in))
		return false;
	start = in;
	if (!der_small(&in, &version) || version != 2 ||
	    !der_any(&in, &tag, &whole, &m->sender) || !der_any(&in, &tag, &whole, &recipient))
		return false;
	m->start = span_of(start.p, start.n - in.n);
	while (!rd_end(&in)) {
		if (in.p[0] <= last || in.p[0] > DER_EXPLICIT(8))
			return false;
		last = in.p[0];
		if (!field_read(&in, m))
			return false;
	}
	return m->alg != NULL;
}

bool
pki_message_read(struct span der, struct pki_message *out)
{
	struct reader all = reader_over(der), in, protection, begin;
	struct pki_message m = { .alg = NULL };
	struct span whole;

	if (!der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all))
		return false;
	begin = in;
	if (!header_read(&in, &m) || !der_any(&in, &m.type, &m.body, &whole))
		return false;
	m.content = span_of(begin.p, begin.n - in.n);
	if (!der_enter(&in, DER_EXPLICIT(0), &protection) || !der_bits(&protection, &m.signature) ||
	    !rd_end(&protection) || (!rd_end(&in) && !der_whole(&in, DER_EXPLICIT(1), &m.extra)) ||
	    !rd_end(&in))
		return false;
	*out = m;
	return true;
}

/* Of RSA and EC keys of any size, as OpenSSL's client takes them; PSS is left to that one. */
static const EVP_MD *
digest_of(const struct alg *alg, const EVP_PKEY *key)
{
	int kind = EVP_PKEY_get_base_id(key);

	if (kind == EVP_PKEY_RSA)
		return alg->number == ALG_RSA3072_PKCS1_SHA256 ? EVP_sha256() : NULL;
	return kind != EVP_PKEY_EC ? NULL : alg->number == ALG_ECDSA_P256_SHA256 ? EVP_sha256() :
	    alg->number == ALG_ECDSA_P384_SHA384 ? EVP_sha384() : NULL;
}

bool
pki_message_is_signed_by(const struct pki_message *m, EVP_PKEY *key)
{
	const EVP_MD *md = digest_of(m->alg, key);
	AUTO_WRITER signed_part = writer_grow(m->content.n + 8);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	der_put(&signed_part, DER_SEQUENCE, m->content);
	good = md != NULL && ctx != NULL && writer_ok(&signed_part) &&
	    EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, m->signature.p, m->signature.n, signed_part.p, signed_part.n) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

bool
pki_message_write(struct writer *w, const struct pki_message *m, EVP_PKEY *key)
{
	const EVP_MD *md = digest_of(m->alg, key);
	AUTO_WRITER signed_part = writer_grow(m->content.n + 8);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[MESSAGE_SIGNATURE_MAX];
	size_t n = sizeof(signature), at, in;
	bool good;

	der_put(&signed_part, DER_SEQUENCE, m->content);
	good = md != NULL && ctx != NULL && writer_ok(&signed_part) &&
	    EVP_DigestSignInit(ctx, NULL, md, NULL, key) == 1 &&
	    EVP_DigestSign(ctx, signature, &n, signed_part.p, signed_part.n) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	if (!good)
		return false;
	at = der_begin(w, DER_SEQUENCE);
	wr_span(w, m->content);
	in = der_begin(w, DER_EXPLICIT(0));
	der_put_bits(w, span_of(signature, n));
	der_end(w, in);
	wr_span(w, m->extra);
	der_end(w, at);
	return writer_ok(w);
}

bool
pki_message_confirms(const struct pki_message *m)
{
	struct reader all = reader_over(m->info), one;
	struct span oid;
	bool found = false;

	while (!rd_end(&all)) {
		if (!der_enter(&all, DER_SEQUENCE, &one) || !der_oid(&one, &oid))
			return false;
		found = found || oid_is(oid, OID_IMPLICIT_CONFIRM);
	}
	return found;
}

/* SEQUENCE OF certificates inside an explicit tag. */
static bool
list_read(struct reader *r, uint8_t tag, struct span *out)
{
	struct reader in;

	return der_enter(r, tag, &in) && der_take(&in, DER_SEQUENCE, out) && rd_end(&in);
}

/* CertResponse: whatever its number, as there is one; status `accepted` and no words; a plain certificate. */
static bool
response_read(struct reader *r, struct span *certificate)
{
	struct reader in, status, pair, plain;
	struct span number;
	uint32_t value;

	return der_enter(r, DER_SEQUENCE, &in) && der_take(&in, DER_INTEGER, &number) &&
	    der_enter(&in, DER_SEQUENCE, &status) && der_small(&status, &value) && value == 0 &&
	    rd_end(&status) && der_enter(&in, DER_SEQUENCE, &pair) && rd_end(&in) &&
	    der_enter(&pair, DER_EXPLICIT(0), &plain) && rd_end(&pair) &&
	    der_whole(&plain, DER_SEQUENCE, certificate) && rd_end(&plain);
}

bool
pki_message_grants(const struct pki_message *m, struct granted *out)
{
	struct reader all = reader_over(m->body), in, list, extra = reader_over(m->extra);
	struct granted g = { .certificate = { 0 } };

	if (m->type != MESSAGE_CP || !der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all) ||
	    (der_is(&in, DER_EXPLICIT(1)) && !list_read(&in, DER_EXPLICIT(1), &g.roots)) ||
	    !der_enter(&in, DER_SEQUENCE, &list) || !rd_end(&in) ||
	    !response_read(&list, &g.certificate) || !rd_end(&list) ||
	    (m->extra.n > 0 && !list_read(&extra, DER_EXPLICIT(1), &g.extra)))
		return false;
	*out = g;
	return true;
}
