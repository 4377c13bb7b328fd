/* SPDX-License-Identifier: Apache-2.0 */
/* Act files and the officers' approvals in them; founders' approvals. */
#include "cli/genesis_words.h"
#include "cli/officer.h"
#include "cli/words.h"
#include "rig.h"

static struct statement *
suspend_statement(struct rig *r, struct writer *bytes)
{
	struct statement *s = calloc(1, sizeof(*s));
	uint8_t proposal[PROPOSAL_LEN] = { 9 };

	s->purpose = PURPOSE_SUSPEND;
	memset(s->subject, 0x51, 16);
	s->signer = (struct body_signer){ .from = 3, .reason = span_str("lost device") };
	act_statement_write(bytes, s, r->group, 1, proposal, 1700000000000, 1700000600000);
	CHECK(writer_ok(bytes));
	return s;
}

static void
make_roster(struct rig *r, struct msg_roster *m)
{
	memset(m, 0, sizeof(*m));
	m->policy[7] = 1;
	m->policy[8] = 2;
	m->officers = r->g.n;
	for (size_t i = 0; i < r->g.n; i++) {
		memcpy(m->officer[i].id, r->g.officer[i].id, 16);
		m->officer[i].role = r->g.officer[i].card.role;
		m->officer[i].person = r->g.officer[i].card.person;
		m->officer[i].spki = r->g.officer[i].card.spki;
	}
}

/* An act file with the approval of one officer. */
static void
make_act(struct rig *r, struct writer *file, struct writer *bytes, uint8_t sig[APPROVAL_LEN])
{
	struct msg_roster *roster = calloc(1, sizeof(*roster));
	struct act *a = calloc(1, sizeof(*a));
	struct err e = { 0 };

	free(suspend_statement(r, bytes));
	make_roster(r, roster);
	a->bytes = writer_span(bytes);
	CHECK(statement_read(a->bytes, &a->statement, &e));
	statement_digest(a->bytes, a->d);
	CHECK(officer_approve(a, roster, NULL, r->officer[3], sig, &e));
	CHECK(memcmp(a->evidences.list[0].id, r->g.officer[3].id, 16) == 0);
	CHECK(evidence_verify(&a->evidences.list[0], a->d, key_spki(r->officer[3])));
	act_write(file, a);
	free(a);
	free(roster);
}

TEST(an_act_is_read_back_with_its_approvals)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER file = writer_grow(ACT_MAX), bytes = writer_grow(4096);
	struct act *a = calloc(1, sizeof(*a));
	uint8_t sig[APPROVAL_LEN];
	struct err e = { 0 };

	make_act(r, &file, &bytes, sig);
	CHECK(act_read(writer_span(&file), a, &e));
	CHECK(a->statement.purpose == PURPOSE_SUSPEND && a->evidences.n == 1);
	CHECK(evidence_verify(&a->evidences.list[0], a->d, key_spki(r->officer[3])));
	free(a);
}

TEST(a_cut_or_changed_act_loses_its_approval)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER file = writer_grow(ACT_MAX), bytes = writer_grow(4096);
	struct act *a = calloc(1, sizeof(*a));
	uint8_t sig[APPROVAL_LEN];
	struct err e = { 0 };

	make_act(r, &file, &bytes, sig);
	for (size_t n = 0; n < file.n; n++)
		CHECK(!act_read(span_of(file.p, n), a, &e));
	for (size_t i = 0; i < 8 * file.n; i++) {
		err_clear(&e);
		file.p[i / 8] ^= (uint8_t)(1u << i % 8);
		CHECK(!act_read(writer_span(&file), a, &e) || a->evidences.n != 1 ||
		    memcmp(a->evidences.list[0].id, r->g.officer[3].id, 16) != 0 ||
		    !evidence_verify(&a->evidences.list[0], a->d, key_spki(r->officer[3])));
		file.p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	free(a);
}

TEST(a_signers_act_in_an_act_file_is_refused)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER file = writer_grow(ACT_MAX);
	struct act *a = calloc(1, sizeof(*a));
	struct err e = { 0 };

	wr_bytes(&file, "PRX1", 4);
	wr_span32(&file, writer_span(&r->statement));
	wr_span32(&file, span_of(NULL, 0));
	CHECK(!act_read(writer_span(&file), a, &e) && e.code == ERR_DENIED);
	free(a);
}

TEST(one_officer_cannot_approve_twice_and_strangers_not_at_all)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER bytes = writer_grow(4096);
	struct msg_roster *roster = calloc(1, sizeof(*roster));
	struct act *a = calloc(1, sizeof(*a));
	uint8_t first[APPROVAL_LEN], second[APPROVAL_LEN];
	struct err e = { 0 };

	make_roster(r, roster);
	free(suspend_statement(r, &bytes));
	a->bytes = writer_span(&bytes);
	CHECK(statement_read(a->bytes, &a->statement, &e));
	statement_digest(a->bytes, a->d);
	CHECK(officer_approve(a, roster, NULL, r->officer[0], first, &e));
	CHECK(!officer_approve(a, roster, NULL, r->officer[0], second, &e) && e.code == ERR_DENIED);
	err_clear(&e);
	CHECK(!officer_approve(a, roster, NULL, r->alice, second, &e) && e.code == ERR_DENIED);
	err_clear(&e);
	CHECK(!officer_approve(a, NULL, NULL, r->officer[1], second, &e) && e.code == ERR_DENIED);
	CHECK(a->evidences.n == 1);
	free(a);
	free(roster);
}

