/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence: lists in one order, signatures over this statement alone, by this key alone. */
#include "crypto/verify.h"
#include "tests/unit/kit/again.h"
#include "tests/unit/kit/samples.h"

static bool
again(struct span in, struct writer *w, struct err *e)
{
	struct evidences list = { 0 };

	if (!evidences_read(in, &list, e))
		return false;
	evidences_write(w, &list);
	return true;
}

static void
digest_of(uint16_t purpose, uint8_t d[HASH_LEN])
{
	static struct statement s;
	AUTO_WRITER w = writer_grow(STATEMENT_MAX);

	sample_statement(purpose, &s);
	statement_write(&w, &s);
	statement_digest(writer_span(&w), d);
}

TEST(the_evidences_of_each_purpose_have_one_encoding)
{
	for (size_t i = 0; i < SAMPLE_PURPOSES; i++) {
		AUTO_WRITER w = writer_grow(EVIDENCES_BYTES_MAX);
		struct evidences list;
		uint8_t d[HASH_LEN];

		digest_of(sample_purposes[i], d);
		sample_evidences(sample_purposes[i], d, &list);
		evidences_write(&w, &list);
		again_holds(again, writer_span(&w));
	}
}

TEST(no_evidence_and_nine_evidences_are_refused)
{
	static const uint8_t none[] = { 0 };
	AUTO_WRITER w = writer_grow(1000);

	CHECK(!again_same(again, span_of(none, 1)));
	wr_u8(&w, 9);
	for (uint8_t i = 0; i < 9; i++) {
		wr_u8(&w, 1);
		wr_zero(&w, 15);
		wr_u8(&w, i);
		wr_span16(&w, span_str("x"));
	}
	CHECK(!again_same(again, writer_span(&w)));
	w.p[0] = 8;
	CHECK(again_same(again, span_of(w.p, w.n - 20)));
}

