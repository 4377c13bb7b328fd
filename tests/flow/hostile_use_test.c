/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USE and replay: an approval gives each of its signatures once, only while everything it rests on
 * still holds. Catalogue section 9, rows 7, 8, 12; RPL-1 to RPL-3; design review H3, H15.
 */
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "hostile.h"

#define PARALLEL	8

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

/* An approval of n digests, activated, nothing used yet. */
static struct act *
activated(const struct signer *s, const struct key *k, size_t n, struct activated *got)
{
	struct act *a = act_of_sign_approved(&group, s, k, n);

	a->n = 0;
	assert_string_equal(act_activate(a, group.ssa, got), "");
	return a;
}

static void
use(struct hostile *h, const char *row, const char *want, struct act *a, const uint8_t id[ID_LEN],
    const uint32_t *index, size_t n, const struct span *digests)
{
	struct activated got;

	hostile_expect(h, row, want, act_use(a, group.ssa, id, index, n, digests, &got));
	hostile_signed(h, row, want != NULL && want[0] == '\0' ? n : 0, got.signed_);
	for (size_t i = 0; i < got.signed_; i++)
		CHECK(is_signature_of(a, &good, index[i], got.signature[i]));
}

TEST(a_use_gives_only_approved_digests_each_once)
{
	static const uint32_t all[] = { 0, 1, 2 }, two[] = { 1, 2 }, past[] = { 2, 3 }, twice[] = { 1, 1 };
	static const uint32_t down[] = { 2, 1 }, huge[] = { UINT32_MAX };
	uint8_t other[48], unknown[ID_LEN];
	struct activated id, id_b;
	struct act *a = activated(&alice, &good, 3, &id), *b = activated(&alice, &good, 1, &id_b);
	struct span digests[2] = { span_of(other, 32), a->st.sign.items[2].digest };
	struct hostile h;

	random_bytes(other, sizeof(other));
	random_bytes(unknown, sizeof(unknown));
	hostile_begin(&h, &group);
	use(&h, "unknown activation", "unknown", a, unknown, all, 1, NULL);
	use(&h, "index past the list", "dtbs", a, id.id, past, 2,
	    (struct span[]){ a->st.sign.items[2].digest, span_of(other, 32) });
	use(&h, "the largest index", "dtbs", a, id.id, huge, 1, digests);
	use(&h, "an index twice", "parse", a, id.id, twice, 2, digests);
	use(&h, "indexes going down", "parse", a, id.id, down, 2, digests);
	use(&h, "another digest", "dtbs", a, id.id, two, 2, digests);
	digests[0] = a->st.sign.items[2].digest;
	digests[1] = a->st.sign.items[1].digest;
	use(&h, "digests of each other's index", "dtbs", a, id.id, two, 2, digests);
	digests[0] = span_of(a->st.sign.items[1].digest.p, 31);
	use(&h, "a digest cut", "dtbs", a, id.id, two, 1, digests);
	memcpy(other, a->st.sign.items[1].digest.p, 32);
	digests[0] = span_of(other, 33);
	use(&h, "a digest and one byte", "dtbs", a, id.id, two, 1, digests);
	digests[0] = b->st.sign.items[0].digest;
	use(&h, "a digest of another approval", "dtbs", a, id.id, all, 1, digests);
	use(&h, "the first (control)", "", a, id.id, all, 1, NULL);
	use(&h, "the first again", "replay", a, id.id, all, 1, NULL);
	use(&h, "all, the first being used", "replay", a, id.id, all, 3, NULL);
	use(&h, "the rest (control)", "", a, id.id, two, 2, NULL);
	use(&h, "the rest again", "replay", a, id.id, two, 2, NULL);
	use(&h, "another approval (control)", "", b, id_b.id, all, 1, NULL);
	hostile_end(&h);
	act_free(a);
	act_free(b);
}

