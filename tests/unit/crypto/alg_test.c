/* SPDX-License-Identifier: Apache-2.0 */
/* The closed list of algorithms, and public keys in exactly one encoding per kind. */
#include <openssl/x509.h>

#include "crypto/alg.h"
#include "crypto/hash.h"
#include "tests/unit/der/soft_key.h"

TEST(only_the_four_algorithms_of_the_protocol_are_known)
{
	size_t known = 0;

	for (unsigned i = 0; i <= UINT16_MAX; i++)
		known += alg_find((uint16_t)i) != NULL;
	CHECK(known == 4 && alg_at(3) != NULL && alg_at(4) == NULL && alg_at(SIZE_MAX) == NULL);
	CHECK(alg_find(0) == NULL && alg_by_name("") == NULL && alg_by_name("ecdsa-p256") == NULL);
}

TEST(no_algorithm_exceeds_the_bounds_that_buffers_are_sized_by)
{
	for (size_t i = 0; alg_at(i) != NULL; i++) {
		const struct alg *a = alg_at(i);

		CHECK(a->signature_len <= SIGNATURE_MAX && a->spki_len <= SPKI_MAX && a->digest_len <= HASH_MAX);
		CHECK(alg_find(a->number) == a && alg_by_name(a->name) == a);
	}
}

TEST(our_frame_is_what_libcrypto_writes)
{
	for (size_t i = 0; alg_at(i) != NULL; i++) {
		struct soft_key *k = soft_key(alg_at(i)->number);
		uint8_t *der = NULL, again[SPKI_MAX];
		int n = i2d_PUBKEY(k->pkey, &der);
		struct span material;
		enum key_kind kind;
		struct err e = { 0 };

		CHECK(n > 0 && span_equal(span_of(der, (size_t)n), k->spki));
		CHECK(spki_kind(k->spki, &kind) && kind == alg_at(i)->kind);
		CHECK(spki_open(kind, k->spki, &material) && spki_check(kind, k->spki, &e));
		if (kind == KEY_RSA3072)
			spki_from_modulus(material, again);
		else
			spki_from_point(kind, material, again);
		CHECK(memcmp(again, der, (size_t)n) == 0);
		OPENSSL_free(der);
	}
}

TEST(a_key_of_another_kind_or_length_is_refused)
{
	for (size_t i = 0; alg_at(i) != NULL; i++) {
		struct soft_key *k = soft_key(alg_at(i)->number);
		struct span material;
		enum key_kind kind = KEY_P384;

		for (int other = KEY_P256; other <= KEY_RSA3072; other++) {
			struct err e = { 0 };

			if ((enum key_kind)other == alg_at(i)->kind)
				continue;
			CHECK(!spki_open((enum key_kind)other, k->spki, &material));
			CHECK(!spki_check((enum key_kind)other, k->spki, &e) && e.code == ERR_FORMAT);
		}
		for (size_t n = 0; n < k->spki.n; n++)
			CHECK(!spki_kind(span_of(k->spki.p, n), &kind));
	}
}

TEST(no_bit_of_the_frame_may_turn)
{
	for (size_t i = 0; alg_at(i) != NULL; i++) {
		struct soft_key *k = soft_key(alg_at(i)->number);
		uint8_t copy[SPKI_MAX + 1] = { 0 };
		struct span material, m;
		enum key_kind kind;
		size_t from, to;

		memcpy(copy, k->spki.p, k->spki.n);
		CHECK(!spki_kind(span_of(copy, k->spki.n + 1), &kind));
		CHECK(spki_open(k->alg->kind, span_of(copy, k->spki.n), &material));
		from = (size_t)(material.p - copy);
		to = from + material.n;
		for (size_t bit = 0; bit < 8 * k->spki.n; bit++) {
			bool inside = bit / 8 >= from && bit / 8 < to;

			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
			CHECK(spki_open(k->alg->kind, span_of(copy, k->spki.n), &m) == inside);
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

TEST(a_point_off_the_curve_and_an_even_or_short_modulus_are_refused)
{
	for (size_t i = 0; alg_at(i) != NULL; i++) {
		struct soft_key *k = soft_key(alg_at(i)->number);
		struct span whole, material;
		uint8_t copy[SPKI_MAX];
		size_t last;
		struct err e = { 0 };

		memcpy(copy, k->spki.p, k->spki.n);
		whole = span_of(copy, k->spki.n);
		CHECK(spki_open(k->alg->kind, whole, &material) && spki_check(k->alg->kind, whole, &e));
		last = (size_t)(material.p - copy) + material.n - 1;
		copy[last] ^= 1;
		CHECK(!spki_check(k->alg->kind, whole, &e) && e.code == ERR_FORMAT);
		copy[last] ^= 1;
		copy[(size_t)(material.p - copy)] ^= 0x80;
		CHECK(!spki_check(k->alg->kind, whole, &e));
	}
}

static int
start(void **state UNUSED)
{
	struct err e = { 0 };

	return crypto_start(&e) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_four_algorithms_of_the_protocol_are_known),
		cmocka_unit_test(no_algorithm_exceeds_the_bounds_that_buffers_are_sized_by),
		cmocka_unit_test(our_frame_is_what_libcrypto_writes),
		cmocka_unit_test(a_key_of_another_kind_or_length_is_refused),
		cmocka_unit_test(no_bit_of_the_frame_may_turn),
		cmocka_unit_test(a_point_off_the_curve_and_an_even_or_short_modulus_are_refused),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
