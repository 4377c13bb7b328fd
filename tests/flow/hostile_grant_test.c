/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An authentication module's grants and shares, and an SSA that has every one it ever saw, in other
 * hands, changed, late, or without the share: nothing is approved by another module's word, and no
 * key with a share opens without it. Catalogue 7.3; findings C10, C12; matrix row 13.
 */
#include "base/clock.h"
#include "crypto/hpke.h"
#include "hostile.h"
#include "tests/sic/module.h"
#include "wire/certificate.h"
#include "wire/window.h"

static struct group group;
static struct module module, other;	/* both are peers */
static struct signer alice, mallory;
static uint8_t person[ID_LEN], stranger[ID_LEN];
static uint8_t pin[ID_LEN];		/* alice's authenticator at the module */
static struct key good, free_key;	/* made with it; without */

static void
enact(struct hostile *h, const char *row, const char *want, struct act *a)
{
	hostile_expect(h, row, want, act_enact(a, group.ssa, NULL, NULL, NULL));
	act_free(a);
}

static void
add_authenticator(struct signer *s, const struct module *m, const uint8_t who[ID_LEN], uint8_t id[ID_LEN])
{
	uint8_t link[MODULE_LINK_LEN];
	struct act *a = act_of_bind(&group, s, &s->device);
	struct msg_enacted made;

	a->st.purpose = PURPOSE_ADD_AUTHENTICATOR;
	assert_string_equal(act_challenge(a), "");
	bind_with_module(a, m, who, link);
	act_write(a);
	act_approve_module(a, NULL, m, who, NULL);
	act_approve_signer(a, s);
	assert_string_equal(act_enact(a, group.ssa, &made, &s->record, NULL), "");
	s->version = made.version;
	memcpy(id, made.id, ID_LEN);
	act_free(a);
}

/* CREATE_KEY with this authenticator; its id follows from the nonce. */
static struct act *
act_of_key_with(const uint8_t with[ID_LEN], uint8_t id[ID_LEN])
{
	struct act *a = act_of_create(&group, &alice);

	memcpy(a->st.create_key.with, with, ID_LEN);
	statement_key(a->st.fresh, id);
	return a;
}

static void
key_with_share(struct key *k, uint8_t level, uint8_t evidences)
{
	struct msg_enacted made;
	uint8_t id[ID_LEN];
	struct act *a = act_of_key_with(pin, id);

	memset(k, 0, sizeof(*k));
	k->record = writer_grow(RECORD_MAX);
	k->old_record = writer_grow(RECORD_MAX);
	a->st.create_key.level = level;
	a->st.create_key.evidences = evidences;
	act_write(a);
	act_approve_module(a, pin, &module, person, id);
	assert_string_equal(act_enact(a, group.ssa, &made, &k->record, &alice.record), "");
	CHECK(memcmp(made.id, id, ID_LEN) == 0);
	memcpy(k->id, id, ID_LEN);
	k->version = 1;
	alice.version++;
	act_free(a);
	assert_int_equal(state_of(&group, RECORD_KEY, k->id), 2);	/* requested, at birth */
	key_request(&group, &alice, k);
	key_link(&group, &alice, k);
}

static int
set_up(void **state UNUSED)
{
	group_found(&group);
	group_start(&group);
	ca_of_group(&group);
	assert_string_equal(set_policy(&group, 300000, 0x11e, 2), "");
	module_make(&module, &group);
	module_make(&other, &group);
	assert_string_equal(security_does(act_of_peer(&group, &module, PURPOSE_ADD_PEER), 2), "");
	assert_string_equal(security_does(act_of_peer(&group, &other, PURPOSE_ADD_PEER), 2), "");
	random_bytes(person, sizeof(person));
	random_bytes(stranger, sizeof(stranger));
	signer_invite(&group, &alice, "CN=Alice Example,C=SE");
	signer_bind(&group, &alice);
	signer_invite(&group, &mallory, "CN=Mallory Example,C=SE");
	signer_bind(&group, &mallory);
	add_authenticator(&alice, &module, person, pin);
	key_with_share(&good, LEVEL_SCAL2, 1);
	key_ready(&group, &alice, &free_key);
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	group_stop(&group);
	group_shell(&group, "\"$PROPRIA_BIN/cli/propria\" log verify \"$DIR/sam\"");
	signer_forget(&alice);
	signer_forget(&mallory);
	key_forget(&good);
	key_forget(&free_key);
	module_free(&module);
	module_free(&other);
	group_end(&group);
	return 0;
}