TEST(an_approval_of_n_digests_gives_n_signatures)
{
	static const uint32_t none[] = { 4 }, first[] = { 0 };
	struct act *a = act_of_sign_approved(&group, &alice, &good, 4);
	struct activated got, id;
	struct hostile h;

	hostile_begin(&h, &group);
	hostile_expect(&h, "all four (control)", "", act_activate(a, group.ssa, &id));
	hostile_signed(&h, "all four (control)", 4, id.signed_);
	use(&h, "one more", "dtbs", a, id.id, none, 1,
	    (struct span[]){ a->st.sign.items[0].digest });
	use(&h, "the first once more", "replay", a, id.id, first, 1, NULL);
	hostile_expect(&h, "the whole again", "replay", act_activate(a, group.ssa, &got));
	hostile_signed(&h, "the whole again", 0, got.signed_);
	a->n = 0;
	hostile_expect(&h, "activated again: the same handle", "", act_activate(a, group.ssa, &got));
	assert_memory_equal(got.id, id.id, ID_LEN);
	hostile_expect(&h, "what was signed can be read", "", act_outcome(a, group.ssa, first, 1, &got));
	assert_memory_equal(got.signature[0], id.signature[0], 64);
	hostile_end(&h);
	act_free(a);
}

/* (r, -s) verifies too: the spent set goes by nonce and place, never by evidence. */
TEST(an_altered_evidence_that_still_verifies_gives_nothing_again)
{
	static const uint8_t order[32] = {
		0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51 };
	struct act *a = act_of_sign_approved(&group, &alice, &good, 1);
	struct activated got;
	struct hostile h;
	int borrow = 0;

	hostile_begin(&h, &group);
	hostile_activate(&h, "once (control)", "", a, &good);
	for (int i = 31; i >= 0; i--) {
		int v = order[i] - a->sig[0][32 + i] - borrow;

		borrow = v < 0;
		a->sig[0][32 + i] = (uint8_t)(v + (borrow ? 256 : 0));
	}
	writer_reset(&a->evidences);
	hostile_activate(&h, "with -s", "replay", a, &good);
	a->n = 0;
	hostile_expect(&h, "it verifies", "", act_activate(a, group.ssa, &got));
	hostile_end(&h);
	act_free(a);
}

TEST(eight_connections_at_once_get_one_signature_in_all)
{
	struct act *a = act_of_sign_approved(&group, &alice, &good, 1);
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	static struct msg_activate m;
	struct hostile h;
	int fd[PARALLEL];
	size_t signed_ = 0, at;

	act_write_evidences(a);
	m = (struct msg_activate){ writer_span(&a->statement), writer_span(&a->evidences),
		a->signer_record, a->key_record, 1, { 0 } };
	at = frame_begin(&w, SAM_ACTIVATE, 7);
	msg_activate_write(&w, &m);
	frame_end(&w, at);
	hostile_begin(&h, &group);
	for (size_t i = 0; i < PARALLEL; i++)
		CHECK((fd[i] = group_connect(&group, "ssa.sock")) >= 0);
	for (size_t i = 0; i < PARALLEL; i++)
		CHECK(write(fd[i], w.p, w.n) == (ssize_t)w.n);
	for (size_t i = 0; i < PARALLEL; i++) {
		AUTO_WRITER in = writer_grow(FRAME_MAX);
		struct err e = { 0 };
		struct frame f;

		CHECK(frame_receive(fd[i], &in, &f, &e));
		if (f.type == SAM_ACTIVATE + 1)
			signed_++;
		else
			hostile_expect(&h, "one of eight", "replay",
			    msg_refused_raise(&(struct reader){ f.payload.p, f.payload.n }, "", &e) ? "" : e.reason);
		close(fd[i]);
	}
	hostile_signed(&h, "eight at once", 1, signed_);
	hostile_end(&h);
	act_free(a);
}

/* --- H3: each pair of approved, then changed --- */

static void
destroy_key(void)
{
	struct act *d = act_of_key(&group, &alice, &good, PURPOSE_DESTROY_KEY);

	act_write(d);
	act_approve_signer(d, &alice);
	assert_string_equal(act_enact(d, group.ssa, NULL, NULL, NULL), "");
	act_free(d);
}

static void
release_key(void)
{
	struct act *d = act_of_key(&group, &alice, &good, PURPOSE_RELEASE_KEY);

	act_write(d);
	act_approve_signer(d, &alice);
	assert_string_equal(act_enact(d, group.ssa, NULL, NULL, NULL), "");
	act_free(d);
}

