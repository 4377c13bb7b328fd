/* SPDX-License-Identifier: Apache-2.0 */
/* The fold: entries that cannot follow are refused; a snapshot and what came after it is the
 * whole log. */
#include "sam/peer.h"
#include "tests/unit/sam/entries.h"

static struct entries log_;
static struct entries *const l = &log_;

static int
fresh(void **state UNUSED)
{
	entries_init(l, false);
	return 0;
}

static int
done(void **state UNUSED)
{
	entries_free(l);
	return 0;
}

TEST(a_log_begins_with_its_genesis_and_has_one)
{
	struct entries bare;

	CHECK(!add_genesis(l));
	entries_init(&bare, true);
	CHECK(!add_alarm(&bare) && !add_signer(&bare, 1, 1, SIGNER_INVITED, true));
	CHECK(add_genesis(&bare) && bare.s->entries == 1 && bare.s->officers == SAMPLE_OFFICERS);
	CHECK(memcmp(bare.s->group, sample_group(), GROUP_LEN) == 0 && bare.s->epoch == 1);
	entries_free(&bare);
}

TEST(an_entry_out_of_sequence_is_refused)
{
	for (int64_t off = -1; off <= 1; off += 2) {
		l->s->entries += (uint64_t)off;
		entries_begin(l, ENTRY_ALARM);
		wr_span8(&l->all, span_str("x"));
		wr_span16(&l->all, span_str("y"));
		l->s->entries -= (uint64_t)off;
		CHECK(!entries_end(l));
	}
	CHECK(add_alarm(l));
}

TEST(an_unknown_kind_or_version_or_payload_is_refused)
{
	for (unsigned kind = 0; kind < 256; kind++) {
		entries_begin(l, (enum entry_kind)kind);	/* no payload: good for nothing */
		CHECK(!entries_end(l));
	}
	entries_begin(l, ENTRY_ALARM);
	wr_span8(&l->all, span_str("x"));
	wr_span16(&l->all, span_str("y"));
	l->all.p[l->at + 4 + 17]++;			/* version 2 */
	CHECK(!entries_end(l) && l->s->entries == 1);
}

TEST(a_record_begins_with_version_1_and_its_bytes)
{
	CHECK(!add_signer(l, 1, 0, SIGNER_INVITED, true) && !add_signer(l, 1, 2, SIGNER_INVITED, true) &&
	    !add_signer(l, 1, 1, SIGNER_INVITED, false));
	CHECK(add_signer(l, 1, 1, SIGNER_INVITED, true) && index_count(l->s->index, RECORD_SIGNER) == 1);
}

TEST(versions_of_a_record_have_no_gaps_and_never_go_back)
{
	CHECK(add_signer(l, 1, 1, SIGNER_INVITED, true));
	CHECK(!add_signer(l, 1, 1, SIGNER_BOUND, true) && !add_signer(l, 1, 3, SIGNER_BOUND, true) &&
	    !add_signer(l, 1, 0, SIGNER_BOUND, true) && !add_signer(l, 1, UINT32_MAX, SIGNER_BOUND, true));
	CHECK(add_signer(l, 1, 2, SIGNER_BOUND, true));
	CHECK(!add_signer(l, 1, 1, SIGNER_BOUND, true) && !add_signer(l, 1, 2, SIGNER_BOUND, true));
}

TEST(a_change_of_state_alone_keeps_the_version)
{
	CHECK(add_signer(l, 1, 1, SIGNER_INVITED, true) && add_signer(l, 1, 1, SIGNER_SUSPENDED, false));
	CHECK(!add_signer(l, 1, 2, SIGNER_BOUND, false) && !add_signer(l, 1, 0, SIGNER_BOUND, false));
	CHECK(add_signer(l, 1, 2, SIGNER_BOUND, true));
}

TEST(a_key_of_an_unknown_signer_is_refused)
{
	CHECK(!add_key(l, 1, 1, 1, KEY_NEW, true));
	CHECK(add_signer(l, 1, 1, SIGNER_INVITED, true) && add_key(l, 1, 1, 1, KEY_NEW, true));
	CHECK(!add_key(l, 2, 2, 1, KEY_NEW, true) && !add_key(l, 2, 1, 1, KEY_NEW, false));
	CHECK(index_count(l->s->index, RECORD_KEY) == 1);
}

