/* SPDX-License-Identifier: Apache-2.0 */
/* Grants: one encoding, and a signature over all of it. */
#include "tests/unit/kit/again.h"
#include "tests/unit/kit/samples.h"

static const uint8_t d[HASH_LEN] = { 7, 7, 7 };

static bool
again(struct span in, struct writer *w, struct err *e)
{
	struct grant g;

	if (!grant_read(in, &g, e))
		return false;
	grant_write(w, &g);
	return true;
}

static struct span
grant_of(const struct grant *g)
{
	static uint8_t mem[2 * GRANT_MAX];
	struct writer w = writer_over(mem, sizeof(mem));

	grant_write(&w, g);
	return writer_ok(&w) ? writer_span(&w) : span_of(NULL, 0);
}

TEST(a_grant_has_one_encoding)
{
	struct grant g;

	for (int share = 0; share < 2; share++) {
		sample_grant(d, &g, share != 0);
		again_holds(again, grant_of(&g));
	}
	CHECK(grant_of(&g).n == GRANT_MAX);
}

TEST(a_grant_with_any_bit_flipped_does_not_verify)
{
	struct span key = fixed_spki(sample_key("grant"));
	uint8_t bytes[GRANT_MAX];
	struct span b = span_of(bytes, 0);
	struct grant g;

	sample_grant(d, &g, true);
	b.n = grant_of(&g).n;
	memcpy(bytes, grant_of(&g).p, b.n);
	CHECK(grant_verify(b, key) && !grant_verify(b, fixed_spki(sample_key("alice"))));
	for (size_t i = 0; i < 8 * b.n; i++) {
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		CHECK(!grant_verify(b, key));
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t n = 0; n < b.n; n++)
		CHECK(!grant_verify(span_of(bytes, n), key));
}

TEST(a_level_is_what_the_factors_give)
{
	struct grant g;

	for (unsigned factors = 0; factors < 9; factors++)
		for (unsigned level = 0; level < 4; level++) {
			bool fits = factors == 3 ? level == 2 : (factors == 1 || factors == 2) && level == 1;

			sample_grant(d, &g, false);
			g.factors = (uint16_t)factors;
			g.level = (uint8_t)level;
			CHECK(again_same(again, grant_of(&g)) == fits);
		}
}

TEST(a_share_of_another_length_is_refused)
{
	uint8_t share[GRANT_MAX] = { 4 };
	struct grant g;

	for (size_t n = 0; n < sizeof(share); n++) {
		sample_grant(d, &g, false);
		g.share = span_of(share, n);
		CHECK(again_same(again, grant_of(&g)) == (n == 0 || n == SHARE_SEALED_LEN));
	}
}

TEST(no_evidence_of_a_grant_is_verified_like_a_devices)
{
	struct evidence ev = { .type = EVIDENCE_MODULE };
	struct grant g;

	sample_grant(d, &g, false);
	ev.body = grant_of(&g);
	CHECK(!evidence_verify(&ev, d, fixed_spki(sample_key("grant"))));
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
		cmocka_unit_test(a_grant_has_one_encoding),
		cmocka_unit_test(a_grant_with_any_bit_flipped_does_not_verify),
		cmocka_unit_test(a_level_is_what_the_factors_give),
		cmocka_unit_test(a_share_of_another_length_is_refused),
		cmocka_unit_test(no_evidence_of_a_grant_is_verified_like_a_devices),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
