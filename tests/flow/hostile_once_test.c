/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that live for one signature, and an SSA that wants another one from them: another document,
 * attribute, profile, certificate, kind or signer, a second signature, or a key that stays. Each
 * session ends, and the log says why. Catalogue 2.13, 7.2; findings C11, C14; rows 5, 6, 14.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/verify.h"
#include "der/signed_attributes.h"
#include "hostile.h"
#include "tests/sic/once.h"
#include "tests/sic/passkey.h"

static struct group group;
static struct signer alice, mallory;
static struct ca ca, other_ca;
static const struct device *forger;

static int
set_up(void **state UNUSED)
{
	group_found(&group);
	group_start(&group);
	once_ca(&group, &ca, "CN=Test short-term CA,C=SE", ONCE_PROFILE);
	once_ca(&group, &other_ca, "CN=Test other CA,C=SE", "other");
	ca_of_group(&group);
	signer_invite(&group, &alice, "CN=Alice Example,C=SE");
	signer_bind(&group, &alice);
	signer_invite(&group, &mallory, "CN=Mallory Example,C=SE");
	signer_bind(&group, &mallory);
	forger = &mallory.device;
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	group_stop(&group);	/* the log of all this, read by who trusts nobody */
	group_shell(&group, "\"$PROPRIA_BIN/cli/propria\" log verify \"$DIR/sam\"");
	signer_forget(&alice);
	signer_forget(&mallory);
	group_end(&group);
	return 0;
}

/* Sessions that ended for this reason since then, and that none is open. */
static void
ended(struct hostile *h, enum session_why why, uint64_t n)
{
	struct tally now = h->at_first;

	for (int i = 0; i < 100 && group_status(&group).sessions > 0; i++)
		usleep(20000);
	tally_read(&now, &group);
	if (now.ended[why] - h->at_first.ended[why] != n) {
		print_error("%llu sessions ended for reason %d, not %llu\n",
		    (unsigned long long)(now.ended[why] - h->at_first.ended[why]), why,
		    (unsigned long long)n);
		h->wrong++;
	}
	CHECK(group_status(&group).sessions == 0);
}

static struct act *
opened(uint8_t kind, size_t n, struct once_session *o)
{
	struct act *a = once_approve(kind == 0 ? act_of_session(&group, &alice) :
	    act_of_once(&group, &alice, kind, n), &alice);

	assert_string_equal(once_open(a, group.ssa, o), "");
	CHECK(group_status(&group).sessions == 1);
	return a;
}

static struct span
honest(struct once_session *o)
{
	struct wish wish = once_wish(&ca, &alice, o);

	return ca_issue(&wish, &o->key);
}

/* A session whose certificate is there, waiting for the DTBS/R. */
static void
certified(struct once_session *o)
{
	struct activated got;

	act_free(opened(0, 0, o));
	assert_string_equal(once_certify(group.ssa, o, honest(o), &got), "");
	CHECK(got.n == 0 && group_status(&group).sessions == 1);
}

/* Each signature is over the attributes that follow from document, certificate and time. */
static void
signatures_hold(struct hostile *h, const char *row, const struct act *a, const struct once_session *o,
    const struct activated *got)
{
	const struct body_sign *b = &a->st.sign;
	uint8_t cert[HASH_LEN];

	hostile_signed(h, row, b->n, got->signed_);
	sha256(writer_span(&o->key.certificate), cert);
	for (size_t i = 0; i < got->signed_; i++) {
		struct signed_attributes m = { .kind = b->kind, .attrs = b->attrs,
			.alg = alg_find(b->alg), .digest = b->items[i].digest, .cert = cert,
			.signing_ms = got->signing };
		uint8_t dtbsr[DIGEST_MAX];

		if (b->kind == KIND_DTBSR)
			memcpy(dtbsr, b->items[i].digest.p, 32);
		else
			signed_attributes_digest(&m, dtbsr);
		CHECK(signature_verify(m.alg, span_of(o->key.spki, sizeof(o->key.spki)),
		    span_of(dtbsr, 32), span_of(got->signature[i], 64)));
	}
	CHECK(b->kind == KIND_DTBSR ? got->signing == 0 : got->signing % 1000 == 0 &&
	    got->signing + 60000 > clock_wall() && got->signing <= clock_wall());
}

