/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authentication module against a hostile SSA that has all sealed factors and records in its
 * hands. Design review C10, C12; PROTOCOL.sam 9.
 */
#include <unistd.h>

#include "auth/factors.h"
#include "base/clock.h"
#include "crypto/totp.h"
#include "crypto/verify.h"
#include "statement/grant.h"
#include "tests/sic/act.h"
#include "tests/sic/tally.h"
#include "tests/test.h"

static struct group group;
static struct hpke_key *sam_key, *other_key;	/* transport keys of two SAMs */
static const uint8_t sam_id[GROUP_LEN] = "the SAM", other_id[GROUP_LEN] = "another SAM";
static uint8_t grant_key[91];			/* of the last NEW_GRANT_KEY */

struct patient {
	uint8_t		id[ID_LEN], signer[ID_LEN], code[CODE_LEN], seed[20];
	uint32_t	version;
	const char	*pin;			/* NULL: none */
	bool		totp;
	struct writer	record, old;
};

/* --- officers */

static const char *
officers_do(struct act *a, const struct officer_hand *const *hands, size_t n, struct msg_enacted *made,
    struct writer *record)
{
	const char *reason;

	assert_string_equal(act_propose(a), "");
	act_write(a);
	for (size_t i = 0; i < n; i++)
		act_approve_by(a, hands[i]);
	reason = act_enact(a, group.officers, made, record, NULL);
	act_free(a);
	return reason;
}

static const char *
security_do(struct act *a, size_t n, struct msg_enacted *made)
{
	const struct officer_hand *hands[] = { &group.so[0], &group.so[1], &group.so[2] };

	return officers_do(a, hands, n, made, NULL);
}

static void
add_peer(const uint8_t id[GROUP_LEN], const struct hpke_key *key)
{
	struct act *a = act_new(&group, PURPOSE_ADD_PEER);

	a->st.add_peer = (struct body_add_peer){ .kind = PEER_SAM,
		.key = span_of(hpke_key_point(key), HPKE_POINT_LEN), .label = span_str("SAM") };
	memcpy(a->st.add_peer.peer, id, GROUP_LEN);
	assert_string_equal(security_do(a, 2, NULL), "");
}

/* The public half lies in the log: the youngest GRANT_KEY. */
static void
grant_key_read(uint64_t sequence)
{
	AUTO_WRITER answer = writer_grow(FRAME_MAX);
	uint64_t from = 0;

	for (bool found = false; !found;) {
		uint8_t mem[16];
		struct writer w = writer_over(mem, sizeof(mem));
		struct msg_follow m = { from, ONLY_READS };
		struct msg_followed got;
		struct batch_view batch;
		struct err e = { 0 };
		struct reader r;
		struct span rest;
		size_t used = 1;

		msg_follow_write(&w, &m);
		assert_string_equal(ask(group.officers, SAM_FOLLOW, writer_span(&w), &answer), "");
		r = reader_over(writer_span(&answer));
		CHECK(msg_followed_read(&r, &got, &e) && got.bytes.n > 0);
		for (rest = got.bytes; rest.n > 0 && !found; rest = span_of(rest.p + used, rest.n - used)) {
			struct reader entries;
			struct entry entry;
			union entry_payload p;
			struct span one;

			CHECK(batch_read(rest, &batch, &used, &e));
			if (used == 0)
				break;
			from += used;
			entries = reader_over(batch.entries);
			while (batch_next(&entries, &one)) {
				CHECK(entry_read(one, &entry, &e));
				if (entry.sequence != sequence)
					continue;
				CHECK(entry.kind == ENTRY_GRANT_KEY && entry_payload_read(&entry, &p, &e));
				memcpy(grant_key, p.grant_key.spki.p, sizeof(grant_key));
				found = true;
			}
		}
	}
}

static void
new_grant_key(void)
{
	struct act *a = act_new(&group, PURPOSE_NEW_GRANT_KEY);
	struct msg_enacted made;
	uint8_t hash[HASH_LEN];

	a->st.reason = span_str("first one");
	assert_string_equal(security_do(a, 2, &made), "");
	grant_key_read(made.sequence);
	sha256(span_of(grant_key, sizeof(grant_key)), hash);
	assert_memory_equal(made.id, hash, ID_LEN);
}

/* --- factors and statements */

