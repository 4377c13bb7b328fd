/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ACTIVATE with every statement, evidence and record but the right one. Catalogue section 9, rows
 * 1 to 11 and 15, 16; design review, "tests to add to the matrix".
 */
#include "base/clock.h"
#include "hostile.h"

static struct group group, other_group;
static struct signer alice, mallory, elsewhere;
static struct key good, mallorys, fresh_key, requested, frozen, destroyed, elsewheres;
static uint8_t spent[FRESH_LEN];

static void
destroy(struct key *k)
{
	struct act *a = act_of_key(&group, &alice, k, PURPOSE_DESTROY_KEY);

	act_write(a);
	act_approve_signer(a, &alice);
	assert_string_equal(act_enact(a, group.ssa, NULL, NULL, NULL), "");
	act_free(a);
}

static void
spend_a_nonce(void)
{
	struct act *a = act_of_sign_approved(&group, &alice, &good, 1);
	struct activated got;

	a->n = 0;
	assert_string_equal(act_activate(a, group.ssa, &got), "");
	memcpy(spent, a->st.fresh, FRESH_LEN);
	act_free(a);
}

static int
set_up(void **state UNUSED)
{
	group_found(&group);
	group_start(&group);
	ca_of_group(&group);
	signer_ready(&group, &alice, &good, "CN=Alice Example,C=SE");
	signer_ready(&group, &mallory, &mallorys, "CN=Mallory Example,C=SE");
	key_create(&group, &alice, &requested);
	key_request(&group, &alice, &requested);
	key_ready(&group, &alice, &frozen);
	assert_string_equal(freeze(&group, RECORD_KEY, frozen.id), "");
	key_create(&group, &alice, &fresh_key);
	key_ready(&group, &alice, &destroyed);
	destroy(&destroyed);
	spend_a_nonce();
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	struct signer *signers[] = { &alice, &mallory, &elsewhere };
	struct key *keys[] = { &good, &mallorys, &fresh_key, &requested, &frozen, &destroyed,
		&elsewheres };

	for (size_t i = 0; i < COUNT(signers); i++)
		signer_forget(signers[i]);
	for (size_t i = 0; i < COUNT(keys); i++)
		key_forget(keys[i]);
	group_end(&group);
	if (other_group.dir[0] != '\0')
		group_end(&other_group);
	return 0;
}

/* --- what Alice approved is itself not acceptable --- */

static void nothing(struct act *a UNUSED) { }
static void other_group_id(struct act *a) { a->st.group[31] ^= 1; }
static void next_epoch(struct act *a) { a->st.epoch++; }
static void last_epoch(struct act *a) { a->st.epoch--; }

static void
mallory_is_subject(struct act *a)
{
	memcpy(a->st.subject, mallory.id, ID_LEN);
}

static void
mallory_is_subject_with_nonce(struct act *a)
{
	mallory_is_subject(a);
	assert_string_equal(act_challenge(a), "");
}

static void
mallory_is_subject_with_record(struct act *a)
{
	mallory_is_subject_with_nonce(a);
	a->signer_record = writer_span(&mallory.record);
}

static void
nobody_is_subject(struct act *a)
{
	random_bytes(a->st.subject, ID_LEN);
	assert_string_equal(act_challenge(a), "");
}

static void
names_key(struct act *a, const struct key *k)
{
	memcpy(a->st.sign.key, k->id, ID_LEN);
	sha256(span_of(k->spki, sizeof(k->spki)), a->st.sign.spki);
	a->key_record = writer_span(&k->record);
}

static void mallorys_key(struct act *a) { names_key(a, &mallorys); }
static void key_is_new(struct act *a) { names_key(a, &fresh_key); }
static void key_is_requested(struct act *a) { names_key(a, &requested); }
static void key_is_frozen(struct act *a) { names_key(a, &frozen); }
static void key_is_destroyed(struct act *a) { names_key(a, &destroyed); }
static void unknown_key(struct act *a) { random_bytes(a->st.sign.key, ID_LEN); }

static void
mallorys_key_own_record(struct act *a)
{
	mallorys_key(a);
	a->key_record = writer_span(&good.record);
}