static void freeze_key(void) { assert_string_equal(freeze(&group, RECORD_KEY, good.id), ""); }
static void freeze_signer(void) { assert_string_equal(freeze(&group, RECORD_SIGNER, alice.id), ""); }
static void suspend(void) { assert_string_equal(officer_does(&group, &alice, PURPOSE_SUSPEND), ""); }
static void reinstate(void) { assert_string_equal(officer_does(&group, &alice, PURPOSE_REINSTATE), ""); }
static void close_signer(void) { assert_string_equal(officer_does(&group, &alice, PURPOSE_CLOSE), ""); }
static void freeze_and_release(void) { freeze_key(); release_key(); }
static void suspend_and_reinstate(void) { suspend(); reinstate(); }

static void
new_record_version(void)
{
	struct key k;

	key_create(&group, &alice, &k);
	key_forget(&k);
}

/* What was approved before it is worth nothing after it, whoever sends it and how often. */
static void
nothing_after(const char *what, void (*change)(void), const char *activate_again, void (*undo)(void))
{
	static const uint32_t first[] = { 0 };
	struct activated id;
	struct act *open = activated(&alice, &good, 2, &id);
	struct hostile h;

	hostile_begin(&h, &group);
	use(&h, "before (control)", "", open, id.id, first, 1, NULL);
	change();
	use(&h, what, "unknown", open, id.id, (uint32_t[]){ 1 }, 1, NULL);
	open->n = 1;
	open->index[0] = 1;
	hostile_activate(&h, what, "replay", open, &good);
	act_free(open);
	if (activate_again != NULL) {
		struct act *a = act_of_sign_approved(&group, &alice, &good, 1);

		hostile_activate(&h, what, activate_again, a, &good);
		if (undo != NULL) {
			undo();
			hostile_activate(&h, "undone (control)", "", a, &good);
		}
		act_free(a);
	}
	hostile_end(&h);
}

TEST(an_open_activation_dies_when_its_key_is_frozen) { nothing_after("frozen", freeze_key, "state", release_key); }
TEST(it_does_not_come_back_when_the_key_is_released) { nothing_after("released", freeze_and_release, "", NULL); }
TEST(an_open_activation_dies_when_its_signer_is_frozen) { nothing_after("signer frozen", freeze_signer, "state", reinstate); }
TEST(an_open_activation_dies_when_its_signer_is_suspended) { nothing_after("suspended", suspend, "state", reinstate); }
TEST(it_does_not_come_back_when_he_is_reinstated) { nothing_after("reinstated", suspend_and_reinstate, "", NULL); }
TEST(an_open_activation_dies_when_a_record_gets_a_new_version) { nothing_after("new version", new_record_version, "", NULL); }

/* In this order: the key dies, then its owner. */
TEST(an_open_activation_dies_with_its_key_and_with_its_signer)
{
	struct key again;

	nothing_after("destroyed", destroy_key, "state", NULL);
	key_ready(&group, &alice, &again);
	key_forget(&good);
	good = again;
	nothing_after("closed", close_signer, "state", NULL);
	signer_forget(&alice);
	key_forget(&good);
	signer_ready(&group, &alice, &good, "CN=Alice Example,C=SE");
}

