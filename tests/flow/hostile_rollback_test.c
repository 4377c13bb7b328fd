/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log that was put back, altered or exchanged keeps the SAM closed; officers go on from it by
 * RESUME, in a new epoch, once. Design review C8, H6; catalogue RPL-2, EXT-2.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "hostile.h"
#include "wire/activate.h"

static struct group group;
static struct signer alice;
static struct key good, early;	/* early: requested, not certified yet */

static int
set_up(void **state UNUSED)
{
	group_found(&group);
	group_start(&group);
	ca_of_group(&group);
	signer_ready(&group, &alice, &good, "CN=Alice Example,C=SE");
	key_create(&group, &alice, &early);
	key_request(&group, &alice, &early);
	group_stop(&group);
	group_shell(&group, "cp -a $DIR/sam $DIR/sam.old; cp -a $DIR/tokens $DIR/tokens.old");
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	signer_forget(&alice);
	key_forget(&good);
	key_forget(&early);
	group_end(&group);
	return 0;
}

/* Each test begins with log and token as they were when Alice had her key. */
static int
begin(void **state UNUSED)
{
	group_stop(&group);
	group_shell(&group, "rm -rf $DIR/sam $DIR/tokens; cp -a $DIR/sam.old $DIR/sam; "
	    "cp -a $DIR/tokens.old $DIR/tokens");
	return 0;
}

static void
put_log_back(void)
{
	group_stop(&group);
	group_shell(&group, "rm -rf $DIR/sam.right; mv $DIR/sam $DIR/sam.right; "
	    "cp -a $DIR/sam.old $DIR/sam");
	group_start(&group);
}

/* A log's bytes, as they lie on the disk. */
static struct writer
log_bytes(const char *file)
{
	struct writer w = writer_grow(64u << 20);
	int fd = open(group_path(&group, file), O_RDONLY);
	struct stat st;

	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	wr_zero(&w, (size_t)st.st_size);
	CHECK(writer_ok(&w) && pread(fd, w.p, w.n, 0) == (ssize_t)w.n);
	close(fd);
	return w;
}

/* Size and root after `most` entries, or at its end. */
static void
log_head(const char *file, uint64_t most, uint64_t *size, uint8_t root[HASH_LEN])
{
	AUTO_WRITER w = log_bytes(file);
	struct span one, rest = writer_span(&w);
	struct batch_view batch;
	struct err e = { 0 };
	struct tree tree;
	size_t used;

	tree_init(&tree);
	while (rest.n > 4 && memcmp(rest.p, "PRLB", 4) == 0 && tree.size < most) {
		struct reader entries;

		CHECK(batch_read(rest, &batch, &used, &e) && used > 0);
		entries = reader_over(batch.entries);
		while (tree.size < most && batch_next(&entries, &one)) {
			uint8_t leaf[HASH_LEN];

			tree_leaf(one, leaf);
			tree_append(&tree, leaf, NULL);
		}
		rest = span_of(rest.p + used, rest.n - used);
	}
	*size = tree.size;
	tree_root(&tree, root);
}

/* The closed SAM says how many entries the token knows of; officers take the root from a copy of
 * the right log, "sam.right". */
static void
heads_of(struct body_resume *b)
{
	AUTO_WRITER answer = writer_grow(4096);
	const char *said = ", size ";
	struct msg_status m;
	struct err e = { 0 };
	struct reader r;
	char why[201] = "";
	uint64_t size = 0;

	assert_string_equal(ask(group.officers, SAM_STATUS, span_of(NULL, 0), &answer), "");
	r = reader_over(writer_span(&answer));
	CHECK(msg_status_read(&r, &m, &e));
	memcpy(why, m.why.p, m.why.n);
	CHECK(strstr(why, said) != NULL);
	size = strtoull(strstr(why, said) + strlen(said), NULL, 10);
	log_head("sam.right/log", size, &b->size, b->root);
	assert_int_equal(b->size, size);
	log_head("sam.old/log", UINT64_MAX, &b->log_size, b->log_root);
}

static void
change_something(void)
{
	assert_string_equal(officer_does(&group, &alice, PURPOSE_SUSPEND), "");
	assert_string_equal(officer_does(&group, &alice, PURPOSE_REINSTATE), "");
}

/* The anchor is that of the log which was there before it was put back. */
static struct act *
resume_act(const struct body_resume *b)
{
	static const char tag[] = "propria-resume-v1";
	struct act *a = act_new(&group, PURPOSE_RESUME);
	AUTO_WRITER body = writer_grow(256);

	a->st.resume = *b;
	statement_body_write(&body, &a->st);
	memset(a->st.fresh, 0, FRESH_LEN);
	sha256_parts((struct span[]){ span_of(tag, sizeof(tag)), writer_span(&body) }, 2, a->st.fresh);
	return a;
}

static void
resume_refused(const char *row, const char *want, const struct body_resume *b, size_t officers)
{
	struct act *a = resume_act(b);
	const char *got;

	act_write(a);
	for (size_t i = 0; i < officers; i++)
		act_approve_by(a, &group.so[i]);
	if (strcmp((got = act_enact(a, group.officers, NULL, NULL, NULL)), want) != 0)
		fail_msg("%s: '%s' instead of '%s'", row, got, want);
	act_free(a);
}

