/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SCAL1: what the SSA's word alone opens, and that it opens nothing else. A SCAL2 key is never
 * reached this way; a window ends by time, count, session, state and life. Catalogue L1-2, L1-3.
 */
#include <unistd.h>

#include "audit/genesis.h"
#include "base/clock.h"
#include "crypto/verify.h"
#include "hostile.h"
#include "wire/window.h"

static struct group group;
static struct signer alice, mallory;
static struct key low, high, uncertified, mallorys;
static uint8_t session[ID_LEN], other_session[ID_LEN], digest[4][HASH_LEN];

static void
low_ready(struct signer *s, struct key *k)
{
	key_create_at(&group, s, k, LEVEL_SCAL1);
	key_request(&group, s, k);
	key_link(&group, s, k);
}

static int
set_up(void **state UNUSED)
{
	group_found(&group);
	group_start(&group);
	ca_of_group(&group);
	signer_ready(&group, &alice, &high, "CN=Alice Example,C=SE");
	low_ready(&alice, &low);
	key_create_at(&group, &alice, &uncertified, LEVEL_SCAL1);
	signer_invite(&group, &mallory, "CN=Mallory Example,C=SE");
	signer_bind(&group, &mallory);
	low_ready(&mallory, &mallorys);
	random_bytes(session, sizeof(session));
	random_bytes(other_session, sizeof(other_session));
	random_bytes(digest, sizeof(digest));
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	struct key *keys[] = { &low, &high, &uncertified, &mallorys };

	for (size_t i = 0; i < COUNT(keys); i++)
		key_forget(keys[i]);
	signer_forget(&alice);
	signer_forget(&mallory);
	group_end(&group);
	return 0;
}

static struct msg_open_window
good_order(void)
{
	struct msg_open_window m = { .signer_record = writer_span(&alice.record),
		.key_record = writer_span(&low.record), .seconds = 60, .count = 3 };

	memcpy(m.key, low.id, ID_LEN);
	memcpy(m.session, session, ID_LEN);
	return m;
}

/* Not by the message's writer, which refuses what the SAM should. */
static void
order_write(struct writer *w, const struct msg_open_window *m)
{
	wr_bytes(w, m->key, ID_LEN);
	wr_span32(w, m->signer_record);
	wr_span32(w, m->key_record);
	wr_bytes(w, m->session, ID_LEN);
	wr_u32(w, m->seconds);
	wr_u32(w, m->count);
}

static const char *
open_window(const struct msg_open_window *m, struct msg_window *got)
{
	AUTO_WRITER w = writer_grow(65536), answer = writer_grow(1024);
	struct err e = { 0 };
	const char *reason;
	struct reader r;

	order_write(&w, m);
	reason = ask(group.ssa, SAM_OPEN_WINDOW, writer_span(&w), &answer);
	r = reader_over(writer_span(&answer));
	CHECK(reason[0] != '\0' || msg_window_read(&r, got, &e));
	return reason;
}

static struct msg_window
opened(uint32_t seconds, uint32_t count)
{
	struct msg_open_window m = good_order();
	struct msg_window got;

	m.seconds = seconds;
	m.count = count;
	assert_string_equal(open_window(&m, &got), "");
	return got;
}

static void
use(struct hostile *h, const char *row, const char *want, const struct msg_window *w,
    const uint32_t *index, size_t n)
{
	struct span given[4];
	struct activated got;

	for (size_t i = 0; i < n; i++)
		given[i] = span_of(digest[i], HASH_LEN);
	hostile_expect(h, row, want, act_use(NULL, group.ssa, w->activation, index, n, given, &got));
	hostile_signed(h, row, want[0] == '\0' ? n : 0, got.signed_);
	for (size_t i = 0; i < got.signed_; i++)
		CHECK(signature_verify(alg_find(ALG_ECDSA_P256_SHA256),
		    span_of(low.spki, sizeof(low.spki)), given[i], span_of(got.signature[i], 64)));
}

