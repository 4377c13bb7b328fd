/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passkeys against a hostile SSA: whatever is not the signer's own approval of this statement, on
 * the SIC's page, present and verified, is none. Findings C1, C2, H11, H18, H19.
 */
#include "base/clock.h"
#include "hostile.h"
#include "tests/sic/passkey.h"

static struct group group;
static struct signer alice, mallory;
static struct key good, mallorys;
static struct soft_passkey phone, mallorys_phone, tablet;

static int
set_up(void **state UNUSED)
{
	group_found(&group);
	group_start(&group);
	ca_of_group(&group);
	soft_passkey_make(&phone, "alice phone", PASSKEY_ES256, SIC_RP_ID);
	soft_passkey_make(&tablet, "alice tablet", PASSKEY_ES256, SIC_RP_ID);
	soft_passkey_make(&mallorys_phone, "mallory phone", PASSKEY_ES256, SIC_RP_ID);
	signer_invite(&group, &alice, "CN=Alice Example,C=SE");
	signer_invite(&group, &mallory, "CN=Mallory Example,C=SE");
	assert_string_equal(passkey_bind(&group, &alice, &phone, SOFT_NONE, NULL), "");
	assert_string_equal(passkey_bind(&group, &mallory, &mallorys_phone, SOFT_SELF, NULL), "");
	assert_string_equal(passkey_key_ready(&group, &alice, &good, &phone), "");
	assert_string_equal(passkey_key_ready(&group, &mallory, &mallorys, &mallorys_phone), "");
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	signer_forget(&alice);
	signer_forget(&mallory);
	key_forget(&good);
	key_forget(&mallorys);
	group_end(&group);
	return 0;
}

/* --- assertions: all of them well signed, unless their name says otherwise --- */

struct made {			/* what goes into an assertion */
	const char	*type, *origin, *more;
	uint8_t		challenge[32];
	struct soft_passkey by;
	bool		attested;
	const uint8_t	*id;
};

static void nothing(struct made *m UNUSED) { }
static void as_create(struct made *m) { m->type = "webauthn.create"; }
static void of_ssa(struct made *m) { m->origin = SSA_ORIGIN; }
static void of_https(struct made *m) { m->origin = "https://approve.localhost:8444"; }
static void of_other_port(struct made *m) { m->origin = "http://approve.localhost:8445"; }
static void of_no_origin(struct made *m) { m->origin = ""; }
static void of_ssas_rp(struct made *m) { m->by.rp_id = SSA_RP_ID; }
static void of_parent_rp(struct made *m) { m->by.rp_id = "localhost"; }
static void not_present(struct made *m) { m->by.flags = 0x04; }
static void not_verified(struct made *m) { m->by.flags = 0x01; }
static void now_eligible(struct made *m) { m->by.flags = 0x0d; }
static void now_backed_up(struct made *m) { m->by.flags = 0x1d; }
static void reserved_flag(struct made *m) { m->by.flags = 0x07; }
static void with_attested_data(struct made *m) { m->attested = true; }
static void over_top_origin(struct made *m) { m->more = ",\"topOrigin\":\"https://bank.example\""; }
static void of_another_d(struct made *m) { m->challenge[31] ^= 1; }
static void of_no_d(struct made *m) { memset(m->challenge, 0, 32); }
static void by_mallory(struct made *m) { m->by = mallorys_phone; }
static void by_mallorys_id(struct made *m) { m->by = mallorys_phone; m->id = mallory.authenticator; }
static void under_mallorys_id(struct made *m) { m->id = mallory.authenticator; }
static void under_zero_id(struct made *m) { m->id = NULL; }
static void by_tablet(struct made *m) { m->by = tablet; }
static void type_twice(struct made *m) { m->more = ",\"type\":\"webauthn.get\""; }
static void challenge_twice(struct made *m) { m->more = ",\"challenge\":\"x\""; }
static void unfinished(struct made *m) { m->more = ",\"a\":"; }
static void deep(struct made *m) { m->more = ",\"a\":[[[]]]"; }
static void with_more(struct made *m) { m->more = ",\"a\":{\"b\":[1]},\"c\":\"\\u0000\""; }
static void with_extensions(struct made *m) { m->by.extensions = true; }

static void
as_login(struct made *m)	/* a real login at the SSA, by the same key, over our d */
{
	of_ssa(m);
	of_ssas_rp(m);
}