static struct act *
act_to_sign(const struct key *k)
{
	struct act *a = act_of_sign(&group, &alice, k, 1);

	act_write(a);
	return a;
}

static void
good_signs(struct hostile *h, const char *row)
{
	struct act *a = act_to_sign(&good);

	act_approve_module(a, pin, &module, person, good.id);
	hostile_activate(h, row, "", a, &good);
	act_free(a);
}

/* --- each field of a grant --- */

static void no_change(struct offer *o UNUSED) { }
static void of_another_group(struct offer *o) { o->g.group[0] ^= 1; }
static void of_another_module(struct offer *o) { memcpy(o->g.module, other.id, GROUP_LEN); }
static void of_another_person(struct offer *o) { memcpy(o->g.person, stranger, ID_LEN); }
static void of_another_signer(struct offer *o) { memcpy(o->g.signer, mallory.id, ID_LEN); }
static void of_another_statement(struct offer *o) { o->g.d[31] ^= 1; }
static void too_old(struct offer *o) { o->g.time -= 130000; }
static void from_the_future(struct offer *o) { o->g.time += 130000; }
static void
of_one_factor(struct offer *o)
{
	o->g.level = 1;
	o->g.factors = FACTOR_PIN;
}
static void of_no_factor(struct offer *o) { o->g.level = 1; o->g.factors = 0; }
static void of_a_level_without_factors(struct offer *o) { o->g.factors = FACTOR_PIN; }
static void without_share(struct offer *o) { memset(o->key, 0, ID_LEN); }
static void share_of_another_key(struct offer *o) { memcpy(o->sealed_key, free_key.id, ID_LEN); }
static void share_for_another_statement(struct offer *o) { o->sealed_for[0] ^= 1; }
static void share_for_another_group(struct offer *o) { o->sealed_group[0] ^= 1; }
static void share_of_another_module(struct offer *o) { memcpy(o->sealed_module, other.id, GROUP_LEN); }
static void share_that_is_another(struct offer *o) { o->share[0] ^= 1; }
static void
share_for_another_sam(struct offer *o)
{
	struct err e = { 0 };
	AUTO(hpke_key) *key = hpke_key_random(&e);

	CHECK(key != NULL);
	memcpy(o->sealed_to, hpke_key_point(key), 65);
}

static const struct {
	const char	*row;
	void		(*change)(struct offer *);
	const char	*reason;
} grants[] = {
	{ "for another group", of_another_group, "group" },
	{ "by another module", of_another_module, "auth" },
	{ "of another person", of_another_person, "auth" },
	{ "for another signer", of_another_signer, "auth" },
	{ "for another statement", of_another_statement, "auth" },
	{ "too old", too_old, "time" },
	{ "from the future", from_the_future, "time" },
	{ "of one factor", of_one_factor, "level" },
	{ "of no factor", of_no_factor, "auth" },
	{ "of a level that its factors do not give", of_a_level_without_factors, "auth" },
	{ "without a share", without_share, "share" },
	{ "a share sealed for another key", share_of_another_key, "share" },
	{ "a share sealed for another statement", share_for_another_statement, "share" },
	{ "a share sealed for another group", share_for_another_group, "share" },
	{ "a share sealed by another module", share_of_another_module, "share" },
	{ "a share sealed to another SAM", share_for_another_sam, "share" },
	{ "a share that is another", share_that_is_another, "share" },
	{ "as it should be", no_change, "" },
};

