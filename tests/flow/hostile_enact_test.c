/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ENACT: enrolment, keys and officers' acts with every approval but the right one. Catalogue section
 * 9, rows 3, 5, 11, 12, 15, 19; design review C4, C5, C7, H1 and its additions to the matrix.
 */
#include <signal.h>
#include <unistd.h>

#include "audit/officer.h"
#include "base/clock.h"
#include "hostile.h"

static struct group group;
static struct signer alice, mallory;
static struct key good, mallorys;

static int
set_up(void **state UNUSED)
{
	group_found(&group);
	group_start(&group);
	ca_of_group(&group);
	signer_ready(&group, &alice, &good, "CN=Alice Example,C=SE");
	signer_ready(&group, &mallory, &mallorys, "CN=Mallory Example,C=SE");
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

/* Sends what was approved and forgets it; a hostile SSA's socket unless it is a control. */
static void
enact(struct hostile *h, const char *row, const char *want, struct act *a)
{
	hostile_expect(h, row, want, act_enact(a, group.ssa, NULL, NULL, NULL));
	act_free(a);
}

/* A signing key of the group as an approver: its owner signed the digest of an approval. */
static void
act_approve_by_signing_key(struct act *a, const uint8_t *id)
{
	struct act *s = act_of_sign(&group, &alice, &good, 1);
	struct activated got;

	approval_digest(a->d, s->digest[0]);
	act_write(s);
	act_approve_signer(s, &alice);
	assert_string_equal(act_activate(s, group.ssa, &got), "");
	act_evidence(a, EVIDENCE_DEVICE, id, got.signature[0]);
	act_free(s);
}

/* --- INVITE --- */

static struct act *
invitation(void)
{
	static struct signer bob;
	struct writer w = writer_over(bob.name, sizeof(bob.name));

	wr_bytes(&w, alice.name, alice.name_len);
	bob.name_len = alice.name_len;
	random_bytes(bob.code, sizeof(bob.code));
	return act_of_invite(&group, &bob);
}

static void no_change(struct act *a UNUSED) { }
static void subject_set(struct act *a) { memcpy(a->st.subject, alice.id, ID_LEN); }
static void loa_low(struct act *a) { a->st.invite.loa = 1; }
static void loa_other(struct act *a) { a->st.invite.loa = 3; }
static void loa_none(struct act *a) { a->st.invite.loa = 0; }
static void name_other(struct act *a) { a->st.invite.name = span_of(mallory.name, mallory.name_len); }
static void name_broken(struct act *a) { a->st.invite.name.n--; }
static void proposal_none(struct act *a) { random_bytes(a->st.fresh, PROPOSAL_LEN); }
static void proposal_zero(struct act *a) { memset(a->st.fresh, 0, FRESH_LEN); }
static void proposal_tail(struct act *a) { a->st.fresh[FRESH_LEN - 1] = 1; }
static void exp_past_proposal(struct act *a) { a->st.exp++; }
static void is_suspend(struct act *a) { a->st.purpose = PURPOSE_SUSPEND; a->st.signer.from = 1; a->st.signer.reason = span_str(""); }
static void other_group(struct act *a) { a->st.group[0] ^= 1; }
static void other_epoch(struct act *a) { a->st.epoch++; }
static void already_expired(struct act *a) { a->st.iat -= 100000; a->st.exp = clock_wall() - 1; }
static void of_the_future(struct act *a) { a->st.iat += 65000; a->st.exp = a->st.iat + 1; }

static void
for_31_days(struct act *a)
{
	a->st.exp = a->st.iat + UINT64_C(31) * 86400000;
}

static void by_ro(struct act *a) { act_approve_by(a, &group.ro); }
static void by_so(struct act *a) { act_approve_by(a, &group.so[0]); }
static void by_auditor(struct act *a) { act_approve_by(a, &group.au); }
static void by_signer_device(struct act *a) { act_approve_signer(a, &alice); }
static void by_zero_id(struct act *a) { act_approve(a, NULL, &group.ro.device); }
static void by_ro_and_so(struct act *a) { by_ro(a); by_so(a); }
static void by_ro_in_name(struct act *a) { act_approve(a, group.ro.id, &alice.device); }

static void
by_ro_as_code(struct act *a)
{
	uint8_t sig[APPROVAL_LEN];

	device_approve(&group.ro.device, a->d, sig);
	act_evidence(a, EVIDENCE_CODE, group.ro.id, sig);
}

static const struct {
	const char	*row;
	void		(*before)(struct act *);	/* the proposal */
	void		(*after)(struct act *);		/* it, before the approval */
	void		(*approve)(struct act *);
	const char	*reason;
} invites[] = {
	{ "control", no_change, no_change, by_ro, "" },
	{ "subject set", subject_set, no_change, by_ro, "owner" },
	{ "subject set after the proposal", no_change, subject_set, by_ro, "proposal" },
	{ "level of assurance below policy", loa_low, no_change, by_ro, "level" },
	{ "no level of assurance", no_change, loa_none, by_ro, "parse" },
	{ "name is no Name", name_broken, no_change, by_ro, "parse" },
	{ "level of assurance raised after the proposal", no_change, loa_other, by_ro, "proposal" },
	{ "another name than proposed", no_change, name_other, by_ro, "proposal" },
	{ "another purpose than proposed", no_change, is_suspend, by_ro, "proposal" },
	{ "no proposal", no_change, proposal_none, by_ro, "proposal" },
	{ "a zero proposal", no_change, proposal_zero, by_ro, "proposal" },
	{ "bytes after the proposal", no_change, proposal_tail, by_ro, "proposal" },
	{ "beyond the proposal's expiry", no_change, exp_past_proposal, by_ro, "proposal" },
	{ "another group", no_change, other_group, by_ro, "group" },
	{ "another epoch", no_change, other_epoch, by_ro, "epoch" },
	{ "expired", no_change, already_expired, by_ro, "time" },
	{ "of the future", no_change, of_the_future, by_ro, "time" },
	{ "for 31 days", no_change, for_31_days, by_ro, "time" },
	{ "by a security officer", no_change, no_change, by_so, "auth" },
	{ "by the auditor", no_change, no_change, by_auditor, "auth" },
	{ "by a signer", no_change, no_change, by_signer_device, "auth" },
	{ "by the officer under the zero id", no_change, no_change, by_zero_id, "auth" },
	{ "by another key under the officer's id", no_change, no_change, by_ro_in_name, "auth" },
	{ "by the officer, said to be a code", no_change, no_change, by_ro_as_code, "auth" },
	{ "by the officer and one of another role", no_change, no_change, by_ro_and_so, "auth" },
	{ "control", no_change, no_change, by_ro, "" },
};

TEST(nobody_is_invited_but_by_proposal_and_registration_officer)
{
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(invites); i++) {
		struct act *a = invitation();

		invites[i].before(a);
		assert_string_equal(act_propose(a), "");
		invites[i].after(a);
		act_write(a);
		invites[i].approve(a);
		enact(&h, invites[i].row, invites[i].reason, a);
	}
	hostile_end(&h);
}