static void
factor_point(uint8_t point[HPKE_POINT_LEN])
{
	AUTO_WRITER answer = writer_grow(4096);
	struct msg_factor_key m;
	struct err e = { 0 };
	struct reader r;

	assert_string_equal(ask(group.ssa, AUTH_FACTOR_KEY, span_of(NULL, 0), &answer), "");
	r = reader_over(writer_span(&answer));
	CHECK(msg_factor_key_read(&r, &m, &e) && m.attestation.n == 1 + 32 + 8 + 65 + 8 + 64);
	CHECK(m.attestation.p[0] == 5 && memcmp(m.attestation.p + 1, group.id, GROUP_LEN) == 0);
	memcpy(point, m.attestation.p + 41, HPKE_POINT_LEN);
}

static void
seal_factors(const struct factors *f, const uint8_t bound[32], uint8_t out[SEALED_FACTORS_LEN])
{
	uint8_t point[HPKE_POINT_LEN], info[FACTORS_INFO_LEN], mem[FACTORS_LEN];
	struct writer w = writer_over(mem, sizeof(mem));
	struct err e = { 0 };

	factor_point(point);
	factors_info(group.id, info);
	factors_write(&w, f);
	CHECK(writer_ok(&w) && w.n == FACTORS_LEN);
	CHECK(hpke_seal(span_of(point, sizeof(point)), span_of(info, sizeof(info)), span_of(bound, 32),
	    writer_span(&w), out, &e));
}

static const char *
code_at(const struct patient *p, int ahead)
{
	static char mem[8][TOTP_DIGITS + 1];
	static size_t next;
	char *text = mem[next++ % COUNT(mem)];

	totp_code(span_of(p->seed, sizeof(p->seed)),
	    clock_wall() / TOTP_STEP_MS + (uint64_t)(int64_t)ahead, text);
	return text;
}

static const char *
wrong_code(const struct patient *p)
{
	static char text[TOTP_DIGITS + 1];

	for (unsigned n = 0;; n++) {
		snprintf(text, sizeof(text), "%06u", n);
		if (strcmp(text, code_at(p, -2)) != 0 && strcmp(text, code_at(p, -1)) != 0 &&
		    strcmp(text, code_at(p, 0)) != 0 && strcmp(text, code_at(p, 1)) != 0 &&
		    strcmp(text, code_at(p, 2)) != 0)
			return text;
	}
}

struct ask {			/* a GRANT, to be spoiled */
	struct statement st;
	uint8_t		 digest[HASH_LEN], d[HASH_LEN], sealed[SEALED_FACTORS_LEN];
	struct writer	 bytes;
	struct span	 record;
	struct factors	 factors;
	struct writer	 grant;
	struct grant	 got;		/* lent from grant */
};

static struct ask *
ask_new(const struct patient *p, uint16_t purpose)
{
	struct ask *q = calloc(1, sizeof(*q));

	CHECK(q != NULL);
	q->bytes = writer_grow(STATEMENT_MAX);
	q->grant = writer_grow(4096);
	q->st.purpose = purpose;
	memcpy(q->st.group, sam_id, GROUP_LEN);
	q->st.epoch = 1;
	memcpy(q->st.subject, p->signer, ID_LEN);
	random_bytes(q->st.fresh, sizeof(q->st.fresh));
	q->st.iat = clock_wall();
	q->st.exp = q->st.iat + 60000;
	if (purpose == PURPOSE_SIGN) {
		q->st.sign = (struct body_sign){ .class = CLASS_SIGNATURE, .level = 2, .alg = 1,
			.kind = KIND_DTBSR, .seen = SEEN_DOCUMENT, .n = 1 };
		q->st.sign.items[0].digest = span_of(q->digest, HASH_LEN);
		memset(q->st.sign.key, 7, ID_LEN);
	}
	memcpy(q->factors.person, p->id, ID_LEN);
	if (p->pin != NULL)
		q->factors.pin = span_str(p->pin);
	if (p->totp)
		q->factors.code = span_str(code_at(p, 0));
	return q;
}

static void
ask_free(struct ask *q)
{
	writer_wipe(&q->bytes);
	writer_wipe(&q->grant);
	free(q);
}

static void
ask_write(struct ask *q)
{
	writer_reset(&q->bytes);
	statement_write(&q->bytes, &q->st);
	CHECK(writer_ok(&q->bytes));
	statement_digest(writer_span(&q->bytes), q->d);
}

static void
ask_seal(struct ask *q)
{
	ask_write(q);
	memcpy(q->factors.d, q->d, HASH_LEN);
	seal_factors(&q->factors, q->d, q->sealed);
}

