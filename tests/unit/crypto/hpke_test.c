/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HPKE against the vectors of its research group (github.com/cfrg/draft-irtf-cfrg-hpke,
 * test-vectors.json: mode 0, kem 16, kdf 1, aead 2, which RFC 9180 does not print).
 * The file under test is included, so that the sender's key can be the published one: nothing that
 * is linked into a program can choose it.
 */
#include "crypto/hpke.c"	/* NOLINT */
#include "crypto/alg.h"
#include "tests/unit/kit/hex.h"

static const char ikm_r[] = "a0ce15d49e28bd47a18a97e147582d814b08cbe00109fed5ec27d1b4e9f6f5e3";
static const char pk_r[] = "04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c68513"
	    "6f853148544876de76c0f2ef99cdc3a05ccf5ded7860c7c021238f9e2073d235"
	    "6c";
static const char ikm_e[] = "a90d3417c3da9cb6c6ae19b4b5dd6cc9529a4cc24efb7ae0ace1f31887a8cd6c";
static const char info_hex[] = "4f6465206f6e2061204772656369616e2055726e";
static const char aad_hex[] = "436f756e742d30";
static const char plain_hex[] = "4265617574792069732074727574682c20747275746820626561757479";
static const char enc_hex[] = "04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f0"
	    "3e0b21bd31a86c6048af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4"
	    "e0";
static const char ct_hex[] = "58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d2917424"
	    "65e902cd216f8908da49f8f96f";
static const char shared_key[] = "ee16802a936d5f544771131900ee6973d0551de9e852ece2ef34bf0d5f9e1d1d";
static const char base_nonce[] = "9bc50980832a7b4b58c40161";

#define NO	span_of("", 0)

static struct hpke_key *
key_of(const char *ikm)
{
	struct hex h = hex(ikm);
	struct err e = {0};
	struct hpke_key *k = hpke_key_derive(HEX_SPAN(h), &e);

	CHECK(k != NULL);
	return k;
}

static struct span
point_of(const struct hpke_key *k)
{
	return span_of(hpke_key_point(k), HPKE_POINT_LEN);
}

TEST(keys_are_derived_as_published)
{
	AUTO(hpke_key) *r = key_of(ikm_r), *s = key_of(ikm_e);
	struct hex want_r = hex(pk_r), want_s = hex(enc_hex);

	CHECK(span_equal(point_of(r), HEX_SPAN(want_r)));
	CHECK(span_equal(point_of(s), HEX_SPAN(want_s)));
}

TEST(the_key_schedule_is_as_published)
{
	AUTO(hpke_key) *r = key_of(ikm_r);
	struct hex enc = hex(enc_hex), info = hex(info_hex), key = hex(shared_key), nonce = hex(base_nonce);
	struct hpke_cipher c;
	struct err e = {0};

	CHECK(agree(r, HEX_SPAN(enc), HEX_SPAN(enc), point_of(r), HEX_SPAN(info), &c, &e));
	CHECK(span_equal(span_of(c.key, sizeof(c.key)), HEX_SPAN(key)));
	CHECK(span_equal(span_of(c.nonce, sizeof(c.nonce)), HEX_SPAN(nonce)));
}

TEST(a_text_is_sealed_and_opened_as_published)
{
	AUTO(hpke_key) *r = key_of(ikm_r), *s = key_of(ikm_e);
	struct hex enc = hex(enc_hex), ct = hex(ct_hex), info = hex(info_hex), aad = hex(aad_hex);
	struct hex plain = hex(plain_hex);
	uint8_t out[256], back[256];
	struct err e = {0};

	CHECK(seal_by(s, point_of(r), HEX_SPAN(info), HEX_SPAN(aad), HEX_SPAN(plain), out, &e));
	CHECK(memcmp(out, enc.p, enc.n) == 0 && memcmp(out + enc.n, ct.p, ct.n) == 0);
	CHECK(enc.n + ct.n == plain.n + HPKE_OVERHEAD);
	CHECK(hpke_open(r, HEX_SPAN(info), HEX_SPAN(aad), span_of(out, enc.n + ct.n), back, &e));
	CHECK(memcmp(back, plain.p, plain.n) == 0);
}

TEST(every_length_is_opened_and_no_two_texts_are_alike)
{
	AUTO(hpke_key) *r = key_of(ikm_r);
	uint8_t plain[300], out[2][300 + HPKE_OVERHEAD], back[300];
	struct err e = {0};

	memset(plain, 0x5a, sizeof(plain));
	for (size_t n = 0; n <= sizeof(plain); n += 50) {
		for (size_t i = 0; i < 2; i++)
			CHECK(hpke_seal(point_of(r), span_str("info"), NO, span_of(plain, n), out[i], &e));
		CHECK(memcmp(out[0], out[1], HPKE_POINT_LEN) != 0);
		memset(back, 0, sizeof(back));
		CHECK(hpke_open(r, span_str("info"), NO, span_of(out[1], n + HPKE_OVERHEAD), back, &e));
		CHECK(memcmp(back, plain, n) == 0);
	}
}