static void spki_altered(struct act *a) { a->st.sign.spki[31] ^= 1; }
static void spki_zero(struct act *a) { memset(a->st.sign.spki, 0, HASH_LEN); }

static void
spki_mallorys(struct act *a)
{
	sha256(span_of(mallorys.spki, sizeof(mallorys.spki)), a->st.sign.spki);
}

static void
alg_p384(struct act *a)
{
	a->st.sign.alg = ALG_ECDSA_P384_SHA384;
	a->st.sign.items[0].digest.n = 48;
}

static void alg_pkcs1(struct act *a) { a->st.sign.alg = ALG_RSA3072_PKCS1_SHA256; }
static void alg_pss(struct act *a) { a->st.sign.alg = ALG_RSA3072_PSS_SHA256; }
static void alg_unknown(struct act *a) { a->st.sign.alg = 99; }
static void alg_none(struct act *a) { a->st.sign.alg = 0; }
static void digest_short(struct act *a) { a->st.sign.items[0].digest.n = 31; }
static void digest_long(struct act *a) { a->st.sign.items[0].digest.n = 33; }
static void
kind_cades(struct act *a)
{
	a->st.sign.kind = KIND_CADES;
	a->st.sign.attrs = ATTRS_APPROVAL | ATTRS_ORIGIN;
}
static void
kind_pades(struct act *a)
{
	a->st.sign.kind = KIND_PADES;
	a->st.sign.attrs = 4;
}
static void kind_zero(struct act *a) { a->st.sign.kind = 0; }
static void kind_root(struct act *a) { a->st.sign.kind = 129; }
static void with_attrs(struct act *a) { a->st.sign.attrs = 1; }
static void with_session(struct act *a) { a->st.sign.session[15] = 1; }
static void with_profile(struct act *a) { a->st.sign.profile[0] = 1; }
static void with_idv(struct act *a) { a->st.sign.idv[31] = 1; }
static void class_seal(struct act *a) { a->st.sign.class = CLASS_SEAL; }
static void class_zero(struct act *a) { a->st.sign.class = 0; }
static void level_one(struct act *a) { a->st.sign.level = 1; }
static void level_three(struct act *a) { a->st.sign.level = 3; }
static void seen_zero(struct act *a) { a->st.sign.seen = 0; }
static void seen_three(struct act *a) { a->st.sign.seen = 3; }
static void no_items(struct act *a) { a->st.sign.n = 0; }
static void bidi_label(struct act *a) { a->st.sign.items[0].label = span_str("a\u202eb"); }
static void control_label(struct act *a) { a->st.sign.items[0].label = span_str("a\nb"); }
static void bad_utf8_name(struct act *a) { a->st.sign.name = span_str("a\xc0\x80"); }
static void bidi_text(struct act *a) { a->st.sign.text = span_str("\u2066x"); }

static void
long_label(struct act *a)
{
	static char label[202];

	memset(label, 'a', sizeof(label) - 1);
	a->st.sign.items[0].label = span_str(label);
}

static void
iat_and_exp(struct act *a, int64_t iat, int64_t life)
{
	a->st.iat = clock_wall() + (uint64_t)iat;
	a->st.exp = a->st.iat + (uint64_t)life;
}

static void iat_ahead(struct act *a) { iat_and_exp(a, 65000, 10000); }
static void iat_a_little_ahead(struct act *a) { iat_and_exp(a, 50000, 10000); }
static void exp_passed(struct act *a) { iat_and_exp(a, -10000, 9999); }
static void exp_is_iat(struct act *a) { iat_and_exp(a, 0, 0); }
static void exp_before_iat(struct act *a) { iat_and_exp(a, 0, -1); }
static void life_too_long(struct act *a) { iat_and_exp(a, 0, 300001); }
static void life_just_right(struct act *a) { iat_and_exp(a, 0, 300000); }
static void life_a_year(struct act *a) { iat_and_exp(a, 0, INT64_C(31536000000)); }
static void nonce_invented(struct act *a) { random_bytes(a->st.fresh, FRESH_LEN); }
static void nonce_zero(struct act *a) { memset(a->st.fresh, 0, FRESH_LEN); }
static void nonce_other_life(struct act *a) { a->st.fresh[7] ^= 1; }
static void nonce_other_counter(struct act *a) { a->st.fresh[15] ^= 1; }
static void nonce_other_time(struct act *a) { a->st.fresh[22] ^= 1; }
static void nonce_other_mac(struct act *a) { a->st.fresh[39] ^= 1; }
static void nonce_spent(struct act *a) { memcpy(a->st.fresh, spent, FRESH_LEN); }

