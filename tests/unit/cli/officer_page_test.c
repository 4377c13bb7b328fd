/* SPDX-License-Identifier: Apache-2.0 */
/* Approvals from the Approve page: which of those in the mailbox come into the act. */
#include "cli/officer_page.h"
#include "rig.h"
#include "tests/unit/kit/soft_passkey.h"

#define ORIGIN	"https://approve.example"
#define RP_ID	"approve.example"

struct desk {
	struct act		 a;
	struct msg_roster	 roster;
	struct relying_party	 rp;
	struct soft_passkey	 olga, other;	/* an officer with a passkey; somebody without an office */
	struct writer		 bytes;
};

static const uint8_t olga_id[16] = { 7 };

static void
desk_close(struct desk *k)
{
	soft_passkey_free(&k->olga);
	soft_passkey_free(&k->other);
	writer_wipe(&k->bytes);
}
#define AUTO_DESK __attribute__((cleanup(desk_close))) struct desk

static void
act_make(struct desk *k, struct statement *s, const uint8_t group[32])
{
	uint8_t proposal[PROPOSAL_LEN] = { 9 };
	struct err e = { 0 };

	writer_reset(&k->bytes);
	act_statement_write(&k->bytes, s, group, 1, proposal, 1700000000000, 1700000600000);
	k->a = (struct act){ .bytes = writer_span(&k->bytes) };
	CHECK(statement_read(k->a.bytes, &k->a.statement, &e));
	statement_digest(k->a.bytes, k->a.d);
}

static void
desk_open(struct desk *k, struct rig *r)
{
	struct statement *s = calloc(1, sizeof(*s));

	*k = (struct desk){ .bytes = writer_grow(4096) };
	CHECK(relying_party_init(&k->rp, span_str(ORIGIN), span_str("https://sign.example")));
	soft_passkey_make(&k->olga, "olga", PASSKEY_ES256, RP_ID);
	soft_passkey_make(&k->other, "other", PASSKEY_ES256, RP_ID);
	k->roster.policy[8] = 2;
	k->roster.officers = 2;
	k->roster.officer[0] = (struct roster_officer){ .role = 1, .type = OFFICER_DEVICE,
		.person = r->g.officer[0].card.person, .spki = r->g.officer[0].card.spki };
	memcpy(k->roster.officer[0].id, r->g.officer[0].id, 16);
	k->roster.officer[1] = (struct roster_officer){ .role = 1, .type = OFFICER_PASSKEY,
		.person = span_str("Olga"), .spki = soft_spki(&k->olga) };
	memcpy(k->roster.officer[1].id, olga_id, 16);
	s->purpose = PURPOSE_SUSPEND;
	memset(s->subject, 0x51, 16);
	s->signer = (struct body_signer){ .from = 3, .reason = span_str("lost device") };
	act_make(k, s, r->group);
	free(s);
}

/* One approval as the page leaves it. */
static void
approval(struct writer *w, struct soft_passkey *p, const uint8_t id[16], const uint8_t d[32],
    const char *origin, uint8_t type)
{
	AUTO_WRITER body = writer_grow(4096);
	struct evidences list = { 0 };

	soft_get(&body, p, d, origin);
	CHECK(evidences_add(&list, type, id, writer_span(&body)));
	*w = writer_grow(EVIDENCES_BYTES_MAX);
	evidences_write(w, &list);
	CHECK(writer_ok(w));
}

static size_t
taken(struct desk *k, struct writer *w)
{
	return officer_page_take(&k->a, &k->roster, &k->rp, writer_span(w));
}

TEST(an_officers_passkey_is_taken_once)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER w = { 0 };
	AUTO_DESK k;

	desk_open(&k, r);
	approval(&w, &k.olga, olga_id, k.a.d, ORIGIN, EVIDENCE_PASSKEY);
	CHECK(taken(&k, &w) == 1 && k.a.evidences.n == 1);
	CHECK(memcmp(k.a.evidences.list[0].id, olga_id, 16) == 0);
	CHECK(taken(&k, &w) == 0 && k.a.evidences.n == 1);
}