static const char *
ask_send(struct ask *q)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX), answer = writer_grow(4096);
	struct msg_grant m = { writer_span(&q->bytes), span_of(q->sealed, sizeof(q->sealed)), q->record };
	struct msg_granted got;
	struct err e = { 0 };
	const char *reason;
	struct reader r;

	msg_grant_write(&w, &m);
	reason = ask(group.ssa, AUTH_GRANT, writer_span(&w), &answer);
	if (strcmp(reason, "") != 0)
		return reason;
	r = reader_over(writer_span(&answer));
	CHECK(msg_granted_read(&r, &got, &e));
	writer_reset(&q->grant);
	wr_span(&q->grant, got.grant);
	CHECK(grant_read(writer_span(&q->grant), &q->got, &e));
	return "";
}

/* One honest try with this PIN and code, then gone. */
static const char *
tries(const struct patient *p, const char *pin, const char *code)
{
	struct ask *q = ask_new(p, PURPOSE_DESTROY_KEY);
	const char *reason;

	q->factors.pin = span_str(pin != NULL ? pin : "");
	q->factors.code = span_str(code != NULL ? code : "");
	ask_seal(q);
	reason = ask_send(q);
	ask_free(q);
	return reason;
}

/* --- persons */

static void
admit(struct patient *p)
{
	const struct officer_hand *ro[] = { &group.ro };
	struct act *a = act_new(&group, PURPOSE_ADMIT);
	uint8_t seed[32];
	struct msg_enacted made;

	random_bytes(p->signer, sizeof(p->signer));
	random_bytes(p->code, sizeof(p->code));
	random_bytes(p->seed, sizeof(p->seed));
	p->record = writer_grow(RECORD_MAX);
	p->old = writer_grow(RECORD_MAX);
	memcpy(a->st.admit.peer, sam_id, GROUP_LEN);
	memcpy(a->st.admit.signer, p->signer, ID_LEN);
	a->st.admit.name = span_str("Pat Patient");
	code_seed(p->code, group.id, seed);
	ed25519_public(seed, a->st.admit.code);
	assert_string_equal(officers_do(a, ro, 1, &made, &p->record), "");
	memcpy(p->id, made.id, ID_LEN);
	p->version = made.version;
}

static struct act *
act_of_set(const struct patient *p, uint8_t sealed[SEALED_FACTORS_LEN])
{
	struct act *a = act_new(&group, PURPOSE_SET_FACTORS);
	struct factors f = { .new_pin = span_str(p->pin != NULL ? p->pin : "") };

	memcpy(a->st.subject, p->id, ID_LEN);
	a->st.factors.from = p->version;
	assert_string_equal(act_challenge(a), "");
	statement_factors(a->st.fresh, f.d);
	memcpy(f.person, p->id, ID_LEN);
	if (p->totp) {
		f.new_seed = span_of(p->seed, sizeof(p->seed));
		f.code = span_str(code_at(p, 0));
	}
	seal_factors(&f, f.d, sealed);
	sha256(span_of(sealed, SEALED_FACTORS_LEN), a->st.factors.sealed);
	a->key_record = span_of(sealed, SEALED_FACTORS_LEN);
	a->signer_record = writer_span(&p->record);
	act_write(a);
	return a;
}

static void
set_factors(struct patient *p)
{
	uint8_t sealed[SEALED_FACTORS_LEN];
	struct act *a = act_of_set(p, sealed);
	struct writer record = writer_grow(RECORD_MAX);
	struct msg_enacted made;

	act_approve_code(a, p->code);
	assert_string_equal(act_enact(a, group.ssa, &made, &record, NULL), "");
	act_free(a);
	writer_wipe(&p->old);
	p->old = p->record;
	p->record = record;
	p->version = made.version;
}

static struct patient
patient_of(const char *pin, bool totp)
{
	struct patient p = { .pin = pin, .totp = totp };

	admit(&p);
	set_factors(&p);
	return p;
}

static void
forget(struct patient *p)
{
	writer_wipe(&p->record);
	writer_wipe(&p->old);
}

static struct act *
act_of_person(const struct patient *p, uint16_t purpose)
{
	struct act *a = act_new(&group, purpose);

	memcpy(a->st.subject, p->id, ID_LEN);
	a->st.signer.from = p->version;
	return a;
}

static int
set_up(void **state UNUSED)
{
	struct patient p;
	struct err e = { 0 };

	group_found_auth(&group);
	group_start(&group);
	CHECK((sam_key = hpke_key_random(&e)) != NULL && (other_key = hpke_key_random(&e)) != NULL);
	add_peer(sam_id, sam_key);
	add_peer(other_id, other_key);
	p = patient_of("271828", false);
	assert_string_equal(tries(&p, "271828", NULL), "closed");	/* no grant key yet */
	forget(&p);
	new_grant_key();
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	hpke_key_free(sam_key);
	hpke_key_free(other_key);
	group_end(&group);
	return 0;
}