static void scal2_key(struct msg_open_window *m)
{
	memcpy(m->key, high.id, ID_LEN);
	m->key_record = writer_span(&high.record);
}
static void scal2_id(struct msg_open_window *m) { memcpy(m->key, high.id, ID_LEN); }
static void scal2_record(struct msg_open_window *m) { m->key_record = writer_span(&high.record); }
static void
mallorys_key(struct msg_open_window *m)
{
	memcpy(m->key, mallorys.id, ID_LEN);
	m->key_record = writer_span(&mallorys.record);
}
static void mallorys_record(struct msg_open_window *m) { m->signer_record = writer_span(&mallory.record); }
static void old_signer(struct msg_open_window *m) { m->signer_record = writer_span(&alice.old_record); }
static void old_key(struct msg_open_window *m) { m->key_record = writer_span(&low.old_record); }
static void unknown_key(struct msg_open_window *m) { m->key[0] ^= 1; }
static void
key_is_new(struct msg_open_window *m)
{
	memcpy(m->key, uncertified.id, ID_LEN);
	m->key_record = writer_span(&uncertified.record);
}
static void no_session(struct msg_open_window *m) { memset(m->session, 0, ID_LEN); }
static void no_seconds(struct msg_open_window *m) { m->seconds = 0; }
static void no_count(struct msg_open_window *m) { m->count = 0; }
static void too_long(struct msg_open_window *m) { m->seconds = 301; }
static void longest(struct msg_open_window *m) { m->seconds = UINT32_MAX; }
static void too_many(struct msg_open_window *m) { m->count = 101; }
static void far_too_many(struct msg_open_window *m) { m->count = 1001; }

static const struct {
	const char	*row;
	void		(*change)(struct msg_open_window *);
	const char	*reason;
} orders[] = {
	{ "a SCAL2 key", scal2_key, "level" },
	{ "a SCAL2 key's id", scal2_id, "record" },
	{ "a SCAL2 key's record", scal2_record, "record" },
	{ "another signer's key", mallorys_key, "record" },
	{ "another signer's record", mallorys_record, "record" },
	{ "the signer record before", old_signer, "version" },
	{ "the key record before", old_key, "version" },
	{ "an unknown key", unknown_key, "owner" },
	{ "a key without certificate", key_is_new, "state" },
	{ "no session", no_session, "parse" },
	{ "no time", no_seconds, "parse" },
	{ "no signatures", no_count, "parse" },
	{ "a second over policy", too_long, "limit" },
	{ "the longest time", longest, "limit" },
	{ "a signature over policy", too_many, "limit" },
	{ "over any list", far_too_many, "parse" },
};

TEST(no_window_is_opened_but_within_policy_on_a_living_scal1_key)
{
	struct msg_open_window m = good_order();
	struct msg_window got;
	struct hostile h;

	hostile_begin(&h, &group);
	hostile_expect(&h, "as it should be (control)", "", open_window(&m, &got));
	CHECK(got.expires > clock_wall() && got.expires <= clock_wall() + 60000);
	for (size_t i = 0; i < COUNT(orders); i++) {
		m = good_order();
		orders[i].change(&m);
		hostile_expect(&h, orders[i].row, orders[i].reason, open_window(&m, &got));
	}
	m = good_order();
	m.seconds = 300;
	m.count = 100;
	hostile_expect(&h, "all that policy gives (control)", "", open_window(&m, &got));
	hostile_end(&h);
}

TEST(a_window_gives_its_count_of_signatures_each_index_once)
{
	static const uint32_t first[] = { 0 }, rest[] = { 1, 2 }, all[] = { 0, 1, 2 }, past[] = { 3 };
	struct msg_window w = opened(60, 3);
	struct span cut = span_of(digest[0], 31);
	uint8_t longer[48] = { 1 };
	struct activated got;
	struct hostile h;

	hostile_begin(&h, &group);
	hostile_expect(&h, "a digest cut", "dtbs",
	    act_use(NULL, group.ssa, w.activation, first, 1, &cut, &got));
	cut = span_of(longer, sizeof(longer));
	hostile_expect(&h, "a digest of another algorithm", "dtbs",
	    act_use(NULL, group.ssa, w.activation, first, 1, &cut, &got));
	use(&h, "past the count", "dtbs", &w, past, 1);
	use(&h, "the first (control)", "", &w, first, 1);
	use(&h, "the first again", "replay", &w, first, 1);
	use(&h, "all, the first being used", "replay", &w, all, 3);
	use(&h, "the rest (control)", "", &w, rest, 2);
	use(&h, "one more", "dtbs", &w, past, 1);
	use(&h, "the rest again", "replay", &w, rest, 2);
	hostile_end(&h);
}