TEST(a_proposal_is_enacted_once_and_in_its_time)
{
	struct hostile h;
	struct act *a = invitation();

	assert_string_equal(act_propose(a), "");
	act_write(a);
	by_ro(a);
	hostile_begin(&h, &group);
	hostile_expect(&h, "once (control)", "", act_enact(a, group.ssa, NULL, NULL, NULL));
	/* The same bytes get the same answer, on either socket, and make nobody new. */
	hostile_expect(&h, "its answer again (control)", "", act_enact(a, group.officers, NULL, NULL, NULL));
	hostile_expect(&h, "and again (control)", "", act_enact(a, group.ssa, NULL, NULL, NULL));
	a->st.exp--;
	act_write(a);
	by_ro(a);
	enact(&h, "another statement on a proposal that is spent", "proposal", a);
	a = invitation();
	a->st.exp = clock_wall() + 500;
	assert_string_equal(act_propose(a), "");
	act_write(a);
	by_ro(a);
	usleep(600000);
	enact(&h, "too late", "time", a);
	a = invitation();
	a->st.exp = clock_wall() - 1;
	hostile_expect(&h, "proposed for the past", "time", act_propose(a));
	for_31_days(a);
	hostile_expect(&h, "proposed for 31 days", "time", act_propose(a));
	act_free(a);
	a = act_new(&group, PURPOSE_RESUME);
	hostile_expect(&h, "RESUME proposed", "purpose", act_propose(a));
	act_free(a);
	hostile_end(&h);
}

TEST(officers_acts_get_no_nonce_and_are_not_fresh_by_one)
{
	static const uint16_t purposes[] = { PURPOSE_INVITE, PURPOSE_SUSPEND, PURPOSE_REINSTATE,
		PURPOSE_CLOSE, PURPOSE_FOUND, PURPOSE_ADD_ANCHOR, PURPOSE_REMOVE_ANCHOR,
		PURPOSE_ADD_OFFICER, PURPOSE_REMOVE_OFFICER, PURPOSE_SET_POLICY, PURPOSE_RESUME, 0x999 };
	struct hostile h;
	struct act *a = act_of_create(&group, &alice), *b;

	hostile_begin(&h, &group);
	b = act_of_signer(&group, &alice, PURPOSE_CLOSE);
	memcpy(b->st.fresh, a->st.fresh, FRESH_LEN);
	act_write(b);
	by_ro(b);
	enact(&h, "CLOSE by a nonce", "proposal", b);
	act_free(a);
	for (size_t i = 0; i < COUNT(purposes); i++) {
		a = act_new(&group, purposes[i]);
		hostile_expect(&h, "a nonce for an officers' act", "purpose", act_challenge(a));
		act_free(a);
	}
	hostile_end(&h);
}

TEST(purposes_that_are_not_for_enact_are_refused)
{
	struct hostile h;
	struct act *a = act_of_sign_approved(&group, &alice, &good, 1);

	hostile_begin(&h, &group);
	enact(&h, "SIGN", "purpose", a);
	a = act_new(&group, PURPOSE_FOUND);
	act_write(a);
	by_so(a);
	enact(&h, "FOUND", "purpose", a);
	a = act_new(&group, PURPOSE_RESUME);
	act_write(a);
	by_so(a);
	act_approve_by(a, &group.so[1]);
	enact(&h, "RESUME while open", "closed", a);
	hostile_end(&h);
}

/* --- BIND --- */

static struct signer invited;
static struct device device;