TEST(a_grant_is_for_this_statement_signer_person_and_time)
{
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(grants); i++) {
		struct act *a = act_of_sign(&group, &alice, &good, 1);
		struct offer o;

		a->st.iat -= 200000;		/* so that the grant's age alone is judged */
		act_write(a);
		module_offer(&module, a, person, good.id, &o);
		grants[i].change(&o);
		act_grant(a, pin, &module, &o);
		hostile_activate(&h, grants[i].row, grants[i].reason, a, &good);
		act_free(a);
	}
	hostile_end(&h);
}

TEST(a_grant_from_before_the_statement_is_none)
{
	struct act *a = act_of_sign(&group, &alice, &good, 1);
	struct hostile h;
	struct offer o;

	hostile_begin(&h, &group);
	a->st.iat = clock_wall() + 50000;
	a->st.exp = a->st.iat + 60000;
	act_write(a);
	module_offer(&module, a, person, good.id, &o);
	o.g.time -= 30000;
	act_grant(a, pin, &module, &o);
	hostile_activate(&h, "from before the statement", "time", a, &good);
	act_free(a);
	hostile_end(&h);
}

TEST(a_grant_with_any_byte_changed_is_none)
{
	struct act *a = act_to_sign(&good);
	struct hostile h;
	uint8_t *bytes;

	hostile_begin(&h, &group);
	act_approve_module(a, pin, &module, person, good.id);
	bytes = (uint8_t *)(uintptr_t)a->ev.list[0].body.p;
	for (size_t i = 0; i < a->ev.list[0].body.n; i++) {
		bytes[i] ^= (uint8_t)(1 << i % 8);
		act_write_evidences(a);
		hostile_activate(&h, "a bit turned over", "auth", a, &good);
		bytes[i] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t n = 0; n < a->ev.list[0].body.n; n += 13) {
		struct span whole = a->ev.list[0].body;

		a->ev.list[0].body.n = n;
		act_write_evidences(a);
		hostile_activate(&h, "cut", "auth", a, &good);
		a->ev.list[0].body = whole;
	}
	act_write_evidences(a);
	hostile_activate(&h, "as it was", "", a, &good);
	hostile_activate(&h, "once more", "replay", a, &good);
	act_free(a);
	hostile_end(&h);
}

TEST(only_the_key_of_the_module_itself_signs_its_grants)
{
	struct module impostor = module;
	struct act *a = act_to_sign(&good);
	struct hostile h;

	hostile_begin(&h, &group);
	impostor.key = other.key;
	act_approve_module(a, pin, &impostor, person, good.id);
	hostile_activate(&h, "signed by another peer", "auth", a, &good);
	act_write(a);
	impostor.key = alice.device;
	act_approve_module(a, pin, &impostor, person, good.id);
	hostile_activate(&h, "signed by the signer's own device", "auth", a, &good);
	act_write(a);
	act_approve_module(a, alice.authenticator, &module, person, good.id);
	hostile_activate(&h, "a grant as a device's approval", "quorum", a, &good);
	act_write(a);
	act_approve(a, pin, &alice.device);
	hostile_activate(&h, "a device's approval as a grant", "auth", a, &good);
	act_free(a);
	good_signs(&h, "its own key");
	hostile_end(&h);
}

TEST(a_key_that_was_born_with_a_module_is_not_used_without_it)
{
	struct act *a = act_to_sign(&good);
	struct hostile h;

	hostile_begin(&h, &group);
	act_approve_signer(a, &alice);
	hostile_activate(&h, "the device alone", "quorum", a, &good);
	act_approve_module(a, pin, &module, person, good.id);
	act_write_evidences(a);
	hostile_activate(&h, "one approval too many", "quorum", a, &good);
	act_free(a);
	a = act_to_sign(&free_key);
	act_approve_module(a, pin, &module, person, free_key.id);
	hostile_activate(&h, "a key without a share, by grant", "", a, &free_key);
	act_free(a);
	a = act_to_sign(&free_key);
	act_approve_module(a, pin, &module, person, NULL);
	hostile_activate(&h, "the same, and the grant brings none", "", a, &free_key);
	act_free(a);
	hostile_end(&h);
}