/* One breath: the reservation is on its way to the disk when the freeze comes. Nothing is signed. */
TEST(a_freeze_stops_a_use_that_is_only_reserved)
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	static struct msg_use m;
	static struct msg_results got;
	struct msg_object frozen = { .type = RECORD_KEY };
	struct activated id;
	struct act *a = activated(&alice, &good, 1, &id);
	uint64_t signed_ = group_status(&group).signed_count;
	size_t at = frame_begin(&w, SAM_USE, 1);

	memcpy(m.activation, id.id, ID_LEN);
	m.n = 1;
	m.digest[0] = a->st.sign.items[0].digest;
	msg_use_write(&w, &m);
	frame_end(&w, at);
	memcpy(frozen.id, good.id, ID_LEN);
	at = frame_begin(&w, SAM_FREEZE, 2);
	msg_object_write(&w, &frozen);
	frame_end(&w, at);
	CHECK(write(group.ssa, w.p, w.n) == (ssize_t)w.n);
	for (int i = 0; i < 2; i++) {
		AUTO_WRITER in = writer_grow(FRAME_MAX);
		struct err e = { 0 };
		struct reader r;
		struct frame f;

		CHECK(frame_receive(group.ssa, &in, &f, &e) && f.type != MSG_REFUSED);
		r = reader_over(f.payload);
		if (f.type == SAM_USE + 1) {
			CHECK(msg_results_read(&r, &got, &e) && got.n == 1);
			assert_int_equal(got.result[0].status, USE_FAILED);
		}
	}
	CHECK(group_status(&group).signed_count == signed_);
	release_key();
	act_free(a);
}

/* Ten uses of one index each, in one breath. */
static void
order_ten(const struct act *a, const uint8_t id[ID_LEN])
{
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	static struct msg_use m;

	memcpy(m.activation, id, ID_LEN);
	m.n = 1;
	for (uint32_t i = 0; i < 10; i++) {
		size_t at = frame_begin(&w, SAM_USE, i);

		m.index[0] = i;
		m.digest[0] = a->st.sign.items[i].digest;
		msg_use_write(&w, &m);
		frame_end(&w, at);
	}
	CHECK(write(group.ssa, w.p, w.n) == (ssize_t)w.n);
}

static void
send_alone(uint8_t type, const struct msg_object *object)
{
	AUTO_WRITER w = writer_grow(64);
	size_t at = frame_begin(&w, type, 100);

	if (object != NULL)
		msg_object_write(&w, object);
	frame_end(&w, at);
	CHECK(write(group.ssa, w.p, w.n) == (ssize_t)w.n);
}

struct heard { size_t signed_, failed, frozen; };

/* Answers until one of this type. */
static void
hear_until(uint8_t type, struct heard *h)
{
	static struct msg_results got;
	AUTO_WRITER in = writer_grow(FRAME_MAX);
	struct err e = { 0 };
	struct reader r;
	struct frame f;

	do {
		CHECK(frame_receive(group.ssa, &in, &f, &e) && f.type != MSG_REFUSED);
		r = reader_over(f.payload);
		h->frozen += f.type == SAM_FREEZE + 1;
		if (f.type != SAM_USE + 1)
			continue;
		CHECK(msg_results_read(&r, &got, &e) && got.n == 1);
		h->signed_ += got.result[0].status == USE_SIGNED;
		h->failed += got.result[0].status == USE_FAILED;
	} while (f.type != type);
}

static void
await(bool (*holds)(const struct msg_status *, uint64_t), uint64_t value)
{
	struct msg_status m = group_status(&group);

	while (!holds(&m, value)) {
		usleep(5000);
		m = group_status(&group);
	}
}

static bool is_busy(const struct msg_status *m, uint64_t n) { return m->busy == n; }
static bool is_logged(const struct msg_status *m, uint64_t n) { return m->size >= n; }
static bool is_anchored(const struct msg_status *m, uint64_t n) { return m->anchored >= n; }

/*
 * Both workers hold orders when the freeze comes. What they have not been given is not signed; the
 * freeze is confirmed only when the last of them has answered, though it is anchored by the other.
 */
TEST(no_signature_is_made_after_a_freeze_was_confirmed)
{
	struct msg_object frozen = { .type = RECORD_KEY };
	struct activated id;
	struct act *a = activated(&alice, &good, 10, &id);
	struct heard h = { 0 };
	pid_t worker[WORKERS];
	uint64_t size = group_status(&group).size;

	memcpy(frozen.id, good.id, ID_LEN);
	group_pause_workers(&group, worker);
	order_ten(a, id.id);
	await(is_busy, 2);
	send_alone(SAM_FREEZE, &frozen);
	await(is_logged, size + 11);	/* in force before a worker goes on */
	CHECK(kill(worker[1], SIGCONT) == 0);
	await(is_anchored, size + 11);
	send_alone(SAM_STATUS, NULL);
	hear_until(SAM_STATUS + 1, &h);
	assert_int_equal(h.frozen, 0);
	CHECK(kill(worker[0], SIGCONT) == 0);
	hear_until(SAM_FREEZE + 1, &h);
	assert_int_equal(h.signed_ + h.failed, 10);
	CHECK(h.signed_ >= 1 && h.signed_ <= 4);
	release_key();
	act_free(a);
}