static void
nonce_of_mallory(struct act *a)
{
	mallory_is_subject_with_nonce(a);
	memcpy(a->st.subject, alice.id, ID_LEN);
}

static void
nonce_of_other_purpose(struct act *a)
{
	a->st.purpose = PURPOSE_DESTROY_KEY;
	assert_string_equal(act_challenge(a), "");
	a->st.purpose = PURPOSE_SIGN;
}

static void
is_destroy(struct act *a)
{
	a->st.purpose = PURPOSE_DESTROY_KEY;
	assert_string_equal(act_challenge(a), "");
	memcpy(a->st.key.key, good.id, ID_LEN);
	a->st.key.from = good.version;
	a->st.key.reason = span_str("x");
}

static void
is_create(struct act *a)
{
	a->st.purpose = PURPOSE_CREATE_KEY;
	assert_string_equal(act_challenge(a), "");
	memset(&a->st.create_key, 0, sizeof(a->st.create_key));
	a->st.create_key.alg = 1;
	a->st.create_key.class = 1;
	a->st.create_key.level = 2;
	a->st.create_key.evidences = 1;
}

static void index_outside(struct act *a) { a->index[0] = 1; }

static void
index_more_than_approved(struct act *a)
{
	a->n = 2;
	a->index[1] = 1;
}

static void
index_twice(struct act *a)
{
	a->n = 2;
	a->index[1] = 0;
}

static void
record_truncated(struct act *a)
{
	a->key_record.n--;
}

/* A record and one byte: what was sealed is whole, what was sent is not it. */
static void
with_a_byte_more(struct span *record)
{
	static uint8_t mem[RECORD_MAX];

	memcpy(mem, record->p, record->n);
	mem[record->n] = 0;
	*record = span_of(mem, record->n + 1);
}

static void key_record_longer(struct act *a) { with_a_byte_more(&a->key_record); }
static void signer_record_longer(struct act *a) { with_a_byte_more(&a->signer_record); }
static void signer_record_truncated(struct act *a) { a->signer_record.n--; }
static void old_signer(struct act *a) { a->signer_record = writer_span(&alice.old_record); }
static void old_key(struct act *a) { a->key_record = writer_span(&good.old_record); }
static void mallorys_signer(struct act *a) { a->signer_record = writer_span(&mallory.record); }
static void key_as_signer(struct act *a) { a->signer_record = writer_span(&good.record); }
static void signer_as_key(struct act *a) { a->key_record = writer_span(&alice.record); }
static void records_swapped(struct act *a) { key_as_signer(a); signer_as_key(a); }
static void mallorys_key_record(struct act *a) { a->key_record = writer_span(&mallorys.record); }
static void record_of_other_key(struct act *a) { a->key_record = writer_span(&frozen.record); }
static void no_signer_record(struct act *a) { a->signer_record.n = 0; }
static void no_key_record(struct act *a) { a->key_record.n = 0; }

/* The other key's name over a record that is good in itself: the id inside decides. */
static void
frozen_record_good_name(struct act *a)
{
	names_key(a, &frozen);
	memcpy(a->st.sign.key, good.id, ID_LEN);
}

static void
good_record_destroyed_name(struct act *a)
{
	memcpy(a->st.sign.key, destroyed.id, ID_LEN);
}

