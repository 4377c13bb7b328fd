/* SPDX-License-Identifier: Apache-2.0 */
/* PKIMessages cut: whole, at every length, and with every bit flipped. */
#include <openssl/cmp.h>
#include <openssl/ec.h>

#include "cmp/pki_message.h"
#include "tests/test.h"

static const uint8_t id[16] = "transaction", nonce[16] = "ours", theirs[16] = "theirs";

static void
put_field(struct writer *w, int n, struct span content)
{
	size_t at = der_begin(w, (uint8_t)DER_EXPLICIT(n));

	der_put(w, DER_OCTET_STRING, content);
	der_end(w, at);
}

static void
put_header(struct writer *w, const struct alg *alg)
{
	size_t at = der_begin(w, DER_SEQUENCE), in, list, one;

	der_put_small(w, 2);
	for (int i = 0; i < 2; i++)
		der_put(w, DER_EXPLICIT(4), span_of("0\0", 2));
	in = der_begin(w, DER_EXPLICIT(1));
	algorithm_write(w, alg);
	der_end(w, in);
	put_field(w, 4, span_of(id, 16));
	put_field(w, 5, span_of(theirs, 16));
	put_field(w, 6, span_of(nonce, 16));
	in = der_begin(w, DER_EXPLICIT(8));
	list = der_begin(w, DER_SEQUENCE);
	one = der_begin(w, DER_SEQUENCE);
	der_put_oid(w, OID_IMPLICIT_CONFIRM);
	der_put_null(w);
	der_end(w, one);
	der_end(w, list);
	der_end(w, in);
	der_end(w, at);
}

/* A cp with `certificate`, or with this status and nothing else. */
static void
put_body(struct writer *w, uint32_t status, struct span certificate)
{
	size_t body = der_begin(w, MESSAGE_CP), at = der_begin(w, DER_SEQUENCE), in, pair, plain;

	in = der_begin(w, DER_SEQUENCE);
	pair = der_begin(w, DER_SEQUENCE);
	der_put(w, DER_INTEGER, span_of("\xff", 1));
	plain = der_begin(w, DER_SEQUENCE);
	der_put_small(w, status);
	der_end(w, plain);
	if (certificate.n > 0) {
		plain = der_begin(w, DER_SEQUENCE);
		der_put(w, DER_EXPLICIT(0), certificate);
		der_end(w, plain);
	}
	der_end(w, pair);
	der_end(w, in);
	der_end(w, at);
	der_end(w, body);
}

static void
make(struct writer *w, EVP_PKEY *key, uint32_t status, struct span certificate)
{
	AUTO_WRITER content = writer_grow(4096);
	struct pki_message m = { .alg = alg_find(ALG_ECDSA_P256_SHA256) };

	put_header(&content, m.alg);
	put_body(&content, status, certificate);
	m.content = writer_span(&content);
	CHECK(pki_message_write(w, &m, key));
}

static bool
is_taken(struct span der, EVP_PKEY *key, struct granted *g)
{
	struct pki_message m;

	return pki_message_read(der, &m) && pki_message_is_signed_by(&m, key) &&
	    pki_message_grants(&m, g) && pki_message_confirms(&m) && m.id.n == 16 &&
	    memcmp(m.id.p, id, 16) == 0 && memcmp(m.their_nonce.p, nonce, 16) == 0;
}

TEST(a_message_with_one_certificate_is_taken_and_no_part_of_it_can_be_altered)
{
	EVP_PKEY *key = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256");
	struct span certificate = span_of("0\3\2\1\1", 5);
	AUTO_WRITER w = writer_grow(4096);
	struct granted g;

	make(&w, key, 0, certificate);
	CHECK(is_taken(writer_span(&w), key, &g) && span_equal(g.certificate, certificate));
	CHECK(!is_taken(writer_span(&w), other, &g));
	for (size_t n = 0; n < w.n; n++)
		CHECK(!is_taken(span_of(w.p, n), key, &g));
	for (size_t bit = 0; bit < 8 * w.n; bit++) {
		w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!is_taken(writer_span(&w), key, &g));
		w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	wr_u8(&w, 0);
	CHECK(!is_taken(writer_span(&w), key, &g));
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

TEST(openssl_reads_what_we_write)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	AUTO_WRITER w = writer_grow(4096);
	const uint8_t *at;
	OSSL_CMP_MSG *m;
	uint8_t *again = NULL;
	int n;

	make(&w, key, 2, span_of(NULL, 0));
	at = w.p;
	m = d2i_OSSL_CMP_MSG(NULL, &at, (long)w.n);
	CHECK(m != NULL && at == w.p + w.n);
	n = i2d_OSSL_CMP_MSG(m, &again);
	CHECK(n == (int)w.n && memcmp(again, w.p, w.n) == 0);
	OPENSSL_free(again);
	OSSL_CMP_MSG_free(m);
	EVP_PKEY_free(key);
}

TEST(another_status_grants_nothing)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct granted g;

	for (uint32_t status = 1; status < 7; status++) {
		AUTO_WRITER with = writer_grow(4096), without = writer_grow(4096);

		make(&with, key, status, span_of("0\3\2\1\1", 5));
		make(&without, key, status, span_of(NULL, 0));
		CHECK(!is_taken(writer_span(&with), key, &g) && !is_taken(writer_span(&without), key, &g));
	}
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_with_one_certificate_is_taken_and_no_part_of_it_can_be_altered),
		cmocka_unit_test(openssl_reads_what_we_write),
		cmocka_unit_test(another_status_grants_nothing),
	};

	return RUN(tests);
}
