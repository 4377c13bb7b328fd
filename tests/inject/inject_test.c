/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the SAM's libraries do when memory, randomness, libcrypto, disk or sockets fail: each
 * operation is run with its first call failing, then its second, to the last; then many times with
 * one call in 400. It must fail without touching its outputs, leave nothing behind, wipe what it
 * releases, or say bug().
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "audit/flush_file.h"
#include "auditor/verify_file.h"
#include "base/secret.h"
#include "crypto/verify.h"
#include "sam/activation.h"
#include "sam/nonce.h"
#include "sam/pool.h"
#include "sam/record.h"
#include "sam/seal.h"
#include "sam/trade.h"
#include "tests/inject/faults.h"
#include "tests/unit/der/soft_key.h"
#include "tests/unit/sam/fake_flusher.h"

#define RATE_RUNS 120

struct operation {
	void	(*before)(void);		/* faults are off in these two; NULL: nothing */
	void	(*run)(void);
	void	(*after)(bool ended);		/* ended: it did not say bug() */
};

static struct err e;

static unsigned long
once(const struct operation *o)
{
	unsigned long unwiped = faults_unwiped(), made;
	long live = faults_live();
	bool ended;

	err_clear(&e);
	ended = faults_run(o->run);
	made = faults_made();
	faults_off();
	CHECK(faults_unwiped() == unwiped);
	CHECK(!ended || faults_live() == live);		/* bug() does not tidy up */
	if (o->after != NULL)
		o->after(ended);
	return made;
}

static void
prepare(const struct operation *o)
{
	faults_off();
	if (o->before != NULL)
		o->before();
}

static void
fail_everywhere(const struct operation *o)
{
	unsigned long n = 0, made;

	prepare(o);
	CHECK(once(o) == 0);				/* what is made once in a life is made now */
	do {
		prepare(o);
		faults_at(n++);
		made = once(o);
	} while (made > 0);
	CHECK(n > 1);
	for (uint32_t seed = 0; seed < RATE_RUNS; seed++) {
		prepare(o);
		faults_at_rate(seed);
		once(o);
	}
}

static uint8_t marks[100];		/* a secret that is known again wherever it turns up */
static uint8_t statement_mem[4096];
static struct span a_statement;
static uint8_t d[HASH_LEN];

/* Statements and evidence */

static void
run_statement(void)
{
	static struct statement s;
	AUTO_WRITER w = writer_grow(STATEMENT_MAX);

	CHECK(statement_read(a_statement, &s, &e));
	statement_write(&w, &s);
	CHECK(!writer_ok(&w) || span_equal(writer_span(&w), a_statement));
}

TEST(a_statement_is_written_whole_or_not)
{
	fail_everywhere(&(struct operation){ NULL, run_statement, NULL });
}

static struct evidences approvals;

static void
run_evidence(void)
{
	struct evidence forged = approvals.list[0];

	(void)!evidence_verify(&approvals.list[0], d, fixed_spki(sample_key("alice")));
	forged.body = span_of(marks, APPROVAL_LEN);
	CHECK(!evidence_verify(&forged, d, fixed_spki(sample_key("alice"))));
	forged.type = EVIDENCE_CODE;
	CHECK(!evidence_verify(&forged, d, span_of(d, 32)));
}

TEST(no_failure_makes_a_forged_approval_good)
{
	sample_evidences(PURPOSE_SIGN, d, &approvals);
	fail_everywhere(&(struct operation){ NULL, run_evidence, NULL });
}

static struct { const struct alg *alg; struct span spki; uint8_t sig[SIGNATURE_MAX]; } signed_one;

static void
run_verify(void)
{
	const struct alg *a = signed_one.alg;
	struct span digest = span_of(marks, a->digest_len);

	(void)!signature_verify(a, signed_one.spki, digest, span_of(signed_one.sig, a->signature_len));
	signed_one.sig[7] ^= 1;
	CHECK(!signature_verify(a, signed_one.spki, digest, span_of(signed_one.sig, a->signature_len)));
	signed_one.sig[7] ^= 1;
	(void)!spki_check(a->kind, signed_one.spki, &e);
}

TEST(no_failure_makes_a_wrong_signature_good)
{
	for (size_t i = 0; alg_at(i) != NULL; i++) {
		struct soft_key *k = soft_key(alg_at(i)->number);

		signed_one.alg = k->alg;
		signed_one.spki = k->spki;
		CHECK(soft_key_sign(k, span_of(marks, k->alg->digest_len), signed_one.sig, &e));
		fail_everywhere(&(struct operation){ NULL, run_verify, NULL });
	}
}