static void
share_of(const struct ask *q, const struct hpke_key *key, const uint8_t id[ID_LEN], uint8_t share[SHARE_LEN])
{
	uint8_t info[SHARE_INFO_LEN], aad[SHARE_AAD_LEN];
	struct err e = { 0 };

	share_info(q->st.group, group.id, info);
	share_aad(q->d, id, aad);
	CHECK(q->got.share.n == SHARE_SEALED_LEN && hpke_open(key, span_of(info, sizeof(info)),
	    span_of(aad, sizeof(aad)), q->got.share, share, &e));
}

/* --- what must be */

TEST(both_factors_give_a_grant_of_level_two_for_this_statement_and_its_key)
{
	struct patient p = patient_of("314159", true), one = patient_of("314159", false);
	struct ask *q = ask_new(&p, PURPOSE_SIGN), *second = ask_new(&p, PURPOSE_SIGN),
	    *key = ask_new(&one, PURPOSE_SIGN), *made = ask_new(&one, PURPOSE_CREATE_KEY);
	uint8_t share[5][SHARE_LEN], id[ID_LEN];

	ask_seal(q);
	assert_string_equal(ask_send(q), "");
	CHECK(q->got.level == 2 && q->got.factors == 3 && memcmp(q->got.group, sam_id, 32) == 0);
	CHECK(memcmp(q->got.module, group.id, 32) == 0 && memcmp(q->got.d, q->d, 32) == 0);
	CHECK(memcmp(q->got.signer, p.signer, 16) == 0 && memcmp(q->got.person, p.id, 16) == 0);
	CHECK(grant_verify(writer_span(&q->grant), span_of(grant_key, sizeof(grant_key))));
	share_of(q, sam_key, q->st.sign.key, share[0]);
	second->factors.code = span_str(code_at(&p, 1));
	ask_seal(second);
	assert_string_equal(ask_send(second), "");
	share_of(second, sam_key, second->st.sign.key, share[1]);
	memset(key->st.sign.key, 8, ID_LEN);
	ask_seal(key);
	assert_string_equal(ask_send(key), "");
	share_of(key, sam_key, key->st.sign.key, share[2]);
	made->st.create_key = (struct body_create_key){ .from = 1, .alg = 1, .class = 1, .level = 1,
		.evidences = 1 };
	ask_seal(made);
	assert_string_equal(ask_send(made), "");
	CHECK(made->got.level == 1 && made->got.factors == FACTOR_PIN);
	statement_key(made->st.fresh, id);
	share_of(made, sam_key, id, share[3]);
	assert_memory_equal(share[0], share[1], SHARE_LEN);
	ask_free(q);
	ask_free(second);
	ask_free(key);
	/* The same key id for another person. */
	q = ask_new(&one, PURPOSE_SIGN);
	ask_seal(q);
	assert_string_equal(ask_send(q), "");
	share_of(q, sam_key, q->st.sign.key, share[4]);
	for (size_t i = 0; i < 4; i++)
		CHECK(memcmp(share[i], share[4], SHARE_LEN) != 0);
	CHECK(memcmp(share[2], share[3], SHARE_LEN) != 0);
	ask_free(q);
	ask_free(made);
	forget(&p);
	forget(&one);
}

TEST(a_pin_is_tried_ten_times_whatever_becomes_of_the_process)
{
	struct patient p = patient_of("112233", false);
	struct act *a;

	for (int i = 0; i < 4; i++)
		assert_string_equal(tries(&p, "111111", NULL), "auth");
	group_stop(&group);		/* a snapshot is written, and read */
	group_start(&group);
	for (int i = 4; i < 7; i++)
		assert_string_equal(tries(&p, "111111", NULL), "auth");
	group_kill(&group);
	group_start(&group);
	for (int i = 7; i < 10; i++)
		assert_string_equal(tries(&p, "111111", NULL), "auth");
	assert_string_equal(tries(&p, "112233", NULL), "locked");
	a = act_of_person(&p, PURPOSE_UNLOCK);
	assert_string_equal(security_do(a, 1, NULL), "quorum");
	assert_string_equal(tries(&p, "112233", NULL), "locked");
	a = act_of_person(&p, PURPOSE_UNLOCK);
	assert_string_equal(security_do(a, 2, NULL), "");
	assert_string_equal(tries(&p, "112233", NULL), "");
	/* A success forgets the failures before it. */
	for (int i = 0; i < 9; i++)
		assert_string_equal(tries(&p, "111111", NULL), "auth");
	assert_string_equal(tries(&p, "112233", NULL), "");
	assert_string_equal(tries(&p, "111111", NULL), "auth");
	assert_string_equal(tries(&p, "112233", NULL), "");
	forget(&p);
}

