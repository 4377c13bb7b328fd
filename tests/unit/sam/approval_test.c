/* SPDX-License-Identifier: Apache-2.0 */
/* Who may approve what: the table of PROTOCOL.sam 1.3, each purpose against each set of
 * approvers. */
#include "sam/trade.h"
#include "tests/test.h"
#include "tests/unit/kit/samples.h"

static struct statement st;
static struct evidences list;
static uint8_t d[HASH_LEN];

static void by_alice(void) { sample_approve(&list, "alice", "authenticator", d); }
static void by_mallory(void) { sample_approve(&list, "mallory", "authenticator", d); }
static void by_stranger(void) { sample_approve(&list, "alice", "stranger", d); }
static void by_code(void) { sample_approve_with_code(&list, d); }
static void by_new(void) { sample_approve(&list, "alice", NULL, d); }
static void by_code_and_new(void) { by_code(); by_new(); }
static void by_code_and_alice(void) { by_code(); by_alice(); }
static void by_dag(void) { sample_approve(&list, "dag", "dag", d); }
static void by_dag_and_eva(void) { by_dag(); sample_approve(&list, "eva", "eva", d); }
static void by_dag_twice(void) { by_dag(); sample_approve(&list, "dag2", "dag2", d); }
static void by_dag_and_mallory(void) { by_dag(); sample_approve(&list, "mallory", "eva", d); }
static void by_ada(void) { sample_approve(&list, "ada", "ada", d); }
static void by_ada_and_bob(void) { by_ada(); sample_approve(&list, "bob", "bob", d); }
static void by_ada_twice(void) { by_ada(); sample_approve(&list, "ada2", "ada2", d); }
static void by_ada_and_dag(void) { by_ada(); by_dag(); }
static void by_ada_and_alice(void) { by_ada(); by_alice(); }
static void by_fay(void) { sample_approve(&list, "fay", NULL, d); }
static void by_ada_and_fay(void) { by_ada(); by_fay(); }
static void by_ada_bob_and_fay(void) { by_ada_and_bob(); by_fay(); }
static void by_another_new(void) { sample_approve(&list, "mallory", NULL, d); }
static void by_ada_bob_and_another_new(void) { by_ada_and_bob(); by_another_new(); }
static void by_ada_bob_and_dag(void) { by_ada_and_bob(); by_dag(); }
static void by_no_officer(void) { sample_approve(&list, "ada", "ghost", d); }
static void by_phone(void) { sample_approve_with_passkey(&list, NULL, d); }
static void by_phone_and_alice(void) { by_phone(); by_alice(); }
static void by_phone_and_mallory(void) { by_phone(); by_mallory(); }
static void by_phone_and_code(void) { by_phone(); by_code(); }
static void by_ghost(void) { by_no_officer(); sample_approve(&list, "bob", "bob", d); }

#define SIGNERS		1
#define BINDS		2
#define REGISTRARS	4	/* one is enough */
#define INVITES		8
#define SECURITY	16
#define OFFICERS	32
#define ADDS		64

static unsigned
needs(uint16_t purpose)
{
	switch (purpose) {
	case PURPOSE_SIGN: case PURPOSE_SIGN_ONCE: case PURPOSE_OPEN_SESSION: case PURPOSE_CREATE_KEY:
	case PURPOSE_DESTROY_KEY: case PURPOSE_RELEASE_KEY:
	case PURPOSE_REMOVE_AUTHENTICATOR:
		return SIGNERS;
	case PURPOSE_ADD_AUTHENTICATOR:
		return ADDS;
	case PURPOSE_BIND:
		return BINDS;
	case PURPOSE_INVITE:
		return INVITES;
	case PURPOSE_SUSPEND: case PURPOSE_REINSTATE: case PURPOSE_CLOSE: case PURPOSE_REVOKE_KEY:
		return REGISTRARS;
	case PURPOSE_ADD_OFFICER:
		return OFFICERS;
	case PURPOSE_FOUND:
		return 0;
	default:
		return SECURITY;
	}
}

static const struct { void (*by)(void); unsigned suffices; } approvers[] = {
	{ by_alice, SIGNERS }, { by_mallory, 0 }, { by_stranger, 0 }, { by_code, 0 }, { by_new, 0 },
	{ by_code_and_new, BINDS }, { by_code_and_alice, 0 }, { by_dag, REGISTRARS },
	{ by_dag_and_eva, REGISTRARS | INVITES }, { by_dag_twice, REGISTRARS }, { by_dag_and_mallory, 0 },
	{ by_ada, 0 }, { by_ada_and_bob, SECURITY }, { by_ada_twice, 0 }, { by_ada_and_dag, 0 },
	{ by_ada_and_alice, 0 }, { by_fay, 0 }, { by_ada_and_fay, 0 }, { by_ada_bob_and_fay, OFFICERS },
	{ by_ada_bob_and_another_new, 0 }, { by_ada_bob_and_dag, 0 }, { by_ghost, 0 },
	{ by_phone, 0 }, { by_phone_and_alice, ADDS }, { by_phone_and_mallory, 0 },
	{ by_phone_and_code, 0 },
};