static const struct {
	const char	*row;
	void		(*change)(struct act *);
	const char	*reason;	/* "": a positive control */
} approved_rows[] = {
	{ "control", nothing, "" },
	{ "another group", other_group_id, "group" },
	{ "a later epoch", next_epoch, "epoch" },
	{ "an earlier epoch", last_epoch, "epoch" },
	{ "another signer's id", mallory_is_subject, "nonce" },
	{ "another signer's id and nonce", mallory_is_subject_with_nonce, "record" },
	{ "another signer's id, nonce and record", mallory_is_subject_with_record, "owner" },
	{ "an unknown signer", nobody_is_subject, "owner" },
	{ "another signer's key", mallorys_key, "owner" },
	{ "another signer's key, own record", mallorys_key_own_record, "record" },
	{ "an unknown key", unknown_key, "owner" },
	{ "a NEW key", key_is_new, "state" },
	{ "a REQUESTED key", key_is_requested, "state" },
	{ "a frozen key", key_is_frozen, "state" },
	{ "a destroyed key", key_is_destroyed, "state" },
	{ "control", nothing, "" },
	{ "public key altered", spki_altered, "svd" },
	{ "public key zero", spki_zero, "svd" },
	{ "another signer's public key", spki_mallorys, "svd" },
	{ "algorithm P-384", alg_p384, "alg" },
	{ "algorithm PKCS#1", alg_pkcs1, "alg" },
	{ "algorithm PSS", alg_pss, "alg" },
	{ "algorithm unknown", alg_unknown, "parse" },
	{ "algorithm none", alg_none, "parse" },
	{ "digest too short", digest_short, "parse" },
	{ "digest too long", digest_long, "parse" },
	{ "CAdES with two commitments", kind_cades, "kind" },
	{ "PAdES with unknown attributes", kind_pades, "kind" },
	{ "kind zero", kind_zero, "parse" },
	{ "kind root", kind_root, "parse" },
	{ "attributes", with_attrs, "kind" },
	{ "session", with_session, "kind" },
	{ "profile", with_profile, "kind" },
	{ "identity verification", with_idv, "kind" },
	{ "class seal", class_seal, "class" },
	{ "class zero", class_zero, "parse" },
	{ "level 1", level_one, "class" },
	{ "level 3", level_three, "parse" },
	{ "seen zero", seen_zero, "parse" },
	{ "seen three", seen_three, "parse" },
	{ "no items", no_items, "parse" },
	{ "label that turns around", bidi_label, "parse" },
	{ "label of two lines", control_label, "parse" },
	{ "name not UTF-8", bad_utf8_name, "parse" },
	{ "text that turns around", bidi_text, "parse" },
	{ "label too long", long_label, "parse" },
	{ "control", nothing, "" },
	{ "iat in the future", iat_ahead, "time" },
	{ "iat a little ahead (control)", iat_a_little_ahead, "" },
	{ "exp passed", exp_passed, "time" },
	{ "exp at iat", exp_is_iat, "parse" },
	{ "exp before iat", exp_before_iat, "parse" },
	{ "life over policy, good nonce", life_too_long, "time" },
	{ "life as policy (control)", life_just_right, "" },
	{ "life of a year", life_a_year, "time" },
	{ "invented nonce", nonce_invented, "nonce" },
	{ "zero nonce", nonce_zero, "nonce" },
	{ "nonce of another life", nonce_other_life, "nonce" },
	{ "nonce with another counter", nonce_other_counter, "nonce" },
	{ "nonce with another time", nonce_other_time, "nonce" },
	{ "nonce with another MAC", nonce_other_mac, "nonce" },
	{ "nonce of another signer", nonce_of_mallory, "nonce" },
	{ "nonce of another purpose", nonce_of_other_purpose, "nonce" },
	{ "nonce spent", nonce_spent, "replay" },
	{ "a DESTROY_KEY as SIGN", is_destroy, "purpose" },
	{ "a CREATE_KEY as SIGN", is_create, "purpose" },
	{ "index past the list", index_outside, "dtbs" },
	{ "one index more than approved", index_more_than_approved, "dtbs" },
	{ "an index twice", index_twice, "parse" },
	{ "control", nothing, "" },
	{ "key record truncated", record_truncated, "record" },
	{ "key record and a byte", key_record_longer, "record" },
	{ "signer record and a byte", signer_record_longer, "record" },
	{ "signer record truncated", signer_record_truncated, "record" },
	{ "signer record of the version before", old_signer, "version" },
	{ "key record of the version before", old_key, "version" },
	{ "another signer's record", mallorys_signer, "record" },
	{ "key record as signer record", key_as_signer, "record" },
	{ "signer record as key record", signer_as_key, "record" },
	{ "records swapped", records_swapped, "record" },
	{ "another signer's key record", mallorys_key_record, "record" },
	{ "record of another own key", record_of_other_key, "record" },
	{ "a frozen key's record under a good name", frozen_record_good_name, "record" },
	{ "a good record under a destroyed name", good_record_destroyed_name, "record" },
	{ "no signer record", no_signer_record, "parse" },
	{ "no key record", no_key_record, "parse" },
	{ "control", nothing, "" },
};