static const struct { const char *row; void (*change)(struct made *); const char *reason; } rows[] = {
	{ "a create as approval", as_create, "auth" },
	{ "a login as approval", as_login, "auth" },
	{ "asked on the SSA's page", of_ssa, "auth" },
	{ "asked over https", of_https, "auth" },
	{ "asked on another port", of_other_port, "auth" },
	{ "without an origin", of_no_origin, "auth" },
	{ "under the SSA's RP ID", of_ssas_rp, "auth" },
	{ "under the parent's RP ID", of_parent_rp, "auth" },
	{ "user not present", not_present, "auth" },
	{ "user not verified", not_verified, "auth" },
	{ "eligible for backup, but not at enrolment", now_eligible, "auth" },
	{ "backed up, but not at enrolment", now_backed_up, "auth" },
	{ "a reserved flag", reserved_flag, "auth" },
	{ "with attested credential data", with_attested_data, "auth" },
	{ "topOrigin", over_top_origin, "auth" },
	{ "of another statement", of_another_d, "auth" },
	{ "of no statement", of_no_d, "auth" },
	{ "mallory's passkey", by_mallory, "auth" },
	{ "mallory's passkey and id", by_mallorys_id, "auth" },
	{ "mallory's id", under_mallorys_id, "auth" },
	{ "the zero id", under_zero_id, "auth" },
	{ "a passkey that is not enrolled", by_tablet, "auth" },
	{ "type twice", type_twice, "auth" },
	{ "challenge twice", challenge_twice, "auth" },
	{ "client data that does not end", unfinished, "auth" },
	{ "client data three deep", deep, "auth" },
	{ "control: more members", with_more, "" },
	{ "control: extensions", with_extensions, "" },
	{ "control", nothing, "" },
};

static void
evidence_made(struct act *a, void (*change)(struct made *))
{
	AUTO_WRITER body = writer_grow(4096), data = writer_grow(1024), client = writer_grow(2048);
	struct made m = { .type = "webauthn.get", .origin = SIC_ORIGIN, .more = "",
		.id = alice.authenticator };

	phone.count++;
	m.by = phone;
	memcpy(m.challenge, a->d, 32);
	change(&m);
	soft_authenticator_data(&data, &m.by, m.attested);
	soft_client_data(&client, m.type, m.challenge, m.origin, m.more);
	soft_assertion(&body, &m.by, writer_span(&data), writer_span(&client));
	act_evidence_passkey(a, m.id, writer_span(&body));
}

TEST(nothing_is_an_approval_but_the_signers_own_on_the_sics_page)
{
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct act *a = act_of_sign(&group, &alice, &good, 2);

		act_write(a);
		evidence_made(a, rows[i].change);
		hostile_activate(&h, rows[i].row, rows[i].reason, a, &good);
		act_free(a);
	}
	hostile_end(&h);
}

TEST(asked_across_origins_it_is_none)
{
	static const char *const ways[] = { "true", "null", "\"false\"", "1" };
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(ways); i++) {
		AUTO_WRITER body = writer_grow(4096), data = writer_grow(1024);
		struct act *a = act_of_sign(&group, &alice, &good, 1);
		char text[44], json[512];

		act_write(a);
		soft_base64url(a->d, text);
		snprintf(json, sizeof(json), "{\"type\":\"webauthn.get\",\"challenge\":\"%s\",\"origin\":\""
		    SIC_ORIGIN "\",\"crossOrigin\":%s}", text, ways[i]);
		soft_authenticator_data(&data, &phone, false);
		soft_assertion(&body, &phone, writer_span(&data), span_str(json));
		act_evidence_passkey(a, alice.authenticator, writer_span(&body));
		hostile_activate(&h, ways[i], "auth", a, &good);
		act_free(a);
	}
	hostile_end(&h);
}

/* --- not even well signed --- */

TEST(with_any_byte_of_the_evidence_flipped_it_is_none)
{
	struct act *a = act_of_sign(&group, &alice, &good, 1);
	struct activated got;
	struct hostile h;

	act_write(a);
	act_approve_passkey(a, alice.authenticator, &phone);
	act_write_evidences(a);
	hostile_begin(&h, &group);
	for (size_t i = 0; i < a->evidences.n; i++) {
		char row[32];

		snprintf(row, sizeof(row), "byte %zu", i);
		a->evidences.p[i] ^= 0x01;
		hostile_expect(&h, row, NULL, act_activate(a, group.ssa, &got));
		hostile_signed(&h, row, 0, got.signed_);
		a->evidences.p[i] ^= 0x01;
	}
	hostile_activate(&h, "control", "", a, &good);
	hostile_end(&h);
	act_free(a);
}

TEST(a_device_keys_signature_is_no_passkeys_evidence)
{
	struct act *a = act_of_sign(&group, &alice, &good, 1);
	uint8_t digest[HASH_LEN], sig[64];
	struct hostile h;

	hostile_begin(&h, &group);
	act_write(a);
	approval_digest(a->d, digest);
	fixed_key_sign(&phone.key, digest, sig);
	act_evidence(a, EVIDENCE_DEVICE, alice.authenticator, sig);
	hostile_activate(&h, "the passkey's key as a device key", "auth", a, &good);
	act_free(a);
	a = act_of_sign(&group, &alice, &good, 1);
	act_write(a);
	act_evidence_passkey(a, alice.authenticator, span_of(sig, sizeof(sig)));
	hostile_activate(&h, "64 bytes as an assertion", "auth", a, &good);
	hostile_end(&h);
	act_free(a);
}