static struct state *state;
static struct signer_record signer;

static void
officer(const char *name, const char *person, uint8_t role)
{
	struct officer *o = &state->officer[state->officers++];

	sample_id(name, o->id);
	o->role = role;
	o->type = OFFICER_DEVICE;
	o->spki_len = FIXED_SPKI;
	o->person_len = strlen(person);
	memcpy(o->person, person, o->person_len);
	memcpy(o->spki, sample_key(name)->spki, FIXED_SPKI);
}

static int
start(void **unused UNUSED)
{
	struct err e = { 0 };

	if (!crypto_start(&e) || (state = state_new(&sam_trade, &e)) == NULL)
		return -1;
	state->policy = (struct policy){ .statement_life = 1000, .min_loa = 2, .protections = 0x3e,
		.ro_quorum = 2, .so_quorum = 2, .keys_per_signer = 2 };
	officer("ada", "ada", ROLE_SECURITY_OFFICER);
	officer("ada2", "ada", ROLE_SECURITY_OFFICER);
	officer("bob", "bob", ROLE_SECURITY_OFFICER);
	officer("dag", "dag", ROLE_REGISTRATION_OFFICER);
	officer("dag2", "dag", ROLE_REGISTRATION_OFFICER);
	officer("eva", "eva", ROLE_REGISTRATION_OFFICER);
	signer.authenticators = 1;
	signer.authenticator[0] = (struct authenticator){ { 0 }, 1, PROTECTION_FILE,
		fixed_spki(sample_key("alice")), span_str("laptop"), 1, span_of(NULL, 0), 0 };
	signer.keys = 1;
	signer.evidences[0] = 1;
	sample_id("key", signer.key[0]);
	sample_id("authenticator", signer.authenticator[0].id);
	if (!relying_party_init(&state->rp, span_str(SAMPLE_ORIGIN), span_str(SAMPLE_SERVICE)))
		return -1;
	sample_statement(PURPOSE_INVITE, &st);
	memcpy(signer.code, st.invite.code, sizeof(signer.code));
	return 0;
}

static int
stop(void **unused UNUSED)
{
	state_free(state);
	return 0;
}

static void
prepare(uint16_t purpose)
{
	AUTO_WRITER w = writer_grow(STATEMENT_MAX);

	sample_statement(purpose, &st);
	statement_write(&w, &st);
	statement_digest(writer_span(&w), d);
	memset(&list, 0, sizeof(list));
}

static bool
approved(void)
{
	struct err e = { 0 };
	struct approved said;
	bool ok = approvals_hold(rule_find(&sam_trade, st.purpose), state, &signer, &st, d, &list, NULL, &said,
	    &e);

	CHECK(ok || (e.code == ERR_DENIED && (strcmp(e.reason, "auth") == 0 ||
	    strcmp(e.reason, "quorum") == 0 || strcmp(e.reason, "purpose") == 0)));
	return ok;
}

TEST(each_purpose_takes_its_own_approvers_and_nobody_else)
{
	for (size_t p = 0; p < SAMPLE_PURPOSES; p++)
		for (size_t k = 0; k < COUNT(approvers); k++) {
			prepare(sample_purposes[p]);
			approvers[k].by();
			if (approved() != ((approvers[k].suffices & needs(st.purpose)) != 0))
				fail_msg("%s, approvers %zu", purpose_name(st.purpose), k);
		}
}

TEST(approvals_of_another_statement_are_none)
{
	for (size_t p = 0; p < SAMPLE_PURPOSES; p++)
		for (size_t k = 0; k < COUNT(approvers); k++) {
			prepare(sample_purposes[p]);
			approvers[k].by();
			d[31] ^= 1;
			CHECK(!approved());
		}
}

TEST(with_any_bit_of_an_approval_turned_there_is_none)
{
	for (size_t p = 0; p < SAMPLE_PURPOSES; p++) {
		prepare(sample_purposes[p]);
		sample_evidences(st.purpose, d, &list);
		if (st.purpose == PURPOSE_INVITE)
			sample_approve(&list, "eva", "eva", d);
		CHECK(approved() == (st.purpose != PURPOSE_FOUND));
		for (size_t i = 0; i < list.n; i++)
			for (size_t bit = 0; bit < 8 * list.list[i].body.n; bit += 61) {
				uint8_t *sig = (uint8_t *)(uintptr_t)list.list[i].body.p;

				sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
				CHECK(!approved());
				sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
			}
	}
}