TEST(documents_are_signed_by_a_key_that_was_not_there)
{
	static const uint32_t index[] = { 0, 1, 2 };
	static const struct { uint8_t kind; uint16_t attrs; } rows[] = {
		{ KIND_CADES, 0 }, { KIND_CADES, ATTRS_APPROVAL }, { KIND_PADES, 0 },
		{ KIND_PADES, ATTRS_ORIGIN },
	};
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct act *a = act_of_once(&group, &alice, rows[i].kind, 3);
		struct once_session o;
		struct activated got, read;

		a->st.sign.attrs = rows[i].attrs;
		once_approve(a, &alice);
		hostile_expect(&h, "open (control)", "", once_open(a, group.ssa, &o));
		hostile_expect(&h, "not used yet", "",  act_outcome(a, group.ssa, index, 3, &read));
		CHECK(read.status[0] == USE_SPENT && read.place == 0);
		hostile_expect(&h, "certificate (control)", "", once_certify(group.ssa, &o, honest(&o), &got));
		signatures_hold(&h, "signatures", a, &o, &got);
		hostile_expect(&h, "read back", "", act_outcome(a, group.ssa, index, 3, &read));
		CHECK(read.signing == got.signing && read.place == got.place && read.signed_ == 3 &&
		    memcmp(read.signature, got.signature, sizeof(got.signature)) == 0);
		once_forget(&o);
		act_free(a);
	}
	ended(&h, SESSION_SIGNED, COUNT(rows));
	hostile_end(&h);
}

TEST(where_the_certificate_comes_first_its_dtbsr_is_approved_after)
{
	struct once_session o;
	struct activated got;
	struct hostile h;
	struct act *a;

	hostile_begin(&h, &group);
	certified(&o);
	a = once_approve(act_of_session_sign(&group, &alice, &o, 2), &alice);
	hostile_expect(&h, "sign (control)", "", once_sign(a, group.ssa, &got));
	signatures_hold(&h, "signatures", a, &o, &got);
	hostile_expect(&h, "again", "replay", once_sign(a, group.ssa, &got));
	act_free(a);
	a = once_approve(act_of_session_sign(&group, &alice, &o, 2), &alice);
	hostile_expect(&h, "another list", "session", once_sign(a, group.ssa, &got));
	ended(&h, SESSION_SIGNED, 1);
	hostile_end(&h);
	once_forget(&o);
	act_free(a);
}

/* Changes of the statement before its approval: the signer's own software is misled, or his. */
static void other_session(struct act *a) { a->st.sign.session[0] ^= 1; }
static void other_idv(struct act *a) { a->st.sign.idv[0] ^= 1; }
static void no_such_profile(struct act *a) { a->st.sign.profile[0] = 'x'; }
static void mallorys(struct act *a) { memcpy(a->st.subject, mallory.id, ID_LEN); }
static void another_group(struct act *a) { a->st.group[0] ^= 1; }
static void another_epoch(struct act *a) { a->st.epoch++; }
static void too_long(struct act *a) { a->st.exp = a->st.iat + 1800001; }
static void over(struct act *a) { a->st.exp = clock_wall() - 1; a->st.iat = a->st.exp - 1000; }
static void as_sign(struct act *a) { a->st.purpose = PURPOSE_SIGN; }
static void foreign_nonce(struct act *a) { a->st.fresh[39] ^= 1; }
static void
dtbsr(struct act *a)
{
	a->st.sign.kind = KIND_DTBSR;
	a->st.sign.key[0] = a->st.sign.spki[0] = 1;
}

static const struct {
	const char	*row;
	void		(*change)(struct act *);
	const char	*reason;
} statements[] = {
	{ "another session", other_session, "session" },
	{ "another proofing", other_idv, "owner" },
	{ "a profile of no CA", no_such_profile, "cert" },
	{ "another signer's", mallorys, "nonce" },
	{ "another group", another_group, "group" },
	{ "another epoch", another_epoch, "epoch" },
	{ "longer than a session", too_long, "time" },
	{ "expired", over, "time" },
	{ "of another purpose", as_sign, "purpose" },
	{ "a nonce that is not ours", foreign_nonce, "nonce" },
	{ "DTBS/R without a key", dtbsr, "kind" },
};