TEST(evidences_out_of_order_or_twice_are_refused)
{
	static const struct { uint8_t id[2], type[2]; bool good; } cases[] = {
		{ { 1, 2 }, { 1, 1 }, true }, { { 2, 1 }, { 1, 1 }, false }, { { 1, 1 }, { 1, 1 }, false },
		{ { 0, 0 }, { 1, 5 }, true }, { { 0, 0 }, { 5, 1 }, false }, { { 0, 1 }, { 5, 1 }, true },
		{ { 1, 0 }, { 1, 5 }, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO_WRITER w = writer_grow(1000);

		wr_u8(&w, 2);
		for (size_t k = 0; k < 2; k++) {
			wr_u8(&w, cases[i].type[k]);
			wr_zero(&w, 15);
			wr_u8(&w, cases[i].id[k]);
			wr_span16(&w, span_str("x"));
		}
		CHECK(again_same(again, writer_span(&w)) == cases[i].good);
	}
}

TEST(a_body_over_its_maximum_is_refused)
{
	for (size_t more = 0; more < 2; more++) {
		AUTO_WRITER w = writer_grow(1 << 16);

		wr_u8(&w, 1);
		wr_u8(&w, 1);
		wr_zero(&w, 16);
		wr_u16(&w, (uint16_t)(EVIDENCE_BODY_MAX + more));
		wr_zero(&w, EVIDENCE_BODY_MAX + more);
		CHECK(again_same(again, writer_span(&w)) == (more == 0));
	}
}

TEST(adding_keeps_the_order_and_refuses_a_second_or_a_ninth)
{
	struct evidences list = { 0 };
	static const uint8_t order[] = { 7, 3, 9, 5, 17, 13, 11, 15 };

	for (size_t i = 0; i < COUNT(order); i++) {
		uint8_t id[16] = { order[i] };

		CHECK(evidences_add(&list, EVIDENCE_DEVICE, id, span_str("a")));
		CHECK(!evidences_add(&list, EVIDENCE_DEVICE, id, span_str("b")));
		CHECK(list.n == i + 1);
	}
	for (size_t i = 0; i < 8; i++)
		CHECK(list.list[i].id[0] == 3 + 2 * i);
	CHECK(!evidences_add(&list, EVIDENCE_CODE, list.list[0].id, span_str("c")) && list.n == 8);
}

TEST(an_approval_is_of_one_statement_by_one_key)
{
	struct evidences list;
	uint8_t d[HASH_LEN], other[HASH_LEN];

	digest_of(PURPOSE_SIGN, d);
	digest_of(PURPOSE_CREATE_KEY, other);
	sample_evidences(PURPOSE_SIGN, d, &list);
	CHECK(evidence_verify(&list.list[0], d, fixed_spki(sample_key("alice"))));
	CHECK(!evidence_verify(&list.list[0], other, fixed_spki(sample_key("alice"))));
	CHECK(!evidence_verify(&list.list[0], d, fixed_spki(sample_key("ada"))));
	for (size_t bit = 0; bit < 256; bit += 3) {
		memcpy(other, d, sizeof(d));
		other[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!evidence_verify(&list.list[0], other, fixed_spki(sample_key("alice"))));
	}
}

TEST(a_signature_over_d_itself_is_no_approval)
{
	struct evidence ev = { .type = EVIDENCE_DEVICE };
	uint8_t d[HASH_LEN], sig[64];

	digest_of(PURPOSE_SIGN, d);
	fixed_key_sign(sample_key("alice"), d, sig);
	ev.body = span_of(sig, sizeof(sig));
	CHECK(!evidence_verify(&ev, d, fixed_spki(sample_key("alice"))));
}

TEST(the_code_proves_itself_for_one_statement)
{
	uint8_t d[HASH_LEN], key[ED25519_LEN], sig[APPROVAL_LEN + 1] = { 0 };
	struct evidence ev = { .type = EVIDENCE_CODE, .body = span_of(sig, APPROVAL_LEN) };

	digest_of(PURPOSE_BIND, d);
	ed25519_public(sample_code_seed(), key);
	code_sign(sample_code_seed(), d, sig);
	CHECK(evidence_verify(&ev, d, span_of(key, sizeof(key))));
	d[0] ^= 1;
	CHECK(!evidence_verify(&ev, d, span_of(key, sizeof(key))));
	d[0] ^= 1;
	for (size_t bit = 0; bit < 512; bit++) {
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!evidence_verify(&ev, d, span_of(key, sizeof(key))));
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t n = 0; n < sizeof(key); n++)
		CHECK(!evidence_verify(&ev, d, span_of(key, n)));
	ev.body.n = APPROVAL_LEN + 1;
	CHECK(!evidence_verify(&ev, d, span_of(key, sizeof(key))));
}

TEST(types_that_are_reserved_never_verify)
{
	struct evidences list;
	uint8_t d[HASH_LEN];

	digest_of(PURPOSE_SIGN, d);
	sample_evidences(PURPOSE_SIGN, d, &list);
	for (unsigned type = 0; type < 256; type++) {
		list.list[0].type = (uint8_t)type;
		CHECK(evidence_verify(&list.list[0], d, fixed_spki(sample_key("alice"))) ==
		    (type == EVIDENCE_DEVICE));
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
		cmocka_unit_test(the_evidences_of_each_purpose_have_one_encoding),
		cmocka_unit_test(no_evidence_and_nine_evidences_are_refused),
		cmocka_unit_test(evidences_out_of_order_or_twice_are_refused),
		cmocka_unit_test(a_body_over_its_maximum_is_refused),
		cmocka_unit_test(adding_keeps_the_order_and_refuses_a_second_or_a_ninth),
		cmocka_unit_test(an_approval_is_of_one_statement_by_one_key),
		cmocka_unit_test(a_signature_over_d_itself_is_no_approval),
		cmocka_unit_test(the_code_proves_itself_for_one_statement),
		cmocka_unit_test(types_that_are_reserved_never_verify),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
