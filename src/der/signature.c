/* SPDX-License-Identifier: Apache-2.0 */
/* Signature values and algorithm identifiers of the four algorithms, each in one encoding. */
#include "crypto/hash.h"
#include "der/signature.h"

#define OID_MGF1	"1.2.840.113549.1.1.8"
#define PSS_MAX		96	/* bytes of the longest AlgorithmIdentifier */

static bool
all_zero(struct span s)
{
	uint8_t any = 0;

	for (size_t i = 0; i < s.n; i++)
		any |= s.p[i];
	return any == 0;
}

bool
signature_to_der(const struct alg *alg, struct span raw, struct writer *w)
{
	struct span r, s;
	size_t at;

	if (raw.n != alg->signature_len)
		return false;
	if (alg->kind == KEY_RSA3072) {
		wr_span(w, raw);
		return writer_ok(w);
	}
	r = span_of(raw.p, raw.n / 2);
	s = span_of(raw.p + raw.n / 2, raw.n / 2);
	if (all_zero(r) || all_zero(s))
		return false;
	at = der_begin(w, DER_SEQUENCE);
	der_put_unsigned(w, r);
	der_put_unsigned(w, s);
	der_end(w, at);
	return writer_ok(w);
}

bool
signature_from_der(const struct alg *alg, struct span der, uint8_t raw[SIGNATURE_MAX])
{
	struct reader all = reader_over(der), in;
	size_t half = alg->signature_len / 2;
	struct span r, s;

	if (alg->kind == KEY_RSA3072) {
		if (der.n != alg->signature_len)
			return false;
		memcpy(raw, der.p, der.n);
		return true;
	}
	if (!der_enter(&all, DER_SEQUENCE, &in) || !rd_end(&all) ||
	    !der_unsigned(&in, half, &r) || !der_unsigned(&in, half, &s) || !rd_end(&in) ||
	    all_zero(r) || all_zero(s))
		return false;
	memset(raw, 0, 2 * half);
	memcpy(raw + half - r.n, r.p, r.n);
	memcpy(raw + 2 * half - s.n, s.p, s.n);
	return true;
}

static void
put_hash(struct writer *w, const struct alg *alg, bool with_null)
{
	size_t at = der_begin(w, DER_SEQUENCE);

	der_put_oid(w, alg->hash_oid);
	if (with_null)
		der_put_null(w);
	der_end(w, at);
}

/* RSASSA-PSS-params; the default trailer field is left out, as DER wants. */
static void
put_pss(struct writer *w, const struct alg *alg, bool hash_null, bool mgf_null)
{
	size_t params = der_begin(w, DER_SEQUENCE), field, mgf;

	field = der_begin(w, DER_EXPLICIT(0));
	put_hash(w, alg, hash_null);
	der_end(w, field);
	field = der_begin(w, DER_EXPLICIT(1));
	mgf = der_begin(w, DER_SEQUENCE);
	der_put_oid(w, OID_MGF1);
	put_hash(w, alg, mgf_null);
	der_end(w, mgf);
	der_end(w, field);
	field = der_begin(w, DER_EXPLICIT(2));
	der_put_small(w, (uint32_t)alg->digest_len);
	der_end(w, field);
	der_end(w, params);
}

static void
put_algorithm(struct writer *w, const struct alg *alg, bool hash_null, bool mgf_null)
{
	size_t at = der_begin(w, DER_SEQUENCE);

	der_put_oid(w, alg->oid);
	if (alg->number == ALG_RSA3072_PKCS1_SHA256)
		der_put_null(w);
	else if (alg->number == ALG_RSA3072_PSS_SHA256)
		put_pss(w, alg, hash_null, mgf_null);
	der_end(w, at);
}

void
algorithm_write(struct writer *w, const struct alg *alg)
{
	put_algorithm(w, alg, true, true);
}

static bool
is_algorithm(struct span whole, const struct alg *alg)
{
	uint8_t mem[PSS_MAX];

	for (unsigned variant = 0; variant < 4; variant++) {
		struct writer w = writer_over(mem, sizeof(mem));

		put_algorithm(&w, alg, (variant & 1) != 0, (variant & 2) != 0);
		if (writer_ok(&w) && span_equal(whole, writer_span(&w)))
			return true;
	}
	return false;
}

bool
algorithm_read(struct reader *r, const struct alg **out)
{
	struct reader at = *r;
	const struct alg *alg;
	struct span whole;

	if (!der_whole(&at, DER_SEQUENCE, &whole) || whole.n > PSS_MAX)
		return false;
	for (size_t i = 0; (alg = alg_at(i)) != NULL; i++)
		if (is_algorithm(whole, alg)) {
			*r = at;
			*out = alg;
			return true;
		}
	return false;
}

void
digest_algorithm_write(struct writer *w, const struct alg *alg)
{
	put_hash(w, alg, false);
}

struct span
alg_digest(const struct alg *alg, struct span message, uint8_t out[DIGEST_MAX])
{
	if (alg->digest_len == 48)
		sha384(message, out);
	else
		sha256(message, out);
	return span_of(out, alg->digest_len);
}