static void spki_is_officers(struct act *a) { a->st.bind.spki = device_spki(&group.so[1].device); }
static void spki_is_signing_key(struct act *a) { a->st.bind.spki = span_of(good.spki, sizeof(good.spki)); }
static void from_zero(struct act *a) { a->st.bind.from = 0; }
static void from_next(struct act *a) { a->st.bind.from++; }
static void type_passkey(struct act *a) { a->st.bind.type = 2; }
static void protection_none(struct act *a) { a->st.bind.protection = 0; }
static void protection_five(struct act *a) { a->st.bind.protection = 5; }
static void subject_alice(struct act *a) { subject_set(a); assert_string_equal(act_challenge(a), ""); }
static void record_alices(struct act *a) { a->signer_record = writer_span(&alice.record); }

static void
spki_off_curve(struct act *a)
{
	static uint8_t spki[DEVICE_SPKI];

	memcpy(spki, device.spki, sizeof(spki));
	spki[DEVICE_SPKI - 1] ^= 1;
	a->st.bind.spki = span_of(spki, sizeof(spki));
}

static void by_device_and_code(struct act *a) { act_approve(a, NULL, &device); act_approve_code(a, invited.code); }
static void by_device(struct act *a) { act_approve(a, NULL, &device); }
static void by_code(struct act *a) { act_approve_code(a, invited.code); }
static void by_mallory_and_code(struct act *a) { act_approve(a, NULL, &mallory.device); by_code(a); }
static void by_mallorys_code(struct act *a) { by_device(a); act_approve_code(a, mallory.code); }
static void by_officer_and_code(struct act *a) { act_approve(a, NULL, &group.so[1].device); by_code(a); }
static void by_signing_key_and_code(struct act *a) { act_approve_by_signing_key(a, NULL); by_code(a); }

static void
by_guessed_code(struct act *a)
{
	uint8_t code[CODE_LEN];

	random_bytes(code, sizeof(code));
	by_device(a);
	act_approve_code(a, code);
}

static void
by_named_device_and_code(struct act *a)
{
	uint8_t id[ID_LEN] = { 1 };

	act_approve(a, id, &device);
	by_code(a);
}

static void
by_three(struct act *a)
{
	by_device_and_code(a);
	act_approve_signer(a, &mallory);
}

static const struct {
	const char	*row;
	void		(*change)(struct act *);
	void		(*approve)(struct act *);
	const char	*reason;
} binds[] = {
	{ "no code", no_change, by_device, "quorum" },
	{ "no device", no_change, by_code, "quorum" },
	{ "a third approval", no_change, by_three, "quorum" },
	{ "the device under an id", no_change, by_named_device_and_code, "quorum" },
	{ "another signer's code", no_change, by_mallorys_code, "auth" },
	{ "a guessed code", no_change, by_guessed_code, "auth" },
	{ "another device than introduced", no_change, by_mallory_and_code, "auth" },
	{ "a point off the curve", spki_off_curve, by_device_and_code, "auth" },
	{ "an officer's key", spki_is_officers, by_officer_and_code, "auth" },
	{ "a signing key of the group", spki_is_signing_key, by_signing_key_and_code, "auth" },
	{ "from version 0", from_zero, by_device_and_code, "version" },
	{ "from the next version", from_next, by_device_and_code, "version" },
	{ "type passkey", type_passkey, by_device_and_code, "parse" },
	{ "no protection", protection_none, by_device_and_code, "parse" },
	{ "unknown protection", protection_five, by_device_and_code, "parse" },
	{ "another signer, the invited one's nonce", subject_set, by_device_and_code, "nonce" },
	{ "another signer, the invited one's record", subject_alice, by_device_and_code, "record" },
	{ "another signer's record", record_alices, by_device_and_code, "record" },
	{ "control", no_change, by_device_and_code, "" },
};

TEST(no_authenticator_is_bound_without_code_and_device)
{
	struct hostile h;
	uint64_t made = 0;

	signer_invite(&group, &invited, "CN=Bob Example,C=SE");
	device_make(&device);
	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(binds); i++) {
		struct act *a = act_of_bind(&group, &invited, &device);

		binds[i].change(a);
		act_write(a);
		binds[i].approve(a);
		made += binds[i].approve == by_signing_key_and_code;
		enact(&h, binds[i].row, binds[i].reason, a);
	}
	h.wanted.signatures += made;
	hostile_end(&h);
	assert_int_equal(state_of(&group, RECORD_SIGNER, invited.id), 2);
	device_free(&device);
	signer_forget(&invited);
}

TEST(a_code_used_twice_suspends_whoever_came_first)
{
	struct device other;
	struct hostile h;
	struct act *a;

	signer_invite(&group, &invited, "CN=Carol Example,C=SE");
	signer_bind(&group, &invited);
	device_make(&other);
	hostile_begin(&h, &group);
	a = act_of_bind(&group, &invited, &other);
	act_write(a);
	act_approve(a, NULL, &other);
	act_approve_code(a, invited.code);
	hostile_expect(&h, "the code again", "state", act_enact(a, group.ssa, NULL, NULL, NULL));
	assert_int_equal(state_of(&group, RECORD_SIGNER, invited.id), 4);
	enact(&h, "and its replay", "replay", a);
	a = act_of_create(&group, &invited);
	act_write(a);
	act_approve_signer(a, &invited);
	enact(&h, "a key while suspended", "state", a);
	hostile_end(&h);
	device_free(&other);
	signer_forget(&invited);
}