/* --- enrolment --- */

static struct signer newcomer;
static struct soft_passkey new_phone;

static void
enrol_as(struct act *a, const char *type, const char *origin, const uint8_t *fresh)
{
	act_enrol(a, &new_phone, SOFT_NONE, NULL, type, origin, fresh);
}

static void e_nothing(struct act *a UNUSED) { }
static void e_get(struct act *a) { enrol_as(a, "webauthn.get", SIC_ORIGIN, a->st.fresh); }
static void e_ssa(struct act *a) { enrol_as(a, "webauthn.create", SSA_ORIGIN, a->st.fresh); }

static void
e_other_nonce(struct act *a)
{
	uint8_t fresh[40] = { 1 };

	enrol_as(a, "webauthn.create", SIC_ORIGIN, fresh);
}

static void
e_changed(struct act *a, uint8_t flags, const char *rp_id)
{
	struct soft_passkey p = new_phone;

	p.flags = flags;
	p.rp_id = rp_id;
	act_enrol(a, &p, SOFT_NONE, NULL, "webauthn.create", SIC_ORIGIN, a->st.fresh);
}

static void e_ssas_rp(struct act *a) { e_changed(a, 5, SSA_RP_ID); }
static void e_no_uv(struct act *a) { e_changed(a, 1, SIC_RP_ID); }
static void e_no_up(struct act *a) { e_changed(a, 4, SIC_RP_ID); }
static void e_eligible_then(struct act *a) { e_changed(a, 0x0d, SIC_RP_ID); }
static void e_other_key(struct act *a) { a->st.bind.spki = soft_spki(&tablet); }

static void
e_other_passkey(struct act *a)
{
	act_enrol(a, &tablet, SOFT_NONE, NULL, "webauthn.create", SIC_ORIGIN, a->st.fresh);
}

static void e_protection(struct act *a) { a->st.bind.protection = 6; }
static void e_no_attestation(struct act *a) { a->st.bind.attestation.n = 0; }
static void e_no_client(struct act *a) { a->st.bind.client.n = 0; }
static void e_cut(struct act *a) { a->st.bind.attestation.n--; }
static void e_type_3(struct act *a) { a->st.bind.type = 3; }

static void
e_u2f(struct act *a)
{
	memcpy(a->attestation + 1 + 4 + 1, "nune", 4);	/* "none" that is none */
}

static const struct { const char *row; void (*change)(struct act *); const char *reason; }
enrolments[] = {
	{ "a get as create", e_get, "auth" },
	{ "made on the SSA's page", e_ssa, "auth" },
	{ "made for another nonce", e_other_nonce, "auth" },
	{ "under the SSA's RP ID", e_ssas_rp, "auth" },
	{ "user not verified", e_no_uv, "auth" },
	{ "user not present", e_no_up, "auth" },
	{ "eligible for backup at create only", e_eligible_then, "auth" },
	{ "the statement names another key", e_other_key, "auth" },
	{ "another passkey's attestation", e_other_passkey, "auth" },
	{ "a protection of its own", e_protection, "parse" },
	{ "without attestation", e_no_attestation, "parse" },
	{ "without client data", e_no_client, "parse" },
	{ "attestation cut", e_cut, "auth" },
	{ "an unknown type", e_type_3, "parse" },
	{ "an unknown format", e_u2f, "auth" },
	{ "control", e_nothing, "" },
};

static const char *
bind(struct act *a, struct soft_passkey *touch)
{
	const char *reason;

	act_write(a);
	act_approve_passkey(a, NULL, touch);
	act_approve_code(a, newcomer.code);
	reason = act_enact(a, group.ssa, NULL, NULL, NULL);
	act_free(a);
	return reason;
}

TEST(only_an_enrolment_of_this_statement_on_the_sics_page_binds)
{
	struct hostile h;

	soft_passkey_make(&new_phone, "newcomer phone", PASSKEY_ES256, SIC_RP_ID);
	signer_invite(&group, &newcomer, "CN=New Comer,C=SE");
	hostile_begin(&h, &group);
	hostile_expect(&h, "second touch by another passkey", "auth", bind(act_of_enrolment(&group,
	    &newcomer, PURPOSE_BIND, &new_phone, SOFT_NONE, NULL), &tablet));
	for (size_t i = 0; i < COUNT(enrolments); i++) {
		struct act *a = act_of_enrolment(&group, &newcomer, PURPOSE_BIND, &new_phone, SOFT_NONE,
		    NULL);

		enrolments[i].change(a);
		hostile_expect(&h, enrolments[i].row, enrolments[i].reason, bind(a, &new_phone));
	}
	hostile_end(&h);
	signer_forget(&newcomer);
}