TEST(only_what_its_signer_approved_opens_a_session)
{
	struct once_session o;
	struct hostile h;
	struct act *a;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(statements); i++) {
		a = act_of_once(&group, &alice, KIND_CADES, 1);
		statements[i].change(a);
		once_approve(a, &alice);
		hostile_expect(&h, statements[i].row, statements[i].reason, once_open(a, group.ssa, &o));
		act_free(a);
	}
	a = act_of_once(&group, &alice, KIND_CADES, 1);
	act_write(a);
	act_approve(a, alice.authenticator, forger);
	hostile_expect(&h, "approved by another", "auth", once_open(a, group.ssa, &o));
	act_free(a);
	a = once_approve(act_of_once(&group, &alice, KIND_CADES, 1), &alice);
	a->signer_record = writer_span(&mallory.record);
	hostile_expect(&h, "another signer's record", "record", once_open(a, group.ssa, &o));
	a->signer_record = writer_span(&alice.old_record);
	hostile_expect(&h, "the record before", "version", once_open(a, group.ssa, &o));
	a->signer_record = writer_span(&alice.record);
	hostile_expect(&h, "the same, unspent (control)", "", once_open(a, group.ssa, &o));
	hostile_expect(&h, "replayed while open", "replay", once_open(a, group.ssa, &(struct once_session){ 0 }));
	hostile_expect(&h, "end (control)", "", once_end(group.ssa, o.id));
	hostile_expect(&h, "replayed after", "replay", once_open(a, group.ssa, &(struct once_session){ 0 }));
	ended(&h, SESSION_BY_SSA, 1);
	hostile_end(&h);
	act_free(a);
	once_forget(&o);
}

/* Each bit of what was approved, changed after: attributes, profile, kind, digest, all of it. */
TEST(nothing_the_ssa_changes_after_the_approval_opens_a_session)
{
	struct act *a = once_approve(act_of_once(&group, &alice, KIND_CADES, 1), &alice);
	struct once_session o;
	struct hostile h;

	hostile_begin(&h, &group);
	act_write_evidences(a);
	for (size_t i = 4; i < a->statement.n; i += 3) {
		a->statement.p[i] ^= 1;
		hostile_expect(&h, "a bit", NULL, once_open(a, group.ssa, &o));
		a->statement.p[i] ^= 1;
	}
	hostile_expect(&h, "as it was (control)", "", once_open(a, group.ssa, &o));
	hostile_expect(&h, "end (control)", "", once_end(group.ssa, o.id));
	hostile_end(&h);
	act_free(a);
	once_forget(&o);
}

static struct device another;
static void another_key(struct wish *w) { w->issue.spki = device_spki(&another); }
static void another_subject(struct wish *w) { w->issue.subject = span_of(mallory.name, mallory.name_len); }
static void
by_other_ca(struct wish *w)
{
	w->signed_by = &other_ca.device;
	w->issue.issuer = span_of(other_ca.name, other_ca.name_len);
	w->issue.issuer_spki = device_spki(&other_ca.device);
}
static void
by_long_lived(struct wish *w)
{
	w->signed_by = &group.ca.device;
	w->issue.issuer = span_of(group.ca.name, group.ca.name_len);
	w->issue.issuer_spki = device_spki(&group.ca.device);
}
static void
by_stranger(struct wish *w)
{
	w->signed_by = &another;
	w->issue.issuer_spki = device_spki(&another);
}
static void is_over(struct wish *w) { w->issue.not_before -= 600000; w->issue.not_after -= 600000; }
static void not_yet(struct wish *w) { w->issue.not_before += 60000; }
static void for_years(struct wish *w) { w->issue.not_after += 500 * UINT64_C(86400000); }
static void a_ca(struct wish *w) { w->issue.kind = ISSUE_CA; }

static const struct {
	const char	*row;
	void		(*change)(struct wish *);
} certificates[] = {
	{ "another key", another_key }, { "another subject", another_subject },
	{ "another profile's CA", by_other_ca }, { "the CA of long-lived keys", by_long_lived },
	{ "an unknown CA", by_stranger }, { "expired", is_over }, { "not valid yet", not_yet },
	{ "longer than the anchor allows", for_years }, { "a CA's certificate", a_ca },
};

TEST(a_certificate_that_does_not_fit_ends_the_session)
{
	struct hostile h;

	device_make(&another);
	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(certificates) + 1; i++) {
		bool cut = i == COUNT(certificates);
		struct once_session o;
		struct act *a = opened(KIND_CADES, 1, &o);
		struct wish wish = once_wish(&ca, &alice, &o);
		struct activated got;
		struct span der;

		if (!cut)
			certificates[i].change(&wish);
		der = ca_issue(&wish, &o.key);
		der.n -= cut;
		hostile_expect(&h, cut ? "cut" : certificates[i].row, NULL,
		    once_certify(group.ssa, &o, der, &got));
		hostile_signed(&h, cut ? "cut" : certificates[i].row, 0, got.signed_);
		CHECK(group_status(&group).sessions == 0);
		hostile_expect(&h, "the right one, after", "session",
		    once_certify(group.ssa, &o, honest(&o), &got));
		act_free(a);
		once_forget(&o);
	}
	ended(&h, SESSION_REFUSED, COUNT(certificates) + 1);
	hostile_end(&h);
	device_free(&another);
}