/* Uses go on with the activation's share; what closes it takes the share along. */
TEST(a_share_lives_as_long_as_its_activation)
{
	struct act *a = act_of_sign(&group, &alice, &good, 3);
	const uint32_t second = 1, third = 2;
	struct activated got, used;
	struct hostile h;

	hostile_begin(&h, &group);
	a->n = 1;
	act_write(a);
	act_approve_module(a, pin, &module, person, good.id);
	hostile_expect(&h, "the first", "", act_activate(a, group.ssa, &got));
	hostile_expect(&h, "the second", "", act_use(a, group.ssa, got.id, &second, 1, NULL, &used));
	CHECK(is_signature_of(a, &good, 1, used.signature[0]));
	hostile_signed(&h, "two of three", 2, got.signed_ + used.signed_);
	assert_string_equal(freeze(&group, RECORD_KEY, good.id), "");
	hostile_expect(&h, "the third, frozen", "unknown", act_use(a, group.ssa, got.id, &third, 1, NULL, &used));
	act_free(a);
	a = act_of_key(&group, &alice, &good, PURPOSE_RELEASE_KEY);
	act_write(a);
	act_approve_signer(a, &alice);
	enact(&h, "released without a share", "", a);
	good_signs(&h, "signs again");
	hostile_end(&h);
}

/* --- birth of keys --- */

TEST(a_key_with_a_share_is_made_with_its_share)
{
	static const struct { const char *row; void (*change)(struct offer *); const char *reason; } rows[] = {
		{ "without a share", without_share, "share" },
		{ "the share of another key", share_of_another_key, "share" },
		{ "a share for another statement", share_for_another_statement, "share" },
		{ "one factor", of_one_factor, "level" },
	};
	uint64_t keys = group_status(&group).keys;
	struct hostile h;
	uint8_t id[ID_LEN];
	struct offer o;
	struct act *a;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(rows); i++) {
		a = act_of_key_with(pin, id);
		act_write(a);
		module_offer(&module, a, person, id, &o);
		rows[i].change(&o);
		act_grant(a, pin, &module, &o);
		enact(&h, rows[i].row, rows[i].reason, a);
	}
	a = act_of_key_with(pin, id);
	act_write(a);
	act_approve_signer(a, &alice);
	enact(&h, "approved by the device alone", "quorum", a);
	a = act_of_key_with(alice.authenticator, id);
	act_write(a);
	act_approve_signer(a, &alice);
	enact(&h, "with a device", "kind", a);
	a = act_of_key_with(mallory.authenticator, id);
	act_write(a);
	act_approve_signer(a, &alice);
	enact(&h, "with another signer's authenticator", "quorum", a);
	assert_string_equal(set_policy(&group, 300000, 0x1e, 2), "");
	a = act_of_key_with(pin, id);
	act_write(a);
	act_approve_module(a, pin, &module, person, id);
	enact(&h, "policy takes no module at SCAL2", "level", a);
	a = act_to_sign(&good);
	act_approve_module(a, pin, &module, person, good.id);
	hostile_activate(&h, "nor for a use", "level", a, &good);
	act_free(a);
	assert_string_equal(set_policy(&group, 300000, 0x11e, 2), "");
	good_signs(&h, "policy takes it again");
	hostile_end(&h);
	assert_int_equal(group_status(&group).keys, keys);
}

static bool
is_in_log(struct span what)
{
	static uint8_t log[8u << 20];
	FILE *f = fopen(group_path(&group, "sam/log"), "r");
	size_t n = 0;

	CHECK(f != NULL && (n = fread(log, 1, sizeof(log), f)) > 0);
	fclose(f);
	return memmem(log, n, what.p, what.n) != NULL;
}

