/* SPDX-License-Identifier: Apache-2.0 */
/* Genesis, policy, officers' cards, heads: what is refused. */
#include "audit/head.h"
#include "tests/unit/audit/fixture.h"

struct made {
	struct writer	w;
	struct genesis	g;
	uint8_t		group[HASH_LEN];
};

static void
make(struct made *m)
{
	struct err e = { 0 };

	m->w = writer_grow(GENESIS_MAX + 1);
	test_genesis(&m->w, m->group);
	CHECK(genesis_read(writer_span(&m->w), &m->g, &e) && genesis_verify(&m->g, &e));
}

/* Written again with whatever the test changed. */
static bool
reads(const struct genesis *g)
{
	AUTO_WRITER w = writer_grow(GENESIS_MAX * 4);
	struct genesis back;
	struct err e = { 0 };

	genesis_write(&w, g);
	return genesis_read(writer_span(&w), &back, &e);
}

TEST(a_genesis_is_read_as_it_was_written_and_no_other_length)
{
	AUTO_WRITER again = writer_grow(GENESIS_MAX);
	struct genesis g;
	struct made m;

	make(&m);
	genesis_write(&again, &m.g);
	CHECK(span_equal(writer_span(&again), writer_span(&m.w)));
	wr_u8(&m.w, 0);
	for (size_t n = 0; n <= m.w.n; n++)
		CHECK(genesis_read(span_of(m.w.p, n), &g, NULL) == (n == again.n));
	writer_wipe(&m.w);
}

/* A bit of a genesis either makes it unreadable, or a proof wrong, or another group. */
TEST(a_flipped_genesis_is_refused_or_another_group)
{
	struct made m;

	make(&m);
	for (size_t i = 0; i < m.w.n; i++) {
		AUTO_WRITER again = writer_grow(GENESIS_MAX);
		uint8_t group[HASH_LEN];
		struct genesis g;

		m.w.p[i] ^= (uint8_t)(1 << i % 8);
		if (genesis_read(writer_span(&m.w), &g, NULL)) {
			genesis_write(&again, &g);
			CHECK(span_equal(writer_span(&again), writer_span(&m.w)));
		}
		genesis_group(writer_span(&m.w), group);
		CHECK(memcmp(group, m.group, HASH_LEN) != 0);
		m.w.p[i] ^= (uint8_t)(1 << i % 8);
	}
	writer_wipe(&m.w);
}

TEST(a_group_is_of_one_of_two_kinds)
{
	struct made m;

	make(&m);
	m.g.kind = GROUP_AUTH;
	CHECK(reads(&m.g));
	m.g.kind = 0;
	CHECK(!reads(&m.g));
	m.g.kind = GROUP_AUTH + 1;
	CHECK(!reads(&m.g));
	writer_wipe(&m.w);
}

TEST(officers_are_three_to_thirty_two_and_more_than_the_quorum)
{
	struct made m;

	make(&m);
	m.g.n = 3;
	CHECK(reads(&m.g));
	m.g.n = 2;
	CHECK(!reads(&m.g));
	m.g.n = 4;
	m.g.policy.so_quorum = 3;
	CHECK(!reads(&m.g));
	m.g.officer[3].card.role = ROLE_SECURITY_OFFICER;
	CHECK(reads(&m.g));
	writer_wipe(&m.w);
}

TEST(no_officer_is_there_twice_by_id_key_or_person)
{
	struct genesis was;
	struct made m;

	make(&m);
	was = m.g;
	memcpy(m.g.officer[2].id, m.g.officer[1].id, ID_LEN);
	CHECK(!reads(&m.g));
	m.g = was;
	m.g.officer[2].card.spki = m.g.officer[0].card.spki;
	CHECK(!reads(&m.g));
	m.g = was;
	m.g.officer[3].card.person = m.g.officer[0].card.person;
	CHECK(!reads(&m.g));
	CHECK(reads(&was));
	writer_wipe(&m.w);
}

TEST(values_out_of_range_are_refused)
{
	struct genesis was;
	struct made m;

	make(&m);
	was = m.g;
#define REFUSES(field, value)	m.g = was; m.g.field = (value); CHECK(!reads(&m.g))
	REFUSES(policy.statement_life, 0);
	REFUSES(policy.min_loa, 0);
	REFUSES(policy.min_loa, 4);
	REFUSES(policy.protections, 0x400);
	REFUSES(policy.shared_sic, 2);
	REFUSES(policy.scal1_seconds, SCAL1_SECONDS_MAX + 1);
	REFUSES(policy.scal1_count, SCAL1_COUNT_MAX + 1);
	REFUSES(policy.session_seconds, SESSION_SECONDS_MAX + 1);
	REFUSES(policy.protections, 1);
	REFUSES(policy.ro_quorum, 0);
	REFUSES(policy.so_quorum, 0);
	REFUSES(policy.keys_per_signer, 0);
	REFUSES(policy.keys_per_signer, 33);
	REFUSES(policy.follower, 3);
	REFUSES(assurance, 3);
	REFUSES(log, span_str("no key"));
	REFUSES(attest, span_str("no key"));
	REFUSES(library, span_str("bell\a"));
	REFUSES(origin, span_str("two\nlines"));
	REFUSES(origin, span_str("approve.example"));
	REFUSES(origin, span_str(""));
	REFUSES(service, span_str(""));
	REFUSES(service, span_str("https://sign.example/"));
	REFUSES(officer[0].card.type, OFFICER_PASSKEY);
	REFUSES(officer[0].card.type, 3);
	REFUSES(officer[0].card.role, 0);
	REFUSES(officer[0].card.role, 6);
	REFUSES(officer[0].card.person, span_of("", 0));
	REFUSES(officer[0].card.person, span_str("\xe2\x80\xae" "adA"));
	writer_wipe(&m.w);
}