/* --- what suffices at SCAL2 --- */

/* A newcomer with this passkey; what CREATE_KEY says, then SIGN under each policy. */
static const char *
create_with(struct signer *s, struct key *k, struct soft_passkey *p)
{
	const char *reason = passkey_key_ready(&group, s, k, p);

	if (strcmp(reason, "") != 0)
		key_forget(k);
	return reason;
}

static void
sign_with(struct hostile *h, const char *row, const char *want, const struct signer *s,
    const struct key *k, struct soft_passkey *p)
{
	struct act *a = act_of_sign(&group, s, k, 1);

	act_write(a);
	act_approve_passkey(a, s->authenticator, p);
	hostile_activate(h, row, want, a, k);
	act_free(a);
}

static void
only_while_policy_takes_it(enum passkey_kind kind, uint8_t flags, const struct policy *taking)
{
	struct policy usual = trial_policy();
	struct soft_passkey p;
	struct signer s;
	struct hostile h;
	struct key k;

	soft_passkey_make(&p, "special", kind, SIC_RP_ID);
	p.flags = flags;
	signer_invite(&group, &s, "CN=Special Case,C=SE");
	assert_string_equal(passkey_bind(&group, &s, &p, SOFT_NONE, NULL), "");
	hostile_begin(&h, &group);
	hostile_expect(&h, "create before", "level", create_with(&s, &k, &p));
	assert_string_equal(set_whole_policy(&group, taking), "");
	hostile_expect(&h, "create meanwhile", "", create_with(&s, &k, &p));
	sign_with(&h, "sign meanwhile", "", &s, &k, &p);
	assert_string_equal(set_whole_policy(&group, &usual), "");
	sign_with(&h, "sign afterwards", "level", &s, &k, &p);
	hostile_end(&h);
	signer_forget(&s);
	key_forget(&k);
	soft_passkey_free(&p);
}

TEST(a_passkey_of_which_copies_may_exist_needs_the_policys_word)
{
	struct policy p = trial_policy();

	p.protections |= 0x80;
	only_while_policy_takes_it(PASSKEY_ES256, 0x1d, &p);
}

TEST(rs256_is_taken_until_the_policys_date)
{
	struct policy p = trial_policy();

	p.rs256_until = clock_wall() + 600000;
	p.eddsa_until = 0;
	only_while_policy_takes_it(PASSKEY_RS256, 5, &p);
}

TEST(eddsa_is_taken_until_the_policys_date)
{
	struct policy p = trial_policy();

	p.eddsa_until = clock_wall() + 600000;
	only_while_policy_takes_it(PASSKEY_EDDSA, 5, &p);
}

static struct act *
add_root(const struct soft_maker *m)
{
	struct act *a = act_new(&group, PURPOSE_ADD_ANCHOR);

	a->st.add_anchor = (struct body_add_anchor){ .alg = ALG_ECDSA_P256_SHA256,
		.spki = fixed_spki(&m->ca), .issuer = soft_maker_name(), .max_days = 400,
		.label = span_str("Maker"), .usage = ANCHOR_ATTESTATION };
	return a;
}

static const char *
remove_root(const struct soft_maker *m)
{
	struct act *a = act_new(&group, PURPOSE_REMOVE_ANCHOR);
	static const uint8_t no_profile[16];
	struct span parts[] = { fixed_spki(&m->ca), soft_maker_name(),
		span_of(no_profile, sizeof(no_profile)) };

	sha256_parts(parts, 3, a->st.remove_anchor);
	return security_does(a, 2);
}

/* The same key as a CA of signers' certificates is no root of attestations. */
static void
bind_under_an_issuer(const struct soft_maker *m, struct signer *s, struct soft_passkey *p)
{
	struct act *a = add_root(m);

	a->st.add_anchor.usage = ANCHOR_ISSUER;
	assert_string_equal(security_does(a, 2), "");
	assert_string_equal(passkey_bind(&group, s, p, SOFT_PACKED, m), "");
	assert_string_equal(remove_root(m), "");
}

