/* SPDX-License-Identifier: Apache-2.0 */
/* src/der/signature.c: signature values and algorithm identifiers. */
#include <openssl/ec.h>
#include <openssl/err.h>

#include "crypto/hash.h"
#include "crypto/verify.h"
#include "der/signature.h"
#include "soft_key.h"

static const uint16_t all[] = { ALG_ECDSA_P256_SHA256, ALG_ECDSA_P384_SHA384,
	ALG_RSA3072_PKCS1_SHA256, ALG_RSA3072_PSS_SHA256 };

TEST(signatures_go_to_der_and_back)
{
	for (size_t i = 0; i < COUNT(all); i++) {
		struct soft_key *key = soft_key(all[i]);
		uint8_t digest[DIGEST_MAX], raw[SIGNATURE_MAX], back[SIGNATURE_MAX];
		uint8_t mem[SIGNATURE_DER_MAX];
		struct writer w = writer_over(mem, sizeof(mem));
		struct span d = alg_digest(key->alg, span_str("x"), digest);

		CHECK(soft_key_sign(key, d, raw, NULL));
		CHECK(signature_verify(key->alg, key->spki, d, span_of(raw, key->alg->signature_len)));
		CHECK(signature_to_der(key->alg, span_of(raw, key->alg->signature_len), &w));
		CHECK(signature_from_der(key->alg, writer_span(&w), back));
		CHECK(memcmp(raw, back, key->alg->signature_len) == 0);
	}
}

/* What we write libcrypto reads as the same numbers, whatever zeros they begin with. */
TEST(ecdsa_values_agree_with_libcrypto)
{
	for (size_t size = 1; size <= 32; size++) {
		const struct alg *alg = alg_find(ALG_ECDSA_P256_SHA256);
		uint8_t raw[64] = { 0 }, mem[80], back[64];
		struct writer w = writer_over(mem, sizeof(mem));
		const unsigned char *p = mem;
		ECDSA_SIG *sig;

		memset(raw + 32 - size, 0x80 + (int)size, size);
		memset(raw + 64 - size, 0x7f, size);
		CHECK(signature_to_der(alg, span_of(raw, 64), &w));
		sig = d2i_ECDSA_SIG(NULL, &p, (long)w.n);
		CHECK(sig != NULL && p == mem + w.n);
		CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(sig), back, 32) == 32);
		CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(sig), back + 32, 32) == 32);
		CHECK(memcmp(raw, back, 64) == 0);
		ECDSA_SIG_free(sig);
	}
}

TEST(a_zero_r_or_s_and_a_wrong_length_are_refused)
{
	const struct alg *alg = alg_find(ALG_ECDSA_P256_SHA256);
	const struct alg *rsa = alg_find(ALG_RSA3072_PKCS1_SHA256);
	uint8_t raw[SIGNATURE_MAX] = { 0 }, mem[SIGNATURE_MAX];
	struct writer w = writer_over(mem, sizeof(mem));

	raw[31] = 1;
	CHECK(!signature_to_der(alg, span_of(raw, 64), &w));
	raw[31] = 0, raw[63] = 1;
	CHECK(!signature_to_der(alg, span_of(raw, 64), &w));
	raw[31] = 1;
	CHECK(!signature_to_der(alg, span_of(raw, 63), &w));
	CHECK(!signature_to_der(alg, span_of(raw, 96), &w));
	CHECK(!signature_to_der(rsa, span_of(raw, 383), &w) && w.n == 0);
	CHECK(!signature_from_der(rsa, span_of(raw, 383), mem));
	CHECK(signature_to_der(alg, span_of(raw, 64), &w));
}

static bool
reads(const struct alg *alg, struct span der)
{
	uint8_t raw[SIGNATURE_MAX];

	return signature_from_der(alg, der, raw);
}