/* Signed at birth: the same each time, and no grant is asked for. The log keeps no share of it. */
TEST(the_certificate_request_comes_from_the_record)
{
	AUTO_WRITER first = writer_grow(65536), again = writer_grow(65536);
	struct writer *out[] = { &first, &again };
	struct span csr[2];
	struct key k = { .version = 1, .record = writer_grow(RECORD_MAX), .old_record = writer_grow(RECORD_MAX) };
	struct act *a = act_of_key_with(pin, k.id);
	struct offer birth;

	act_write(a);
	module_offer(&module, a, person, k.id, &birth);
	act_grant(a, pin, &module, &birth);
	assert_string_equal(act_enact(a, group.ssa, NULL, &k.record, &alice.record), "");
	CHECK(is_in_log(span_of(a->d, sizeof(a->d))) && is_in_log(span_of(birth.g.person, ID_LEN)));
	CHECK(!is_in_log(span_of(birth.sealed, 32)) &&
	    !is_in_log(span_of(birth.sealed + SHARE_SEALED_LEN - 32, 32)));
	alice.version++;
	act_free(a);
	for (int i = 0; i < 2; i++) {
		AUTO_WRITER w = writer_grow(65536);
		struct msg_request_certificate m = { .signer_record = writer_span(&alice.record),
			.key_record = writer_span(&k.record) };
		struct msg_certificate_request got;
		struct err e = { 0 };
		struct reader r;

		memcpy(m.key, k.id, ID_LEN);
		msg_request_certificate_write(&w, &m);
		assert_string_equal(ask(group.ssa, SAM_REQUEST_CERTIFICATE, writer_span(&w), out[i]), "");
		r = reader_over(writer_span(out[i]));
		CHECK(msg_certificate_request_read(&r, &got, &e));
		csr[i] = got.csr;
	}
	CHECK(csr[0].n > 0 && span_equal(csr[0], csr[1]));	/* ECDSA: signed anew it would differ */
	/* Destroyed with one factor and without a share: that gives nobody anything. */
	a = act_of_key(&group, &alice, &k, PURPOSE_DESTROY_KEY);
	act_write(a);
	{
		struct offer o;

		module_offer(&module, a, person, NULL, &o);
		of_one_factor(&o);
		act_grant(a, pin, &module, &o);
	}
	assert_string_equal(act_enact(a, group.ssa, NULL, NULL, NULL), "");
	act_free(a);
	key_forget(&k);
}

TEST(no_window_is_opened_for_a_key_with_a_share)
{
	struct msg_open_window m = { .seconds = 60, .count = 1, .session = { 1 } };
	AUTO_WRITER w = writer_grow(65536);
	struct hostile h;
	struct key low;

	key_with_share(&low, LEVEL_SCAL1, 1);
	hostile_begin(&h, &group);
	memcpy(m.key, low.id, ID_LEN);
	m.signer_record = writer_span(&alice.record);
	m.key_record = writer_span(&low.record);
	msg_open_window_write(&w, &m);
	hostile_expect(&h, "window", "level", ask(group.ssa, SAM_OPEN_WINDOW, writer_span(&w), NULL));
	hostile_end(&h);
	key_forget(&low);
}

/* --- authenticators --- */

static struct act *
act_of_module_bind(struct signer *s, const struct module *m, const uint8_t who[ID_LEN], uint8_t *link)
{
	struct act *a = act_of_bind(&group, s, &s->device);

	bind_with_module(a, m, who, link);
	act_write(a);
	return a;
}