/* Sealing */

static void
run_seal(void)
{
	AUTO_WRITER out = writer_grow(RECORD_MAX), plain = writer_grow(BOX_MAX),
	    back = writer_grow(BOX_MAX);
	struct record_name name = { .type = RECORD_KEY, .epoch = 1, .version = 1 }, read;
	AUTO(seal) *s = seal_new(span_of(marks, 32), span_of(marks, 32), sample_group(), &e);

	if (s == NULL) {
		CHECK(e.code != ERR_NONE);
		return;
	}
	wr_bytes(&plain, marks, sizeof(marks));
	if (!writer_ok(&plain) || !seal_record(s, &name, d, writer_span(&plain), &out, &e)) {
		CHECK(e.code != ERR_NONE || !writer_ok(&plain));
		return;
	}
	if (seal_open(s, writer_span(&out), &read, &back, &e))
		CHECK(span_equal(writer_span(&back), writer_span(&plain)));
	else
		CHECK(back.n == 0 && e.code != ERR_NONE);
}

TEST(a_record_opens_as_it_was_or_not_at_all)
{
	fail_everywhere(&(struct operation){ NULL, run_seal, NULL });
}

static void
run_wrapped(void)
{
	AUTO_WRITER out = writer_grow(RECORD_MAX), back = writer_grow(BOX_MAX),
	    snapshot = writer_grow(1000);
	AUTO(seal) *s = seal_new(span_of(marks, 32), span_of(marks, 32), sample_group(), &e);
	static const uint8_t id[ID_LEN];
	struct span none = span_of(NULL, 0);

	if (s == NULL || !seal_wrapped(s, 1, id, none, d, span_of(marks, 40), &out, &e))
		return;
	if (!seal_unwrapped(s, 1, id, none, writer_span(&out), &back, &e))
		CHECK(back.n == 0 && e.code != ERR_NONE);
	else
		CHECK(back.n == 40);
	err_clear(&e);
	writer_wipe(&back);
	seal_snapshot(s, d, span_of(marks, 90), &snapshot);
	if (writer_ok(&snapshot) && !seal_snapshot_open(s, writer_span(&snapshot), &back, &e))
		CHECK(back.n == 0 && e.code != ERR_NONE);
}

TEST(a_wrapped_key_and_a_snapshot_open_as_they_were_or_not_at_all)
{
	fail_everywhere(&(struct operation){ NULL, run_wrapped, NULL });
}

static void
run_records(void)
{
	struct signer_record s = { .loa = 2, .proofing = span_str("p"), .name = sample_name() }, back;
	AUTO_WRITER w = writer_grow(BOX_MAX);

	signer_record_write(&w, &s);
	CHECK(!writer_ok(&w) || signer_record_read(writer_span(&w), &back, &e));
}

TEST(a_record_is_written_whole_or_not)
{
	fail_everywhere(&(struct operation){ NULL, run_records, NULL });
}

/* Secrets, nonces */

static void
run_secret(void)
{
	AUTO(secret) *a = secret_copy(span_of(marks, sizeof(marks)), &e);
	AUTO(secret) *b = secret_new(9000, &e);

	CHECK((a != NULL && b != NULL) || e.code == ERR_BACKEND);
	if (b != NULL) {
		memset(secret_room(b), FAULT_MARK, 9000);
		secret_set_length(b, 9000);
	}
}

TEST(a_secret_that_could_not_be_made_is_told)
{
	fail_everywhere(&(struct operation){ NULL, run_secret, NULL });
}

static void
run_nonces(void)
{
	struct nonce_scope scope = { sample_group(), 1, marks, PURPOSE_SIGN };
	uint8_t fresh[FRESH_LEN] = { 0 };
	AUTO(nonces) *n = nonces_new(256, 1000, marks, &e);

	if (n == NULL) {
		CHECK(e.code != ERR_NONE);
		return;
	}
	if (nonces_issue(n, &scope, 1, fresh, &e) && nonces_check(n, &scope, 1, fresh, &e) &&
	    nonces_spend(n, fresh, &e))
		CHECK(nonces_is_spent(n, fresh));
}

TEST(nonces_fail_closed)
{
	fail_everywhere(&(struct operation){ NULL, run_nonces, NULL });
}

/* State */

static struct entries log_;