TEST(a_suspended_invitation_is_not_taken)
{
	struct hostile h;
	struct act *a;

	signer_invite(&group, &invited, "CN=Dave Example,C=SE");
	device_make(&device);
	assert_string_equal(officer_does(&group, &invited, PURPOSE_SUSPEND), "");
	hostile_begin(&h, &group);
	a = act_of_bind(&group, &invited, &device);
	act_write(a);
	by_device_and_code(a);
	enact(&h, "BIND while suspended", "state", a);
	assert_int_equal(state_of(&group, RECORD_SIGNER, invited.id), 4);
	hostile_end(&h);
	device_free(&device);
	signer_forget(&invited);
}

/* --- keys --- */

static void by_alice(struct act *a) { act_approve_signer(a, &alice); }
static void by_mallory(struct act *a) { act_approve_signer(a, &mallory); }
static void by_alice_and_mallory(struct act *a) { by_alice(a); by_mallory(a); }
static void in_alices_name(struct act *a) { act_approve(a, alice.authenticator, &mallory.device); }
static void create_from_before(struct act *a) { a->st.create_key.from--; }
static void create_seal(struct act *a) { a->st.create_key.class = CLASS_SEAL; }
static void
create_scal1_by_two(struct act *a)
{
	a->st.create_key.level = LEVEL_SCAL1;
	a->st.create_key.evidences = 2;
}

static void create_unknown_alg(struct act *a) { a->st.create_key.alg = 77; }
static void create_profile(struct act *a) { a->st.create_key.profile[3] = 1; }
static void create_old_record(struct act *a) { a->signer_record = writer_span(&alice.old_record); }
static void create_mallorys_record(struct act *a) { a->signer_record = writer_span(&mallory.record); }

static const struct {
	const char	*row;
	void		(*change)(struct act *);
	void		(*approve)(struct act *);
	const char	*reason;
} creates[] = {
	{ "another signer's device", no_change, by_mallory, "auth" },
	{ "another signer's device in her name", no_change, in_alices_name, "auth" },
	{ "two approvals", no_change, by_alice_and_mallory, "quorum" },
	{ "a registration officer", no_change, by_ro, "auth" },
	{ "from the version before", create_from_before, by_alice, "version" },
	{ "class seal", create_seal, by_alice, "class" },
	{ "level 1, two approvals of each use", create_scal1_by_two, by_alice, "level" },
	{ "unknown algorithm", create_unknown_alg, by_alice, "alg" },
	{ "a profile", create_profile, by_alice, "parse" },
	{ "the record before", create_old_record, by_alice, "version" },
	{ "another signer's record", create_mallorys_record, by_alice, "record" },
};

TEST(no_key_is_made_but_on_its_signers_order)
{
	struct hostile h;
	uint64_t keys = group_status(&group).keys;
	struct act *a;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(creates); i++) {
		a = act_of_create(&group, &alice);
		creates[i].change(a);
		act_write(a);
		creates[i].approve(a);
		enact(&h, creates[i].row, creates[i].reason, a);
	}
	assert_string_equal(set_policy(&group, 300000, 0x1c, 2), "");
	a = act_of_create(&group, &alice);
	act_write(a);
	by_alice(a);
	enact(&h, "an authenticator below policy", "level", a);
	assert_string_equal(set_policy(&group, 300000, 0x1e, 2), "");
	hostile_end(&h);
	assert_int_equal(group_status(&group).keys, keys);
}

/* Two orders in one breath: the second is asked again when the module has made the first. */
TEST(two_orders_from_one_version_make_one_key)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct signer bob;
	size_t made = 0;

	signer_invite(&group, &bob, "CN=Bob Example,C=SE");
	signer_bind(&group, &bob);
	for (int i = 0; i < 2; i++) {
		struct act *a = act_of_create(&group, &bob);
		struct msg_enact m;
		size_t at = frame_begin(&w, SAM_ENACT, (uint64_t)i);

		act_write(a);
		act_approve_signer(a, &bob);
		act_write_evidences(a);
		m = (struct msg_enact){ writer_span(&a->statement), writer_span(&a->evidences),
			span_of(NULL, 0), span_of(NULL, 0) };
		msg_enact_write(&w, &m);
		frame_end(&w, at);
		act_free(a);
	}
	CHECK(write(group.ssa, w.p, w.n) == (ssize_t)w.n);
	for (int i = 0; i < 2; i++) {
		AUTO_WRITER in = writer_grow(FRAME_MAX);
		struct err e = { 0 };
		struct frame f;

		CHECK(frame_receive(group.ssa, &in, &f, &e));
		made += f.type == SAM_ENACT + 1;
		if (f.type == MSG_REFUSED) {
			struct reader r = reader_over(f.payload);

			msg_refused_raise(&r, "", &e);
			/* "busy" while the first change is on its way to the disk. */
			CHECK(strcmp(e.reason, "version") == 0 || strcmp(e.reason, "busy") == 0);
		}
	}
	assert_int_equal(made, 1);
	signer_forget(&bob);
}