TEST(tries_do_not_come_back_with_an_older_state_directory)
{
	struct patient p = patient_of("121212", false);

	group_stop(&group);
	group_shell(&group, "cp -a $DIR/sam $DIR/sam.old");
	group_start(&group);
	for (int i = 0; i < 3; i++)
		assert_string_equal(tries(&p, "111111", NULL), "auth");
	group_stop(&group);
	group_shell(&group, "mv $DIR/sam $DIR/sam.right; cp -a $DIR/sam.old $DIR/sam");
	group_start(&group);
	CHECK(group_status(&group).state == SAM_CLOSED);
	group_stop(&group);
	group_shell(&group, "rm -rf $DIR/sam $DIR/sam.old; mv $DIR/sam.right $DIR/sam");
	group_start(&group);
	for (int i = 3; i < 10; i++)
		assert_string_equal(tries(&p, "111111", NULL), "auth");
	assert_string_equal(tries(&p, "121212", NULL), "locked");
	forget(&p);
}

TEST(a_try_that_is_cut_off_by_a_crash_is_charged)
{
	struct patient p = patient_of("131313", false);

	if (getenv("FAIL_POINTS") == NULL || strcmp(getenv("FAIL_POINTS"), "yes") != 0) {
		forget(&p);
		return;
	}
	for (int i = 0; i < 9; i++)
		assert_string_equal(tries(&p, "111111", NULL), "auth");
	group_stop(&group);
	setenv("PROPRIA_FAIL_POINT", "charged", 1);
	group_start(&group);
	unsetenv("PROPRIA_FAIL_POINT");
	assert_string_equal(tries(&p, "111111", NULL), "gone");
	group_stop(&group);
	group_start(&group);
	assert_string_equal(tries(&p, "131313", NULL), "locked");
	forget(&p);
}

TEST(codes_count_for_themselves_and_come_once)
{
	struct patient p = patient_of("141414", true), q = patient_of("141414", true);

	/* A PIN is no matter before a code is right: these charge codes alone. */
	for (int i = 0; i < 12; i++)
		assert_string_equal(tries(&p, "141414", wrong_code(&p)), "auth");
	assert_string_equal(tries(&p, "141414", code_at(&p, 0)), "");
	assert_string_equal(tries(&p, "141414", code_at(&p, -1)), "auth");	/* one before the last */
	for (int i = 1; i < 20; i++)
		assert_string_equal(tries(&p, "141414", wrong_code(&p)), "auth");
	assert_string_equal(tries(&p, "141414", code_at(&p, 1)), "locked");
	/* Behind a right code a wrong PIN counts, and not the code. */
	for (int i = 0; i < 10; i++)
		assert_string_equal(tries(&q, "111111", code_at(&q, 0)), "auth");
	assert_string_equal(tries(&q, "141414", code_at(&q, 0)), "locked");
	forget(&p);
	forget(&q);
}

TEST(a_code_is_taken_once)
{
	struct patient p = patient_of("151515", true);
	const char *code = code_at(&p, 0);

	assert_string_equal(tries(&p, "151515", code), "");
	assert_string_equal(tries(&p, "151515", code), "auth");
	forget(&p);
}

TEST(all_factors_are_needed)
{
	struct patient p = patient_of("161616", true);

	assert_string_equal(tries(&p, NULL, code_at(&p, 0)), "auth");
	assert_string_equal(tries(&p, "161616", NULL), "auth");
	assert_string_equal(tries(&p, NULL, NULL), "auth");
	assert_string_equal(tries(&p, "161616", code_at(&p, 0)), "");
	forget(&p);
}

