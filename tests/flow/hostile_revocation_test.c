/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that end by their CA's word or by an officer's, and keys of a profile: an SSA that wants to
 * destroy others' keys has no proof that counts. PROTOCOL.sam 4.12, 1.3; EN 419 241-1 SRC_SKS.1.2.
 */
#include "base/clock.h"
#include "hostile.h"
#include "tests/sic/once.h"
#include "tests/sic/proof.h"

enum { CRL = 1, OCSP = 2 };

#define SPECIAL		"special"

static struct group group;
static struct signer alice, mallory;
static struct key target, hers, mallorys;
static struct ca stranger, special, renamed, rekeyed;
static struct writer mem;

static int
set_up(void **state UNUSED)
{
	group_found(&group);
	group_start(&group);
	ca_of_group(&group);
	once_ca(&group, &special, "CN=Test special CA,C=SE", SPECIAL);
	ca_make(&stranger, "CN=Stranger CA,C=XX");
	renamed = stranger;
	renamed.device = group.ca.device;
	rekeyed = group.ca;
	rekeyed.device = stranger.device;
	signer_ready(&group, &alice, &target, "CN=Alice Example,C=SE");
	signer_ready(&group, &mallory, &mallorys, "CN=Mallory Example,C=SE");
	key_ready(&group, &alice, &hers);
	mem = writer_grow(300000);
	return 0;
}

/* The log of all this, read by who trusts nobody; each key that a proof destroyed is there. */
static int
tear_down(void **state UNUSED)
{
	group_stop(&group);
	group_shell(&group, "\"$PROPRIA_BIN/cli/propria\" log verify \"$DIR/sam\"");
	key_forget(&target);
	key_forget(&hers);
	key_forget(&mallorys);
	signer_forget(&alice);
	signer_forget(&mallory);
	device_free(&stranger.device);
	device_free(&special.device);
	writer_wipe(&mem);
	group_end(&group);
	return 0;
}

static const struct span no_record;

static struct proof
honest(const struct key *k)
{
	return proof_of(&group.ca, writer_span(&k->certificate));
}

static const char *
says(const struct proof *p, uint8_t what)
{
	return revoked(&group, &target, no_record, writer_span(&target.certificate), what,
	    what == CRL ? proof_crl(p, &mem) : proof_ocsp(p, &mem));
}

static void by_stranger(struct proof *p) { p->about = &stranger; p->signed_by = &stranger.device; }
static void in_its_name(struct proof *p) { p->signed_by = &stranger.device; }
static void by_other_profile(struct proof *p) { p->about = &special; p->signed_by = &special.device; }
static void by_signer(struct proof *p) { p->signed_by = &mallory.device; }
static void other_name(struct proof *p) { p->about = &renamed; }
static void other_key_hash(struct proof *p) { p->about = &rekeyed; }
static void other_serial(struct proof *p) { p->serial[p->serial_len - 1] ^= 1; }
static void longer_serial(struct proof *p) { p->serial[p->serial_len++] = 1; }
static void only_held(struct proof *p) { p->reason = 6; }
static void removed(struct proof *p) { p->reason = 8; }
static void nobody(struct proof *p) { p->serial_len = 0; }
static void is_good(struct proof *p) { p->good = true; }
static void without_use(struct proof *p) { in_its_name(p); p->responder = RESPONDER_WITHOUT_USE; }
static void is_over(struct proof *p) { in_its_name(p); p->responder = RESPONDER_OVER; }
static void of_stranger(struct proof *p) { by_stranger(p); p->responder = RESPONDER_GOOD; }