/* The order is at the module when he is frozen: no key comes of it. */
TEST(who_is_frozen_while_the_module_makes_his_key_gets_none)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX), in = writer_grow(FRAME_MAX);
	struct msg_object frozen = { .type = RECORD_SIGNER };
	struct err e = { 0 };
	struct msg_status before, now;
	struct signer bob;
	struct frame f = { 0 };
	struct reader r;
	struct act *a;
	pid_t worker[WORKERS];
	size_t at;

	signer_invite(&group, &bob, "CN=Bob Example,C=SE");
	signer_bind(&group, &bob);
	a = act_of_create(&group, &bob);
	act_write(a);
	act_approve_signer(a, &bob);
	act_write_evidences(a);
	group_pause_workers(&group, worker);
	before = group_status(&group);
	at = frame_begin(&w, SAM_ENACT, 1);
	msg_enact_write(&w, &(struct msg_enact){ writer_span(&a->statement),
	    writer_span(&a->evidences), span_of(NULL, 0), span_of(NULL, 0) });
	frame_end(&w, at);
	at = frame_begin(&w, SAM_FREEZE, 2);
	memcpy(frozen.id, bob.id, ID_LEN);
	msg_object_write(&w, &frozen);
	frame_end(&w, at);
	CHECK(write(group.ssa, w.p, w.n) == (ssize_t)w.n);
	do {
		now = group_status(&group);
	} while (now.busy == 0 || now.size == before.size);
	for (size_t i = 0; i < WORKERS; i++)
		CHECK(kill(worker[i], SIGCONT) == 0);
	while (f.number != 1)
		CHECK(frame_receive(group.ssa, &in, &f, &e));
	assert_int_equal(f.type, MSG_REFUSED);
	r = reader_over(f.payload);
	msg_refused_raise(&r, "", &e);
	assert_string_equal(e.reason, "state");
	assert_int_equal(group_status(&group).keys, before.keys);
	group_reconnect(&group);
	act_free(a);
	signer_forget(&bob);
}

TEST(nobody_has_more_keys_than_policy_allows)
{
	struct signer bob;
	struct key k;
	struct hostile h;
	struct act *a;

	signer_invite(&group, &bob, "CN=Bob Example,C=SE");
	signer_bind(&group, &bob);
	for (int i = 0; i < 8; i++) {
		key_create(&group, &bob, &k);
		key_forget(&k);
	}
	hostile_begin(&h, &group);
	a = act_of_create(&group, &bob);
	act_write(a);
	act_approve_signer(a, &bob);
	enact(&h, "the ninth of eight", "limit", a);
	hostile_end(&h);
	signer_forget(&bob);
}

static void
key_act(struct hostile *h, const char *row, const char *want, uint16_t purpose, const struct key *k,
    void (*change)(struct act *), void (*approve)(struct act *))
{
	struct act *a = act_of_key(&group, &alice, k, purpose);

	change(a);
	act_write(a);
	approve(a);
	enact(h, row, want, a);
}

static void key_from_before(struct act *a) { a->st.key.from--; }
static void key_unknown(struct act *a) { random_bytes(a->st.key.key, ID_LEN); }

TEST(no_key_is_destroyed_or_released_but_by_its_signer)
{
	struct key k;
	struct hostile h;

	key_ready(&group, &alice, &k);
	hostile_begin(&h, &group);
	key_act(&h, "DESTROY by another signer", "auth", PURPOSE_DESTROY_KEY, &k, no_change, by_mallory);
	key_act(&h, "DESTROY by an officer", "auth", PURPOSE_DESTROY_KEY, &k, no_change, by_ro);
	key_act(&h, "DESTROY of another's key", "owner", PURPOSE_DESTROY_KEY, &mallorys, no_change, by_alice);
	key_act(&h, "DESTROY of no key", "owner", PURPOSE_DESTROY_KEY, &k, key_unknown, by_alice);
	key_act(&h, "DESTROY from before", "version", PURPOSE_DESTROY_KEY, &k, key_from_before, by_alice);
	key_act(&h, "RELEASE of an active key", "state", PURPOSE_RELEASE_KEY, &k, no_change, by_alice);
	assert_string_equal(freeze(&group, RECORD_KEY, k.id), "");
	hostile_expect(&h, "FREEZE of a frozen key", "state", freeze(&group, RECORD_KEY, k.id));
	key_act(&h, "RELEASE by another signer", "auth", PURPOSE_RELEASE_KEY, &k, no_change, by_mallory);
	key_act(&h, "RELEASE by an officer", "auth", PURPOSE_RELEASE_KEY, &k, no_change, by_ro);
	key_act(&h, "RELEASE from before", "version", PURPOSE_RELEASE_KEY, &k, key_from_before, by_alice);
	assert_string_equal(officer_does(&group, &alice, PURPOSE_SUSPEND), "");
	key_act(&h, "RELEASE by a suspended signer", "state", PURPOSE_RELEASE_KEY, &k, no_change, by_alice);
	assert_string_equal(officer_does(&group, &alice, PURPOSE_REINSTATE), "");
	assert_int_equal(state_of(&group, RECORD_KEY, k.id), 4);
	key_act(&h, "RELEASE (control)", "", PURPOSE_RELEASE_KEY, &k, no_change, by_alice);
	assert_int_equal(state_of(&group, RECORD_KEY, k.id), 3);
	key_act(&h, "DESTROY (control)", "", PURPOSE_DESTROY_KEY, &k, no_change, by_alice);
	key_act(&h, "DESTROY again", "state", PURPOSE_DESTROY_KEY, &k, no_change, by_alice);
	key_act(&h, "RELEASE of a destroyed key", "state", PURPOSE_RELEASE_KEY, &k, no_change, by_alice);
	hostile_expect(&h, "FREEZE of a destroyed key", "state", freeze(&group, RECORD_KEY, k.id));
	assert_int_equal(state_of(&group, RECORD_KEY, k.id), 5);
	hostile_end(&h);
	key_forget(&k);
}

/* --- signers --- */