/* Policy takes attested passkeys alone: the one bound before the root came is not, the next is. */
TEST(attested_is_what_stands_under_an_installed_root)
{
	struct policy attested = trial_policy(), usual = trial_policy();
	struct soft_passkey p[3];
	struct signer s[3];
	struct soft_maker maker;
	struct hostile h;
	struct key k;

	soft_maker_make(&maker, "Maker", clock_wall());
	for (size_t i = 0; i < 3; i++) {
		soft_passkey_make(&p[i], i == 0 ? "first" : i == 1 ? "second" : "third", PASSKEY_ES256,
		    SIC_RP_ID);
		signer_invite(&group, &s[i], "CN=Attested,C=SE");
	}
	bind_under_an_issuer(&maker, &s[0], &p[0]);
	assert_string_equal(security_does(add_root(&maker), 2), "");
	assert_string_equal(passkey_bind(&group, &s[1], &p[1], SOFT_TPM, &maker), "");
	p[2].flags = 0x0d;
	assert_string_equal(passkey_bind(&group, &s[2], &p[2], SOFT_PACKED, &maker), "");
	attested.protections = 0x40;
	assert_string_equal(set_whole_policy(&group, &attested), "");
	hostile_begin(&h, &group);
	hostile_expect(&h, "bound before", "level", create_with(&s[0], &k, &p[0]));
	hostile_expect(&h, "attested, but eligible for backup", "level", create_with(&s[2], &k, &p[2]));
	hostile_expect(&h, "attested", "", create_with(&s[1], &k, &p[1]));
	sign_with(&h, "attested", "", &s[1], &k, &p[1]);
	hostile_end(&h);
	assert_string_equal(set_whole_policy(&group, &usual), "");
	for (size_t i = 0; i < 3; i++)
		signer_forget(&s[i]);
	key_forget(&k);
}

/* An attestation root says nothing about who signers are. */
TEST(an_attestation_root_issues_no_signers_certificates)
{
	struct act *a = act_new(&group, PURPOSE_ADD_ANCHOR);
	struct group root = group;
	struct signer s;
	struct hostile h;
	struct wish wish;
	struct key k;

	device_make(&root.ca.device);
	a->st.add_anchor = (struct body_add_anchor){ .alg = ALG_ECDSA_P256_SHA256,
		.spki = device_spki(&root.ca.device),
		.issuer = span_of(root.ca.name, root.ca.name_len), .max_days = 400,
		.label = span_str("Maker 2"), .usage = ANCHOR_ATTESTATION };
	assert_string_equal(security_does(a, 2), "");
	signer_invite(&group, &s, "CN=Certified,C=SE");
	signer_bind(&group, &s);
	key_create(&group, &s, &k);
	key_request(&group, &s, &k);
	hostile_begin(&h, &group);
	wish = wish_for(&root, &s, &k);
	hostile_expect(&h, "signed by the root", "cert", link_certificate(&group, &k, ca_issue(&wish, &k)));
	wish = wish_for(&group, &s, &k);
	hostile_expect(&h, "control", "", link_certificate(&group, &k, ca_issue(&wish, &k)));
	hostile_end(&h);
	device_free(&root.ca.device);
	signer_forget(&s);
	key_forget(&k);
}

static const char *
root_with(uint16_t alg, struct span spki)
{
	struct soft_maker other;
	struct act *a;

	soft_maker_make(&other, "Other", clock_wall());
	a = add_root(&other);
	a->st.add_anchor.alg = alg;
	if (spki.n > 0)
		a->st.add_anchor.spki = spki;
	return security_does(a, 2);
}

TEST(an_attestation_root_has_a_key_of_its_algorithm)
{
	struct soft_passkey rsa, ed;
	struct hostile h;

	soft_passkey_make(&rsa, "root", PASSKEY_RS256, SIC_RP_ID);
	soft_passkey_make(&ed, "root", PASSKEY_EDDSA, SIC_RP_ID);
	hostile_begin(&h, &group);
	hostile_expect(&h, "P-256 key, P-384", "alg", root_with(2, span_of(NULL, 0)));
	hostile_expect(&h, "P-256 key, RSA", "alg", root_with(16, span_of(NULL, 0)));
	hostile_expect(&h, "RSA key with PSS", "alg", root_with(32, soft_spki(&rsa)));
	hostile_expect(&h, "Ed25519 key", "alg", root_with(1, soft_spki(&ed)));
	hostile_expect(&h, "RSA-2048", "", root_with(16, soft_spki(&rsa)));
	hostile_end(&h);
	soft_passkey_free(&rsa);
}

/* --- two approvals --- */

static uint8_t laptop[ID_LEN];

static struct act *
add_laptop(void)
{
	struct act *a = act_of_bind(&group, &alice, &alice.device);

	a->st.purpose = PURPOSE_ADD_AUTHENTICATOR;
	assert_string_equal(act_challenge(a), "");
	act_write(a);
	act_approve(a, NULL, &alice.device);
	return a;
}