TEST(factors_are_for_one_statement_of_one_person_once)
{
	struct patient p = patient_of("171717", false), other = patient_of("181818", false);
	struct ask *q = ask_new(&p, PURPOSE_SIGN), *moved = ask_new(&p, PURPOSE_SIGN);

	ask_seal(q);
	moved->digest[0] = 1;
	ask_write(moved);
	memcpy(moved->sealed, q->sealed, sizeof(q->sealed));
	assert_string_equal(ask_send(moved), "auth");	/* the lunch menu's for the contract */
	assert_string_equal(ask_send(q), "");
	assert_string_equal(ask_send(q), "replay");
	/* Other factors under a statement that names this signer. */
	memcpy(moved->factors.person, other.id, ID_LEN);
	moved->factors.pin = span_str("181818");
	ask_seal(moved);
	assert_string_equal(ask_send(moved), "owner");
	/* ... and for the statement of another inside. */
	memcpy(moved->factors.person, p.id, ID_LEN);
	memset(moved->factors.d, 9, sizeof(moved->factors.d));
	seal_factors(&moved->factors, moved->d, moved->sealed);
	assert_string_equal(ask_send(moved), "auth");
	ask_free(moved);
	/* Sealed before a restart: that life's key is gone. */
	moved = ask_new(&p, PURPOSE_SIGN);
	ask_seal(moved);
	group_stop(&group);
	group_start(&group);
	assert_string_equal(ask_send(moved), "auth");
	ask_free(moved);
	ask_free(q);
	forget(&p);
	forget(&other);
}

static void
spoiled(const struct patient *p, const char *want, void (*spoil)(struct ask *))
{
	struct ask *q = ask_new(p, PURPOSE_SIGN);

	spoil(q);
	ask_seal(q);
	assert_string_equal(ask_send(q), want);
	ask_free(q);
}

static void
unknown_group(struct ask *q)
{
	q->st.group[0] ^= 1;
}

static void
other_group(struct ask *q)
{
	memcpy(q->st.group, other_id, GROUP_LEN);
}

static void
own_group(struct ask *q)
{
	memcpy(q->st.group, group.id, GROUP_LEN);
}

static void
officers_act(struct ask *q)
{
	q->st.purpose = PURPOSE_REVOKE_KEY;
	memset(&q->st.key, 0, sizeof(q->st.key));
}

static void
expired(struct ask *q)
{
	q->st.iat -= 120000;
	q->st.exp -= 120000;
}

static void
future(struct ask *q)
{
	q->st.iat += 120000;
	q->st.exp += 120000;
}

static void
for_ever(struct ask *q)
{
	q->st.exp = q->st.iat + 7200001;
}

static void
other_signer(struct ask *q)
{
	q->st.subject[0] ^= 1;
}

static void
nobody(struct ask *q)
{
	q->factors.person[0] ^= 1;
}

TEST(only_a_signers_act_at_a_peer_now_is_granted)
{
	struct patient p = patient_of("191919", false);

	spoiled(&p, "peer", unknown_group);
	spoiled(&p, "owner", other_group);
	spoiled(&p, "peer", own_group);
	spoiled(&p, "purpose", officers_act);
	spoiled(&p, "time", expired);
	spoiled(&p, "time", future);
	spoiled(&p, "time", for_ever);
	spoiled(&p, "owner", other_signer);
	spoiled(&p, "owner", nobody);
	assert_string_equal(tries(&p, "191919", NULL), "");
	forget(&p);
}

/* CHANGE_FACTORS or CHECK by these factors; the reason. */
static const char *
by_factors(struct patient *p, uint16_t purpose, const char *pin, const char *new_pin)
{
	struct act *a = act_new(&group, purpose);
	AUTO_WRITER w = writer_grow(FRAME_MAX), answer = writer_grow(FRAME_MAX);
	struct factors f = { .pin = span_str(pin), .new_pin = span_str(new_pin) };
	uint8_t sealed[SEALED_FACTORS_LEN];
	struct msg_enact m;
	struct msg_enacted made;
	struct err e = { 0 };
	const char *reason;
	struct reader r;

	memcpy(a->st.subject, p->id, ID_LEN);
	if (purpose == PURPOSE_CHANGE_FACTORS)
		a->st.factors.from = p->version;
	assert_string_equal(act_challenge(a), "");
	act_write(a);
	memcpy(f.person, p->id, ID_LEN);
	memcpy(f.d, a->d, sizeof(f.d));
	seal_factors(&f, a->d, sealed);
	m = (struct msg_enact){ writer_span(&a->statement), span_of(NULL, 0), writer_span(&p->record),
		span_of(sealed, sizeof(sealed)) };
	msg_enact_write(&w, &m);
	reason = ask(group.ssa, SAM_ENACT, writer_span(&w), &answer);
	if (strcmp(reason, "") == 0) {
		r = reader_over(writer_span(&answer));
		CHECK(msg_enacted_read(&r, &made, &e) && memcmp(made.id, p->id, ID_LEN) == 0);
		if (made.n > 0) {
			writer_reset(&p->old);
			wr_span(&p->old, writer_span(&p->record));
			writer_reset(&p->record);
			wr_span(&p->record, made.record[0]);
		}
		p->version = made.version;
	}
	act_free(a);
	return reason;
}