static const struct {
	const char	*row;
	void		(*change)(struct proof *);
	unsigned	 in;			/* CRL, OCSP, or both */
} proofs[] = {
	{ "another CA's", by_stranger, CRL | OCSP },
	{ "in our CA's name, signed by another", in_its_name, CRL | OCSP },
	{ "of an installed CA, for another profile", by_other_profile, CRL | OCSP },
	{ "signed by a signer", by_signer, CRL | OCSP },
	{ "our CA's key under another name", other_name, CRL | OCSP },
	{ "our CA's name with another key's hash", other_key_hash, OCSP },
	{ "another serial number", other_serial, CRL | OCSP },
	{ "a longer serial number", longer_serial, CRL | OCSP },
	{ "certificateHold", only_held, CRL | OCSP },
	{ "removeFromCRL", removed, CRL | OCSP },
	{ "an empty list", nobody, CRL },
	{ "not revoked", is_good, OCSP },
	{ "a responder without extended key usage", without_use, OCSP },
	{ "a responder that is over", is_over, OCSP },
	{ "another CA's responder", of_stranger, OCSP },
};

TEST(no_proof_but_the_cas_own_destroys_a_key)
{
	struct hostile h;

	hostile_begin(&h, &group);
	for (uint8_t what = CRL; what <= OCSP; what++)
		for (size_t i = 0; i < COUNT(proofs); i++) {
			struct proof p = honest(&target);

			if ((proofs[i].in & what) == 0)
				continue;
			proofs[i].change(&p);
			hostile_expect(&h, proofs[i].row, "cert", says(&p, what));
		}
	assert_int_equal(state_of(&group, RECORD_KEY, target.id), 3);
	hostile_end(&h);
}

TEST(no_byte_of_a_proof_can_be_altered)
{
	struct proof p = honest(&target);
	struct hostile h;

	hostile_begin(&h, &group);
	for (uint8_t what = CRL; what <= OCSP; what++) {
		struct span der = what == CRL ? proof_crl(&p, &mem) : proof_ocsp(&p, &mem);
		struct span cert = writer_span(&target.certificate);

		for (size_t i = 0; i < der.n; i += 3) {
			mem.p[i] ^= (uint8_t)(1u << i % 8);
			hostile_expect(&h, "a byte of it", "cert",
			    revoked(&group, &target, no_record, cert, what, der));
			mem.p[i] ^= (uint8_t)(1u << i % 8);
		}
		hostile_expect(&h, "cut", "cert",
		    revoked(&group, &target, no_record, cert, what, span_of(der.p, der.n - 1)));
		hostile_expect(&h, "as the other kind", "cert",
		    revoked(&group, &target, no_record, cert, (uint8_t)(CRL + OCSP - what), der));
	}
	assert_int_equal(state_of(&group, RECORD_KEY, target.id), 3);
	hostile_end(&h);
}

/* The proof is good; what it is said to be about is not. */
TEST(a_proof_destroys_the_key_of_its_certificate_alone)
{
	struct span own = writer_span(&target.certificate), other = writer_span(&hers.certificate);
	struct key nobodys = target, again = target, fresh;
	struct wish w = wish_for(&group, &alice, &target);
	struct proof p = honest(&hers);
	struct hostile h;
	struct span der;

	again.certificate = (struct writer){ 0 };
	key_create(&group, &alice, &fresh);
	random_bytes(nobodys.id, ID_LEN);
	hostile_begin(&h, &group);
	der = proof_crl(&p, &mem);
	hostile_expect(&h, "another key's certificate", "cert",
	    revoked(&group, &target, no_record, other, CRL, der));
	hostile_expect(&h, "this key's, the other one's proof", "cert",
	    revoked(&group, &target, no_record, own, CRL, der));
	hostile_expect(&h, "for another signer's key", "cert",
	    revoked(&group, &mallorys, no_record, other, CRL, der));
	hostile_expect(&h, "for a key without certificate", "cert",
	    revoked(&group, &fresh, no_record, other, CRL, der));
	hostile_expect(&h, "no certificate", "cert",
	    revoked(&group, &fresh, no_record, span_str("x"), CRL, der));
	hostile_expect(&h, "for no key", "owner", revoked(&group, &nobodys, no_record, other, CRL, der));
	other = ca_issue(&w, &again);
	p = proof_of(&group.ca, other);
	hostile_expect(&h, "a second certificate of the key, not linked", "cert",
	    revoked(&group, &target, no_record, other, CRL, proof_crl(&p, &mem)));
	p = honest(&target);
	der = proof_ocsp(&p, &mem);
	hostile_expect(&h, "another key's record", "record",
	    revoked(&group, &target, writer_span(&hers.record), own, OCSP, der));
	hostile_expect(&h, "its record before", "version",
	    revoked(&group, &target, writer_span(&target.old_record), own, OCSP, der));
	hostile_expect(&h, "of no kind", "parse", revoked(&group, &target, no_record, own, 3, der));
	hostile_expect(&h, "too long", "parse",
	    revoked(&group, &target, no_record, own, OCSP, span_of(mem.p, 262145)));
	assert_int_equal(state_of(&group, RECORD_KEY, target.id), 3);
	assert_int_equal(state_of(&group, RECORD_KEY, hers.id), 3);
	hostile_end(&h);
	writer_wipe(&again.certificate);
	key_forget(&fresh);
}