static void
wait_until_open(void)
{
	for (int i = 0; i < 200 && group_status(&group).state != SAM_OPEN; i++)
		usleep(10000);
	assert_int_equal(group_status(&group).state, SAM_OPEN);
	group.epoch = group_status(&group).epoch;
}

static void
signs(const char *want)
{
	struct act *a = act_of_sign_approved(&group, &alice, &good, 1);
	struct activated got;

	assert_string_equal(act_activate(a, group.ssa, &got), want);
	assert_int_equal(got.signed_, want[0] == '\0');
	act_free(a);
}

/* Whatever is asked of it, but STATUS, HEAD, ROSTER and FOLLOW. */
static void
everything_is_closed(const char *to_resume)
{
	static const uint8_t ssa[] = { SAM_CHALLENGE, SAM_ACTIVATE, SAM_USE, SAM_REQUEST_CERTIFICATE,
		SAM_LINK_CERTIFICATE, SAM_FREEZE, SAM_RECORD, SAM_OUTCOME, SAM_RECEIPT };
	struct act *a = act_of_signer(&group, &alice, PURPOSE_SUSPEND);
	struct body_resume nothing = { 0 };

	assert_int_equal(group_status(&group).state, SAM_CLOSED);
	for (size_t i = 0; i < COUNT(ssa); i++)
		assert_string_equal(ask(group.ssa, ssa[i], span_of(NULL, 0), NULL), "closed");
	assert_string_equal(act_propose(a), "closed");
	act_write(a);
	act_approve_by(a, &group.ro);
	assert_string_equal(act_enact(a, group.officers, NULL, NULL, NULL), "closed");
	act_free(a);
	resume_refused("RESUME of nothing", to_resume, &nothing, 2);
}

TEST(a_log_put_back_is_closed_until_two_officers_say_which_head_counts)
{
	struct body_resume b = { .epoch = 1 }, wrong;
	struct act *old, *a;
	struct activated got;

	group_start(&group);
	old = act_of_sign_approved(&group, &alice, &good, 1);
	change_something();
	put_log_back();
	heads_of(&b);
	everything_is_closed("proposal");
	wrong = b;
	wrong.size++;
	resume_refused("another anchor size", "proposal", &wrong, 2);
	wrong = b;
	wrong.epoch = 0;
	resume_refused("another anchor epoch", "proposal", &wrong, 2);
	wrong = b;
	wrong.root[0] ^= 1;
	resume_refused("another anchor root", "proposal", &wrong, 2);
	wrong = b;
	wrong.log_size--;
	resume_refused("another log size", "proposal", &wrong, 2);
	wrong = b;
	wrong.log_root[31] ^= 1;
	resume_refused("another log root", "proposal", &wrong, 2);
	resume_refused("one officer", "quorum", &b, 1);
	a = resume_act(&b);
	a->st.fresh[0] ^= 1;
	act_write(a);
	act_approve_by(a, &group.so[0]);
	act_approve_by(a, &group.so[1]);
	assert_string_equal(act_enact(a, group.officers, NULL, NULL, NULL), "proposal");
	act_free(a);
	a = resume_act(&b);
	act_write(a);
	act_approve_by(a, &group.so[0]);
	act_approve_by(a, &group.so[2]);
	assert_string_equal(act_enact(a, group.officers, NULL, NULL, NULL), "");
	wait_until_open();
	assert_int_equal(group.epoch, 2);
	/* Sent again it is answered again, and opens no other epoch. */
	assert_string_equal(act_enact(a, group.officers, NULL, NULL, NULL), "");
	assert_int_equal(group_status(&group).epoch, 2);
	assert_string_equal(act_activate(old, group.ssa, &got), "epoch");
	signs("");
	act_free(a);
	act_free(old);
}

/* Its record is written anew, its wrapped key is not: both stay in the epoch of its birth. */
TEST(a_key_that_is_certified_in_a_later_epoch_signs)
{
	struct body_resume b = { .epoch = 1 };
	struct activated got;
	struct act *a;

	group_start(&group);
	change_something();
	put_log_back();
	heads_of(&b);
	a = resume_act(&b);
	act_write(a);
	act_approve_by(a, &group.so[0]);
	act_approve_by(a, &group.so[1]);
	assert_string_equal(act_enact(a, group.officers, NULL, NULL, NULL), "");
	act_free(a);
	wait_until_open();
	key_link(&group, &alice, &early);
	a = act_of_sign_approved(&group, &alice, &early, 1);
	assert_string_equal(act_activate(a, group.ssa, &got), "");
	CHECK(got.signed_ == 1 && is_signature_of(a, &early, 0, got.signature[0]));
	act_free(a);
}

