/* SPDX-License-Identifier: Apache-2.0 */
/* Every message: read and written again, cut, turned bit by bit; then the bounds of each list. */
#include "tests/unit/kit/again.h"
#include "tests/unit/kit/messages.h"
#include "wire/activate.h"
#include "wire/certificate.h"
#include "wire/enact.h"
#include "wire/status.h"

TEST(each_message_has_one_encoding)
{
	for (size_t i = 0; i < messages_count; i++) {
		AUTO_WRITER w = writer_grow(1 << 20);

		messages[i].sample(&w);
		CHECK(writer_ok(&w));
		again_holds(messages[i].again, writer_span(&w));
	}
}

TEST(an_empty_payload_is_no_message)
{
	for (size_t i = 0; i < messages_count; i++)
		CHECK(!again_same(messages[i].again, span_of("", 0)));
}

static const struct message *
named(const char *name)
{
	for (size_t i = 0; i < messages_count; i++)
		if (strcmp(messages[i].name, name) == 0)
			return &messages[i];
	fail_msg("no message %s", name);
	return NULL;
}

static bool
reads(const char *name, const struct writer *w)
{
	CHECK(writer_ok(w));
	return again_same(named(name)->again, writer_span(w));
}

static void
indexes(struct writer *w, size_t n, uint32_t from)
{
	wr_u32(w, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		wr_u32(w, from + (uint32_t)i);
}

TEST(indexes_that_do_not_ascend_are_refused)
{
	static const uint32_t bad[][3] = { { 0, 0, 1 }, { 0, 2, 1 }, { 5, 4, 3 }, { 1, 1, 1 } };

	for (size_t i = 0; i < COUNT(bad); i++) {
		AUTO_WRITER w = writer_grow(4096), u = writer_grow(4096);

		wr_zero(&w, 32);
		wr_u32(&w, 3);
		wr_zero(&u, ID_LEN);
		wr_u32(&u, 3);
		for (size_t k = 0; k < 3; k++) {
			wr_u32(&w, bad[i][k]);
			wr_u32(&u, bad[i][k]);
			wr_span8(&u, span_str("digest"));
		}
		CHECK(!reads("outcome", &w) && !reads("use", &u));
	}
}

TEST(a_thousand_indexes_are_read_and_one_more_is_refused)
{
	AUTO_WRITER a = writer_grow(1 << 16), b = writer_grow(1 << 16), none = writer_grow(64);

	wr_zero(&a, 32);
	indexes(&a, USES_MAX, 0);
	CHECK(reads("outcome", &a));
	wr_zero(&b, 32);
	indexes(&b, USES_MAX + 1, 0);
	CHECK(!reads("outcome", &b));
	wr_zero(&none, 32);
	indexes(&none, 0, 0);
	CHECK(!reads("outcome", &none));
}

TEST(activate_may_name_no_index_but_use_must)
{
	AUTO_WRITER a = writer_grow(4096), u = writer_grow(4096);

	for (size_t i = 0; i < 4; i++)
		wr_span32(&a, span_str("part"));
	indexes(&a, 0, 0);
	CHECK(!reads("activate", &a));		/* the flag for the next nonce is missing */
	wr_u8(&a, 1);
	CHECK(reads("activate", &a));
	a.p[a.n - 1] = 2;
	CHECK(!reads("activate", &a));
	wr_zero(&u, ID_LEN);
	wr_u32(&u, 0);
	CHECK(!reads("use", &u));
}

static void
enact_of(struct writer *w, size_t statement, size_t evidences, size_t signer, size_t key)
{
	const size_t n[] = { statement, evidences, signer, key };

	for (size_t i = 0; i < 4; i++) {
		wr_u32(w, (uint32_t)n[i]);
		wr_zero(w, n[i]);
	}
}

TEST(parts_over_their_maximum_are_refused)
{
	static const struct { size_t n[4]; bool good; } cases[] = {
		{ { STATEMENT_WIRE_MAX, 1, 0, 0 }, true }, { { STATEMENT_WIRE_MAX + 1, 1, 0, 0 }, false },
		{ { 1, EVIDENCES_WIRE_MAX, 0, 0 }, true }, { { 1, EVIDENCES_WIRE_MAX + 1, 0, 0 }, false },
		{ { 1, 1, RECORD_MAX, 0 }, true }, { { 1, 1, RECORD_MAX + 1, 0 }, false },
		{ { 1, 1, 0, RECORD_MAX }, true }, { { 1, 1, 0, RECORD_MAX + 1 }, false },
		{ { 0, 1, 0, 0 }, false }, { { 1, 0, 0, 0 }, true },	/* factors approve some */
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO_WRITER w = writer_grow(1 << 20);

		enact_of(&w, cases[i].n[0], cases[i].n[1], cases[i].n[2], cases[i].n[3]);
		CHECK(reads("enact", &w) == cases[i].good);
	}
}

TEST(activate_needs_both_records)
{
	for (size_t empty = 0; empty < 4; empty++) {
		AUTO_WRITER w = writer_grow(4096);

		for (size_t i = 0; i < 4; i++)
			wr_span32(&w, span_str(i == empty ? "" : "x"));
		indexes(&w, 0, 0);
		wr_u8(&w, 0);
		CHECK(!reads("activate", &w));
	}
}

TEST(values_that_are_not_reserved_for_anything_are_refused)
{
	AUTO_WRITER o = writer_grow(64), z = writer_grow(64), r = writer_grow(256);

	wr_u8(&o, 4);			/* neither signer nor key nor person */
	wr_zero(&o, ID_LEN);
	wr_u8(&z, 0);
	wr_zero(&z, ID_LEN);
	CHECK(!reads("object", &o) && !reads("object", &z));
	wr_u64(&r, 1);
	wr_u32(&r, 1);
	wr_u32(&r, 0);
	wr_u8(&r, USE_SPENT + 1);
	wr_span16(&r, span_str(""));
	CHECK(!reads("results", &r));
}

TEST(a_certificate_of_8192_bytes_is_read_and_one_byte_more_is_refused)
{
	for (size_t more = 0; more < 2; more++) {
		AUTO_WRITER w = writer_grow(1 << 16);

		wr_zero(&w, ID_LEN);
		wr_u32(&w, 0);
		wr_u16(&w, (uint16_t)(CERTIFICATE_MAX + more));
		wr_zero(&w, CERTIFICATE_MAX + more);
		CHECK(reads("link_certificate", &w) == (more == 0));
	}
}

TEST(a_roster_or_proof_over_its_places_is_refused)
{
	AUTO_WRITER r = writer_grow(1 << 16), p = writer_grow(1 << 16);

	wr_zero(&r, 13);
	wr_u8(&r, OFFICERS_MAX + 1);
	for (size_t i = 0; i < OFFICERS_MAX + 1; i++) {
		wr_zero(&r, ID_LEN);
		wr_u8(&r, 1);
		wr_span8(&r, span_str("p"));
		wr_span16(&r, span_str("k"));
	}
	wr_u8(&r, 0);
	CHECK(!reads("roster", &r));
	wr_span32(&p, span_str("entry"));
	wr_zero(&p, 16);
	wr_u8(&p, PROOF_MAX + 1);
	wr_zero(&p, 32 * (PROOF_MAX + 1) + HEAD_WIRE_LEN);
	wr_span16(&p, span_str("a"));
	CHECK(!reads("receipted", &p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_message_has_one_encoding),
		cmocka_unit_test(an_empty_payload_is_no_message),
		cmocka_unit_test(indexes_that_do_not_ascend_are_refused),
		cmocka_unit_test(a_thousand_indexes_are_read_and_one_more_is_refused),
		cmocka_unit_test(activate_may_name_no_index_but_use_must),
		cmocka_unit_test(parts_over_their_maximum_are_refused),
		cmocka_unit_test(activate_needs_both_records),
		cmocka_unit_test(values_that_are_not_reserved_for_anything_are_refused),
		cmocka_unit_test(a_certificate_of_8192_bytes_is_read_and_one_byte_more_is_refused),
		cmocka_unit_test(a_roster_or_proof_over_its_places_is_refused),
	};

	return RUN(tests);
}