TEST(states_out_of_their_range_are_refused)
{
	CHECK(!add_signer(l, 1, 1, 0, true) && !add_signer(l, 1, 1, 6, true));
	CHECK(add_signer(l, 1, 1, 5, true) && !add_key(l, 1, 1, 1, 0, true) &&
	    !add_key(l, 1, 1, 1, 6, true));
}

static void
a_key(void)
{
	CHECK(add_signer(l, 1, 1, SIGNER_ACTIVE, true) && add_key(l, 1, 1, 1, KEY_ACTIVE, true) &&
	    add_key(l, 2, 1, 1, KEY_ACTIVE, true));
}

TEST(uses_of_a_key_rise_without_a_gap)
{
	a_key();
	CHECK(!add_reserved(l, 9, 1, 1, 1));		/* no such key */
	CHECK(!add_reserved(l, 1, 1, 0, 1) && !add_reserved(l, 1, 1, 2, 1) &&
	    !add_reserved(l, 1, 1, 1, 2));
	CHECK(add_reserved(l, 1, 1, 3, 3) && !add_reserved(l, 1, 2, 3, 1) && !add_reserved(l, 1, 2, 5, 1));
	CHECK(add_reserved(l, 1, 2, 4, 1) && add_reserved(l, 2, 3, 1, 1) && l->s->reserved_open == 3);
}

static bool
add_window(uint32_t key, uint32_t owner, uint8_t flip)
{
	struct entry_window m = { .expires = 9, .count = 3 };

	entries_id(m.key, key, 'k');
	entries_id(m.signer, owner, 's');
	window_digest(&m, m.d);
	m.d[31] ^= flip;
	entry_window_write(entries_begin(l, ENTRY_WINDOW), &m);
	return entries_end(l);
}

/* A session, and what follows in it: 'C'ertified, 'R'eserved, 'E'nded. */
static bool
add_session(uint32_t n, uint32_t owner, uint32_t key)
{
	struct entry_session m = { .alg = 1, .kind = 2, .d = { 7 }, .expires = 9 };

	entries_id(m.session, n, 'o');
	entries_id(m.key, key, 'k');
	entries_id(m.signer, owner, 's');
	entry_session_write(entries_begin(l, ENTRY_SESSION), &m);
	return entries_end(l);
}

static bool
add_of_session(char what, uint32_t n, uint32_t owner, uint32_t key)
{
	static const uint32_t index[] = { 0 };
	struct entry_session_certified c = { .not_after = 9 };
	struct entry_session_ended ended = { .why = SESSION_BY_SSA };
	struct entry_reserved r = { .d = { 7 }, .seen = 1, .uses = 1, .n = 1 };

	entries_id(c.session, n, 'o');
	entries_id(ended.session, n, 'o');
	entries_id(ended.key, key, 'k');
	entries_id(r.key, key, 'k');
	entries_id(r.signer, owner, 's');
	if (what == 'C')
		entry_session_certified_write(entries_begin(l, ENTRY_SESSION_CERTIFIED), &c);
	else if (what == 'R')
		entry_reserved_write(entries_begin(l, ENTRY_RESERVED), &r, index);
	else
		entry_session_ended_write(entries_begin(l, ENTRY_SESSION_ENDED), &ended);
	return entries_end(l);
}

TEST(a_one_time_key_is_used_in_its_open_certified_session_and_leaves_no_row)
{
	a_key();
	CHECK(!add_session(1, 9, 7));			/* no such signer */
	CHECK(add_session(1, 1, 7) && !add_session(1, 1, 8) && !add_session(2, 1, 7));
	CHECK(!add_of_session('R', 1, 1, 7) && add_of_session('C', 1, 1, 7));
	CHECK(!add_of_session('C', 1, 1, 7) && !add_of_session('R', 1, 2, 7));
	CHECK(add_of_session('R', 1, 1, 7) && !add_of_session('R', 1, 1, 7));
	CHECK(!add_of_session('E', 1, 1, 8) && add_of_session('E', 1, 1, 7) && !add_of_session('E', 1, 1, 7));
	CHECK(!add_of_session('R', 1, 1, 7) && l->s->sessions->n == 0);
	CHECK(index_count(l->s->index, RECORD_KEY) == 2);
}

TEST(a_session_of_a_long_lived_key_is_refused)
{
	a_key();
	CHECK(!add_session(1, 1, 2));
}