TEST(the_log_says_on_whose_word)
{
	static const uint32_t first[] = { 0 };
	struct act *a = act_new(&group, PURPOSE_SIGN);
	struct tally before, after;
	struct msg_window w;
	struct activated got;
	struct hostile h;

	memset(&before, 0, sizeof(before));
	tally_read(&before, &group);
	w = opened(60, 1);
	after = before;
	tally_read(&after, &group);
	CHECK(after.kind[ENTRY_WINDOW] - before.kind[ENTRY_WINDOW] == 1);
	hostile_begin(&h, &group);
	use(&h, "once (control)", "", &w, first, 1);
	memcpy(a->d, w.d, sizeof(w.d));
	hostile_expect(&h, "what was signed can be read", "", act_outcome(a, group.ssa, first, 1, &got));
	CHECK(got.status[0] == USE_SIGNED);
	hostile_end(&h);
	act_free(a);
}

TEST(one_window_is_open_for_a_key_and_a_session)
{
	static const uint32_t first[] = { 0 };
	struct msg_window one = opened(60, 1), elsewhere, two;
	struct msg_open_window m = good_order();
	struct hostile h;

	hostile_begin(&h, &group);
	memcpy(m.session, other_session, ID_LEN);
	hostile_expect(&h, "another session (control)", "", open_window(&m, &elsewhere));
	two = opened(60, 1);
	use(&h, "the one before", "unknown", &one, first, 1);
	use(&h, "the new one (control)", "", &two, first, 1);
	use(&h, "another session's (control)", "", &elsewhere, first, 1);
	hostile_end(&h);
}

static const char *
close_windows(const uint8_t id[ID_LEN], size_t n, uint32_t *closed)
{
	AUTO_WRITER answer = writer_grow(64);
	struct msg_windows_closed m = { 0 };
	struct err e = { 0 };
	const char *reason = ask(group.ssa, SAM_CLOSE_WINDOWS, span_of(id, n), &answer);
	struct reader r = reader_over(writer_span(&answer));

	CHECK(reason[0] != '\0' || msg_windows_closed_read(&r, &m, &e));
	*closed = m.n;
	return reason;
}

TEST(logging_out_closes_the_windows_of_that_session_only)
{
	static const uint32_t first[] = { 0 }, second[] = { 1 };
	static const uint8_t none[ID_LEN];
	struct msg_window one = opened(60, 2), elsewhere;
	struct msg_open_window m = good_order();
	struct hostile h;
	uint32_t n;

	hostile_begin(&h, &group);
	memcpy(m.session, other_session, ID_LEN);
	hostile_expect(&h, "another session (control)", "", open_window(&m, &elsewhere));
	hostile_expect(&h, "of no session", "parse", close_windows(none, ID_LEN, &n));
	hostile_expect(&h, "cut", "parse", close_windows(session, ID_LEN - 1, &n));
	use(&h, "still open (control)", "", &one, first, 1);
	hostile_expect(&h, "closed", "", close_windows(session, ID_LEN, &n));
	CHECK(n == 1);
	use(&h, "after logout", "unknown", &one, second, 1);
	use(&h, "another session's (control)", "", &elsewhere, first, 1);
	hostile_expect(&h, "closed again", "", close_windows(session, ID_LEN, &n));
	CHECK(n == 0);
	hostile_end(&h);
}

TEST(a_window_ends_in_time)
{
	static const uint32_t first[] = { 0 }, second[] = { 1 };
	struct msg_window w = opened(1, 2);
	struct hostile h;

	hostile_begin(&h, &group);
	while (clock_wall() <= w.expires + 50)
		usleep(20000);
	use(&h, "too late", "time", &w, first, 1);
	use(&h, "too late, the second", "time", &w, second, 1);
	hostile_end(&h);
}