static void
signer_act(struct hostile *h, const char *row, const char *want, uint16_t purpose,
    const struct signer *s, uint32_t from, void (*approve)(struct act *))
{
	struct act *a = act_of_signer(&group, s, purpose);

	a->st.signer.from = from;
	assert_string_equal(act_propose(a), "");
	act_write(a);
	approve(a);
	enact(h, row, want, a);
}

TEST(no_signer_is_changed_but_by_a_registration_officer)
{
	struct signer bob;
	struct hostile h;
	struct act *a, *b;
	uint32_t v;

	signer_invite(&group, &bob, "CN=Bob Example,C=SE");
	signer_bind(&group, &bob);
	v = bob.version;
	hostile_begin(&h, &group);
	signer_act(&h, "REINSTATE of who is not suspended", "state", PURPOSE_REINSTATE, &bob, v, by_ro);
	signer_act(&h, "SUSPEND by a security officer", "auth", PURPOSE_SUSPEND, &bob, v, by_so);
	signer_act(&h, "SUSPEND by a signer", "auth", PURPOSE_SUSPEND, &bob, v, by_alice);
	signer_act(&h, "SUSPEND from before", "version", PURPOSE_SUSPEND, &bob, v - 1, by_ro);
	signer_act(&h, "SUSPEND (control)", "", PURPOSE_SUSPEND, &bob, v, by_ro);
	signer_act(&h, "SUSPEND again", "state", PURPOSE_SUSPEND, &bob, v, by_ro);
	hostile_expect(&h, "FREEZE of who is suspended", "state", freeze(&group, RECORD_SIGNER, bob.id));
	signer_act(&h, "REINSTATE by a security officer", "auth", PURPOSE_REINSTATE, &bob, v, by_so);
	signer_act(&h, "REINSTATE from before", "version", PURPOSE_REINSTATE, &bob, v - 1, by_ro);
	/* The officer approved a suspension; its bytes are those of a reinstatement but for the purpose. */
	a = act_of_signer(&group, &bob, PURPOSE_SUSPEND);
	assert_string_equal(act_propose(a), "");
	act_write(a);
	by_ro(a);
	b = act_of_signer(&group, &bob, PURPOSE_REINSTATE);
	b->st.iat = a->st.iat;
	b->st.exp = a->st.exp;
	memcpy(b->st.fresh, a->st.fresh, FRESH_LEN);
	act_write(b);
	act_evidence(b, EVIDENCE_DEVICE, group.ro.id, a->sig[0]);
	enact(&h, "REINSTATE by the proposal of SUSPEND", "proposal", b);
	b = act_of_signer(&group, &bob, PURPOSE_REINSTATE);
	assert_string_equal(act_propose(b), "");
	act_write(b);
	act_evidence(b, EVIDENCE_DEVICE, group.ro.id, a->sig[0]);
	enact(&h, "REINSTATE by the approval of SUSPEND", "auth", b);
	act_free(a);
	b = act_of_signer(&group, &bob, PURPOSE_REINSTATE);
	assert_string_equal(act_propose(b), "");
	memcpy(b->st.subject, alice.id, ID_LEN);
	act_write(b);
	by_ro(b);
	enact(&h, "of another signer than proposed", "proposal", b);
	signer_act(&h, "REINSTATE (control)", "", PURPOSE_REINSTATE, &bob, v, by_ro);
	assert_int_equal(state_of(&group, RECORD_SIGNER, bob.id), 2);
	signer_act(&h, "CLOSE by a security officer", "auth", PURPOSE_CLOSE, &bob, v, by_so);
	signer_act(&h, "CLOSE from before", "version", PURPOSE_CLOSE, &bob, v - 1, by_ro);
	signer_act(&h, "CLOSE (control)", "", PURPOSE_CLOSE, &bob, v, by_ro);
	signer_act(&h, "CLOSE again", "state", PURPOSE_CLOSE, &bob, v, by_ro);
	signer_act(&h, "SUSPEND of who is closed", "state", PURPOSE_SUSPEND, &bob, v, by_ro);
	signer_act(&h, "REINSTATE of who is closed", "state", PURPOSE_REINSTATE, &bob, v, by_ro);
	hostile_end(&h);
	signer_forget(&bob);
}

TEST(keys_die_with_their_signer)
{
	struct signer bob;
	struct key active, new, ice;

	signer_ready(&group, &bob, &active, "CN=Bob Example,C=SE");
	key_create(&group, &bob, &new);
	key_ready(&group, &bob, &ice);
	assert_string_equal(freeze(&group, RECORD_KEY, ice.id), "");
	assert_string_equal(officer_does(&group, &bob, PURPOSE_CLOSE), "");
	assert_int_equal(state_of(&group, RECORD_KEY, active.id), 5);
	assert_int_equal(state_of(&group, RECORD_KEY, new.id), 5);
	assert_int_equal(state_of(&group, RECORD_KEY, ice.id), 5);
	key_forget(&active);
	key_forget(&new);
	key_forget(&ice);
	signer_forget(&bob);
}

/* --- security officers --- */

static struct officer_hand fourth;
static uint8_t fourth_role;
static struct span fourth_person;

static struct act *
add_fourth(void)
{
	struct act *a = act_new(&group, PURPOSE_ADD_OFFICER);

	a->st.add_officer = (struct body_add_officer){ fourth_role, EVIDENCE_DEVICE, fourth_person,
		device_spki(&fourth.device) };
	return a;
}

static void
security_act(struct hostile *h, const char *row, const char *want, struct act *a,
    void (*approve)(struct act *))
{
	assert_string_equal(act_propose(a), "");
	act_write(a);
	approve(a);
	enact(h, row, want, a);
}