static const char *
enact_of_alice(struct act *a, struct msg_enacted *made, struct writer *key)
{
	bool create = a->st.purpose == PURPOSE_CREATE_KEY;
	struct msg_enacted got = { .version = 0 };
	const char *reason;

	act_write_evidences(a);
	a->signer_record = span_of(NULL, 0);
	reason = act_enact(a, group.ssa, &got, create ? key : &alice.record,
	    create ? &alice.record : NULL);
	if (strcmp(reason, "") == 0 && (create || a->st.purpose == PURPOSE_ADD_AUTHENTICATOR ||
	    a->st.purpose == PURPOSE_REMOVE_AUTHENTICATOR))
		alice.version++;
	if (made != NULL)
		*made = got;
	act_free(a);
	return reason;
}

static struct act *
remove_of(const uint8_t id[ID_LEN])
{
	struct act *a = act_new(&group, PURPOSE_REMOVE_AUTHENTICATOR);

	memcpy(a->st.subject, alice.id, ID_LEN);
	a->st.remove_authenticator.from = alice.version;
	memcpy(a->st.remove_authenticator.authenticator, id, ID_LEN);
	assert_string_equal(act_challenge(a), "");
	act_write(a);
	return a;
}

static struct act *
create_pair(void)
{
	struct act *a = act_of_create(&group, &alice);

	a->st.create_key.evidences = 2;
	act_write(a);
	act_approve_passkey(a, alice.authenticator, &phone);
	return a;
}

static struct act *
add_tablet(void)
{
	struct act *a = act_of_enrolment(&group, &alice, PURPOSE_ADD_AUTHENTICATOR, &tablet, SOFT_NONE,
	    NULL);

	act_write(a);
	act_approve_passkey(a, NULL, &tablet);
	return a;
}

static struct act *
add_phone_again(void)
{
	struct act *a = act_of_enrolment(&group, &alice, PURPOSE_ADD_AUTHENTICATOR, &phone, SOFT_NONE,
	    NULL);

	act_write(a);
	act_approve_passkey(a, NULL, &phone);
	return a;
}

static void both(struct act *a)
{
	act_approve_passkey(a, alice.authenticator, &phone);
	act_approve(a, laptop, &alice.device);
}

static void
adding_needs_who_is_there(struct hostile *h)
{
	struct msg_enacted made;
	struct act *a;

	hostile_expect(h, "two approvals with one authenticator", "quorum",
	    enact_of_alice(create_pair(), NULL, NULL));
	hostile_expect(h, "remove the only one", "quorum", (a = remove_of(alice.authenticator),
	    act_approve_passkey(a, alice.authenticator, &phone), enact_of_alice(a, NULL, NULL)));
	hostile_expect(h, "add without alice", "quorum", enact_of_alice(add_laptop(), NULL, NULL));
	a = add_laptop();
	act_approve_passkey(a, mallory.authenticator, &mallorys_phone);
	hostile_expect(h, "add by mallory", "auth", enact_of_alice(a, NULL, NULL));
	a = add_laptop();
	writer_reset(&a->evidences);
	a->ev.n = a->sigs = 0;
	act_approve(a, NULL, &mallory.device);
	act_approve_passkey(a, alice.authenticator, &phone);
	hostile_expect(h, "the new one did not approve", "auth", enact_of_alice(a, NULL, NULL));
	a = add_laptop();
	act_approve_code(a, alice.code);
	hostile_expect(h, "add by the old code", "auth", enact_of_alice(a, NULL, NULL));
	a = add_phone_again();
	act_approve_passkey(a, alice.authenticator, &phone);
	hostile_expect(h, "add what is there", "auth", enact_of_alice(a, NULL, NULL));
	a = add_laptop();
	act_approve_passkey(a, alice.authenticator, &phone);
	hostile_expect(h, "add", "", enact_of_alice(a, &made, NULL));
	memcpy(laptop, made.id, ID_LEN);
}

static void
pair_signs(struct hostile *h, const struct key *pair)
{
	struct act *a = act_of_sign(&group, &alice, pair, 1);

	act_write(a);
	act_approve_passkey(a, alice.authenticator, &phone);
	hostile_activate(h, "the phone alone", "quorum", a, pair);
	act_free(a);
	a = act_of_sign(&group, &alice, pair, 1);
	act_write(a);
	act_approve_passkey(a, alice.authenticator, &phone);
	act_approve_passkey(a, mallory.authenticator, &mallorys_phone);
	hostile_activate(h, "the phone and mallory", "auth", a, pair);
	act_free(a);
	a = act_of_sign(&group, &alice, pair, 1);
	act_write(a);
	act_approve_passkey(a, alice.authenticator, &phone);
	act_approve(a, alice.authenticator, &alice.device);
	hostile_activate(h, "the phone twice, once as a device", "auth", a, pair);
	act_free(a);
	a = act_of_sign(&group, &alice, pair, 1);
	act_write(a);
	act_approve_passkey(a, alice.authenticator, &phone);
	act_approve_passkey(a, laptop, &phone);
	hostile_activate(h, "the phone under both ids", "auth", a, pair);
	act_free(a);
	a = act_of_sign(&group, &alice, pair, 1);
	act_write(a);
	both(a);
	hostile_activate(h, "both", "", a, pair);
	act_free(a);
	a = act_of_sign(&group, &alice, &good, 1);
	act_write(a);
	both(a);
	hostile_activate(h, "both where one is asked", "quorum", a, &good);
	act_free(a);
}