static void
ends_by(struct hostile *h, const char *row, struct key *k, uint8_t what, enum responder responder)
{
	struct proof p;
	struct act *a;
	struct span der;

	key_ready(&group, &alice, k);
	p = honest(k);
	p.responder = responder;
	if (responder != RESPONDER_NONE)
		p.signed_by = &stranger.device;	/* only that certificate makes it one */
	der = what == CRL ? proof_crl(&p, &mem) : proof_ocsp(&p, &mem);
	a = act_of_sign_approved(&group, &alice, k, 1);
	hostile_expect(h, row, "",
	    revoked(&group, k, writer_span(&k->record), writer_span(&k->certificate), what, der));
	assert_int_equal(state_of(&group, RECORD_KEY, k->id), 5);
	hostile_activate(h, "an approval from before", "state", a, k);
	hostile_expect(h, "again", "state",
	    revoked(&group, k, no_record, writer_span(&k->certificate), what, der));
	act_free(a);
	key_forget(k);
}

TEST(the_cas_own_word_destroys_a_key_for_good)
{
	struct hostile h;
	struct key k;

	hostile_begin(&h, &group);
	ends_by(&h, "by CRL", &k, CRL, RESPONDER_NONE);
	ends_by(&h, "by OCSP of the CA", &k, OCSP, RESPONDER_NONE);
	ends_by(&h, "by OCSP of its responder", &k, OCSP, RESPONDER_GOOD);
	hostile_end(&h);
	group_shell(&group, "[ \"$(\"$PROPRIA_BIN/cli/propria\" log show --file \"$DIR/sam\" --last 500 |"
	    " grep -c 'state=destroyed cause=revoked')\" = 3 ]");
}

/* What froze it first on the SSA's word ends the same way; and nothing brings it back. */
TEST(a_frozen_key_is_destroyed_too)
{
	struct proof p;
	struct hostile h;
	struct key k;
	struct act *a;

	key_ready(&group, &alice, &k);
	hostile_begin(&h, &group);
	assert_string_equal(freeze(&group, RECORD_KEY, k.id), "");
	p = honest(&k);
	hostile_expect(&h, "frozen (control)", "",
	    revoked(&group, &k, no_record, writer_span(&k.certificate), CRL, proof_crl(&p, &mem)));
	a = act_of_key(&group, &alice, &k, PURPOSE_RELEASE_KEY);
	act_write(a);
	act_approve_signer(a, &alice);
	hostile_expect(&h, "release", "state", act_enact(a, group.ssa, NULL, NULL, NULL));
	assert_int_equal(state_of(&group, RECORD_KEY, k.id), 5);
	hostile_end(&h);
	act_free(a);
	key_forget(&k);
}

TEST(a_ca_that_was_removed_destroys_nothing)
{
	struct act *a = act_new(&group, PURPOSE_REMOVE_ANCHOR);
	struct proof p;
	struct hostile h;
	struct key k;
	struct span der;

	key_ready(&group, &alice, &k);
	p = honest(&k);
	der = proof_crl(&p, &mem);
	once_anchor_id(&group.ca, "", a->st.remove_anchor);
	assert_string_equal(security_does(a, 2), "");
	hostile_begin(&h, &group);
	hostile_expect(&h, "anchor removed", "cert",
	    revoked(&group, &k, no_record, writer_span(&k.certificate), CRL, der));
	assert_string_equal(ca_install(&group, &group.ca), "");
	hostile_expect(&h, "anchor back (control)", "",
	    revoked(&group, &k, no_record, writer_span(&k.certificate), CRL, der));
	hostile_end(&h);
	key_forget(&k);
}