static void
release_key(void)
{
	struct act *d = act_of_key(&group, &alice, &low, PURPOSE_RELEASE_KEY);

	act_write(d);
	act_approve_signer(d, &alice);
	assert_string_equal(act_enact(d, group.ssa, NULL, NULL, NULL), "");
	act_free(d);
}

static void freeze_key(void) { assert_string_equal(freeze(&group, RECORD_KEY, low.id), ""); }
static void freeze_signer(void) { assert_string_equal(freeze(&group, RECORD_SIGNER, alice.id), ""); }
static void suspend(void) { assert_string_equal(officer_does(&group, &alice, PURPOSE_SUSPEND), ""); }
static void reinstate(void) { assert_string_equal(officer_does(&group, &alice, PURPOSE_REINSTATE), ""); }

static const struct {
	const char	*row;
	void		(*change)(void), (*undo)(void);
} changes[] = {
	{ "the key is frozen", freeze_key, release_key },
	{ "the signer is frozen", freeze_signer, reinstate },
	{ "the signer is suspended", suspend, reinstate },
};

TEST(an_open_window_dies_with_the_state_it_rests_on)
{
	static const uint32_t first[] = { 0 }, second[] = { 1 };

	for (size_t i = 0; i < COUNT(changes); i++) {
		struct msg_window w = opened(60, 2), again;
		struct msg_open_window m = good_order();
		struct hostile h;

		hostile_begin(&h, &group);
		use(&h, "before (control)", "", &w, first, 1);
		changes[i].change();
		use(&h, changes[i].row, "unknown", &w, second, 1);
		hostile_expect(&h, changes[i].row, "state", open_window(&m, &again));
		changes[i].undo();
		use(&h, "undone", "unknown", &w, second, 1);
		hostile_expect(&h, "a new one (control)", "", open_window(&m, &again));
		hostile_end(&h);
	}
}

TEST(an_open_window_dies_when_a_record_gets_a_new_version)
{
	static const uint32_t first[] = { 0 };
	struct msg_window w = opened(60, 1);
	struct hostile h;
	struct key k;

	hostile_begin(&h, &group);
	key_create(&group, &alice, &k);
	use(&h, "new version", "unknown", &w, first, 1);
	key_forget(&k);
	hostile_end(&h);
}

TEST(a_window_waits_for_the_certificate_to_be_valid)
{
	struct msg_open_window m;
	struct msg_window got;
	struct hostile h;
	struct wish wish;
	struct key k;

	hostile_begin(&h, &group);
	key_create_at(&group, &alice, &k, LEVEL_SCAL1);
	key_request(&group, &alice, &k);
	wish = wish_for(&group, &alice, &k);
	wish.issue.not_before = (clock_wall() + 120000) / 1000 * 1000;
	assert_string_equal(link_certificate(&group, &k, ca_issue(&wish, &k)), "");
	m = good_order();
	memcpy(m.key, k.id, ID_LEN);
	m.key_record = writer_span(&k.record);
	hostile_expect(&h, "not valid yet", "cert", open_window(&m, &got));
	m = good_order();
	hostile_expect(&h, "another key (control)", "", open_window(&m, &got));
	key_forget(&k);
	hostile_end(&h);
}

TEST(a_scal1_key_is_used_by_its_signers_approval_too)
{
	struct act *a = act_of_sign(&group, &alice, &low, 1);
	struct hostile h;

	hostile_begin(&h, &group);
	act_write(a);
	act_approve_signer(a, &alice);
	hostile_activate(&h, "named SCAL2", "class", a, &low);
	act_free(a);
	a = act_of_sign(&group, &alice, &low, 1);
	a->st.sign.level = LEVEL_SCAL1;
	act_write(a);
	act_approve_signer(a, &alice);
	hostile_activate(&h, "by statement (control)", "", a, &low);
	hostile_end(&h);
	act_free(a);
}