TEST(what_is_no_officers_approval_of_this_act_is_left)
{
	static const uint8_t zero[16], nobody[16] = { 1, 2, 3 };
	uint8_t other_d[32] = { 4 };
	AUTO(rig) *r = rig_new();
	AUTO_DESK k;
	const struct {
		struct soft_passkey	*by;
		const uint8_t		*id, *d;
		const char		*origin;
		uint8_t			 type;
	} wrong[] = {
		{ &k.other, olga_id, k.a.d, ORIGIN, EVIDENCE_PASSKEY },		/* another key in her name */
		{ &k.olga, olga_id, other_d, ORIGIN, EVIDENCE_PASSKEY },	/* of another act */
		{ &k.olga, olga_id, k.a.d, "https://evil.example", EVIDENCE_PASSKEY },
		{ &k.other, nobody, k.a.d, ORIGIN, EVIDENCE_PASSKEY },
		{ &k.other, zero, k.a.d, ORIGIN, EVIDENCE_PASSKEY },		/* nobody is new in this act */
		{ &k.olga, r->g.officer[0].id, k.a.d, ORIGIN, EVIDENCE_PASSKEY },
		{ &k.olga, olga_id, k.a.d, ORIGIN, EVIDENCE_DEVICE },
	};

	desk_open(&k, r);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		AUTO_WRITER w = { 0 };

		approval(&w, wrong[i].by, wrong[i].id, wrong[i].d, wrong[i].origin, wrong[i].type);
		CHECK(taken(&k, &w) == 0 && k.a.evidences.n == 0);
	}
	k.olga.flags = 1;		/* present, not verified */
	{
		AUTO_WRITER w = { 0 };

		approval(&w, &k.olga, olga_id, k.a.d, ORIGIN, EVIDENCE_PASSKEY);
		CHECK(taken(&k, &w) == 0);
	}
}

TEST(a_cut_or_changed_approval_is_left)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER w = { 0 };
	AUTO_DESK k;

	desk_open(&k, r);
	approval(&w, &k.olga, olga_id, k.a.d, ORIGIN, EVIDENCE_PASSKEY);
	for (size_t n = 0; n < w.n; n++)
		CHECK(officer_page_take(&k.a, &k.roster, &k.rp, span_of(w.p, n)) == 0);
	for (size_t i = 0; i < w.n; i++) {
		w.p[i] ^= 1;
		CHECK(taken(&k, &w) == 0 && k.a.evidences.n == 0);
		w.p[i] ^= 1;
	}
	CHECK(taken(&k, &w) == 1);
}

TEST(a_new_officer_approves_under_the_zero_id)
{
	static const uint8_t zero[16];
	struct statement *s = calloc(1, sizeof(*s));
	AUTO(rig) *r = rig_new();
	AUTO_WRITER w = { 0 }, wrong = { 0 };
	AUTO_DESK k;

	desk_open(&k, r);
	s->purpose = PURPOSE_ADD_OFFICER;
	s->add_officer = (struct body_add_officer){ .role = 1, .type = OFFICER_PASSKEY,
		.person = span_str("New"), .spki = soft_spki(&k.other) };
	act_make(&k, s, r->group);
	free(s);
	approval(&wrong, &k.olga, zero, k.a.d, ORIGIN, EVIDENCE_PASSKEY);
	CHECK(taken(&k, &wrong) == 0);
	approval(&w, &k.other, zero, k.a.d, ORIGIN, EVIDENCE_PASSKEY);
	CHECK(taken(&k, &w) == 1);
}

TEST(the_link_leads_to_the_pages_of_the_group)
{
	char *link = officer_page_link(span_str(ORIGIN), span_str("PRS1"));

	CHECK(strcmp(link, ORIGIN "/approve#s=UFJTMQ") == 0);
	free(link);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_officers_passkey_is_taken_once),
		cmocka_unit_test(what_is_no_officers_approval_of_this_act_is_left),
		cmocka_unit_test(a_cut_or_changed_approval_is_left),
		cmocka_unit_test(a_new_officer_approves_under_the_zero_id),
		cmocka_unit_test(the_link_leads_to_the_pages_of_the_group),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