TEST(an_officer_who_left_approves_nothing)
{
	prepare(PURPOSE_SET_POLICY);
	by_ada_and_bob();
	CHECK(approved());
	state->officer[2].role = ROLE_SYSTEM_AUDITOR;
	CHECK(!approved());
	state->officer[2].role = ROLE_SECURITY_OFFICER;
	state->officer[2].id[0] ^= 1;
	CHECK(!approved());
	state->officer[2].id[0] ^= 1;
	CHECK(approved());
}

TEST(a_quorum_of_three_is_not_two)
{
	prepare(PURPOSE_SET_POLICY);
	by_ada_and_bob();
	state->policy.so_quorum = 3;
	CHECK(!approved());
	sample_approve(&list, "ada2", "ada2", d);	/* two persons still */
	CHECK(!approved());
	state->policy.so_quorum = 2;
	CHECK(approved());
}

TEST(an_authenticator_of_another_type_than_recorded_is_refused)
{
	prepare(PURPOSE_SIGN);
	by_alice();
	signer.authenticator[0].type = 2;
	CHECK(!approved());
	signer.authenticator[0].type = 1;
	CHECK(approved());
}

TEST(only_policys_protections_suffice_for_scal2)
{
	state->policy.protections = 0x1c;
	for (uint8_t p = 1; p <= 7; p++) {
		struct authenticator a = { .type = 1, .protection = p };
		struct err e = { 0 };
		bool good = p >= 2 && p <= 4;

		CHECK(authenticator_suffices(&a, state, 1, &e));
		CHECK(authenticator_suffices(&a, state, 2, &e) == good);
		CHECK(good || strcmp(e.reason, "level") == 0);
	}
	state->policy.protections = 0x3e;
}

/* Findings C1, C2: where the SSA could ask in the SIC's name, its word is not enough at SCAL2. */
TEST(a_shared_page_suffices_only_if_policy_says_so)
{
	struct authenticator phone = { .type = EVIDENCE_PASSKEY, .protection = PROTECTION_PASSKEY,
		.spki = soft_spki(sample_passkey()) };
	struct authenticator device = { .type = EVIDENCE_DEVICE, .protection = PROTECTION_CARD };
	struct err e = { 0 };

	CHECK(authenticator_suffices(&phone, state, 2, &e));
	state->rp.shared = true;
	CHECK(authenticator_suffices(&phone, state, 1, &e));
	CHECK(authenticator_suffices(&device, state, 2, &e));
	CHECK(!authenticator_suffices(&phone, state, 2, &e) && strcmp(e.reason, "level") == 0);
	state->policy.shared_sic = 1;
	CHECK(authenticator_suffices(&phone, state, 2, &e));
	state->policy.shared_sic = 0;
	state->rp.shared = false;
}

TEST(every_purpose_has_a_rule_and_only_resume_works_behind_the_anchor)
{
	size_t rules = 0;

	for (unsigned p = 0; p < PURPOSE_ADMIT; p++) {	/* from there on they are of another trade */
		const struct rule *r = rule_find(&sam_trade, (uint16_t)p);

		rules += r != NULL;
		CHECK((r != NULL) == (purpose_name((uint16_t)p) != NULL));
		CHECK(r == NULL || r->behind == (p == PURPOSE_RESUME));
		/* 1.1, 1.2: who is asked for nonces, who for proposals */
		CHECK(r == NULL || (r->fresh == FRESH_NONCE) == (needs((uint16_t)p) == SIGNERS ||
		    needs((uint16_t)p) == ADDS || p == PURPOSE_BIND));
	}
	CHECK(rules == SAMPLE_PURPOSES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_purpose_takes_its_own_approvers_and_nobody_else),
		cmocka_unit_test(approvals_of_another_statement_are_none),
		cmocka_unit_test(with_any_bit_of_an_approval_turned_there_is_none),
		cmocka_unit_test(an_officer_who_left_approves_nothing),
		cmocka_unit_test(a_quorum_of_three_is_not_two),
		cmocka_unit_test(an_authenticator_of_another_type_than_recorded_is_refused),
		cmocka_unit_test(only_policys_protections_suffice_for_scal2),
		cmocka_unit_test(a_shared_page_suffices_only_if_policy_says_so),
		cmocka_unit_test(every_purpose_has_a_rule_and_only_resume_works_behind_the_anchor),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