static void
run_state(void)
{
	AUTO_WRITER w = writer_grow(64u << 20);
	AUTO(state) *s = state_new(&sam_trade, &e), *back = NULL;
	struct reader r = reader_over(writer_span(&log_.all));
	struct entry entry;
	struct span bytes;

	if (s == NULL) {
		CHECK(e.code != ERR_NONE);
		return;
	}
	while (rd_span32(&r, 1, ENTRY_MAX, &bytes))
		if (!entry_read(bytes, &entry, &e) || !fold_apply(s, &entry, bytes,
		    (uint64_t)(log_.all.n - r.n), &e)) {
			CHECK(e.code != ERR_NONE);
			return;
		}
	state_write(&w, s);
	if (writer_ok(&w) && (back = state_read(&sam_trade, writer_span(&w), &e)) == NULL)
		CHECK(e.code != ERR_NONE);
}

TEST(a_state_is_folded_whole_or_refused)
{
	static struct statement st;

	entries_init(&log_, false);
	CHECK(add_signer(&log_, 1, 1, 3, true) && add_key(&log_, 1, 1, 1, 3, true) &&
	    add_reserved(&log_, 1, 1, 2, 2));
	CHECK(add_outcome(&log_, 1, 1, log_.s->entries - 1, 2));
	sample_statement(PURPOSE_ADD_ANCHOR, &st);
	CHECK(add_act(&log_, &st));
	fail_everywhere(&(struct operation){ NULL, run_state, NULL });
	entries_free(&log_);
}

static void
run_index(void)
{
	AUTO(index) *x = index_new(&e);
	uint8_t id[ID_LEN] = { 0 };
	uint32_t n = 0, i;

	for (; x != NULL && n < 3000; n++) {
		i = n * 2654435761u;
		memcpy(id, &i, 4);
		memcpy(id + 4, &i, 4);
		if (index_add(x, RECORD_KEY, id, &e) == NULL)
			break;
	}
	CHECK(n == 3000 || e.code == ERR_BACKEND);
	while (n-- > 0) {
		i = n * 2654435761u;
		memcpy(id, &i, 4);
		memcpy(id + 4, &i, 4);
		CHECK(index_find(x, RECORD_KEY, id) != NULL);
	}
}

TEST(an_index_that_cannot_grow_keeps_what_it_has)
{
	fail_everywhere(&(struct operation){ NULL, run_index, NULL });
}

static void
run_activations(void)
{
	struct activations *t = activations_new(4, &e);
	uint8_t id[ID_LEN] = { 0 };
	size_t n = 0;

	for (uint8_t i = 0; t != NULL && i < 4; i++) {
		id[0] = i;
		n += activation_add(t, id, d, 3, alg_find(1), span_of(marks, 50), 0, &e) != NULL;
		CHECK(activations_count(t) == n);
	}
	CHECK(n == 4 || e.code != ERR_NONE);
	activations_free(t);
}

TEST(an_activation_is_there_whole_or_not)
{
	fail_everywhere(&(struct operation){ NULL, run_activations, NULL });
}

/* The log */

static const uint8_t mac_key[32] = { 1 };

static void
run_batch(void)
{
	AUTO_WRITER out = writer_grow(BATCH_MAX), nodes = writer_grow(BATCH_NODES_MAX);
	struct entry_alarm m = { span_str("what"), span_str("detail") };
	struct batch_view view;
	struct tree tree, check;
	struct batch b;
	uint64_t bad;
	size_t used;

	tree_init(&tree);
	tree_init(&check);
	batch_begin(&b, &out, &tree, &nodes);
	for (int i = 0; i < 20; i++) {
		batch_entry_begin(&b, 1000, ENTRY_ALARM);
		entry_alarm_write(&out, &m);
		if (!batch_entry_end(&b, NULL, &e))
			return;
	}
	if (!batch_end(&b, span_of(mac_key, 32), &e)) {
		CHECK(e.code != ERR_NONE);
		return;
	}
	CHECK(batch_read(writer_span(&out), &view, &used, &e) && used == out.n);
	CHECK(batch_check(&view, &check, NULL, &bad, &e) && check.size == 20);
	(void)!batch_mac_holds(&view, span_of(mac_key, 32));
}

TEST(a_batch_is_whole_or_refused)
{
	fail_everywhere(&(struct operation){ NULL, run_batch, NULL });
}

static struct {
	struct journal_setup	setup;
	struct journal		*j;
	int			flusher;
	int			told, failed;
} world;