TEST(a_window_is_of_a_known_key_and_signer_and_its_digest_its_own)
{
	a_key();
	CHECK(!add_window(9, 1, 0) && !add_window(1, 9, 0) && !add_window(1, 1, 1));
	CHECK(add_window(1, 1, 0));
}

TEST(an_outcome_needs_its_own_reservation_and_only_once)
{
	uint64_t one, two;

	a_key();
	one = l->s->entries;
	CHECK(add_reserved(l, 1, 1, 2, 2));
	two = l->s->entries;
	CHECK(add_reserved(l, 2, 2, 1, 1));
	CHECK(!add_outcome(l, 1, 1, 0, 2) && !add_outcome(l, 1, 1, two + 1, 2) &&
	    !add_outcome(l, 1, 1, one - 1, 2));
	CHECK(!add_outcome(l, 1, 1, two, 2));		/* of another */
	CHECK(!add_outcome(l, 2, 1, one, 2));		/* with another key */
	CHECK(!add_outcome(l, 1, 2, one, 2));		/* of another statement */
	CHECK(l->s->reserved_open == 2 && l->s->signed_count == 0);
	CHECK(add_outcome(l, 1, 1, one, 2) && l->s->reserved_open == 1 && l->s->signed_count == 2);
	CHECK(!add_outcome(l, 1, 1, one, 2) && add_outcome(l, 2, 2, two, 1) && l->s->reserved_open == 0);
}

TEST(one_reservation_more_than_there_are_places_is_refused)
{
	a_key();
	for (uint32_t i = 0; i < RESERVED_OPEN_MAX; i++)
		CHECK(add_reserved(l, 1, i, i + 1, 1));
	CHECK(!add_reserved(l, 1, 77777, RESERVED_OPEN_MAX + 1, 1));
}

TEST(one_proposal_more_than_there_are_places_is_refused_until_one_expires)
{
	uint64_t expires = l->time + 1000;

	for (size_t i = 0; i < PROPOSALS_MAX; i++)
		CHECK(add_proposed(l, PURPOSE_SET_POLICY, expires + i, NULL));
	CHECK(!add_proposed(l, PURPOSE_SET_POLICY, expires, NULL));
	l->time = expires;			/* the next entry is a millisecond later */
	CHECK(add_proposed(l, PURPOSE_SET_POLICY, expires + 5000, NULL));
	CHECK(!add_proposed(l, PURPOSE_SET_POLICY, expires + 5000, NULL) || l->time > expires + 1);
}

static struct statement st;

TEST(an_act_closes_its_proposal)
{
	uint8_t id[32], other[32];

	CHECK(add_proposed(l, PURPOSE_SET_POLICY, l->time + 1000, id) &&
	    add_proposed(l, PURPOSE_SET_POLICY, l->time + 1000, other) && memcmp(id, other, 32) != 0);
	CHECK(state_proposal(l->s, id) != NULL && state_proposal(l->s, other) != NULL);
	sample_statement(PURPOSE_SET_POLICY, &st);
	memcpy(st.fresh, id, 32);
	CHECK(add_act(l, &st) && state_proposal(l->s, id) == NULL && state_proposal(l->s, other) != NULL);
	CHECK(l->s->policy.follower == FOLLOWER_SYNC && l->s->policy.ro_quorum == 2);
}

TEST(what_is_not_there_cannot_be_removed)
{
	sample_statement(PURPOSE_REMOVE_ANCHOR, &st);
	CHECK(!add_act(l, &st));
	sample_statement(PURPOSE_ADD_ANCHOR, &st);
	CHECK(add_act(l, &st) && l->s->anchors == 1);
	sample_statement(PURPOSE_REMOVE_ANCHOR, &st);
	CHECK(state_anchor(l->s, st.remove_anchor) != NULL && add_act(l, &st) && l->s->anchors == 0);
	CHECK(state_anchor(l->s, st.remove_anchor) == NULL && !add_act(l, &st));
	sample_statement(PURPOSE_REMOVE_OFFICER, &st);
	CHECK(add_act(l, &st) && l->s->officers == SAMPLE_OFFICERS - 1 && !add_act(l, &st));
	sample_statement(PURPOSE_REMOVE_PEER, &st);
	CHECK(!add_act(l, &st));
	sample_statement(PURPOSE_ADD_PEER, &st);
	CHECK(add_act(l, &st) && l->s->peers == 1 && !add_act(l, &st));
	sample_statement(PURPOSE_REMOVE_PEER, &st);
	CHECK(state_peer(l->s, st.remove_peer) != NULL && add_act(l, &st) && l->s->peers == 0);
	CHECK(!add_act(l, &st));
	CHECK(!state_is_officer_key(l->s, fixed_spki(sample_key("cyd"))));
	CHECK(state_is_officer_key(l->s, fixed_spki(sample_key("eva"))));
}

