/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures against published vectors; and every way in which one is not. */
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "tests/unit/der/soft_key.h"
#include "tests/unit/kit/fixed_key.h"
#include "tests/unit/kit/hex.h"

struct signed_one {
	const struct alg	*alg;
	uint8_t			 spki[SPKI_MAX], digest[48], sig[SIGNATURE_MAX];
};

static bool
holds(const struct signed_one *s)
{
	return signature_verify(s->alg, span_of(s->spki, s->alg->spki_len),
	    span_of(s->digest, s->alg->digest_len), span_of(s->sig, s->alg->signature_len));
}

/* RFC 6979 A.2.5 and A.2.6, "sample" */
static struct signed_one
sample(uint16_t number)
{
	static const char p256[] = "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
	    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";
	static const char p256_sig[] = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
	    "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8";
	static const char p384[] = "04EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64"
	    "DEF8F0EA9055866064A254515480BC138015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B"
	    "3F1C9DB1288B231C3AE0D4FE7344FD2533264720";
	static const char p384_sig[] = "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C"
	    "81A648152E44ACF96E36DD1E80FABE4699EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351"
	    "D0A3A94FA329C145786E679E7B82C71A38628AC8";
	struct signed_one s = { .alg = alg_find(number) };
	struct hex point = hex(number == 1 ? p256 : p384), sig = hex(number == 1 ? p256_sig : p384_sig);

	if (number == 1)
		sha256(span_str("sample"), s.digest);
	else
		sha384(span_str("sample"), s.digest);
	spki_from_point(s.alg->kind, HEX_SPAN(point), s.spki);
	memcpy(s.sig, sig.p, sig.n);
	return s;
}

static struct signed_one
made(uint16_t number)
{
	struct soft_key *k = soft_key(number);
	struct signed_one s = { .alg = alg_find(number) };
	struct err e = { 0 };

	memset(s.digest, 0x5d, sizeof(s.digest));
	memcpy(s.spki, k->spki.p, k->spki.n);
	CHECK(soft_key_sign(k, span_of(s.digest, s.alg->digest_len), s.sig, &e));
	return s;
}

TEST(ecdsa_of_rfc_6979_verifies)
{
	struct signed_one a = sample(1), b = sample(2);

	CHECK(holds(&a) && holds(&b));
}

TEST(the_tests_own_deterministic_signer_gives_the_vector_of_rfc_6979)
{
	struct hex d = hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
	struct signed_one s = sample(1);
	struct fixed_key k;
	uint8_t sig[64];

	fixed_key_from(d.p, &k);
	fixed_key_sign(&k, s.digest, sig);
	CHECK(memcmp(k.spki, s.spki, sizeof(k.spki)) == 0 && memcmp(sig, s.sig, 64) == 0);
}

TEST(what_libcrypto_signs_verifies_with_each_algorithm)
{
	for (size_t i = 0; alg_at(i) != NULL; i++) {
		struct signed_one s = made(alg_at(i)->number);

		CHECK(holds(&s));
	}
}