TEST(no_statement_is_taken_but_one_that_fits_signer_key_time_and_records)
{
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(approved_rows); i++) {
		struct act *a = act_of_sign(&group, &alice, &good, 1);

		approved_rows[i].change(a);
		act_write(a);
		act_approve_signer(a, &alice);
		hostile_activate(&h, approved_rows[i].row, approved_rows[i].reason, a, &good);
		act_free(a);
	}
	hostile_end(&h);
}

/* --- approvals that are none --- */

static void
by_mallory(struct act *a)
{
	act_approve_signer(a, &mallory);
}

static void
by_mallory_in_alices_name(struct act *a)
{
	act_approve(a, alice.authenticator, &mallory.device);
}

static void
by_unknown_key(struct act *a)
{
	struct device own;

	device_make(&own);
	act_approve(a, NULL, &own);
	device_free(&own);
}

static void
by_officer(struct act *a)
{
	act_approve_by(a, &group.so[0]);
}

static void
by_alice_and_mallory(struct act *a)
{
	act_approve_signer(a, &alice);
	act_approve_signer(a, &mallory);
}

static void
by_code(struct act *a)
{
	act_approve_code(a, alice.code);
}

static void
as_type(struct act *a, uint8_t type)
{
	uint8_t sig[APPROVAL_LEN];

	device_approve(&alice.device, a->d, sig);
	act_evidence(a, type, alice.authenticator, sig);
}

static void as_passkey(struct act *a) { as_type(a, 2); }
static void as_module(struct act *a) { as_type(a, 3); }
static void as_idp(struct act *a) { as_type(a, 4); }
static void as_code(struct act *a) { as_type(a, 5); }

static void
of_length(struct act *a, size_t n)
{
	act_approve_signer(a, &alice);
	a->ev.list[0].body.n = n;
}

static void of_no_bytes(struct act *a) { of_length(a, 0); }
static void of_63_bytes(struct act *a) { of_length(a, 63); }

/* Signed without the words that make it an approval: as a login would be. */
static void
of_bare_d(struct act *a)
{
	uint8_t sig[APPROVAL_LEN];

	device_sign(&alice.device, a->d, sig);
	act_evidence(a, EVIDENCE_DEVICE, alice.authenticator, sig);
}

static void
of_other_statement(struct act *a)
{
	struct act *b = act_of_sign_approved(&group, &alice, &good, 1);

	act_evidence(a, EVIDENCE_DEVICE, alice.authenticator, b->sig[0]);
	act_free(b);
}

static void
of_zero(struct act *a)
{
	static const uint8_t zero[APPROVAL_LEN];

	act_evidence(a, EVIDENCE_DEVICE, alice.authenticator, zero);
}

static void
twice(struct act *a)
{
	act_approve_signer(a, &alice);
	a->ev.list[1] = a->ev.list[0];
	a->ev.n = 2;
}

static void
out_of_order(struct act *a)
{
	struct evidence e;

	by_alice_and_mallory(a);
	e = a->ev.list[0];
	a->ev.list[0] = a->ev.list[1];
	a->ev.list[1] = e;
}

static void
with_trailing_byte(struct act *a)
{
	act_approve_signer(a, &alice);
	act_write_evidences(a);
	wr_u8(&a->evidences, 0);
}

static void
none_at_all(struct act *a)
{
	wr_u8(&a->evidences, 0);
}