static void
create_of_profile(struct key *k, const char *profile)
{
	struct act *a = act_of_create(&group, &alice);
	AUTO_WRITER signer = writer_grow(65536);
	struct msg_enacted made;

	*k = (struct key){ .record = writer_grow(65536), .old_record = writer_grow(65536), .version = 1 };
	memcpy(a->st.create_key.profile, profile, strlen(profile));
	act_write(a);
	act_approve_signer(a, &alice);
	assert_string_equal(act_enact(a, group.ssa, &made, &k->record, &signer), "");
	memcpy(k->id, made.id, ID_LEN);
	alice.version++;
	writer_reset(&alice.old_record);
	wr_span(&alice.old_record, writer_span(&alice.record));
	writer_reset(&alice.record);
	wr_span(&alice.record, writer_span(&signer));
	act_free(a);
	key_request(&group, &alice, k);
}

static struct span
issued_by(const struct ca *ca, struct key *k)
{
	struct wish w = wish_for(&group, &alice, k);

	w.signed_by = &ca->device;
	w.issue.issuer = span_of(ca->name, ca->name_len);
	w.issue.issuer_spki = device_spki(&ca->device);
	return ca_issue(&w, k);
}

TEST(a_key_of_a_profile_has_its_cas_alone)
{
	struct key of_special, of_none, of_other;
	struct proof p;
	struct hostile h;

	create_of_profile(&of_special, SPECIAL);
	create_of_profile(&of_none, "");
	create_of_profile(&of_other, "specia");
	hostile_begin(&h, &group);
	hostile_expect(&h, "the CA of keys without profile", "cert",
	    link_certificate(&group, &of_special, issued_by(&group.ca, &of_special)));
	hostile_expect(&h, "a profile's CA for a key without", "cert",
	    link_certificate(&group, &of_none, issued_by(&special, &of_none)));
	hostile_expect(&h, "a CA of a profile that begins the same", "cert",
	    link_certificate(&group, &of_other, issued_by(&special, &of_other)));
	hostile_expect(&h, "its own (control)", "",
	    link_certificate(&group, &of_special, issued_by(&special, &of_special)));
	hostile_expect(&h, "without (control)", "",
	    link_certificate(&group, &of_none, issued_by(&group.ca, &of_none)));
	p = proof_of(&group.ca, writer_span(&of_special.certificate));
	hostile_expect(&h, "revoked by the other CA", "cert", revoked(&group, &of_special, no_record,
	    writer_span(&of_special.certificate), CRL, proof_crl(&p, &mem)));
	p = proof_of(&special, writer_span(&of_special.certificate));
	hostile_expect(&h, "revoked by its own (control)", "", revoked(&group, &of_special, no_record,
	    writer_span(&of_special.certificate), CRL, proof_crl(&p, &mem)));
	hostile_end(&h);
	key_forget(&of_special);
	key_forget(&of_none);
	key_forget(&of_other);
}

static struct act *
revoke_of(const struct key *k)
{
	struct act *a = act_new(&group, PURPOSE_REVOKE_KEY);

	memcpy(a->st.subject, alice.id, ID_LEN);
	memcpy(a->st.key.key, k->id, ID_LEN);
	a->st.key.from = k->version;
	a->st.key.reason = span_str("a test");
	return a;
}