/* The SSA's word reaches the very same record, or none: an id that only begins like it is another. */
TEST(a_freeze_names_the_whole_id)
{
	uint8_t id[ID_LEN];
	struct hostile h;
	struct act *a;

	hostile_begin(&h, &group);
	memcpy(id, alice.id, ID_LEN);
	id[ID_LEN - 1] ^= 1;
	hostile_expect(&h, "signer's id with another end", "record", freeze(&group, RECORD_SIGNER, id));
	memcpy(id, good.id, ID_LEN);
	id[ID_LEN - 1] ^= 1;
	hostile_expect(&h, "key's id with another end", "record", freeze(&group, RECORD_KEY, id));
	hostile_expect(&h, "a signer's id as a key's", "owner", freeze(&group, RECORD_KEY, alice.id));
	random_bytes(id, sizeof(id));
	hostile_expect(&h, "an unknown signer", "owner", freeze(&group, RECORD_SIGNER, id));
	a = act_of_sign_approved(&group, &alice, &good, 1);
	hostile_activate(&h, "nothing was frozen (control)", "", a, &good);
	act_free(a);
	hostile_end(&h);
}

TEST(an_open_activation_dies_when_its_approval_expires)
{
	static const uint32_t first[] = { 0 }, second[] = { 1 };
	struct act *a = act_of_sign(&group, &alice, &good, 2);
	struct activated id;
	struct hostile h;
	uint32_t open;

	a->st.exp = clock_wall() + 1200;
	a->n = 0;
	act_write(a);
	act_approve_signer(a, &alice);
	hostile_begin(&h, &group);
	assert_string_equal(act_activate(a, group.ssa, &id), "");
	open = group_status(&group).activations;
	use(&h, "in time (control)", "", a, id.id, first, 1, NULL);
	usleep(1300000);
	use(&h, "too late", "time", a, id.id, second, 1, NULL);
	hostile_activate(&h, "activated too late", "time", a, &good);
	hostile_end(&h);
	for (int i = 0; group_status(&group).activations >= open; i++) {	/* not kept for long */
		CHECK(i < 600);
		usleep(50000);
	}
	act_free(a);
}

/* Certified until a moment from now. */
static void
short_lived(struct key *k, uint64_t begins, uint64_t ends)
{
	struct wish wish;

	key_create(&group, &alice, k);
	key_request(&group, &alice, k);
	wish = wish_for(&group, &alice, k);
	wish.issue.not_before = (clock_wall() + begins) / 1000 * 1000;
	wish.issue.not_after = (clock_wall() + ends) / 1000 * 1000;
	assert_string_equal(link_certificate(&group, k, ca_issue(&wish, k)), "");
}

TEST(a_key_signs_only_while_its_certificate_is_valid)
{
	static const uint32_t second[] = { 1 };
	struct key early, late;
	struct activated id, got;
	struct act *a, *b;
	struct hostile h;

	short_lived(&early, 120000, 86400000);
	short_lived(&late, 0, 3000);
	hostile_begin(&h, &group);
	a = act_of_sign_approved(&group, &alice, &early, 1);
	hostile_activate(&h, "not valid yet", "cert", a, &early);
	act_free(a);
	a = activated(&alice, &late, 2, &id);
	hostile_expect(&h, "valid (control)", "", act_use(a, group.ssa, id.id, (uint32_t[]){ 0 }, 1, NULL, &got));
	hostile_signed(&h, "valid (control)", 1, got.signed_);
	usleep(3100000);
	hostile_expect(&h, "expired since", "cert", act_use(a, group.ssa, id.id, second, 1, NULL, &got));
	b = act_of_sign_approved(&group, &alice, &late, 1);
	hostile_activate(&h, "expired", "cert", b, &late);
	hostile_end(&h);
	act_free(a);
	act_free(b);
	key_forget(&early);
	key_forget(&late);
}