TEST(each_step_has_its_turn_and_comes_once)
{
	struct once_session o, p;
	struct activated got;
	struct hostile h;
	struct act *a, *b;

	hostile_begin(&h, &group);
	hostile_expect(&h, "certificate of no session", "session",
	    once_certify(group.ssa, &(struct once_session){ .id = { 1 } }, span_str("x"), &got));
	a = opened(KIND_PADES, 1, &o);
	b = once_approve(act_of_session_sign(&group, &alice, &o, 1), &alice);
	hostile_expect(&h, "DTBS/R in a session of documents", "session", once_sign(b, group.ssa, &got));
	act_free(b);
	hostile_expect(&h, "certificate (control)", "", once_certify(group.ssa, &o, honest(&o), &got));
	signatures_hold(&h, "signatures", a, &o, &got);
	hostile_expect(&h, "a second certificate", "session",
	    once_certify(group.ssa, &o, writer_span(&o.key.certificate), &got));
	act_free(a);
	certified(&p);
	hostile_expect(&h, "two certificates", "session", once_certify(group.ssa, &p, honest(&p), &got));
	a = once_approve(act_of_once(&group, &alice, KIND_CADES, 1), &alice);
	hostile_expect(&h, "documents as DTBS/R", "kind", once_sign(a, group.ssa, &got));
	act_free(a);
	a = once_approve(act_of_session_sign(&group, &alice, &p, 1), &alice);
	hostile_expect(&h, "DTBS/R as documents", "kind", once_open(a, group.ssa, &o));
	act_free(a);
	hostile_expect(&h, "end (control)", "", once_end(group.ssa, p.id));
	hostile_expect(&h, "end again (control)", "", once_end(group.ssa, p.id));
	ended(&h, SESSION_SIGNED, 1);
	ended(&h, SESSION_BY_SSA, 1);
	hostile_end(&h);
	once_forget(&p);
}

static struct once_session second;
static void wrong_key(struct act *a) { a->st.sign.key[0] ^= 1; }
static void wrong_spki(struct act *a) { a->st.sign.spki[0] ^= 1; }
static void wrong_profile(struct act *a) { a->st.sign.profile[0] = 'x'; }
static void wrong_alg(struct act *a) { a->st.sign.alg = ALG_RSA3072_PSS_SHA256; }

static const struct {
	const char	*row;
	void		(*change)(struct act *);
	const char	*reason;
} dtbsrs[] = {
	{ "another key", wrong_key, "session" }, { "another public key", wrong_spki, "svd" },
	{ "another profile", wrong_profile, "session" }, { "another algorithm", wrong_alg, "alg" },
	{ "another proofing", other_idv, "owner" },
};

TEST(dtbsr_of_a_session_are_its_signers_or_the_session_ends)
{
	struct activated got;
	struct hostile h;
	struct act *a;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(dtbsrs); i++) {
		certified(&second);
		a = act_of_session_sign(&group, &alice, &second, 1);
		dtbsrs[i].change(a);
		once_approve(a, &alice);
		hostile_expect(&h, dtbsrs[i].row, dtbsrs[i].reason, once_sign(a, group.ssa, &got));
		hostile_signed(&h, dtbsrs[i].row, 0, got.signed_);
		CHECK(group_status(&group).sessions == 0);
		act_free(a);
		once_forget(&second);
	}
	certified(&second);
	a = act_of_session_sign(&group, &alice, &second, 1);
	act_write(a);
	act_approve(a, alice.authenticator, forger);
	hostile_expect(&h, "approved by another", "auth", once_sign(a, group.ssa, &got));
	act_free(a);
	once_forget(&second);
	ended(&h, SESSION_REFUSED, COUNT(dtbsrs) + 1);
	hostile_end(&h);
}