static void
told(void *owner UNUSED, void *job UNUSED, const struct err *failure)
{
	world.told++;
	world.failed += failure != NULL;
}

static void
before_journal(void)
{
	int p[2];

	memset(&world, 0, sizeof(world));
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0);
	world.flusher = p[1];
	world.setup.flusher = p[0];
	CHECK((world.setup.state = state_new(&sam_trade, &e)) != NULL);
}

static void
run_journal(void)
{
	struct entry_genesis m = { sample_genesis(), span_str("s"), span_str("e") };

	if ((world.j = journal_new(&world.setup, &e)) == NULL) {
		CHECK(e.code != ERR_NONE);
		return;
	}
	entry_genesis_write(journal_begin(world.j, ENTRY_GENESIS), &m);
	journal_end(world.j);
	journal_wait(world.j, ON_DISK, told, NULL);
	journal_flush(world.j);
	CHECK(journal_failure(world.j) == NULL ? world.told == 0 : (world.told == 1 && world.failed == 1));
	journal_free(world.j);
	world.setup.flusher = -1;
}

/* Whatever arrived at the flusher is the beginning of one good order. */
static void
after_journal(bool ended)
{
	AUTO_WRITER in = writer_grow(1 << 20);
	struct flush_request q;
	struct batch_view view;
	uint8_t block[65536];
	size_t used;
	ssize_t got;

	if (world.setup.flusher >= 0)
		close(world.setup.flusher);
	while ((got = recv(world.flusher, block, sizeof(block), MSG_DONTWAIT)) > 0)
		wr_bytes(&in, block, (size_t)got);
	CHECK(flush_request_read(writer_span(&in), &q, &used, &e));
	if (used > 0)
		CHECK(used == in.n && batch_read(q.log, &view, &used, &e) && view.count == 1);
	CHECK(ended || world.told == 0);
	close(world.flusher);
	state_free(world.setup.state);
}

TEST(the_journal_writes_a_whole_batch_or_tells_everybody)
{
	fail_everywhere(&(struct operation){ before_journal, run_journal, after_journal });
}

static struct span whole_log;
static int log_fd;

static void
run_verify_file(void)
{
	static struct verify_report report;
	struct verify_options options = { NULL, { NULL, 0 } };

	if (verify_file(log_fd, &options, &report, &e))
		CHECK(report.bytes == whole_log.n && report.end.how == SCAN_CLEAN);
	else
		CHECK(e.code != ERR_NONE);
}

TEST(a_log_that_could_not_be_read_is_not_taken_for_a_good_or_shorter_one)
{
	struct fake_flusher f;

	faults_off();
	fake_flusher_init(&f, NULL);
	CHECK((log_fd = dup(f.log_fd)) >= 0);
	whole_log.n = (size_t)f.log_end;
	fake_flusher_free(&f);
	fail_everywhere(&(struct operation){ NULL, run_verify_file, NULL });
	close(log_fd);
}

/* The disk */

static struct {
	struct flush_file	f;
	uint64_t		good;		/* bytes whose append was said to be done */
	bool			ended;
} disk;

static void
before_disk(void)
{
	char path[] = "/tmp/propria-inject-XXXXXX";

	memset(&disk, 0, sizeof(disk));
	CHECK(mkdtemp(path) != NULL && (disk.f.dir = open(path, O_RDONLY | O_DIRECTORY)) >= 0);
	CHECK(rmdir(path) == 0);		/* files in it can't be made: snapshots fail */
	disk.f.log = memfd_create("log", 0);
	disk.f.tree = memfd_create("tree", 0);
	disk.f.snapshot = -1;
}

static void
run_disk(void)
{
	int cause;

	cause = flush_file_truncate(&disk.f, 0, 0);
	CHECK((cause != 0) == (disk.f.cause != 0));
	for (int i = 0; i < 5; i++) {
		bool was_dead = disk.f.cause != 0;

		cause = flush_file_append(&disk.f, disk.good, span_of(marks, sizeof(marks)));
		CHECK(!was_dead || cause != 0);
		CHECK(cause == 0 || disk.f.cause != 0);
		disk.good += cause == 0 ? sizeof(marks) : 0;
		flush_file_tree(&disk.f, disk.f.tree_end, span_of(marks, HASH_LEN));
		if (flush_file_wants_room(&disk.f) && i == 2)
			(void)!flush_file_extend(&disk.f);
	}
	CHECK(flush_file_snapshot(&disk.f, true, true, span_of(marks, 10)) != 0);
}