static void by_two(struct act *a) { by_so(a); act_approve_by(a, &group.so[1]); }
static void by_so_and_ro(struct act *a) { by_so(a); by_ro(a); }
static void by_so_and_auditor(struct act *a) { by_so(a); by_auditor(a); }
static void by_so_and_fourth(struct act *a) { by_so(a); act_approve_by(a, &fourth); }
static void by_two_and_new(struct act *a) { by_two(a); act_approve(a, NULL, &fourth.device); }
static void by_so_and_new(struct act *a) { by_so(a); act_approve(a, NULL, &fourth.device); }
static void by_new(struct act *a) { act_approve(a, NULL, &fourth.device); }
static void by_two_and_other(struct act *a) { by_two(a); act_approve(a, NULL, &alice.device); }
static void by_two_and_signing_key(struct act *a) { by_two(a); act_approve_by_signing_key(a, NULL); }

static void
by_so_twice(struct act *a)
{
	by_so(a);
	a->ev.list[1] = a->ev.list[0];
	a->ev.n = 2;
}

static void
by_so_under_two_ids(struct act *a)
{
	by_so(a);
	act_approve(a, group.so[1].id, &group.so[0].device);
}

static struct act *
anchor(const struct ca *ca)
{
	struct act *a = act_new(&group, PURPOSE_ADD_ANCHOR);

	a->st.add_anchor = (struct body_add_anchor){ .alg = ALG_ECDSA_P256_SHA256,
		.spki = device_spki(&ca->device), .issuer = span_of(ca->name, ca->name_len),
		.max_days = 100, .label = span_str("evil CA"), .usage = ANCHOR_ISSUER };
	return a;
}

TEST(no_anchor_is_installed_but_by_two_security_officers)
{
	struct hostile h;
	struct act *a;
	struct ca evil;

	ca_make(&evil, "CN=Evil CA,C=XX");
	hostile_begin(&h, &group);
	security_act(&h, "one", "quorum", anchor(&evil), by_so);
	security_act(&h, "one twice", "parse", anchor(&evil), by_so_twice);
	security_act(&h, "one under two ids", "auth", anchor(&evil), by_so_under_two_ids);
	security_act(&h, "one, and one of another role", "auth", anchor(&evil), by_so_and_ro);
	security_act(&h, "one, and the auditor", "auth", anchor(&evil), by_so_and_auditor);
	security_act(&h, "a registration officer", "auth", anchor(&evil), by_ro);
	a = anchor(&evil);
	a->st.add_anchor.alg = 9;
	security_act(&h, "unknown algorithm", "alg", a, by_two);
	a = anchor(&evil);
	a->st.add_anchor.alg = ALG_ECDSA_P384_SHA384;
	security_act(&h, "key of another algorithm", "parse", a, by_two);
	a = anchor(&evil);
	a->st.add_anchor.issuer.n--;
	security_act(&h, "name is no Name", "parse", a, by_two);
	security_act(&h, "one that is there", "state", anchor(&group.ca), by_two);
	a = act_new(&group, PURPOSE_REMOVE_ANCHOR);
	security_act(&h, "REMOVE of none", "owner", a, by_two);
	security_act(&h, "two (control)", "", anchor(&evil), by_two);
	a = act_new(&group, PURPOSE_REMOVE_ANCHOR);
	sha256_parts((struct span[]){ device_spki(&evil.device), span_of(evil.name, evil.name_len),
	    span_of((uint8_t[16]){ 0 }, 16) }, 3, a->st.remove_anchor);
	security_act(&h, "REMOVE (control)", "", a, by_two);
	hostile_end(&h);
	device_free(&evil.device);
}

TEST(officers_come_by_quorum_and_their_own_approval)
{
	struct hostile h;
	struct act *a;

	device_make(&fourth.device);
	fourth_role = ROLE_SECURITY_OFFICER;
	fourth_person = span_str("Fia Fourth");
	hostile_begin(&h, &group);
	security_act(&h, "without the new officer", "quorum", add_fourth(), by_two);
	security_act(&h, "the new officer alone", "quorum", add_fourth(), by_new);
	security_act(&h, "one and the new officer", "quorum", add_fourth(), by_so_and_new);
	security_act(&h, "another key for the new officer", "auth", add_fourth(), by_two_and_other);
	fourth_person = span_str("Sigrid Security");
	security_act(&h, "who has the role already", "state", add_fourth(), by_two_and_new);
	fourth_role = ROLE_SYSTEM_AUDITOR;
	security_act(&h, "who guards security, as auditor", "state", add_fourth(), by_two_and_new);
	fourth_role = ROLE_SYSTEM_ADMINISTRATOR;
	security_act(&h, "who guards security, as administrator", "state", add_fourth(), by_two_and_new);
	fourth_person = span_str("Astrid Auditor");
	security_act(&h, "the auditor as administrator", "state", add_fourth(), by_two_and_new);
	fourth_role = ROLE_SECURITY_OFFICER;
	security_act(&h, "the auditor as security officer", "state", add_fourth(), by_two_and_new);
	fourth_person = span_str("Fia Fourth");
	a = add_fourth();
	a->st.add_officer.spki = device_spki(&group.so[2].device);
	assert_string_equal(act_propose(a), "");
	act_write(a);
	by_two(a);
	act_approve(a, NULL, &group.so[2].device);
	enact(&h, "a key that is an officer's", "state", a);
	a = add_fourth();
	a->st.add_officer.spki = span_of(good.spki, sizeof(good.spki));
	security_act(&h, "a signing key of the group", "auth", a, by_two_and_signing_key);
	h.wanted.signatures++;
	a = add_fourth();
	assert_string_equal(act_propose(a), "");
	act_write(a);
	by_two_and_new(a);
	memcpy(fourth.id, a->d, ID_LEN);
	enact(&h, "all (control)", "", a);
	hostile_end(&h);
}