TEST(factors_change_by_themselves_and_old_records_are_worth_nothing)
{
	struct patient p = patient_of("202020", false), other = patient_of("212121", false);
	struct ask *q;

	assert_string_equal(by_factors(&p, PURPOSE_CHANGE_FACTORS, "111111", "222222"), "auth");
	assert_string_equal(by_factors(&p, PURPOSE_CHECK, "111111", ""), "auth");
	assert_string_equal(by_factors(&p, PURPOSE_CHECK, "202020", ""), "");
	assert_string_equal(by_factors(&p, PURPOSE_CHANGE_FACTORS, "202020", "222222"), "");
	assert_int_equal(p.version, 3);
	q = ask_new(&p, PURPOSE_SIGN);
	q->factors.pin = span_str("202020");
	q->record = writer_span(&p.old);
	ask_seal(q);
	assert_string_equal(ask_send(q), "version");
	q->record = writer_span(&other.record);
	assert_string_equal(ask_send(q), "record");
	q->record = writer_span(&p.record);
	assert_string_equal(ask_send(q), "auth");
	ask_free(q);
	assert_string_equal(tries(&p, "222222", NULL), "");
	/* Tries of CHECK and CHANGE_FACTORS count like those of GRANT. */
	for (int i = 0; i < 10; i++)
		assert_string_equal(by_factors(&p, i % 2 ? PURPOSE_CHECK : PURPOSE_CHANGE_FACTORS, "111111",
		    i % 2 ? "" : "333333"), "auth");
	assert_string_equal(by_factors(&p, PURPOSE_CHECK, "222222", ""), "locked");
	forget(&p);
	forget(&other);
}

TEST(factors_are_set_by_the_code_once_and_as_its_owner_approved)
{
	struct patient p = { .pin = "232323" }, thief = { .pin = "666666" };
	uint8_t sealed[SEALED_FACTORS_LEN], own[SEALED_FACTORS_LEN], code[CODE_LEN] = { 1 };
	struct act *a;

	admit(&p);
	thief = p;
	thief.pin = "666666";
	a = act_of_set(&p, sealed);
	act_approve_code(a, code);
	assert_string_equal(act_enact(a, group.ssa, NULL, NULL, NULL), "auth");
	act_free(a);
	a = act_of_set(&p, sealed);
	assert_string_equal(tries(&p, "232323", NULL), "state");	/* not yet */
	act_approve_by(a, &group.ro);
	assert_string_equal(act_enact(a, group.ssa, NULL, NULL, NULL), "quorum");
	act_free(a);
	/* The SSA's PIN in the place of the approved one, for the same nonce. */
	a = act_of_set(&p, sealed);
	{
		struct factors f = { .new_pin = span_str("666666") };

		statement_factors(a->st.fresh, f.d);
		memcpy(f.person, p.id, ID_LEN);
		seal_factors(&f, f.d, own);
	}
	act_approve_code(a, p.code);
	a->key_record = span_of(own, sizeof(own));
	assert_string_equal(act_enact(a, group.ssa, NULL, NULL, NULL), "auth");
	act_free(a);
	set_factors(&p);
	assert_string_equal(tries(&p, "232323", NULL), "");
	/* Burned. */
	thief.version = p.version;
	thief.record = p.record;
	a = act_of_set(&thief, sealed);
	act_approve_code(a, p.code);
	assert_string_equal(act_enact(a, group.ssa, NULL, NULL, NULL), "state");
	act_free(a);
	forget(&p);
}

TEST(who_is_dismissed_is_gone_for_ever)
{
	const struct officer_hand *ro[] = { &group.ro }, *so[] = { &group.so[0] };
	struct patient p = patient_of("242424", false);

	assert_string_equal(officers_do(act_of_person(&p, PURPOSE_DISMISS), so, 1, NULL, NULL), "auth");
	assert_string_equal(officers_do(act_of_person(&p, PURPOSE_DISMISS), ro, 1, NULL, NULL), "");
	assert_string_equal(tries(&p, "242424", NULL), "state");
	assert_string_equal(security_do(act_of_person(&p, PURPOSE_UNLOCK), 2, NULL), "state");
	assert_string_equal(officers_do(act_of_person(&p, PURPOSE_DISMISS), ro, 1, NULL, NULL), "state");
	forget(&p);
}