static void
after_disk(bool ended)
{
	uint8_t block[sizeof(marks)];

	CHECK(ended && disk.f.end == disk.good && disk.f.tree_end % HASH_LEN == 0);
	for (uint64_t at = 0; at < disk.good; at += sizeof(marks))
		CHECK(pread(disk.f.log, block, sizeof(block), (off_t)at) == sizeof(block) &&
		    memcmp(block, marks, sizeof(marks)) == 0);
	close(disk.f.log);
	close(disk.f.tree);
	close(disk.f.dir);
}

TEST(after_a_failed_write_nothing_is_written_any_more)
{
	fail_everywhere(&(struct operation){ before_disk, run_disk, after_disk });
}

/* Workers */

static int worker;

static void
job_done(void *owner UNUSED, void *job UNUSED, struct reader *answer UNUSED,
    const struct err *failure)
{
	world.told++;
	CHECK(failure != NULL && failure->code == ERR_BACKEND);
}

static void
before_pool(void)
{
	int p[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0);
	world.flusher = p[0];
	worker = p[1];
	world.told = 0;
}

static void
run_pool(void)
{
	struct pool *p = pool_new(1, 1000, NULL, &e);
	int asked = 0;

	if (p == NULL) {
		CHECK(e.code != ERR_NONE);
		return;
	}
	pool_attach(p, 0, world.flusher);
	world.flusher = -1;
	for (int i = 0; i < 3; i++)
		asked += pool_ask(p, HSM_HMAC, span_of(marks, 50), false, job_done, NULL, &e);
	CHECK(asked == 3 || e.code != ERR_NONE);
	pool_lost(p, 0);
	pool_give_up(p, UINT64_MAX, 1);
	CHECK(world.told == asked);
	pool_free(p);
}

static void
after_pool(bool ended UNUSED)
{
	if (world.flusher >= 0)
		close(world.flusher);
	close(worker);
}

TEST(each_job_that_was_taken_is_answered_once)
{
	fail_everywhere(&(struct operation){ before_pool, run_pool, after_pool });
}

static void
run_ask(void)
{
	AUTO_WRITER answer = writer_grow(1000);

	CHECK(!frame_ask(worker, SAM_STATUS, span_of(marks, 50), &answer, &e) && e.code != ERR_NONE &&
	    answer.n == 0);
}

static void
before_ask(void)
{
	before_pool();
	close(world.flusher);		/* nobody answers */
	world.flusher = -1;
}

TEST(a_question_that_fails_leaves_no_answer)
{
	fail_everywhere(&(struct operation){ before_ask, run_ask, after_pool });
}

static int
start(void **state UNUSED)
{
	static struct statement s;
	struct writer w = writer_over(statement_mem, sizeof(statement_mem));

	faults_off();
	if (!crypto_start(&e))
		return -1;
	memset(marks, FAULT_MARK, sizeof(marks));
	sample_statement(PURPOSE_SIGN, &s);
	statement_write(&w, &s);
	a_statement = writer_span(&w);
	statement_digest(a_statement, d);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_is_written_whole_or_not),
		cmocka_unit_test(no_failure_makes_a_forged_approval_good),
		cmocka_unit_test(no_failure_makes_a_wrong_signature_good),
		cmocka_unit_test(a_record_opens_as_it_was_or_not_at_all),
		cmocka_unit_test(a_wrapped_key_and_a_snapshot_open_as_they_were_or_not_at_all),
		cmocka_unit_test(a_record_is_written_whole_or_not),
		cmocka_unit_test(a_secret_that_could_not_be_made_is_told),
		cmocka_unit_test(nonces_fail_closed),
		cmocka_unit_test(a_state_is_folded_whole_or_refused),
		cmocka_unit_test(an_index_that_cannot_grow_keeps_what_it_has),
		cmocka_unit_test(an_activation_is_there_whole_or_not),
		cmocka_unit_test(a_batch_is_whole_or_refused),
		cmocka_unit_test(the_journal_writes_a_whole_batch_or_tells_everybody),
		cmocka_unit_test(a_log_that_could_not_be_read_is_not_taken_for_a_good_or_shorter_one),
		cmocka_unit_test(after_a_failed_write_nothing_is_written_any_more),
		cmocka_unit_test(each_job_that_was_taken_is_answered_once),
		cmocka_unit_test(a_question_that_fails_leaves_no_answer),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