TEST(a_new_officer_approves_under_the_zero_id)
{
	static const uint8_t zero[16];
	AUTO(rig) *r = rig_new();
	AUTO_WRITER bytes = writer_grow(4096);
	struct act *a = calloc(1, sizeof(*a));
	uint8_t sig[APPROVAL_LEN], proposal[32] = { 1 };
	struct err e = { 0 };

	a->statement.purpose = PURPOSE_ADD_OFFICER;
	a->statement.add_officer = (struct body_add_officer){ 5, 1, span_str("Eve"), key_spki(r->alice) };
	act_statement_write(&bytes, &a->statement, r->group, 1, proposal, 1, 2);
	a->bytes = writer_span(&bytes);
	CHECK(statement_read(a->bytes, &a->statement, &e));
	CHECK(officer_approve(a, NULL, NULL, r->alice, sig, &e));
	CHECK(memcmp(a->evidences.list[0].id, zero, 16) == 0);
	free(a);
}

TEST(resume_takes_its_freshness_from_its_body)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER bytes = writer_grow(4096), other = writer_grow(4096);
	struct statement *s = calloc(1, sizeof(*s));
	uint8_t first[FRESH_LEN], proposal[32] = { 1 };

	s->purpose = PURPOSE_RESUME;
	s->resume = (struct body_resume){ .epoch = 1, .size = 10, .log_size = 8 };
	act_statement_write(&bytes, s, r->group, 1, proposal, 1, 2);
	memcpy(first, s->fresh, sizeof(first));
	CHECK(first[0] != 1 && memcmp(first + 32, "\0\0\0\0\0\0\0", 8) == 0);
	s->resume.log_size = 9;
	act_statement_write(&other, s, r->group, 1, proposal, 1, 2);
	CHECK(memcmp(first, s->fresh, 32) != 0);
	free(s);
}

static char *
words_of(const struct statement *s, const struct msg_roster *roster)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	words_statement(f, s, roster);
	fclose(f);
	return text;
}

TEST(words_name_what_is_approved_and_warn_of_a_shorter_log)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER bytes = writer_grow(4096);
	struct statement *s = suspend_statement(r, &bytes);
	char *text = words_of(s, NULL);

	CHECK(strstr(text, "SUSPEND") != NULL && strstr(text, "lost device") != NULL);
	CHECK(strstr(text, "5151515151515151") != NULL);
	free(text);
	s->purpose = PURPOSE_RESUME;
	s->resume = (struct body_resume){ .epoch = 1, .size = 10, .log_size = 8 };
	text = words_of(s, NULL);
	CHECK(strstr(text, "WARNING") != NULL && strstr(text, "2 entries shorter") != NULL);
	free(text);
	free(s);
}

TEST(a_founders_approval_is_over_the_founding_statement_under_the_officers_id)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER approval = writer_grow(1024), bytes = writer_grow(1024);
	struct statement *s = calloc(1, sizeof(*s));
	struct evidences list;
	struct err e = { 0 };
	uint8_t d[HASH_LEN];

	CHECK(founder_approval_write(&approval, r->genesis, &r->g, r->officer[2], &e));
	CHECK(evidences_read(writer_span(&approval), &list, &e) && list.n == 1);
	CHECK(list.list[0].type == EVIDENCE_DEVICE);
	CHECK(memcmp(list.list[0].id, r->g.officer[2].id, 16) == 0);
	founding_statement_write(&bytes, r->genesis, r->g.time);
	CHECK(statement_read(writer_span(&bytes), s, &e) && s->purpose == PURPOSE_FOUND);
	CHECK(memcmp(s->group, r->group, 32) == 0 && s->epoch == 1 && s->iat == r->g.time);
	CHECK(s->exp == s->iat + 30ull * 24 * 3600 * 1000);
	statement_digest(writer_span(&bytes), d);
	CHECK(evidence_verify(&list.list[0], d, key_spki(r->officer[2])));
	CHECK(!founder_approval_write(&approval, r->genesis, &r->g, r->alice, &e));
	CHECK(e.code == ERR_DENIED);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_act_is_read_back_with_its_approvals),
		cmocka_unit_test(a_cut_or_changed_act_loses_its_approval),
		cmocka_unit_test(a_signers_act_in_an_act_file_is_refused),
		cmocka_unit_test(one_officer_cannot_approve_twice_and_strangers_not_at_all),
		cmocka_unit_test(a_new_officer_approves_under_the_zero_id),
		cmocka_unit_test(resume_takes_its_freshness_from_its_body),
		cmocka_unit_test(words_name_what_is_approved_and_warn_of_a_shorter_log),
		cmocka_unit_test(a_founders_approval_is_over_the_founding_statement_under_the_officers_id),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