TEST(officers_and_anchors_have_their_maximum)
{
	sample_statement(PURPOSE_ADD_OFFICER, &st);
	for (size_t i = SAMPLE_OFFICERS; i < OFFICERS_MAX; i++) {
		st.iat++;
		CHECK(add_act(l, &st));
	}
	st.iat++;
	CHECK(!add_act(l, &st) && l->s->officers == OFFICERS_MAX);
	sample_statement(PURPOSE_ADD_ANCHOR, &st);
	for (size_t i = 0; i < ANCHORS_MAX; i++)
		CHECK(add_act(l, &st));
	CHECK(!add_act(l, &st) && l->s->anchors == ANCHORS_MAX);
	sample_statement(PURPOSE_ADD_PEER, &st);
	for (size_t i = 0; i < PEERS_MAX; i++) {
		st.add_peer.peer[0]++;
		CHECK(add_act(l, &st));
	}
	st.add_peer.peer[0]++;
	CHECK(!add_act(l, &st) && l->s->peers == PEERS_MAX);
}

TEST(keys_of_one_peer_overlap_until_the_old_one_is_removed)
{
	struct statement old;
	uint8_t id[32];

	sample_statement(PURPOSE_ADD_PEER, &st);
	old = st;
	CHECK(add_act(l, &st));
	st.add_peer.key = fixed_spki(sample_key("next grant"));
	CHECK(add_act(l, &st) && l->s->peers == 2);
	CHECK(span_equal(old.add_peer.key, span_of(state_peer_key(l->s, PEER_MODULE, st.add_peer.peer, 0)->key,
	    91)) && state_peer_key(l->s, PEER_MODULE, st.add_peer.peer, 1) != NULL);
	CHECK(state_peer_key(l->s, PEER_MODULE, st.add_peer.peer, 2) == NULL &&
	    state_peer_key(l->s, PEER_SAM, st.add_peer.peer, 0) == NULL);
	peer_id(&old.add_peer, id);
	sample_statement(PURPOSE_REMOVE_PEER, &st);
	CHECK(memcmp(id, st.remove_peer, 32) == 0 && add_act(l, &st));
	CHECK(span_equal(fixed_spki(sample_key("next grant")),
	    span_of(state_peer_key(l->s, PEER_MODULE, old.add_peer.peer, 0)->key, 91)));
	CHECK(state_peer_key(l->s, PEER_MODULE, old.add_peer.peer, 1) == NULL);
}

TEST(what_is_no_officers_act_is_refused_as_one)
{
	for (size_t i = 0; i < SAMPLE_PURPOSES; i++) {
		sample_statement(sample_purposes[i], &st);
		if (st.purpose >> 8 == 4 && st.purpose != PURPOSE_FOUND)
			continue;
		CHECK(!add_act(l, &st));
	}
}

TEST(resume_opens_the_next_epoch)
{
	sample_statement(PURPOSE_RESUME, &st);
	CHECK(add_act(l, &st) && l->s->epoch == 2);
}

TEST(a_policy_out_of_its_range_is_refused)
{
	sample_statement(PURPOSE_SET_POLICY, &st);
	memset(st.policy, 0, sizeof(st.policy));
	CHECK(!add_act(l, &st) && l->s->policy.so_quorum == 2);
}

static uint32_t dice = 4711;

static uint32_t
roll(uint32_t n)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 10) % n;
}

#define SIGNERS	200
#define KEYS	300
#define OPEN	64

static struct {
	uint32_t	signer[SIGNERS], key[KEYS], uses[KEYS];	/* versions; 0: not there */
	struct { uint64_t at; uint32_t key, d; size_t n; } open[OPEN];
	uint32_t	statements, session;	/* the one that is open; 0: none */
} model;