TEST(other_encodings_of_ecdsa_values_are_refused)
{
	const struct alg *alg = alg_find(ALG_ECDSA_P256_SHA256);
	static const uint8_t good[] = { 0x30, 6, 2, 1, 1, 2, 1, 1 },
	    trailing[] = { 0x30, 6, 2, 1, 1, 2, 1, 1, 0 },
	    inside[] = { 0x30, 8, 2, 1, 1, 2, 1, 1, 5, 0 }, padded[] = { 0x30, 7, 2, 2, 0, 1, 2, 1, 1 },
	    negative[] = { 0x30, 6, 2, 1, 0x81, 2, 1, 1 }, zero[] = { 0x30, 6, 2, 1, 0, 2, 1, 1 },
	    longer[] = { 0x30, 0x81, 6, 2, 1, 1, 2, 1, 1 },
	    three[] = { 0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1 };
	uint8_t wide[2 + 2 + 33 + 3] = { 0x30, 38, 2, 33, 1 };

	CHECK(reads(alg, span_of(good, sizeof(good))));
	CHECK(!reads(alg, span_of(trailing, sizeof(trailing))));
	CHECK(!reads(alg, span_of(inside, sizeof(inside))));
	CHECK(!reads(alg, span_of(padded, sizeof(padded))));
	CHECK(!reads(alg, span_of(negative, sizeof(negative))));
	CHECK(!reads(alg, span_of(zero, sizeof(zero))));
	CHECK(!reads(alg, span_of(longer, sizeof(longer))));
	CHECK(!reads(alg, span_of(three, sizeof(three))));
	memcpy(wide + 37, "\x02\x01\x01", 3);
	CHECK(!reads(alg, span_of(wide, sizeof(wide))));	/* r of 33 bytes */
	for (size_t cut = 0; cut < sizeof(good); cut++)
		CHECK(!reads(alg, span_of(good, cut)));
}

/* An accepted value, written again, is the same bytes: there is no second encoding. */
TEST(every_bit_flip_of_a_value_is_refused_or_another_value)
{
	struct soft_key *key = soft_key(ALG_ECDSA_P256_SHA256);
	uint8_t digest[32] = { 1 }, raw[64], mem[SIGNATURE_DER_MAX];
	struct writer w = writer_over(mem, sizeof(mem));

	CHECK(soft_key_sign(key, span_of(digest, 32), raw, NULL));
	CHECK(signature_to_der(key->alg, span_of(raw, 64), &w));
	for (size_t bit = 0; bit < w.n * 8; bit++) {
		uint8_t again[SIGNATURE_DER_MAX], got[SIGNATURE_MAX];
		struct writer v = writer_over(again, sizeof(again));

		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (signature_from_der(key->alg, writer_span(&w), got)) {
			CHECK(memcmp(got, raw, 64) != 0);
			CHECK(signature_to_der(key->alg, span_of(got, 64), &v));
			CHECK(span_equal(writer_span(&v), writer_span(&w)));
		}
		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

TEST(each_algorithm_identifier_reads_as_itself_only)
{
	for (size_t i = 0; i < COUNT(all); i++) {
		uint8_t mem[128];
		struct writer w = writer_over(mem, sizeof(mem));
		const struct alg *alg = NULL;
		struct reader r;

		algorithm_write(&w, alg_find(all[i]));
		CHECK(writer_ok(&w));
		r = reader_over(writer_span(&w));
		CHECK(algorithm_read(&r, &alg) && rd_end(&r) && alg == alg_find(all[i]));
		for (size_t cut = 0; cut < w.n; cut++) {
			r = reader_over(span_of(mem, cut));
			CHECK(!algorithm_read(&r, &alg));
		}
		for (size_t bit = 0; bit < w.n * 8; bit++) {
			mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
			r = reader_over(writer_span(&w));
			CHECK(!algorithm_read(&r, &alg) || alg != alg_find(all[i]));
			mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

TEST(libcrypto_reads_our_pss_parameters)
{
	uint8_t mem[128];
	struct writer w = writer_over(mem, sizeof(mem));
	const unsigned char *p = mem;
	const ASN1_OBJECT *oid;
	const void *params;
	X509_ALGOR *a;
	int type;

	algorithm_write(&w, alg_find(ALG_RSA3072_PSS_SHA256));
	a = d2i_X509_ALGOR(NULL, &p, (long)w.n);
	CHECK(a != NULL && p == mem + w.n);
	X509_ALGOR_get0(&oid, &type, &params, a);
	CHECK(OBJ_obj2nid(oid) == NID_rsassaPss && type == V_ASN1_SEQUENCE);
	X509_ALGOR_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_go_to_der_and_back),
		cmocka_unit_test(ecdsa_values_agree_with_libcrypto),
		cmocka_unit_test(a_zero_r_or_s_and_a_wrong_length_are_refused),
		cmocka_unit_test(other_encodings_of_ecdsa_values_are_refused),
		cmocka_unit_test(every_bit_flip_of_a_value_is_refused_or_another_value),
		cmocka_unit_test(each_algorithm_identifier_reads_as_itself_only),
		cmocka_unit_test(libcrypto_reads_our_pss_parameters),
	};

	return crypto_start(NULL) ? RUN(tests) : 1;
}