TEST(officers_open_no_windows)
{
	AUTO_WRITER w = writer_grow(65536), answer = writer_grow(1024);
	struct msg_open_window m = good_order();
	struct hostile h;

	hostile_begin(&h, &group);
	order_write(&w, &m);
	hostile_expect(&h, "on the officers' socket", "parse", strcmp(ask(group.officers,
	    SAM_OPEN_WINDOW, writer_span(&w), &answer), "gone") == 0 ? "parse" : "answered");
	group_reconnect(&group);
	hostile_end(&h);
}

static const char *
policy_with(uint32_t seconds, uint32_t count)
{
	struct act *a = act_new(&group, PURPOSE_SET_POLICY);
	struct writer w = writer_over(a->st.policy, POLICY_LEN);
	struct policy p = { .statement_life = 300000, .min_loa = 2, .protections = 0x1e,
		.ro_quorum = 1, .so_quorum = 2, .keys_per_signer = 8, .scal1_seconds = seconds,
		.scal1_count = count };

	policy_write(&w, &p);
	return security_does(a, 2);
}

TEST(officers_say_whether_scal1_is_offered_at_all)
{
	static const struct { uint32_t seconds, count; const char *reason; } policies[] = {
		{ 0, 0, "kind" }, { 300, 0, "kind" }, { 0, 100, "kind" }, { 59, 3, "limit" },
		{ 60, 2, "limit" }, { 60, 3, "" },
	};
	struct msg_open_window m = good_order();
	struct msg_window got;
	struct hostile h;

	hostile_begin(&h, &group);
	for (size_t i = 0; i < COUNT(policies); i++) {
		char row[40];

		assert_string_equal(policy_with(policies[i].seconds, policies[i].count), "");
		snprintf(row, sizeof(row), "policy %zu", i);
		hostile_expect(&h, row, policies[i].reason, open_window(&m, &got));
	}
	hostile_expect(&h, "over a day", "parse", policy_with(86401, 100));
	hostile_expect(&h, "over any list", "parse", policy_with(300, 1001));
	assert_string_equal(policy_with(300, 100), "");
	hostile_end(&h);
}

TEST(no_window_outlives_the_sams_life)
{
	static const uint32_t first[] = { 0 }, second[] = { 1 };
	struct act *a = act_new(&group, PURPOSE_SIGN);
	struct msg_window w = opened(300, 2);
	struct activated got;
	struct hostile h;

	hostile_begin(&h, &group);
	use(&h, "before (control)", "", &w, first, 1);
	hostile_end(&h);
	for (int orderly = 1; orderly >= 0; orderly--) {
		orderly ? group_stop(&group) : group_kill(&group);
		group_start(&group);
		hostile_begin(&h, &group);
		use(&h, "a window of the last life", "unknown", &w, second, 1);
		memcpy(a->d, w.d, sizeof(w.d));
		hostile_expect(&h, "reading (control)", "", act_outcome(a, group.ssa, first, 1, &got));
		CHECK(got.status[0] == USE_SIGNED);
		hostile_end(&h);
	}
	act_free(a);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(no_window_is_opened_but_within_policy_on_a_living_scal1_key),
	cmocka_unit_test(a_window_gives_its_count_of_signatures_each_index_once),
	cmocka_unit_test(the_log_says_on_whose_word),
	cmocka_unit_test(one_window_is_open_for_a_key_and_a_session),
	cmocka_unit_test(logging_out_closes_the_windows_of_that_session_only),
	cmocka_unit_test(a_window_ends_in_time),
	cmocka_unit_test(an_open_window_dies_with_the_state_it_rests_on),
	cmocka_unit_test(an_open_window_dies_when_a_record_gets_a_new_version),
	cmocka_unit_test(a_window_waits_for_the_certificate_to_be_valid),
	cmocka_unit_test(a_scal1_key_is_used_by_its_signers_approval_too),
	cmocka_unit_test(officers_open_no_windows),
	cmocka_unit_test(officers_say_whether_scal1_is_offered_at_all),
	cmocka_unit_test(no_window_outlives_the_sams_life),
};

HOSTILE_MAIN(tests, set_up, tear_down)