static bool
reserve_or_answer(void)
{
	uint32_t k = roll(KEYS), slot = roll(OPEN);
	size_t n = 1 + roll(5);

	if (model.open[slot].at != 0) {
		bool ok = add_outcome(l, model.open[slot].key, model.open[slot].d, model.open[slot].at,
		    model.open[slot].n);

		model.open[slot].at = 0;
		return ok;
	}
	if (model.key[k] == 0)
		return true;
	model.open[slot].at = l->s->entries;
	model.open[slot].key = k;
	model.open[slot].d = ++model.statements;
	model.open[slot].n = n;
	model.uses[k] += (uint32_t)n;
	return add_reserved(l, k, model.statements, model.uses[k], n);
}

static bool
officers_act(void)
{
	static bool anchored, trusted;
	uint8_t id[32];

	if (!add_proposed(l, PURPOSE_SET_POLICY, l->time + 20 + roll(100), id))
		return true;			/* full for the moment */
	if (roll(4) == 0)
		return true;
	if (roll(5) == 0) {
		sample_statement(trusted ? PURPOSE_REMOVE_PEER : PURPOSE_ADD_PEER, &st);
		trusted = !trusted;
		memcpy(st.fresh, id, 32);
		return add_act(l, &st);
	}
	sample_statement(roll(2) == 0 ? PURPOSE_SET_POLICY : roll(9) == 0 ? PURPOSE_RESUME :
	    anchored ? PURPOSE_REMOVE_ANCHOR : PURPOSE_ADD_ANCHOR, &st);
	anchored = st.purpose == PURPOSE_ADD_ANCHOR || (anchored && st.purpose != PURPOSE_REMOVE_ANCHOR);
	memcpy(st.fresh, id, 32);
	return add_act(l, &st);
}

/* One more entry that may follow. */
static bool
something_legal(void)
{
	uint32_t what = roll(22), s = roll(SIGNERS), k = roll(KEYS);
	bool record = roll(3) > 0;

	if (what < 4) {
		record = record || model.signer[s] == 0;
		model.signer[s] += record;
		return add_signer(l, s, model.signer[s], (uint8_t)(1 + roll(5)), record);
	}
	if (what < 8) {
		if (model.signer[k % SIGNERS] == 0)
			return true;
		record = record || model.key[k] == 0;
		model.key[k] += record;
		return add_key(l, k, k % SIGNERS, model.key[k], (uint8_t)(1 + roll(5)), record);
	}
	if (what < 17)
		return reserve_or_answer();
	if (what > 19 && model.session == 0 && model.signer[s] > 0)
		return add_session(model.session = 1 + roll(99), s, 1000);
	if (what > 19 && model.session > 0 && roll(9) == 0) {
		k = model.session;
		model.session = 0;
		return add_of_session('E', k, 0, 1000);
	}
	return what == 17 ? add_alarm(l) : officers_act();
}

static struct state *
through_bytes(const struct state *s)
{
	AUTO_WRITER w = writer_grow(64u << 20);
	struct err e = { 0 };
	struct state *copy = NULL;

	state_write(&w, s);
	CHECK(writer_ok(&w) && (copy = state_read(&sam_trade, writer_span(&w), &e)) != NULL);
	CHECK(state_equal(s, copy));
	/* state_equal looks at bytes: what is not written would be equal, too. */
	CHECK(copy->signed_count == s->signed_count && copy->refused_count == s->refused_count &&
	    copy->entries == s->entries && copy->epoch == s->epoch && copy->officers == s->officers &&
	    copy->anchors == s->anchors && copy->peers == s->peers && copy->reserved_open == s->reserved_open &&
	    copy->sessions->n == s->sessions->n);
	CHECK(memcmp(copy->group, s->group, GROUP_LEN) == 0 && memcmp(copy->kek, s->kek, ID_LEN) == 0 &&
	    memcmp(copy->hmac, s->hmac, ID_LEN) == 0 && memcmp(copy->log_key, s->log_key, 91) == 0 &&
	    memcmp(copy->attestation_key, s->attestation_key, 91) == 0);
	for (size_t i = 0; i < PROPOSALS_MAX; i++)
		CHECK(copy->proposal[i].expires == s->proposal[i].expires);
	for (size_t i = 0; i < s->anchors; i++)
		CHECK(copy->anchor[i].max_days == s->anchor[i].max_days &&
		    copy->anchor[i].alg == s->anchor[i].alg);
	for (size_t i = 0; i < s->peers; i++)
		CHECK(copy->peer[i].kind == s->peer[i].kind && copy->peer[i].key_len == s->peer[i].key_len);
	CHECK(copy->policy.follower == s->policy.follower &&
	    copy->policy.ro_quorum == s->policy.ro_quorum);
	return copy;
}