/* While the pair lives, one of the two alone changes nothing. */
static void
one_alone_does_nothing(struct hostile *h, const struct key *pair)
{
	struct act *a = add_tablet();

	act_approve_passkey(a, alice.authenticator, &phone);
	hostile_expect(h, "one adds a third", "quorum", enact_of_alice(a, NULL, NULL));
	a = remove_of(laptop);
	act_approve_passkey(a, alice.authenticator, &phone);
	hostile_expect(h, "one removes the other", "quorum", enact_of_alice(a, NULL, NULL));
	a = remove_of(laptop);
	both(a);
	hostile_expect(h, "both remove one of two", "quorum", enact_of_alice(a, NULL, NULL));
	a = act_of_create(&group, &alice);
	act_write(a);
	act_approve_passkey(a, alice.authenticator, &phone);
	hostile_expect(h, "one creates a key for one", "quorum", enact_of_alice(a, NULL, NULL));
	a = act_of_key(&group, &alice, pair, PURPOSE_DESTROY_KEY);
	act_write(a);
	act_approve_passkey(a, alice.authenticator, &phone);
	hostile_expect(h, "one destroys the pair's key", "quorum", enact_of_alice(a, NULL, NULL));
}

static void
pair_ends(struct hostile *h, const struct key *pair)
{
	struct act *a = act_of_key(&group, &alice, pair, PURPOSE_DESTROY_KEY);
	uint8_t stranger[ID_LEN] = { 7 };

	act_write(a);
	both(a);
	hostile_expect(h, "both destroy it", "", enact_of_alice(a, NULL, NULL));
	a = remove_of(stranger);
	act_approve_passkey(a, alice.authenticator, &phone);
	hostile_expect(h, "remove what is not there", "owner", enact_of_alice(a, NULL, NULL));
	alice.version--;
	a = remove_of(laptop);
	alice.version++;
	act_approve_passkey(a, alice.authenticator, &phone);
	hostile_expect(h, "remove from an old version", "version", enact_of_alice(a, NULL, NULL));
	a = remove_of(laptop);
	act_approve_passkey(a, alice.authenticator, &phone);
	hostile_expect(h, "one removes the other now", "", enact_of_alice(a, NULL, NULL));
	a = act_of_sign(&group, &alice, &good, 1);
	act_write(a);
	act_approve(a, laptop, &alice.device);
	hostile_activate(h, "by what was removed", "auth", a, &good);
	act_free(a);
}

TEST(a_key_may_ask_for_two_different_authenticators)
{
	struct msg_enacted made;
	struct hostile h;
	struct key pair = { .record = writer_grow(RECORD_MAX), .old_record = writer_grow(RECORD_MAX) };

	hostile_begin(&h, &group);
	adding_needs_who_is_there(&h);
	hostile_expect(&h, "create", "", enact_of_alice(create_pair(), &made, &pair.record));
	memcpy(pair.id, made.id, ID_LEN);
	pair.version = 1;
	key_request(&group, &alice, &pair);
	key_link(&group, &alice, &pair);
	pair_signs(&h, &pair);
	one_alone_does_nothing(&h, &pair);
	pair_ends(&h, &pair);
	hostile_end(&h);
	key_forget(&pair);
}

TEST(a_suspended_signer_adds_and_removes_nothing)
{
	struct soft_passkey own = mallorys_phone;
	struct hostile h;
	struct act *a;

	assert_string_equal(officer_does(&group, &mallory, PURPOSE_SUSPEND), "");
	hostile_begin(&h, &group);
	a = act_of_enrolment(&group, &mallory, PURPOSE_ADD_AUTHENTICATOR, &tablet, SOFT_NONE, NULL);
	act_write(a);
	act_approve_passkey(a, NULL, &tablet);
	act_approve_passkey(a, mallory.authenticator, &own);
	hostile_expect(&h, "add while suspended", "state", act_enact(a, group.ssa, NULL, NULL, NULL));
	act_free(a);
	hostile_end(&h);
	assert_string_equal(officer_does(&group, &mallory, PURPOSE_REINSTATE), "");
}

/* --- officers --- */