TEST(a_module_is_bound_by_its_own_grant_for_this_person)
{
	uint8_t link[MODULE_LINK_LEN], id[ID_LEN];
	struct module unknown = module;
	struct hostile h;
	struct signer bob;
	struct act *a;

	signer_invite(&group, &bob, "CN=Bob Example,C=SE");
	hostile_begin(&h, &group);
	a = act_of_module_bind(&bob, &module, person, link);
	act_approve(a, NULL, &bob.device);
	act_approve_code(a, bob.code);
	enact(&h, "bound by a device's approval", "quorum", a);
	a = act_of_bind(&group, &bob, &bob.device);
	act_write(a);
	act_approve_module(a, NULL, &module, person, NULL);
	act_approve_code(a, bob.code);
	enact(&h, "a device bound by a grant", "quorum", a);
	a = act_of_module_bind(&bob, &module, person, link);
	act_approve_module(a, NULL, &module, stranger, NULL);
	act_approve_code(a, bob.code);
	enact(&h, "bound by another person's grant", "auth", a);
	a = act_of_module_bind(&bob, &module, person, link);
	act_approve_module(a, NULL, &module, person, NULL);
	enact(&h, "bound without the code", "quorum", a);
	unknown.id[0] ^= 1;
	a = act_of_module_bind(&bob, &unknown, person, link);
	act_approve_module(a, NULL, &unknown, person, NULL);
	act_approve_code(a, bob.code);
	enact(&h, "a module that is no peer", "peer", a);
	a = act_of_module_bind(&bob, &module, stranger, link);
	act_approve_module(a, NULL, &module, stranger, NULL);
	act_approve_code(a, bob.code);
	enact(&h, "by code and grant", "", a);
	a = act_of_bind(&group, &alice, &alice.device);
	a->st.purpose = PURPOSE_ADD_AUTHENTICATOR;
	assert_string_equal(act_challenge(a), "");
	bind_with_module(a, &module, person, link);
	act_write(a);
	act_approve_module(a, NULL, &module, person, NULL);
	act_approve_signer(a, &alice);
	enact(&h, "the same person twice", "auth", a);
	memcpy(id, pin, ID_LEN);
	a = act_new(&group, PURPOSE_REMOVE_AUTHENTICATOR);
	memcpy(a->st.subject, alice.id, ID_LEN);
	a->st.remove_authenticator.from = alice.version;
	memcpy(a->st.remove_authenticator.authenticator, id, ID_LEN);
	assert_string_equal(act_challenge(a), "");
	act_write(a);
	act_approve_signer(a, &alice);
	enact(&h, "removed while a key was made with it", "state", a);
	good_signs(&h, "it is there still");
	hostile_end(&h);
	signer_forget(&bob);
}

/* Two persons' approvals of each use: a device and the module, in either order of their ids. */
TEST(a_key_may_ask_for_a_grant_and_a_device)
{
	struct hostile h;
	struct key both;
	struct act *a;

	key_with_share(&both, LEVEL_SCAL2, 2);
	hostile_begin(&h, &group);
	a = act_to_sign(&both);
	act_approve_module(a, pin, &module, person, both.id);
	hostile_activate(&h, "the grant alone", "quorum", a, &both);
	act_free(a);
	a = act_to_sign(&both);
	act_approve_module(a, pin, &module, person, both.id);
	act_approve_signer(a, &alice);
	hostile_activate(&h, "both", "", a, &both);
	act_free(a);
	a = act_of_key(&group, &alice, &both, PURPOSE_DESTROY_KEY);
	act_write(a);
	act_approve_module(a, pin, &module, person, NULL);
	act_approve_signer(a, &alice);
	enact(&h, "destroyed by both", "", a);
	hostile_end(&h);
	key_forget(&both);
}

/* --- peers --- */

static void kind_of_sam(struct act *a)
{
	a->st.add_peer.kind = PEER_SAM;
	a->st.add_peer.key = span_of(module.transport, sizeof(module.transport));
}
static void own_group(struct act *a) { memcpy(a->st.add_peer.peer, group.id, GROUP_LEN); }
static void officers_key(struct act *a) { a->st.add_peer.key = device_spki(&group.so[0].device); }
static void signing_key(struct act *a) { a->st.add_peer.key = span_of(good.spki, sizeof(good.spki)); }
static void
malformed_key(struct act *a)
{
	static uint8_t key[DEVICE_SPKI];

	memcpy(key, module.key.spki, sizeof(key));
	key[sizeof(key) - 1] ^= 1;		/* off the curve */
	a->st.add_peer.key = span_of(key, sizeof(key));
}
static void unchanged(struct act *a UNUSED) { }