TEST(no_other_signer_gets_into_a_session)
{
	struct activated got;
	struct hostile h;
	struct act *a;

	hostile_begin(&h, &group);
	certified(&second);
	a = act_of_session_sign(&group, &mallory, &second, 1);
	memcpy(a->st.sign.session, second.id, ID_LEN);
	once_approve(a, &mallory);
	hostile_expect(&h, "another signer's session", "session", once_sign(a, group.ssa, &got));
	act_free(a);
	CHECK(group_status(&group).sessions == 1);
	a = once_approve(act_of_session_sign(&group, &alice, &second, 1), &alice);
	hostile_expect(&h, "her own (control)", "", once_sign(a, group.ssa, &got));
	signatures_hold(&h, "signature", a, &second, &got);
	hostile_end(&h);
	act_free(a);
	once_forget(&second);
}

static void freeze_signer(void) { assert_string_equal(freeze(&group, RECORD_SIGNER, alice.id), ""); }
static void suspend(void) { assert_string_equal(officer_does(&group, &alice, PURPOSE_SUSPEND), ""); }
static void reinstate(void) { assert_string_equal(officer_does(&group, &alice, PURPOSE_REINSTATE), ""); }
static void nothing(void) { }
static void
new_version(void)
{
	struct key k;

	key_create(&group, &alice, &k);
	key_forget(&k);
}
static void same_policy(void) { assert_string_equal(set_policy(&group, 300000, 0x1e, 2), ""); }
static void
anchor_gone(void)
{
	struct act *a = act_new(&group, PURPOSE_REMOVE_ANCHOR);

	once_anchor_id(&ca, ONCE_PROFILE, a->st.remove_anchor);
	assert_string_equal(security_does(a, 2), "");
}
static void anchor_back(void) { assert_string_equal(once_ca_install(&group, &ca, ONCE_PROFILE), ""); }

static const struct {
	const char	*row;
	void		(*change)(void), (*undo)(void);
} changes[] = {
	{ "the signer is frozen", freeze_signer, reinstate },
	{ "the signer is suspended", suspend, reinstate },
	{ "the signer's record is another", new_version, nothing },
	{ "the policy is set", same_policy, nothing },
	{ "the anchor is removed", anchor_gone, anchor_back },
};

TEST(a_session_dies_with_what_it_rests_on)
{
	struct activated got;
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(changes); i++) {
		struct once_session o;
		struct act *a = opened(KIND_CADES, 1, &o);

		changes[i].change();
		CHECK(group_status(&group).sessions == 0);
		changes[i].undo();
		hostile_expect(&h, changes[i].row, "session",
		    once_certify(group.ssa, &o, honest(&o), &got));
		act_free(a);
		once_forget(&o);
		certified(&o);
		changes[i].change();
		CHECK(group_status(&group).sessions == 0);
		changes[i].undo();
		a = once_approve(act_of_session_sign(&group, &alice, &o, 1), &alice);
		hostile_expect(&h, changes[i].row, "session", once_sign(a, group.ssa, &got));
		act_free(a);
		once_forget(&o);
	}
	ended(&h, SESSION_CHANGED, 2 * COUNT(changes));
	hostile_end(&h);
}

TEST(a_session_ends_in_time)
{
	struct act *a = act_of_once(&group, &alice, KIND_CADES, 1);
	struct once_session o;
	struct activated got;
	struct hostile h;

	hostile_begin(&h, &group);
	a->st.exp = clock_wall() + 1000;
	a->st.iat = a->st.exp - 60000;
	once_approve(a, &alice);
	hostile_expect(&h, "open (control)", "", once_open(a, group.ssa, &o));
	CHECK(o.expires <= a->st.exp);
	ended(&h, SESSION_OVER_TIME, 1);
	hostile_expect(&h, "too late", "session", once_certify(group.ssa, &o, honest(&o), &got));
	hostile_end(&h);
	act_free(a);
	once_forget(&o);
}

TEST(a_policy_without_sessions_offers_none)
{
	struct policy p = trial_policy();
	struct act *a = once_approve(act_of_once(&group, &alice, KIND_CADES, 1), &alice);
	struct once_session o;
	struct hostile h;

	hostile_begin(&h, &group);
	p.session_seconds = 0;
	assert_string_equal(set_whole_policy(&group, &p), "");
	hostile_expect(&h, "none are offered", "kind", once_open(a, group.ssa, &o));
	p.session_seconds = 7201;
	hostile_expect(&h, "over two hours", "parse", set_whole_policy(&group, &p));
	assert_string_equal(set_policy(&group, 300000, 0x1e, 2), "");
	hostile_end(&h);
	act_free(a);
}