static void
statement_has_trailing_byte(struct act *a)
{
	act_approve_signer(a, &alice);
	wr_u8(&a->statement, 0);
}

/* Alice approves the longer statement, trailing byte and all. */
static void
approved_trailing_byte(struct act *a)
{
	wr_u8(&a->statement, 0);
	statement_digest(writer_span(&a->statement), a->d);
	act_approve_signer(a, &alice);
}

/* Approved, then written again with another list. */
static void
rewritten(struct act *a, void (*change)(struct body_sign *))
{
	struct evidences ev;

	act_approve_signer(a, &alice);
	ev = a->ev;
	change(&a->st.sign);
	act_write(a);
	a->ev = ev;
}

static void
swap_items(struct body_sign *b)
{
	struct item first = b->items[0];

	b->items[0] = b->items[1];
	b->items[1] = first;
}

static void drop_item(struct body_sign *b) { b->n = 1; }
static void repeat_item(struct body_sign *b) { b->items[b->n++] = b->items[0]; }
static void digest_is_other(struct body_sign *b) { b->items[1].digest = b->items[0].digest; }
static void label_is_other(struct body_sign *b) { b->items[1].label = span_str("lunch menu"); }
static void items_swapped(struct act *a) { rewritten(a, swap_items); }
static void item_dropped(struct act *a) { a->n = 1; rewritten(a, drop_item); }
static void item_added(struct act *a) { rewritten(a, repeat_item); }
static void digest_swapped(struct act *a) { rewritten(a, digest_is_other); }
static void label_swapped(struct act *a) { rewritten(a, label_is_other); }
static void by_alice(struct act *a) { act_approve_signer(a, &alice); }

static const struct {
	const char	*row;
	void		(*approve)(struct act *);
	const char	*reason;
} evidence_rows[] = {
	{ "control", by_alice, "" },
	{ "another signer's device", by_mallory, "auth" },
	{ "another signer's device in Alice's name", by_mallory_in_alices_name, "auth" },
	{ "a key that came with the request", by_unknown_key, "auth" },
	{ "an officer's key", by_officer, "auth" },
	{ "two approvals", by_alice_and_mallory, "quorum" },
	{ "the enrolment code", by_code, "auth" },
	{ "type passkey", as_passkey, "auth" },
	{ "type module", as_module, "auth" },
	{ "type identity provider", as_idp, "auth" },
	{ "type code", as_code, "auth" },
	{ "no bytes", of_no_bytes, "auth" },
	{ "63 bytes", of_63_bytes, "auth" },
	{ "a signature over d alone", of_bare_d, "auth" },
	{ "the approval of another statement", of_other_statement, "auth" },
	{ "zeros", of_zero, "auth" },
	{ "one authenticator twice", twice, "parse" },
	{ "out of order", out_of_order, "parse" },
	{ "trailing byte", with_trailing_byte, "parse" },
	{ "none", none_at_all, "parse" },
	{ "statement with a trailing byte", statement_has_trailing_byte, "parse" },
	{ "an approved trailing byte", approved_trailing_byte, "parse" },
	{ "items swapped", items_swapped, "auth" },
	{ "an item dropped", item_dropped, "auth" },
	{ "an item added", item_added, "auth" },
	{ "a digest swapped", digest_swapped, "auth" },
	{ "a label swapped", label_swapped, "auth" },
	{ "control", by_alice, "" },
};

TEST(nothing_is_an_approval_but_the_signers_own_over_these_bytes)
{
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(evidence_rows); i++) {
		struct act *a = act_of_sign(&group, &alice, &good, 2);

		act_write(a);
		evidence_rows[i].approve(a);
		hostile_activate(&h, evidence_rows[i].row, evidence_rows[i].reason, a, &good);
		act_free(a);
	}
	hostile_end(&h);
}

/* --- every byte --- */

enum part { STATEMENT, EVIDENCES, SIGNER_RECORD, KEY_RECORD };