/* A nonce lives in one life of the SAM; so do activations. What was signed can still be read. */
TEST(no_approval_outlives_the_sams_life)
{
	static const uint32_t first[] = { 0 }, second[] = { 1 };
	struct activated id, got;
	struct act *used = activated(&alice, &good, 2, &id);
	struct act *unsent = act_of_sign_approved(&group, &alice, &good, 1);
	uint8_t signature[64];
	struct hostile h;

	assert_string_equal(act_use(used, group.ssa, id.id, first, 1, NULL, &got), "");
	memcpy(signature, got.signature[0], sizeof(signature));
	for (int orderly = 1; orderly >= 0; orderly--) {
		orderly ? group_stop(&group) : group_kill(&group);
		group_start(&group);
		hostile_begin(&h, &group);
		use(&h, "an activation of the last life", "unknown", used, id.id, second, 1, NULL);
		used->n = 1;
		used->index[0] = 1;
		hostile_activate(&h, "its approval", "nonce", used, &good);
		used->index[0] = 0;
		hostile_activate(&h, "its approval, the index that was signed", "nonce", used, &good);
		hostile_activate(&h, "an approval never sent", "nonce", unsent, &good);
		hostile_expect(&h, "reading (control)", "", act_outcome(used, group.ssa, first, 1, &got));
		CHECK(got.status[0] == USE_SIGNED && memcmp(got.signature[0], signature, 64) == 0);
		hostile_end(&h);
	}
	act_free(used);
	act_free(unsent);
}

TEST(outcomes_are_told_of_what_was_done_and_nothing_else)
{
	static const uint32_t first[] = { 0 }, past[] = { 900 };
	struct activated id, got;
	struct act *a = activated(&alice, &good, 1, &id), *never;
	struct hostile h;

	hostile_begin(&h, &group);
	hostile_expect(&h, "unused", "", act_outcome(a, group.ssa, first, 1, &got));
	CHECK(got.status[0] == USE_SPENT && got.signed_ == 0);
	hostile_expect(&h, "past the list", "", act_outcome(a, group.ssa, past, 1, &got));
	CHECK(got.status[0] == USE_SPENT && got.signed_ == 0);
	never = act_of_sign_approved(&group, &alice, &good, 1);
	hostile_expect(&h, "never activated", "unknown", act_outcome(never, group.ssa, first, 1, &got));
	hostile_end(&h);
	act_free(a);
	act_free(never);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_use_gives_only_approved_digests_each_once),
	cmocka_unit_test(an_approval_of_n_digests_gives_n_signatures),
	cmocka_unit_test(an_altered_evidence_that_still_verifies_gives_nothing_again),
	cmocka_unit_test(eight_connections_at_once_get_one_signature_in_all),
	cmocka_unit_test(an_open_activation_dies_when_its_key_is_frozen),
	cmocka_unit_test(it_does_not_come_back_when_the_key_is_released),
	cmocka_unit_test(an_open_activation_dies_when_its_signer_is_frozen),
	cmocka_unit_test(an_open_activation_dies_when_its_signer_is_suspended),
	cmocka_unit_test(it_does_not_come_back_when_he_is_reinstated),
	cmocka_unit_test(an_open_activation_dies_when_a_record_gets_a_new_version),
	cmocka_unit_test(an_open_activation_dies_with_its_key_and_with_its_signer),
	cmocka_unit_test(a_freeze_stops_a_use_that_is_only_reserved),
	cmocka_unit_test(no_signature_is_made_after_a_freeze_was_confirmed),
	cmocka_unit_test(a_freeze_names_the_whole_id),
	cmocka_unit_test(an_open_activation_dies_when_its_approval_expires),
	cmocka_unit_test(a_key_signs_only_while_its_certificate_is_valid),
	cmocka_unit_test(no_approval_outlives_the_sams_life),
	cmocka_unit_test(outcomes_are_told_of_what_was_done_and_nothing_else),
};

HOSTILE_MAIN(tests, set_up, tear_down)