static void no_change(struct act *a UNUSED) { }
static void version_before(struct act *a) { a->st.key.from--; }
static void version_after(struct act *a) { a->st.key.from++; }
static void of_mallory(struct act *a) { memcpy(a->st.key.key, mallorys.id, ID_LEN); }
static void other_key(struct act *a) { memcpy(a->st.key.key, target.id, ID_LEN); }
static void other_reason(struct act *a) { a->st.key.reason = span_str("another"); }
static void other_signer(struct act *a) { memcpy(a->st.subject, mallory.id, ID_LEN); }
static void no_proposal(struct act *a) { random_bytes(a->st.fresh, FRESH_LEN); }
static void as_destroy(struct act *a) { a->st.purpose = PURPOSE_DESTROY_KEY; }
static void by_nobody(struct act *a UNUSED) { }
static void by_registration(struct act *a) { act_approve_by(a, &group.ro); }
static void by_security(struct act *a) { act_approve_by(a, &group.so[0]); }
static void by_two_security(struct act *a) { by_security(a); act_approve_by(a, &group.so[1]); }
static void by_auditor(struct act *a) { act_approve_by(a, &group.au); }
static void by_alice(struct act *a) { act_approve_signer(a, &alice); }
static void by_both(struct act *a) { by_registration(a); by_security(a); }

static const struct {
	const char	*row, *want;
	void		(*before)(struct act *);	/* the proposal */
	void		(*after)(struct act *);
	void		(*approve)(struct act *);
} revokes[] = {
	{ "approved by nobody", "parse", no_change, no_change, by_nobody },
	{ "by a security officer", "auth", no_change, no_change, by_security },
	{ "by two", "auth", no_change, no_change, by_two_security },
	{ "by the auditor", "auth", no_change, no_change, by_auditor },
	{ "by the signer", "auth", no_change, no_change, by_alice },
	{ "by one more than it takes", "auth", no_change, no_change, by_both },
	{ "from before", "version", version_before, no_change, by_registration },
	{ "from later", "version", version_after, no_change, by_registration },
	{ "of another signer's key", "owner", of_mallory, no_change, by_registration },
	{ "of another key than proposed", "proposal", no_change, other_key, by_registration },
	{ "for another reason than proposed", "proposal", no_change, other_reason, by_registration },
	{ "of another signer than proposed", "proposal", no_change, other_signer, by_registration },
	{ "from another version than proposed", "proposal", no_change, version_after, by_registration },
	{ "never proposed", "proposal", no_change, no_proposal, by_registration },
	{ "another purpose than proposed", NULL, no_change, as_destroy, by_registration },
};

TEST(a_registration_officer_revokes_a_key_and_nobody_else)
{
	struct hostile h;
	struct act *a;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(revokes); i++) {
		a = revoke_of(&hers);
		revokes[i].before(a);
		assert_string_equal(act_propose(a), "");
		revokes[i].after(a);
		act_write(a);
		revokes[i].approve(a);
		hostile_expect(&h, revokes[i].row, revokes[i].want,
		    act_enact(a, group.ssa, NULL, NULL, NULL));
		act_free(a);
	}
	assert_int_equal(state_of(&group, RECORD_KEY, hers.id), 3);
	a = revoke_of(&hers);
	assert_string_equal(act_propose(a), "");
	act_write(a);
	by_registration(a);
	hostile_expect(&h, "by a registration officer (control)", "",
	    act_enact(a, group.ssa, NULL, NULL, NULL));
	assert_int_equal(state_of(&group, RECORD_KEY, hers.id), 5);
	hostile_expect(&h, "the same again: the same answer", "",
	    act_enact(a, group.ssa, NULL, NULL, NULL));
	act_free(a);
	a = revoke_of(&hers);
	assert_string_equal(act_propose(a), "");
	act_write(a);
	by_registration(a);
	hostile_expect(&h, "a destroyed key", NULL, act_enact(a, group.ssa, NULL, NULL, NULL));
	act_free(a);
	hostile_end(&h);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(no_proof_but_the_cas_own_destroys_a_key),
	cmocka_unit_test(no_byte_of_a_proof_can_be_altered),
	cmocka_unit_test(a_proof_destroys_the_key_of_its_certificate_alone),
	cmocka_unit_test(the_cas_own_word_destroys_a_key_for_good),
	cmocka_unit_test(a_frozen_key_is_destroyed_too),
	cmocka_unit_test(a_ca_that_was_removed_destroys_nothing),
	cmocka_unit_test(a_key_of_a_profile_has_its_cas_alone),
	cmocka_unit_test(a_registration_officer_revokes_a_key_and_nobody_else),
};

HOSTILE_MAIN(tests, set_up, tear_down)