TEST(officers_open_no_sessions)
{
	AUTO_WRITER answer = writer_grow(1024);
	static const uint8_t types[] = { SAM_SESSION_CHALLENGE, SAM_OPEN_SESSION, SAM_SESSION_CERTIFICATE,
		SAM_SESSION_SIGN, SAM_END_SESSION };
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(types); i++) {
		hostile_expect(&h, "on the officers' socket", "parse", strcmp(ask(group.officers, types[i],
		    span_of(alice.id, ID_LEN), &answer), "gone") == 0 ? "parse" : "answered");
		group_reconnect(&group);
	}
	hostile_end(&h);
}

static void
send_alone(int fd, uint8_t type, struct span payload)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct err e = { 0 };
	size_t at = frame_begin(&w, type, 1);

	wr_span(&w, payload);
	frame_end(&w, at);
	CHECK(frame_send(fd, writer_span(&w), &e));
}

static void
await_size(uint64_t size)
{
	for (int i = 0; i < 500 && group_status(&group).size < size; i++)
		usleep(10000);
	CHECK(group_status(&group).size >= size);
}

/*
 * The order is at a worker that sleeps; a change is anchored by the other one, and not confirmed. Which
 * has the key the SAM knows: true if the one that wakes first was the other.
 */
static bool
changes_while_signing(const struct once_session *o, size_t first, const char *socket, uint8_t type,
    struct span change)
{
	AUTO_WRITER w = writer_grow(16384), answer = writer_grow(FRAME_MAX);
	int ssa = group_connect(&group, "ssa.sock"), other = group_connect(&group, socket);
	uint64_t size = group_status(&group).size;
	struct msg_status now;
	pid_t worker[WORKERS];
	struct err e = { 0 };
	struct frame f;
	bool held;

	wr_bytes(&w, o->id, ID_LEN);
	wr_span16(&w, writer_span(&o->key.certificate));
	group_pause_workers(&group, worker);
	send_alone(ssa, SAM_SESSION_CERTIFICATE, writer_span(&w));
	for (int i = 0; i < 500 && group_status(&group).busy == 0; i++)
		usleep(10000);
	send_alone(other, type, change);
	await_size(size + 3);
	CHECK(kill(worker[first], SIGCONT) == 0);
	do
		now = group_status(&group);
	while (now.sessions > 0 && now.anchored < size + 3);
	if ((held = now.sessions > 0)) {
		send_alone(other, SAM_STATUS, span_of(NULL, 0));
		CHECK(frame_receive(other, &answer, &f, &e) && f.type == SAM_STATUS + 1);
	}
	CHECK(kill(worker[1 - first], SIGCONT) == 0);
	writer_reset(&answer);
	CHECK(frame_receive(other, &answer, &f, &e) && f.type == type + 1);
	CHECK(group_status(&group).sessions == 0);
	writer_reset(&answer);
	CHECK(frame_receive(ssa, &answer, &f, &e) && f.type == SAM_SESSION_CERTIFICATE + 1);
	close(ssa);
	close(other);
	return held;
}

TEST(a_freeze_is_confirmed_when_no_session_of_the_signer_is_left)
{
	struct hostile h;
	bool held = false;
	uint64_t n = 0;

	hostile_begin(&h, &group);
	for (; !held && n < 16; n++) {
		struct once_session o;
		struct act *a = opened(KIND_CADES, 1, &o);
		uint8_t frozen[1 + ID_LEN] = { RECORD_SIGNER };

		memcpy(frozen + 1, alice.id, ID_LEN);
		(void)honest(&o);
		held = changes_while_signing(&o, n % 2, "ssa.sock", SAM_FREEZE,
		    span_of(frozen, sizeof(frozen)));
		hostile_signed(&h, "begun before the freeze", 1, 1);
		reinstate();
		act_free(a);
		once_forget(&o);
	}
	CHECK(held);
	ended(&h, SESSION_SIGNED, n);
	hostile_end(&h);
}

/* SET_POLICY of the policy that is in force, proposed and approved. */
static void
policy_act(struct writer *w)
{
	struct act *a = act_new(&group, PURPOSE_SET_POLICY);
	struct policy p = trial_policy();
	struct writer to = writer_over(a->st.policy, POLICY_LEN);
	struct msg_enact m;

	policy_write(&to, &p);
	assert_string_equal(act_propose(a), "");
	act_write(a);
	act_approve_by(a, &group.so[0]);
	act_approve_by(a, &group.so[1]);
	act_write_evidences(a);
	m = (struct msg_enact){ .statement = writer_span(&a->statement),
		.evidences = writer_span(&a->evidences) };
	msg_enact_write(w, &m);
	act_free(a);
}