static void
flip_each_byte(enum part part)
{
	static const char *const names[] = { "statement", "evidences", "signer record", "key record" };
	struct act *a = act_of_sign_approved(&group, &alice, &good, 1);
	AUTO_WRITER copy = writer_grow(RECORD_MAX);
	uint8_t *bytes;
	struct hostile h;
	size_t n;

	act_write_evidences(a);
	wr_span(&copy, part == SIGNER_RECORD ? a->signer_record : a->key_record);
	bytes = part == STATEMENT ? a->statement.p : part == EVIDENCES ? a->evidences.p : copy.p;
	n = part == STATEMENT ? a->statement.n : part == EVIDENCES ? a->evidences.n : copy.n;
	if (part == SIGNER_RECORD)
		a->signer_record = writer_span(&copy);
	if (part == KEY_RECORD)
		a->key_record = writer_span(&copy);
	hostile_begin(&h, &group);
	for (size_t i = 0; i < n; i++) {
		char row[64];

		snprintf(row, sizeof(row), "byte %zu of %s", i, names[part]);
		bytes[i] ^= (uint8_t)(1u << i % 8);
		hostile_activate(&h, row, part >= SIGNER_RECORD ? "record" : NULL, a, &good);
		bytes[i] ^= (uint8_t)(1u << i % 8);
	}
	hostile_activate(&h, "unaltered", "", a, &good);
	hostile_end(&h);
	act_free(a);
}

TEST(no_byte_of_the_statement_can_be_altered) { flip_each_byte(STATEMENT); }
TEST(no_byte_of_the_evidence_can_be_altered) { flip_each_byte(EVIDENCES); }
TEST(no_byte_of_the_signer_record_can_be_altered) { flip_each_byte(SIGNER_RECORD); }
TEST(no_byte_of_the_key_record_can_be_altered) { flip_each_byte(KEY_RECORD); }

/* --- every field --- */

static const size_t fields[] = {	/* of a SIGN with one item, in their order */
	4, 2, 32, 4, 16, 8, 8, 8, 16, 8, 8,			/* header */
	16, 32, 1, 1, 2, 1, 1, 16, 1 + 6, 16, 16, 32, 2, 4,	/* body */
	1 + 32, 1 + 12, 2
};

enum { DROP, REPEAT, SWAP };

static void
mangle(struct act *a, const uint8_t *original, size_t f, int how)
{
	size_t at = 0, n = fields[f], next = f + 1 < COUNT(fields) ? fields[f + 1] : 0, whole = 0;

	for (size_t i = 0; i < COUNT(fields); i++) {
		at += i < f ? fields[i] : 0;
		whole += fields[i];
	}
	writer_reset(&a->statement);
	wr_bytes(&a->statement, original, at);
	if (how == SWAP)
		wr_bytes(&a->statement, original + at + n, next);
	for (int i = 0; i < (how == DROP ? 0 : how == REPEAT ? 2 : 1); i++)
		wr_bytes(&a->statement, original + at, n);
	at += n + (how == SWAP ? next : 0);
	wr_bytes(&a->statement, original + at, whole - at);
}

TEST(no_field_can_be_dropped_repeated_or_moved)
{
	struct act *a = act_of_sign_approved(&group, &alice, &good, 1);
	AUTO_WRITER original = writer_grow(STATEMENT_MAX);
	struct hostile h;
	size_t whole = 0;

	wr_span(&original, writer_span(&a->statement));
	for (size_t i = 0; i < COUNT(fields); i++)
		whole += fields[i];
	assert_int_equal(whole, original.n);
	act_write_evidences(a);
	hostile_begin(&h, &group);
	for (size_t f = 0; f < COUNT(fields); f++)
		for (int how = DROP; how <= SWAP; how++) {
			char row[64];

			mangle(a, original.p, f, how);
			if (span_equal(writer_span(&a->statement), writer_span(&original)))
				continue;	/* two equal fields changed places */
			snprintf(row, sizeof(row), "field %zu mangled (%d)", f, how);
			hostile_activate(&h, row, NULL, a, &good);
		}
	hostile_end(&h);
	act_free(a);
}