TEST(a_snapshot_and_the_tail_are_the_fold_of_the_whole_log)
{
	AUTO(state) *whole = NULL;
	struct state *snapshot[8];
	size_t at[8], n = 0;
	struct err e = { 0 };

	for (size_t i = 0; i < 8000; i++) {
		if (!something_legal())
			fail_msg("entry %zu: %s", i, l->e.text);
		if (i % 1000 == 777) {
			snapshot[n] = through_bytes(l->s);
			at[n++] = l->all.n;
		}
	}
	CHECK(l->s->entries > 5000 && n == 8 && l->s->signed_count > 1000 && l->s->epoch > 1);
	CHECK((whole = state_new(&sam_trade, &e)) != NULL);
	entries_fold(l, 0, whole);
	CHECK(state_equal(whole, l->s));
	for (size_t i = 0; i < n; i++) {
		CHECK(!state_equal(snapshot[i], l->s));
		entries_fold(l, at[i], snapshot[i]);
		CHECK(state_equal(snapshot[i], l->s));
		state_free(snapshot[i]);
	}
}

TEST(a_snapshot_that_is_cut_is_refused)
{
	AUTO_WRITER w = writer_grow(64u << 20);
	struct err e = { 0 };

	a_key();
	CHECK(add_reserved(l, 1, 1, 1, 1));
	sample_statement(PURPOSE_ADD_ANCHOR, &st);
	CHECK(add_act(l, &st));
	state_write(&w, l->s);
	for (size_t n = 0; n < w.n; n += n < 2000 || n + 500 > w.n ? 7 : 501) {
		err_clear(&e);
		CHECK(state_read(&sam_trade, span_of(w.p, n), &e) == NULL && e.code != ERR_NONE);
	}
	wr_u8(&w, 0);
	CHECK(state_read(&sam_trade, writer_span(&w), &e) == NULL);
}

static int
start(void **state UNUSED)
{
	struct err e = { 0 };

	return crypto_start(&e) ? 0 : -1;
}

#define WITH_LOG(name) cmocka_unit_test_setup_teardown(name, fresh, done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LOG(a_log_begins_with_its_genesis_and_has_one),
		WITH_LOG(an_entry_out_of_sequence_is_refused),
		WITH_LOG(an_unknown_kind_or_version_or_payload_is_refused),
		WITH_LOG(a_record_begins_with_version_1_and_its_bytes),
		WITH_LOG(versions_of_a_record_have_no_gaps_and_never_go_back),
		WITH_LOG(a_change_of_state_alone_keeps_the_version),
		WITH_LOG(a_key_of_an_unknown_signer_is_refused),
		WITH_LOG(states_out_of_their_range_are_refused),
		WITH_LOG(uses_of_a_key_rise_without_a_gap),
		WITH_LOG(a_one_time_key_is_used_in_its_open_certified_session_and_leaves_no_row),
		WITH_LOG(a_session_of_a_long_lived_key_is_refused),
		WITH_LOG(a_window_is_of_a_known_key_and_signer_and_its_digest_its_own),
		WITH_LOG(an_outcome_needs_its_own_reservation_and_only_once),
		WITH_LOG(one_reservation_more_than_there_are_places_is_refused),
		WITH_LOG(one_proposal_more_than_there_are_places_is_refused_until_one_expires),
		WITH_LOG(an_act_closes_its_proposal),
		WITH_LOG(what_is_not_there_cannot_be_removed),
		WITH_LOG(officers_and_anchors_have_their_maximum),
		WITH_LOG(keys_of_one_peer_overlap_until_the_old_one_is_removed),
		WITH_LOG(what_is_no_officers_act_is_refused_as_one),
		WITH_LOG(resume_opens_the_next_epoch),
		WITH_LOG(a_policy_out_of_its_range_is_refused),
		WITH_LOG(a_snapshot_and_the_tail_are_the_fold_of_the_whole_log),
		WITH_LOG(a_snapshot_that_is_cut_is_refused),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