TEST(officers_are_answered_when_no_session_is_left_that_they_ended)
{
	AUTO_WRITER act = writer_grow(FRAME_MAX);
	struct hostile h;
	bool held = false;
	uint64_t n = 0;

	hostile_begin(&h, &group);
	for (; !held && n < 16; n++) {
		struct once_session o;
		struct act *a = opened(KIND_CADES, 1, &o);

		(void)honest(&o);
		writer_reset(&act);
		policy_act(&act);
		held = changes_while_signing(&o, n % 2, "officers.sock", SAM_ENACT, writer_span(&act));
		hostile_signed(&h, "begun before the policy", 1, 1);
		act_free(a);
		once_forget(&o);
	}
	CHECK(held);
	ended(&h, SESSION_SIGNED, n);
	hostile_end(&h);
}

TEST(a_lost_worker_takes_its_sessions_with_it)
{
	char kill_workers[64];
	struct act *a;
	struct once_session o;
	struct activated got;
	struct hostile h;

	hostile_begin(&h, &group);
	a = opened(KIND_CADES, 1, &o);
	snprintf(kill_workers, sizeof(kill_workers), "pkill -KILL -P %d propria-hsm", (int)group.sam);
	group_shell(&group, kill_workers);
	ended(&h, SESSION_WORKER_LOST, 1);
	hostile_expect(&h, "after", "session", once_certify(group.ssa, &o, honest(&o), &got));
	for (int i = 0; i < 250 && group_status(&group).workers < WORKERS; i++)
		usleep(20000);
	hostile_end(&h);
	act_free(a);
	once_forget(&o);
}

/* An SSA that dies leaves no key behind; one that lives has lost nothing by another one's end. */
TEST(a_session_ends_with_the_connection_that_opened_it)
{
	struct once_session o[3], other;
	struct activated got;
	struct hostile h;
	struct act *a;
	int ssa = group_connect(&group, "ssa.sock");

	hostile_begin(&h, &group);
	act_free(opened(KIND_CADES, 1, &other));
	for (size_t i = 0; i < COUNT(o); i++) {
		a = once_approve(i == 0 ? act_of_session(&group, &alice) :
		    act_of_once(&group, &alice, KIND_CADES, 1), &alice);
		hostile_expect(&h, "open (control)", "", once_open(a, ssa, &o[i]));
		act_free(a);
	}
	hostile_expect(&h, "over another connection (control)", "",
	    once_certify(group.ssa, &o[0], honest(&o[0]), &got));
	hostile_expect(&h, "and to its end (control)", "",
	    once_certify(group.ssa, &o[1], honest(&o[1]), &got));
	hostile_signed(&h, "over another connection", 1, got.signed_);
	CHECK(group_status(&group).sessions == 3);
	close(ssa);
	for (int i = 0; i < 500 && group_status(&group).sessions > 1; i++)
		usleep(10000);
	a = once_approve(act_of_session_sign(&group, &alice, &o[0], 1), &alice);
	hostile_expect(&h, "the certified one", "session", once_sign(a, group.ssa, &got));
	act_free(a);
	hostile_expect(&h, "the one that waits", "session",
	    once_certify(group.ssa, &o[2], honest(&o[2]), &got));
	hostile_expect(&h, "another connection's (control)", "",
	    once_certify(group.ssa, &other, honest(&other), &got));
	hostile_signed(&h, "another connection's", 1, got.signed_);
	ended(&h, SESSION_CONNECTION, 2);
	ended(&h, SESSION_SIGNED, 2);
	hostile_end(&h);
	once_forget(&other);
	for (size_t i = 0; i < COUNT(o); i++)
		once_forget(&o[i]);
}