/* Even approved so by Alice herself: there is one encoding. */
TEST(a_statement_cut_anywhere_is_no_statement)
{
	struct act *a = act_of_sign_approved(&group, &alice, &good, 1);
	struct hostile h;
	size_t n = a->statement.n;

	hostile_begin(&h, &group);
	for (size_t cut = 1; cut < n; cut += 3) {
		a->statement.n = cut;
		statement_digest(writer_span(&a->statement), a->d);
		a->ev.n = a->sigs = 0;
		writer_reset(&a->evidences);
		act_approve_signer(a, &alice);
		hostile_activate(&h, "cut", "parse", a, &good);
	}
	hostile_end(&h);
	act_free(a);
}

TEST(records_sealed_by_another_group_do_not_open)
{
	struct hostile h;
	struct act *a;

	group_found(&other_group);
	group_start(&other_group);
	ca_of_group(&other_group);
	signer_ready(&other_group, &elsewhere, &elsewheres, "CN=Alice Example,C=SE");
	hostile_begin(&h, &group);
	a = act_of_sign_approved(&group, &alice, &good, 1);
	a->key_record = writer_span(&elsewheres.record);
	hostile_activate(&h, "another group's key record", "record", a, &good);
	a->signer_record = writer_span(&elsewhere.record);
	hostile_activate(&h, "another group's records", "record", a, &good);
	act_free(a);
	hostile_end(&h);
}

/* The nonce is older than policy, the statement young. */
TEST(a_nonce_gets_too_old)
{
	struct hostile h;
	struct act *a;

	assert_string_equal(set_policy(&group, 1500, 0x1e, 2), "");
	hostile_begin(&h, &group);
	a = act_of_sign(&group, &alice, &good, 1);
	group_shell(&group, "sleep 1.6");
	a->st.iat = clock_wall();
	a->st.exp = a->st.iat + 1000;
	act_write(a);
	act_approve_signer(a, &alice);
	hostile_activate(&h, "nonce too old", "time", a, &good);
	act_free(a);
	assert_string_equal(set_policy(&group, 300000, 0x1e, 2), "");
	hostile_end(&h);
}

TEST(an_authenticator_below_policy_does_not_suffice)
{
	struct hostile h;
	struct act *a = act_of_sign_approved(&group, &alice, &good, 1);

	hostile_begin(&h, &group);
	assert_string_equal(set_policy(&group, 300000, 0x1c, 2), "");
	hostile_activate(&h, "file key where policy wants a card", "level", a, &good);
	assert_string_equal(set_policy(&group, 300000, 0x1e, 2), "");
	hostile_activate(&h, "file key where policy takes it", "", a, &good);
	hostile_end(&h);
	act_free(a);
}

TEST(a_suspended_signer_signs_nothing_until_reinstated)
{
	struct hostile h;
	struct act *a = act_of_sign_approved(&group, &alice, &good, 1);

	hostile_begin(&h, &group);
	assert_string_equal(officer_does(&group, &alice, PURPOSE_SUSPEND), "");
	hostile_activate(&h, "signer suspended", "state", a, &good);
	assert_string_equal(officer_does(&group, &alice, PURPOSE_REINSTATE), "");
	hostile_activate(&h, "signer reinstated", "", a, &good);
	hostile_end(&h);
	act_free(a);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(no_statement_is_taken_but_one_that_fits_signer_key_time_and_records),
	cmocka_unit_test(nothing_is_an_approval_but_the_signers_own_over_these_bytes),
	cmocka_unit_test(no_byte_of_the_statement_can_be_altered),
	cmocka_unit_test(no_byte_of_the_evidence_can_be_altered),
	cmocka_unit_test(no_byte_of_the_signer_record_can_be_altered),
	cmocka_unit_test(no_byte_of_the_key_record_can_be_altered),
	cmocka_unit_test(no_field_can_be_dropped_repeated_or_moved),
	cmocka_unit_test(a_statement_cut_anywhere_is_no_statement),
	cmocka_unit_test(records_sealed_by_another_group_do_not_open),
	cmocka_unit_test(a_nonce_gets_too_old),
	cmocka_unit_test(an_authenticator_below_policy_does_not_suffice),
	cmocka_unit_test(a_suspended_signer_signs_nothing_until_reinstated),
};

HOSTILE_MAIN(tests, set_up, tear_down)