/* Goes on with the fourth officer of the test before. */
TEST(officers_leave_by_quorum_and_their_word_is_worth_nothing_then)
{
	struct hostile h;
	struct ca evil;
	struct act *a;

	if (fourth.device.pkey == NULL)
		officers_come_by_quorum_and_their_own_approval(NULL);
	ca_make(&evil, "CN=Evil CA,C=XX");
	hostile_begin(&h, &group);
	a = act_new(&group, PURPOSE_REMOVE_OFFICER);
	memset(a->st.remove_officer, 7, ID_LEN);
	security_act(&h, "who is none", "owner", a, by_two);
	a = act_new(&group, PURPOSE_REMOVE_OFFICER);
	memcpy(a->st.remove_officer, group.ro.id, ID_LEN);
	security_act(&h, "the only registration officer", "quorum", a, by_two);
	a = act_new(&group, PURPOSE_REMOVE_OFFICER);
	memcpy(a->st.remove_officer, fourth.id, ID_LEN);
	security_act(&h, "by one", "quorum", a, by_so);
	a = act_new(&group, PURPOSE_REMOVE_OFFICER);
	memcpy(a->st.remove_officer, fourth.id, ID_LEN);
	security_act(&h, "the fourth of three (control)", "", a, by_two);
	security_act(&h, "one and a removed one", "auth", anchor(&evil), by_so_and_fourth);
	a = act_new(&group, PURPOSE_REMOVE_OFFICER);
	memcpy(a->st.remove_officer, group.so[2].id, ID_LEN);
	security_act(&h, "one more than the quorum must stay", "quorum", a, by_two);
	hostile_end(&h);
	device_free(&evil.device);
	device_free(&fourth.device);
}

static void
policy(struct hostile *h, const char *row, const char *want, uint8_t ro_quorum, uint8_t so_quorum,
    uint32_t life, void (*approve)(struct act *))
{
	struct act *a = act_new(&group, PURPOSE_SET_POLICY);
	struct writer w = writer_over(a->st.policy, POLICY_LEN);

	wr_u32(&w, life);
	wr_u8(&w, 2);
	wr_u16(&w, 0x1e);
	wr_u8(&w, ro_quorum);
	wr_u8(&w, so_quorum);
	wr_u8(&w, 8);
	wr_u8(&w, 0);
	wr_u16(&w, 0);
	security_act(h, row, want, a, approve);
}

TEST(policy_never_asks_for_more_officers_than_there_are)
{
	struct hostile h;

	hostile_begin(&h, &group);
	policy(&h, "by one", "quorum", 1, 2, 300000, by_so);
	policy(&h, "three of three security officers", "quorum", 1, 3, 300000, by_two);
	policy(&h, "two of one registration officer", "quorum", 2, 2, 300000, by_two);
	policy(&h, "no security officer", "parse", 1, 0, 300000, by_two);
	policy(&h, "no registration officer", "parse", 0, 2, 300000, by_two);
	policy(&h, "statements without life", "parse", 1, 2, 0, by_two);
	policy(&h, "more security officers than a statement carries", "parse", 1, 8, 300000, by_two);
	policy(&h, "more registration officers than a statement carries", "parse", 8, 2, 300000, by_two);
	policy(&h, "one security officer alone", "parse", 1, 1, 300000, by_two);
	policy(&h, "as it is (control)", "", 1, 2, 300000, by_two);
	hostile_end(&h);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(nobody_is_invited_but_by_proposal_and_registration_officer),
	cmocka_unit_test(a_proposal_is_enacted_once_and_in_its_time),
	cmocka_unit_test(officers_acts_get_no_nonce_and_are_not_fresh_by_one),
	cmocka_unit_test(purposes_that_are_not_for_enact_are_refused),
	cmocka_unit_test(no_authenticator_is_bound_without_code_and_device),
	cmocka_unit_test(a_code_used_twice_suspends_whoever_came_first),
	cmocka_unit_test(a_suspended_invitation_is_not_taken),
	cmocka_unit_test(no_key_is_made_but_on_its_signers_order),
	cmocka_unit_test(two_orders_from_one_version_make_one_key),
	cmocka_unit_test(who_is_frozen_while_the_module_makes_his_key_gets_none),
	cmocka_unit_test(nobody_has_more_keys_than_policy_allows),
	cmocka_unit_test(no_key_is_destroyed_or_released_but_by_its_signer),
	cmocka_unit_test(no_signer_is_changed_but_by_a_registration_officer),
	cmocka_unit_test(keys_die_with_their_signer),
	cmocka_unit_test(no_anchor_is_installed_but_by_two_security_officers),
	cmocka_unit_test(officers_come_by_quorum_and_their_own_approval),
	cmocka_unit_test(officers_leave_by_quorum_and_their_word_is_worth_nothing_then),
	cmocka_unit_test(policy_never_asks_for_more_officers_than_there_are),
};

HOSTILE_MAIN(tests, set_up, tear_down)