static void
peer_act(struct hostile *h, const char *row, const char *want, struct act *a, size_t officers)
{
	hostile_expect(h, row, want, security_does(a, officers));
}

TEST(who_is_a_peer_two_security_officers_say)
{
	static const struct { const char *row; void (*change)(struct act *); const char *reason; } rows[] = {
		{ "a SAM", kind_of_sam, "kind" },
		{ "this group itself", own_group, "peer" },
		{ "an officer's key", officers_key, "auth" },
		{ "a signing key of the group", signing_key, "auth" },
		{ "a key off the curve", malformed_key, "auth" },
		{ "twice", unchanged, "state" },
	};
	struct module third;
	struct hostile h;

	module_make(&third, &group);
	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct act *a = act_of_peer(&group, &module, PURPOSE_ADD_PEER);

		rows[i].change(a);
		peer_act(&h, rows[i].row, rows[i].reason, a, 2);
	}
	peer_act(&h, "one officer", "quorum", act_of_peer(&group, &third, PURPOSE_ADD_PEER), 1);
	peer_act(&h, "removed, unknown", "owner", act_of_peer(&group, &third, PURPOSE_REMOVE_PEER), 2);
	peer_act(&h, "removed by one", "quorum", act_of_peer(&group, &module, PURPOSE_REMOVE_PEER), 1);
	hostile_end(&h);
	module_free(&third);
}

static void
activate_under(struct hostile *h, const char *row, const char *want, const struct module *m)
{
	struct act *a = act_to_sign(&good);

	act_approve_module(a, pin, m, person, good.id);
	hostile_activate(h, row, want, a, &good);
	act_free(a);
}

/* A changed grant key: both count while both are installed; and over a restart. Last test: */
TEST(a_removed_peers_grants_count_no_more)
{
	struct module next = module;
	struct hostile h;

	device_make(&next.key);
	hostile_begin(&h, &group);
	activate_under(&h, "a key that is not installed yet", "auth", &next);
	peer_act(&h, "installed", "", act_of_peer(&group, &next, PURPOSE_ADD_PEER), 2);
	activate_under(&h, "the old one", "", &module);
	activate_under(&h, "and the new one", "", &next);
	group_stop(&group);
	group_start(&group);
	activate_under(&h, "the new one after a restart", "", &next);
	peer_act(&h, "the old one goes", "", act_of_peer(&group, &module, PURPOSE_REMOVE_PEER), 2);
	activate_under(&h, "by the removed key", "auth", &module);
	activate_under(&h, "by the one that stays", "", &next);
	peer_act(&h, "the other one goes", "", act_of_peer(&group, &next, PURPOSE_REMOVE_PEER), 2);
	activate_under(&h, "of a module that is no peer any more", "peer", &next);
	hostile_end(&h);
	device_free(&next.key);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_grant_is_for_this_statement_signer_person_and_time),
	cmocka_unit_test(a_grant_from_before_the_statement_is_none),
	cmocka_unit_test(a_grant_with_any_byte_changed_is_none),
	cmocka_unit_test(only_the_key_of_the_module_itself_signs_its_grants),
	cmocka_unit_test(a_key_that_was_born_with_a_module_is_not_used_without_it),
	cmocka_unit_test(a_share_lives_as_long_as_its_activation),
	cmocka_unit_test(a_key_with_a_share_is_made_with_its_share),
	cmocka_unit_test(the_certificate_request_comes_from_the_record),
	cmocka_unit_test(no_window_is_opened_for_a_key_with_a_share),
	cmocka_unit_test(a_module_is_bound_by_its_own_grant_for_this_person),
	cmocka_unit_test(who_is_a_peer_two_security_officers_say),
	cmocka_unit_test(a_key_may_ask_for_a_grant_and_a_device),
	cmocka_unit_test(a_removed_peers_grants_count_no_more),
};

HOSTILE_MAIN(tests, set_up, tear_down)