TEST(a_proof_by_another_key_or_of_another_role_does_not_hold)
{
	struct err e = { 0 };
	struct made m;

	make(&m);
	m.g.officer[1].card.role = ROLE_SYSTEM_AUDITOR;
	CHECK(!genesis_verify(&m.g, &e) && e.code == ERR_DENIED);
	err_clear(&e);
	m.g.officer[1].card.role = ROLE_SECURITY_OFFICER;
	CHECK(genesis_verify(&m.g, &e));
	m.g.officer[1].card.spki = m.g.officer[2].card.spki;
	CHECK(!genesis_verify(&m.g, &e));
	writer_wipe(&m.w);
}

TEST(a_card_is_read_as_it_was_written_and_no_other_length)
{
	AUTO_WRITER w = writer_grow(1000), again = writer_grow(1000);
	struct officer_card card;
	struct err e = { 0 };
	struct made m;

	make(&m);
	officer_card_write(&w, &m.g.officer[0].card);
	CHECK(officer_card_read(writer_span(&w), &card, &e) && officer_proof_holds(&card, &e));
	officer_card_write(&again, &card);
	CHECK(span_equal(writer_span(&w), writer_span(&again)));
	wr_u8(&w, 0);
	for (size_t n = 0; n <= w.n; n++)
		CHECK(officer_card_read(span_of(w.p, n), &card, NULL) == (n == again.n));
	w.p[0] ^= 1;
	CHECK(!officer_card_read(span_of(w.p, again.n), &card, &e));
	writer_wipe(&m.w);
}

TEST(a_policy_takes_its_bytes_and_no_others)
{
	uint8_t mem[POLICY_LEN];
	struct writer w = writer_over(mem, sizeof(mem));
	struct policy p;
	struct reader r;
	struct made m;

	make(&m);
	policy_write(&w, &m.g.policy);
	CHECK(writer_ok(&w) && w.n == POLICY_LEN);
	r = reader_over(writer_span(&w));
	CHECK(policy_read(&r, &p, NULL) && rd_end(&r) && p.so_quorum == 2);
	for (size_t n = 0; n < POLICY_LEN; n++) {
		r = reader_over(span_of(mem, n));
		CHECK(!policy_read(&r, &p, NULL) && r.n == n);
	}
	mem[12] = 1;
	r = reader_over(writer_span(&w));
	CHECK(!policy_read(&r, &p, NULL));
	writer_wipe(&m.w);
}

TEST(a_head_is_bound_to_everything_in_it_and_to_its_group)
{
	uint8_t group[HASH_LEN] = { 9 }, digest[HASH_LEN], mem[HEAD_LEN];
	struct head h = { .epoch = 2, .size = 77, .root = { 1 }, .time = 5 }, back;
	struct writer w = writer_over(mem, sizeof(mem));
	struct reader r;

	head_digest(&h, group, digest);
	test_sign(test_key(0), digest, h.signature);
	head_write(&w, &h);
	CHECK(writer_ok(&w) && w.n == HEAD_LEN);
	for (size_t bit = 0; bit < 8 * HEAD_LEN; bit += 3) {
		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
		r = reader_over(span_of(mem, HEAD_LEN));
		CHECK(head_read(&r, &back) && rd_end(&r));
		CHECK(!head_verify(&back, group, test_spki(test_key(0)), NULL));
		mem[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK(head_verify(&h, group, test_spki(test_key(0)), NULL));
	CHECK(!head_verify(&h, group, test_spki(test_key(1)), NULL));
	CHECK(!head_verify(&h, group, span_str("no key"), NULL));
	group[0] ^= 1;
	CHECK(!head_verify(&h, group, test_spki(test_key(0)), NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_genesis_is_read_as_it_was_written_and_no_other_length),
		cmocka_unit_test(a_flipped_genesis_is_refused_or_another_group),
		cmocka_unit_test(a_group_is_of_one_of_two_kinds),
		cmocka_unit_test(officers_are_three_to_thirty_two_and_more_than_the_quorum),
		cmocka_unit_test(no_officer_is_there_twice_by_id_key_or_person),
		cmocka_unit_test(values_out_of_range_are_refused),
		cmocka_unit_test(a_proof_by_another_key_or_of_another_role_does_not_hold),
		cmocka_unit_test(a_card_is_read_as_it_was_written_and_no_other_length),
		cmocka_unit_test(a_policy_takes_its_bytes_and_no_others),
		cmocka_unit_test(a_head_is_bound_to_everything_in_it_and_to_its_group),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