static void
no_bit_may_turn(struct signed_one s, size_t step)
{
	uint8_t *const part[] = { s.spki, s.digest, s.sig };
	const size_t n[] = { s.alg->spki_len, s.alg->digest_len, s.alg->signature_len };

	CHECK(holds(&s));
	for (size_t i = 0; i < 3; i++)
		for (size_t bit = 0; bit < 8 * n[i]; bit += step) {
			part[i][bit / 8] ^= (uint8_t)(1 << bit % 8);
			CHECK(!holds(&s));
			part[i][bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	CHECK(holds(&s));
}

TEST(with_any_bit_of_key_digest_or_signature_turned_nothing_verifies)
{
	no_bit_may_turn(sample(1), 1);
	no_bit_may_turn(sample(2), 5);
	no_bit_may_turn(made(ALG_RSA3072_PKCS1_SHA256), 7);
	no_bit_may_turn(made(ALG_RSA3072_PSS_SHA256), 7);
}

TEST(a_wrong_length_never_verifies)
{
	for (size_t i = 0; alg_at(i) != NULL; i++) {
		struct signed_one s = made(alg_at(i)->number);
		struct span spki = span_of(s.spki, s.alg->spki_len),
		    digest = span_of(s.digest, s.alg->digest_len),
		    sig = span_of(s.sig, s.alg->signature_len), less;

		for (size_t n = 0; n < sig.n; n += 1 + n / 8) {
			less = span_of(s.sig, n);
			CHECK(!signature_verify(s.alg, spki, digest, less));
		}
		for (size_t n = 0; n < digest.n; n++)
			CHECK(!signature_verify(s.alg, spki, span_of(s.digest, n), sig));
		for (size_t n = 0; n < spki.n; n++)
			CHECK(!signature_verify(s.alg, span_of(s.spki, n), digest, sig));
		CHECK(signature_verify(s.alg, spki, digest, sig));
	}
}

TEST(zero_and_the_order_are_no_halves_of_a_signature)
{
	struct signed_one s = sample(1);
	struct hex order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

	for (size_t half = 0; half < 2; half++) {
		struct signed_one t = s;

		memset(t.sig + 32 * half, 0, 32);
		CHECK(!holds(&t));
		memcpy(t.sig + 32 * half, order.p, 32);
		CHECK(!holds(&t));
		memset(t.sig + 32 * half, 0xff, 32);
		CHECK(!holds(&t));
	}
	memset(s.sig, 0, 64);
	CHECK(!holds(&s));
}

TEST(a_point_in_another_form_is_no_key)
{
	struct signed_one s = sample(1);
	size_t at = s.alg->spki_len - 65;
	struct err e = { 0 };

	for (unsigned form = 0; form < 256; form++) {
		s.spki[at] = (uint8_t)form;
		CHECK(holds(&s) == (form == 4));
		CHECK(spki_check(KEY_P256, span_of(s.spki, s.alg->spki_len), &e) == (form == 4));
	}
}

TEST(one_scheme_is_not_another)
{
	struct signed_one a = made(ALG_RSA3072_PKCS1_SHA256), b = made(ALG_RSA3072_PSS_SHA256);

	a.alg = alg_find(ALG_RSA3072_PSS_SHA256);
	b.alg = alg_find(ALG_RSA3072_PKCS1_SHA256);
	CHECK(!holds(&a) && !holds(&b));
}

TEST(another_key_does_not_verify)
{
	for (size_t i = 0; alg_at(i) != NULL; i++) {
		struct signed_one s = made(alg_at(i)->number);
		struct soft_key *other = soft_key_other(alg_at(i)->number);

		memcpy(s.spki, other->spki.p, other->spki.n);
		CHECK(!holds(&s));
	}
}

TEST(a_point_off_the_curve_is_refused)
{
	struct signed_one s = sample(1);
	uint8_t *point = s.spki + s.alg->spki_len - 65, zero[97] = { 4 };

	CHECK(point_on_curve(KEY_P256, span_of(point, 65)));
	point[64] ^= 1;
	CHECK(!point_on_curve(KEY_P256, span_of(point, 65)));
	point[64] ^= 1;
	CHECK(!point_on_curve(KEY_P384, span_of(point, 65)) &&
	    !point_on_curve(KEY_P256, span_of(point, 64)));
	CHECK(!point_on_curve(KEY_P256, span_of(zero, 65)) &&
	    !point_on_curve(KEY_P384, span_of(zero, 97)));
	zero[0] = 0;			/* the point at infinity */
	CHECK(!point_on_curve(KEY_P256, span_of(zero, 1)) && !point_on_curve(KEY_P256, span_of(zero, 65)));
}

static const struct { const char *seed, *key, *message, *sig; } ed[] = {	/* RFC 8032 7.1 */
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
	    "1cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
	    "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
	    "984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

TEST(ed25519_of_rfc_8032)
{
	for (size_t i = 0; i < COUNT(ed); i++) {
		struct hex seed = hex(ed[i].seed), key = hex(ed[i].key), m = hex(ed[i].message),
		    sig = hex(ed[i].sig);
		uint8_t pub[32], made_sig[64];

		ed25519_public(seed.p, pub);
		ed25519_sign(seed.p, HEX_SPAN(m), made_sig);
		CHECK(memcmp(pub, key.p, 32) == 0 && memcmp(made_sig, sig.p, 64) == 0);
		CHECK(ed25519_verify(key.p, HEX_SPAN(m), HEX_SPAN(sig)));
	}
}

TEST(ed25519_with_any_bit_turned_does_not_verify)
{
	struct hex key = hex(ed[2].key), m = hex(ed[2].message), sig = hex(ed[2].sig);
	struct hex *const part[] = { &key, &m, &sig };

	for (size_t i = 0; i < 3; i++)
		for (size_t bit = 0; bit < 8 * part[i]->n; bit++) {
			part[i]->p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			CHECK(!ed25519_verify(key.p, HEX_SPAN(m), HEX_SPAN(sig)));
			part[i]->p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	for (sig.n = 0; sig.n < 64; sig.n++)
		CHECK(!ed25519_verify(key.p, HEX_SPAN(m), HEX_SPAN(sig)));
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
		cmocka_unit_test(ecdsa_of_rfc_6979_verifies),
		cmocka_unit_test(the_tests_own_deterministic_signer_gives_the_vector_of_rfc_6979),
		cmocka_unit_test(what_libcrypto_signs_verifies_with_each_algorithm),
		cmocka_unit_test(with_any_bit_of_key_digest_or_signature_turned_nothing_verifies),
		cmocka_unit_test(a_wrong_length_never_verifies),
		cmocka_unit_test(zero_and_the_order_are_no_halves_of_a_signature),
		cmocka_unit_test(a_point_in_another_form_is_no_key),
		cmocka_unit_test(one_scheme_is_not_another),
		cmocka_unit_test(another_key_does_not_verify),
		cmocka_unit_test(a_point_off_the_curve_is_refused),
		cmocka_unit_test(ed25519_of_rfc_8032),
		cmocka_unit_test(ed25519_with_any_bit_turned_does_not_verify),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