/* The same old copy once more: its log knows nothing of the epoch that the anchor has seen. */
TEST(a_log_put_back_twice_goes_on_in_an_epoch_of_its_own)
{
	for (uint32_t epoch = 1; epoch <= 2; epoch++) {
		struct body_resume b = { .epoch = epoch };
		struct act *a;

		if (group.sam == 0)
			group_start(&group);
		group.epoch = epoch;
		change_something();
		put_log_back();
		heads_of(&b);
		a = resume_act(&b);
		act_write(a);
		act_approve_by(a, &group.so[0]);
		act_approve_by(a, &group.so[1]);
		assert_string_equal(act_enact(a, group.officers, NULL, NULL, NULL), "");
		wait_until_open();
		assert_int_equal(group.epoch, epoch + 1);
		act_free(a);
	}
	signs("");
	group_stop(&group);
	group_shell(&group, "rm $DIR/sam/snapshot");	/* the log must say it */
	group_start(&group);
	assert_int_equal(group_status(&group).state, SAM_OPEN);
	assert_int_equal(group.epoch, 3);
	signs("");
}

/* As long as the right one and longer, but not it. */
TEST(another_history_than_the_anchors_is_closed)
{
	group_start(&group);
	change_something();
	group_stop(&group);
	group_shell(&group, "mv $DIR/tokens $DIR/tokens.x; rm -rf $DIR/sam; cp -a $DIR/sam.old $DIR/sam; "
	    "cp -a $DIR/tokens.old $DIR/tokens");
	group_start(&group);
	change_something();
	change_something();
	group_stop(&group);
	group_shell(&group, "rm -rf $DIR/tokens; mv $DIR/tokens.x $DIR/tokens");
	group_start(&group);
	everything_is_closed("proposal");
}

/* One byte of the file at this place from its start. */
static void
flip_byte(const char *file, off_t at)
{
	int fd = open(group_path(&group, file), O_RDWR);
	uint8_t byte = 0;

	CHECK(fd >= 0 && pread(fd, &byte, 1, at) == 1);
	byte ^= 0x10;
	CHECK(pwrite(fd, &byte, 1, at) == 1);
	close(fd);
}

TEST(a_damaged_log_is_closed)
{
	flip_byte("sam/log", 5000);
	group_shell(&group, "rm -f $DIR/sam/snapshot");
	group_start(&group);
	everything_is_closed("closed");
}

/* The snapshot is good, so the start reads on behind it; the rest is read over afterwards. */
TEST(damage_that_a_snapshot_hides_is_found_in_service)
{
	uint64_t until = clock_life() + 60000;
	struct msg_status m;

	group_start(&group);
	group_shell(&group, "until grep -q 'the log was read over' $DIR/sam.log; do sleep 0.05; done");
	assert_int_equal(group_status(&group).why.n, 0);
	group_stop(&group);
	flip_byte("sam/log", 5000);
	group_start(&group);
	do {
		CHECK(clock_life() < until);
		m = group_status(&group);
		assert_int_equal(m.state, SAM_OPEN);
	} while (m.why.n == 0);
	group_shell(&group, "grep -q 'alarm: log: the log is not as it was written' $DIR/sam.log");
	group_shell(&group, "{ $PROPRIA_BIN/cli/propria doctor --socket $DIR/officers.sock || true; } | "
	    "grep -q 'FAIL *log .*not as it was written'");
	group_reconnect(&group);
	signs("");
}

TEST(another_local_secret_opens_nothing)
{
	flip_byte("sam/local.secret", 3);
	group_start(&group);
	assert_int_equal(group_status(&group).state, SAM_CLOSED);
	assert_string_equal(ask(group.ssa, SAM_ACTIVATE, span_of(NULL, 0), NULL), "closed");
}

/* A snapshot saves time and is believed only whole; the log says the same without it. */
TEST(an_altered_snapshot_is_not_believed)
{
	flip_byte("sam/snapshot", 150);
	group_start(&group);
	assert_int_equal(group_status(&group).state, SAM_OPEN);
	signs("");
}

/* The snapshot says what the log should have said; a log that does not say it is another log. */
TEST(an_older_log_under_a_newer_snapshot_is_closed)
{
	group_start(&group);
	change_something();
	group_stop(&group);
	group_shell(&group, "cp -a $DIR/sam.old/log $DIR/sam/log");
	group_start(&group);
	assert_int_equal(group_status(&group).state, SAM_CLOSED);
}

#define EACH(name)	cmocka_unit_test_setup(name, begin)

static const struct CMUnitTest tests[] = {
	EACH(a_log_put_back_is_closed_until_two_officers_say_which_head_counts),
	EACH(a_log_put_back_twice_goes_on_in_an_epoch_of_its_own),
	EACH(another_history_than_the_anchors_is_closed),
	EACH(a_key_that_is_certified_in_a_later_epoch_signs),
	EACH(a_damaged_log_is_closed),
	EACH(damage_that_a_snapshot_hides_is_found_in_service),
	EACH(another_local_secret_opens_nothing),
	EACH(an_altered_snapshot_is_not_believed),
	EACH(an_older_log_under_a_newer_snapshot_is_closed),
};

HOSTILE_MAIN(tests, set_up, tear_down)