TEST(a_new_grant_key_replaces_the_old_one_at_once)
{
	struct patient p = patient_of("252525", false);
	struct ask *q = ask_new(&p, PURPOSE_SIGN), *after = ask_new(&p, PURPOSE_SIGN);
	struct act *a = act_new(&group, PURPOSE_NEW_GRANT_KEY);
	uint8_t before[91];

	ask_seal(q);
	assert_string_equal(ask_send(q), "");
	memcpy(before, grant_key, sizeof(before));
	assert_string_equal(security_do(a, 1, NULL), "quorum");
	new_grant_key();
	CHECK(memcmp(before, grant_key, sizeof(before)) != 0);
	ask_seal(after);
	assert_string_equal(ask_send(after), "");
	CHECK(grant_verify(writer_span(&after->grant), span_of(grant_key, sizeof(grant_key))));
	CHECK(!grant_verify(writer_span(&q->grant), span_of(grant_key, sizeof(grant_key))));
	ask_free(q);
	ask_free(after);
	forget(&p);
}

/* Requests and acts of the other trade are none here; officers ask for no grants. */
TEST(it_does_nothing_that_is_the_sams_trade)
{
	static const uint16_t purposes[] = { PURPOSE_INVITE, PURPOSE_ADD_ANCHOR, PURPOSE_REVOKE_KEY };
	static const uint8_t requests[] = { SAM_ACTIVATE, SAM_USE, SAM_FREEZE, SAM_OPEN_SESSION };

	for (size_t i = 0; i < COUNT(requests); i++) {
		assert_string_equal(ask(group.ssa, requests[i], span_str("x"), NULL), "gone");
		group_reconnect(&group);
	}
	assert_string_equal(ask(group.officers, AUTH_GRANT, span_str("x"), NULL), "gone");
	group_reconnect(&group);
	for (size_t i = 0; i < COUNT(purposes); i++) {
		struct act *a = act_new(&group, purposes[i]);
		uint8_t mem[128];
		struct msg_propose m = { .purpose = purposes[i], .expires = a->st.exp };
		struct writer w = writer_over(mem, sizeof(mem));

		msg_propose_write(&w, &m);
		assert_string_equal(ask(group.officers, SAM_PROPOSE, writer_span(&w), NULL), "purpose");
		act_free(a);
	}
}

/* All that was tried above, by whoever has a copy of the log and nothing else. */
TEST(the_log_verifies_and_is_shown)
{
	group_stop(&group);
	group_shell(&group, "$PROPRIA_BIN/cli/propria log verify $DIR/sam >$DIR/verified");
	group_start(&group);
}

/* Neither program runs on the other's log. */
TEST(a_log_of_one_kind_is_none_of_the_other)
{
	group_stop(&group);
	group_shell(&group, "sed -i 's/^.auth-module.$/[sam]/' $DIR/sam.conf");
	group.program = "launch/propria-sam";
	group_start(&group);
	CHECK(group_status(&group).state == SAM_CLOSED);
	group_stop(&group);
	group_shell(&group, "sed -i 's/^.sam.$/[auth-module]/' $DIR/sam.conf");
	group.program = "auth/propria-auth";
	group_start(&group);
	CHECK(group_status(&group).state == SAM_OPEN);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_factors_give_a_grant_of_level_two_for_this_statement_and_its_key),
		cmocka_unit_test(a_pin_is_tried_ten_times_whatever_becomes_of_the_process),
		cmocka_unit_test(tries_do_not_come_back_with_an_older_state_directory),
		cmocka_unit_test(a_try_that_is_cut_off_by_a_crash_is_charged),
		cmocka_unit_test(codes_count_for_themselves_and_come_once),
		cmocka_unit_test(a_code_is_taken_once),
		cmocka_unit_test(all_factors_are_needed),
		cmocka_unit_test(factors_are_for_one_statement_of_one_person_once),
		cmocka_unit_test(only_a_signers_act_at_a_peer_now_is_granted),
		cmocka_unit_test(factors_change_by_themselves_and_old_records_are_worth_nothing),
		cmocka_unit_test(factors_are_set_by_the_code_once_and_as_its_owner_approved),
		cmocka_unit_test(who_is_dismissed_is_gone_for_ever),
		cmocka_unit_test(a_new_grant_key_replaces_the_old_one_at_once),
		cmocka_unit_test(it_does_nothing_that_is_the_sams_trade),
		cmocka_unit_test(the_log_verifies_and_is_shown),
		cmocka_unit_test(a_log_of_one_kind_is_none_of_the_other),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