TEST(a_text_opens_for_its_key_its_info_and_its_aad_only)
{
	AUTO(hpke_key) *r = key_of(ikm_r), *other = key_of(ikm_e);
	uint8_t out[4 + HPKE_OVERHEAD], back[4];
	struct span sealed = span_of(out, sizeof(out));
	struct err e = {0};

	CHECK(hpke_seal(point_of(r), span_str("info"), span_str("aad"), span_str("text"), out, &e));
	CHECK(!hpke_open(other, span_str("info"), span_str("aad"), sealed, back, &e));
	CHECK(e.code == ERR_DENIED && strcmp(e.reason, "auth") == 0);
	err_clear(&e);
	CHECK(!hpke_open(r, span_str("inf"), span_str("aad"), sealed, back, &e));
	CHECK(!hpke_open(r, span_str("info"), span_str("aae"), sealed, back, &e));
	CHECK(!hpke_open(r, span_str("infoa"), span_str("ad"), sealed, back, &e));
	CHECK(hpke_open(r, span_str("info"), span_str("aad"), sealed, back, &e));
}

/* A changed bit of enc takes the point off the curve; one of the rest fails the tag. */
TEST(every_bit_and_every_length_counts)
{
	AUTO(hpke_key) *r = key_of(ikm_r);
	uint8_t out[4 + HPKE_OVERHEAD], back[4 + HPKE_OVERHEAD];
	struct err e = {0};

	CHECK(hpke_seal(point_of(r), NO, NO, span_str("text"), out, &e));
	for (size_t i = 0; i < 8 * sizeof(out); i++) {
		out[i / 8] ^= (uint8_t)(1 << i % 8);
		CHECK(!hpke_open(r, NO, NO, span_of(out, sizeof(out)), back, &e));
		CHECK(strcmp(e.reason, i / 8 < HPKE_POINT_LEN ? "parse" : "auth") == 0);
		err_clear(&e);
		out[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t n = 0; n < sizeof(out); n++)
		CHECK(!hpke_open(r, NO, NO, span_of(out, n), back, &e));
	CHECK(hpke_open(r, NO, NO, span_of(out, sizeof(out)), back, &e));
}

TEST(no_point_but_one_of_the_curve_is_sealed_for)
{
	AUTO(hpke_key) *r = key_of(ikm_r);
	uint8_t point[HPKE_POINT_LEN], out[4 + HPKE_OVERHEAD];
	struct span p = span_of(point, sizeof(point));
	struct err e = {0};

	memcpy(point, hpke_key_point(r), sizeof(point));
	CHECK(hpke_seal(p, NO, NO, span_str("text"), out, &e));
	point[64] ^= 1;					/* off the curve */
	CHECK(!hpke_seal(p, NO, NO, span_str("text"), out, &e) && e.code == ERR_FORMAT);
	point[64] ^= 1;
	point[0] = 6 | (point[64] & 1);			/* the hybrid form of the same point */
	CHECK(!hpke_seal(p, NO, NO, span_str("text"), out, &e));
	point[0] = 2 | (point[64] & 1);			/* compressed */
	CHECK(!hpke_seal(span_of(point, 33), NO, NO, span_str("text"), out, &e));
	memset(point, 0, sizeof(point));		/* infinity, padded and as it is written */
	CHECK(!hpke_seal(p, NO, NO, span_str("text"), out, &e));
	CHECK(!hpke_seal(span_of(point, 1), NO, NO, span_str("text"), out, &e));
	point[0] = 4;					/* x = y = 0 */
	CHECK(!hpke_seal(p, NO, NO, span_str("text"), out, &e));
	memset(point + 1, 0xff, sizeof(point) - 1);	/* coordinates over the field's size */
	CHECK(!hpke_seal(p, NO, NO, span_str("text"), out, &e));
	CHECK(!hpke_seal(NO, NO, NO, span_str("text"), out, &e));
}

TEST(a_random_key_is_another_each_time_and_goes_the_way_of_spki)
{
	struct err e = {0};
	AUTO(hpke_key) *a = hpke_key_random(&e), *b = hpke_key_random(&e);
	uint8_t spki[91];
	struct span point;

	CHECK(a != NULL && b != NULL && !span_equal(point_of(a), point_of(b)));
	spki_from_point(KEY_P256, point_of(a), spki);
	CHECK(spki_check(KEY_P256, span_of(spki, sizeof(spki)), &e));
	CHECK(spki_open(KEY_P256, span_of(spki, sizeof(spki)), &point));
	CHECK(span_equal(point, point_of(a)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_derived_as_published),
		cmocka_unit_test(the_key_schedule_is_as_published),
		cmocka_unit_test(a_text_is_sealed_and_opened_as_published),
		cmocka_unit_test(every_length_is_opened_and_no_two_texts_are_alike),
		cmocka_unit_test(a_text_opens_for_its_key_its_info_and_its_aad_only),
		cmocka_unit_test(every_bit_and_every_length_counts),
		cmocka_unit_test(no_point_but_one_of_the_curve_is_sealed_for),
		cmocka_unit_test(a_random_key_is_another_each_time_and_goes_the_way_of_spki),
	};
	struct err e = {0};

	return crypto_start(&e) ? RUN(tests) : 1;
}