static const char *
policy_by(struct soft_passkey *p, const uint8_t id[ID_LEN], const char *origin)
{
	AUTO_WRITER body = writer_grow(4096);
	struct act *a = act_new(&group, PURPOSE_SET_POLICY);
	struct writer w = writer_over(a->st.policy, POLICY_LEN);
	struct policy policy = trial_policy();
	const char *reason;

	policy_write(&w, &policy);
	assert_string_equal(act_propose(a), "");
	act_write(a);
	act_approve_by(a, &group.so[0]);
	soft_get(&body, p, a->d, origin);
	act_evidence_passkey(a, id, writer_span(&body));
	reason = act_enact(a, group.officers, NULL, NULL, NULL);
	act_free(a);
	return reason;
}

static const char *
add_officer(struct soft_passkey *p, uint8_t id[ID_LEN])
{
	struct act *a = act_new(&group, PURPOSE_ADD_OFFICER);
	struct msg_enacted made;
	const char *reason;

	a->st.add_officer = (struct body_add_officer){ ROLE_SECURITY_OFFICER, EVIDENCE_PASSKEY,
		span_str("Paula Passkey"), soft_spki(p) };
	assert_string_equal(act_propose(a), "");
	act_write(a);
	act_approve_by(a, &group.so[0]);
	act_approve_by(a, &group.so[1]);
	act_approve_passkey(a, NULL, p);
	reason = act_enact(a, group.officers, &made, NULL, NULL);
	if (strcmp(reason, "") == 0)
		memcpy(id, made.id, ID_LEN);
	act_free(a);
	return reason;
}

TEST(an_officer_may_approve_with_a_passkey)
{
	struct soft_passkey paula, other;
	uint8_t id[ID_LEN];
	struct hostile h;

	soft_passkey_make(&paula, "paula", PASSKEY_ES256, SIC_RP_ID);
	other = paula;
	hostile_begin(&h, &group);
	other.flags = 0x0d;
	hostile_expect(&h, "eligible for backup", "level", add_officer(&other, id));
	soft_passkey_make(&other, "paula", PASSKEY_EDDSA, SIC_RP_ID);
	hostile_expect(&h, "EdDSA without a date", "level", add_officer(&other, id));
	other = paula;
	other.rp_id = SSA_RP_ID;
	hostile_expect(&h, "under the SSA's RP ID", "auth", add_officer(&other, id));
	hostile_expect(&h, "added", "", add_officer(&paula, id));
	hostile_expect(&h, "on the SSA's page", "auth", policy_by(&paula, id, SSA_ORIGIN));
	hostile_expect(&h, "by a signer", "auth", policy_by(&phone, id, SIC_ORIGIN));
	paula.flags = 1;
	hostile_expect(&h, "not verified", "auth", policy_by(&paula, id, SIC_ORIGIN));
	paula.flags = 5;
	hostile_expect(&h, "approved", "", policy_by(&paula, id, SIC_ORIGIN));
	hostile_end(&h);
}

/* --- counters --- */

TEST(a_counter_that_does_not_rise_alarms_and_refuses_nothing)
{
	struct tally before = { 0 }, after;
	struct hostile h;

	tally_read(&before, &group);
	after = before;
	hostile_begin(&h, &group);
	sign_with(&h, "next", "", &alice, &good, &phone);
	phone.count -= 2;
	sign_with(&h, "back", "", &alice, &good, &phone);
	phone.count += 10;
	sign_with(&h, "on", "", &alice, &good, &phone);
	hostile_end(&h);
	tally_read(&after, &group);
	assert_int_equal(after.kind[ENTRY_ALARM] - before.kind[ENTRY_ALARM], 1);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_an_approval_but_the_signers_own_on_the_sics_page),
		cmocka_unit_test(asked_across_origins_it_is_none),
		cmocka_unit_test(with_any_byte_of_the_evidence_flipped_it_is_none),
		cmocka_unit_test(a_device_keys_signature_is_no_passkeys_evidence),
		cmocka_unit_test(only_an_enrolment_of_this_statement_on_the_sics_page_binds),
		cmocka_unit_test(a_passkey_of_which_copies_may_exist_needs_the_policys_word),
		cmocka_unit_test(rs256_is_taken_until_the_policys_date),
		cmocka_unit_test(eddsa_is_taken_until_the_policys_date),
		cmocka_unit_test(attested_is_what_stands_under_an_installed_root),
		cmocka_unit_test(an_attestation_root_issues_no_signers_certificates),
		cmocka_unit_test(an_attestation_root_has_a_key_of_its_algorithm),
		cmocka_unit_test(a_key_may_ask_for_two_different_authenticators),
		cmocka_unit_test(a_suspended_signer_adds_and_removes_nothing),
		cmocka_unit_test(an_officer_may_approve_with_a_passkey),
		cmocka_unit_test(a_counter_that_does_not_rise_alarms_and_refuses_nothing),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