/* The same attributes for a key that stays: its certificate, and the time of each use. */
TEST(a_long_lived_key_signs_documents_too)
{
	static const uint32_t first[] = { 0 }, second_one[] = { 1 };
	struct once_session as = { .id = { 0 } };
	struct activated act, got, read;
	struct hostile h;
	struct span changed;
	uint8_t other[32] = { 1 };

	key_ready(&group, &alice, &as.key);
	hostile_begin(&h, &group);
	for (uint8_t kind = KIND_CADES; kind <= KIND_PADES; kind++) {
		struct act *a = act_of_sign(&group, &alice, &as.key, 2);

		a->st.sign.kind = kind;
		a->st.sign.attrs = kind == KIND_CADES ? ATTRS_APPROVAL : 0;
		a->n = 0;
		once_approve(a, &alice);
		hostile_expect(&h, "activate (control)", "", act_activate(a, group.ssa, &act));
		changed = span_of(other, sizeof(other));
		hostile_expect(&h, "another document", "dtbs",
		    act_use(a, group.ssa, act.id, first, 1, &changed, &got));
		for (size_t i = 0; i < 2; i++) {
			struct body_sign b = a->st.sign;

			hostile_expect(&h, "use (control)", "",
			    act_use(a, group.ssa, act.id, i == 0 ? first : second_one, 1, NULL, &got));
			a->st.sign.n = 1;
			a->st.sign.items[0] = b.items[i];
			signatures_hold(&h, "a document", a, &as, &got);
			a->st.sign = b;
		}
		hostile_expect(&h, "read back", "", act_outcome(a, group.ssa, second_one, 1, &read));
		CHECK(read.signing == got.signing && read.signed_ == 1);
		act_free(a);
	}
	hostile_end(&h);
	key_forget(&as.key);
}

static const struct { const char *point; bool signs; } points[] = {
	{ "session-taken", false }, { "session-logging", false }, { "session-logged", false },
	{ "session-requested", false }, { "session-opened", false }, { "session-reserving", false },
	{ "session-reserved", false }, { "session-signed", false }, { "session-outcome", true },
};

/* Killed at each step: nothing of the session survives, and the log ends it with the next START. */
TEST(no_session_survives_a_crash_at_any_step)
{
	static const uint32_t index[] = { 0 };

	if (getenv("FAIL_POINTS") == NULL || strcmp(getenv("FAIL_POINTS"), "yes") != 0)
		skip();
	for (size_t i = 0; i < COUNT(points); i++) {
		struct act *a;
		struct once_session o;
		struct activated got;
		const char *reason;
		struct hostile h;

		hostile_begin(&h, &group);
		group_stop(&group);
		setenv("PROPRIA_FAIL_POINT", points[i].point, 1);
		group_start(&group);
		unsetenv("PROPRIA_FAIL_POINT");
		a = once_approve(act_of_once(&group, &alice, KIND_CADES, 1), &alice);
		reason = once_open(a, group.ssa, &o);
		if (strcmp(reason, "") == 0)
			reason = once_certify(group.ssa, &o, honest(&o), &got);
		assert_string_equal(reason, "gone");
		group_kill(&group);
		group_start(&group);
		CHECK(group_status(&group).sessions == 0);
		reason = act_outcome(a, group.ssa, index, 1, &got);
		CHECK(points[i].signs ? strcmp(reason, "") == 0 && got.signed_ == 1 :
		    strcmp(reason, "unknown") == 0 || got.signed_ == 0);
		if (strcmp(reason, "unknown") == 0)
			hostile_expect(&h, points[i].point, "unknown", reason);
		hostile_signed(&h, points[i].point, points[i].signs, got.signed_);
		hostile_expect(&h, "the approval, in the next life", "nonce", once_open(a, group.ssa, &o));
		hostile_end(&h);
		act_free(a);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(documents_are_signed_by_a_key_that_was_not_there),
	cmocka_unit_test(where_the_certificate_comes_first_its_dtbsr_is_approved_after),
	cmocka_unit_test(only_what_its_signer_approved_opens_a_session),
	cmocka_unit_test(nothing_the_ssa_changes_after_the_approval_opens_a_session),
	cmocka_unit_test(a_certificate_that_does_not_fit_ends_the_session),
	cmocka_unit_test(each_step_has_its_turn_and_comes_once),
	cmocka_unit_test(dtbsr_of_a_session_are_its_signers_or_the_session_ends),
	cmocka_unit_test(no_other_signer_gets_into_a_session),
	cmocka_unit_test(a_session_dies_with_what_it_rests_on),
	cmocka_unit_test(a_session_ends_in_time),
	cmocka_unit_test(a_policy_without_sessions_offers_none),
	cmocka_unit_test(officers_open_no_sessions),
	cmocka_unit_test(a_freeze_is_confirmed_when_no_session_of_the_signer_is_left),
	cmocka_unit_test(officers_are_answered_when_no_session_is_left_that_they_ended),
	cmocka_unit_test(a_lost_worker_takes_its_sessions_with_it),
	cmocka_unit_test(a_session_ends_with_the_connection_that_opened_it),
	cmocka_unit_test(a_long_lived_key_signs_documents_too),
	cmocka_unit_test(no_session_survives_a_crash_at_any_step),
};

HOSTILE_MAIN(tests, set_up, tear_down)
