/* SPDX-License-Identifier: Apache-2.0 */
/* One-time keys in this very process: stock, one way out of it, and nothing left behind. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "asks.h"
#include "base/clock.h"
#include "hsm/stock.h"
#include "test.h"

#define OBJECTS_MAX	2048

static struct rig rig;
static struct token *token;
static struct stock *stock;
static const struct alg *p256, *p384, *rsa;

static int
open_token(void **state UNUSED)
{
	struct err e = {0};

	p256 = alg_find(ALG_ECDSA_P256_SHA256);
	p384 = alg_find(ALG_ECDSA_P384_SHA384);
	rsa = alg_find(ALG_RSA3072_PKCS1_SHA256);
	rig_open(&rig);
	rig_use_faulty(&rig);
	rig_plan(&rig, "");
	unsetenv("FAULTY_TRACE");
	return rig_setup(&rig) != 0 || (token = token_open(rig.module, RIG_TOKEN, &e)) == NULL ||
	    !token_login(token, span_str(RIG_PIN), &e);
}

static int
close_token(void **state UNUSED)
{
	token_free(token);
	rig_close(&rig);
	return 0;
}

static int
start(void **state UNUSED)
{
	struct err e = {0};

	rig_plan(&rig, "");
	return (stock = stock_new(token, &e)) == NULL;
}

static int
stop(void **state UNUSED)
{
	stock_free(stock);
	rig_plan(&rig, "");
	return 0;
}

static size_t
session_objects(void)
{
	static CK_OBJECT_HANDLE found[OBJECTS_MAX];
	CK_ATTRIBUTE attrs[] = { ATTR_NO(CKA_TOKEN) };
	struct err e = {0};
	size_t n;

	CHECK(object_search(token, attrs, COUNT(attrs), found, OBJECTS_MAX, &n, &e));
	return n;
}

static void
mark(const struct alg *alg, uint16_t n, uint32_t age)
{
	struct msg_hsm_stock m = { .age = age, .n = 1, .alg = { alg->number }, .mark = { n } };
	struct msg_hsm_stocked have;
	struct err e = {0};

	CHECK(stock_mark(stock, &m, &have, &e) && have.n == 1);
}

static void
pause_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* The maker comes to it when it does; a test that waits in vain fails. */
static void
until(enum key_kind kind, size_t n)
{
	uint64_t start_at = clock_life();

	while (stock_waiting(stock, kind) != n && clock_life() - start_at < 90000)
		pause_ms(1);
	CHECK(stock_waiting(stock, kind) == n);
}

static bool
take(const struct alg *alg, unsigned number, bool wait, struct err *e)
{
	uint8_t id[ID_LEN] = { (uint8_t)number, (uint8_t)(number >> 8), 1 };

	err_clear(e);
	return stock_take(stock, alg, id, wait, e) != NULL;
}

static void
drop(unsigned number)
{
	uint8_t id[ID_LEN] = { (uint8_t)number, (uint8_t)(number >> 8), 1 };

	stock_drop(stock, id);
}

static bool
signs(unsigned number)
{
	uint8_t id[ID_LEN] = { (uint8_t)number, (uint8_t)(number >> 8), 1 };
	uint8_t digest[48] = { 3 }, sig[SIGNATURE_MAX];
	struct err e = {0};
	const struct stock_key *k = stock_find(stock, id, &e);
	const struct alg *alg = k == NULL ? NULL : alg_find(k->alg);

	return k != NULL && object_sign(token, k->handle, alg, span_of(digest, alg->digest_len), sig, &e) &&
	    signature_verify(alg, span_of(k->spki, alg->spki_len), span_of(digest, alg->digest_len),
	    span_of(sig, alg->signature_len));
}

TEST(nothing_is_made_before_it_is_asked_for)
{
	struct err e = {0};

	CHECK(!take(p256, 1, false, &e) && e.code == ERR_NOT_NOW && strcmp(e.reason, "stock") == 0);
	CHECK(session_objects() == 0 && stock_waiting(stock, KEY_P256) == 0);
}

TEST(the_maker_fills_to_the_mark_and_not_over_it)
{
	struct err e = {0};

	mark(p256, 5, 60);
	until(KEY_P256, 5);
	CHECK(session_objects() == 5);		/* no public halves */
	CHECK(take(p256, 1, false, &e) && signs(1));
	until(KEY_P256, 5);
	CHECK(session_objects() == 6);
	drop(1);
	CHECK(session_objects() == 5 && !signs(1));
}

TEST(a_lower_mark_and_the_end_destroy_what_is_too_much)
{
	mark(p256, 4, 60);
	until(KEY_P256, 4);
	mark(p256, 1, 60);
	until(KEY_P256, 1);
	mark(p384, 1, 60);
	until(KEY_P256, 0);
	until(KEY_P384, 1);
	stock_free(stock);
	stock = NULL;
	CHECK(session_objects() == 0);
}

TEST(keys_over_age_are_destroyed_and_made_anew)
{
	uint8_t id[ID_LEN] = { 1, 0, 1 };
	struct err e = {0};
	uint64_t before;

	mark(p256, 2, 3600);
	until(KEY_P256, 2);
	rig_plan(&rig, "fail C_GenerateKeyPair 6\n");
	clock_shift(3500000, 3500000);
	mark(p256, 2, 3600);
	pause_ms(20);
	CHECK(stock_waiting(stock, KEY_P256) == 2);
	clock_shift(200000, 200000);
	mark(p256, 2, 3600);
	until(KEY_P256, 0);
	before = clock_wall();
	rig_plan(&rig, "");
	clock_shift(0, 10000);			/* after a failure it rests */
	mark(p256, 2, 3600);
	until(KEY_P256, 2);
	CHECK(session_objects() == 2 && take(p256, 1, false, &e));
	CHECK(stock_find(stock, id, &e)->made >= before);
	clock_shift(-3700000, -3710000);
}

TEST(what_was_taken_two_hours_ago_is_gone)
{
	struct err e = {0};

	CHECK(take(p256, 1, true, &e));
	clock_shift(0, 7100 * 1000);
	stock_tick(stock);
	CHECK(signs(1) && take(p256, 2, true, &e));
	clock_shift(0, 200 * 1000);
	stock_tick(stock);
	CHECK(!signs(1) && signs(2) && session_objects() == 1);
	clock_shift(0, -7300 * 1000);
}

TEST(without_stock_a_key_is_made_at_once_if_that_is_wanted)
{
	struct err e = {0};

	CHECK(!take(p384, 1, false, &e) && take(p384, 1, true, &e) && signs(1));
	CHECK(session_objects() == 1);
}

TEST(an_rsa_key_serves_either_padding)
{
	struct err e = {0};

	mark(rsa, 1, 60);
	until(KEY_RSA3072, 1);
	CHECK(take(alg_find(ALG_RSA3072_PSS_SHA256), 1, false, &e) && signs(1));
	mark(rsa, 0, 60);
}

TEST(an_id_is_given_once)
{
	struct err e = {0};

	CHECK(take(p256, 1, true, &e) && !take(p256, 1, true, &e));
	CHECK(e.code == ERR_NOT_NOW && strcmp(e.reason, "state") == 0 && signs(1));
	drop(1);
	drop(1);
	drop(77);
	CHECK(take(p256, 1, true, &e));
}

TEST(so_many_are_taken_and_not_one_more)
{
	struct err e = {0};

	for (unsigned i = 0; i < HSM_TAKEN_MAX; i++)
		CHECK(take(p256, i, true, &e));
	CHECK(!take(p256, HSM_TAKEN_MAX, true, &e) && e.code == ERR_BUSY);
	drop(500);
	CHECK(take(p256, HSM_TAKEN_MAX, true, &e) && session_objects() == HSM_TAKEN_MAX);
}

TEST(two_marks_of_one_kind_are_refused)
{
	struct msg_hsm_stock m = { .age = 60, .n = 2, .alg = { 16, 32 }, .mark = { 1, 1 } };
	struct msg_hsm_stocked have;
	struct err e = {0};

	CHECK(!stock_mark(stock, &m, &have, &e) && strcmp(e.reason, "alg") == 0);
}

TEST(a_key_that_cannot_be_destroyed_takes_all_with_it)
{
	struct err e = {0};

	CHECK(take(p256, 1, true, &e) && take(p256, 2, true, &e));
	mark(p384, 2, 60);
	until(KEY_P384, 2);
	rig_plan(&rig, "fail C_DestroyObject 6\n");
	drop(1);
	CHECK(session_objects() == 0 && !signs(2) && !stock_is_lost(stock));
	rig_plan(&rig, "");
	CHECK(take(p256, 2, true, &e) && signs(2));
	until(KEY_P384, 2);
}

TEST(sessions_that_do_not_close_are_a_reason_to_leave)
{
	struct err e = {0};

	CHECK(take(p256, 1, true, &e));
	rig_plan(&rig, "fail C_DestroyObject 6\nfail C_CloseSession 6\n");
	drop(1);
	CHECK(stock_is_lost(stock) && !signs(1));
	rig_plan(&rig, "");
}

/* After the test before: what a session that did not close kept is in the module still. */
TEST(a_key_that_may_leave_the_module_is_none)
{
	size_t before = session_objects();
	struct err e = {0};

	rig_plan(&rig, "lie 0x103\n");		/* CKA_SENSITIVE */
	CHECK(!take(p256, 1, true, &e) && e.code == ERR_BACKEND);
	rig_plan(&rig, "");
	CHECK(session_objects() == before && take(p256, 1, true, &e));
}

TEST(a_module_without_room_keeps_the_keys_it_has)
{
	struct err e = {0};

	CHECK(take(p256, 1, true, &e));
	rig_plan(&rig, "fail C_GenerateKeyPair 0x31\n");
	CHECK(!take(p256, 2, true, &e) && e.code == ERR_BUSY && signs(1));
	mark(p256, 1, 60);
	rig_plan(&rig, "fail C_GenerateKeyPair 0x31\n");
	stock_tick(stock);
	CHECK(signs(1));
}

TEST(a_maker_that_loses_its_session_begins_anew)
{
	struct err e = {0};

	mark(p256, 2, 60);
	until(KEY_P256, 2);
	CHECK(take(p256, 1, false, &e));
	until(KEY_P256, 2);
	rig_plan(&rig, "fail C_GenerateKeyPair 0xb3 1\n");
	CHECK(take(p256, 2, false, &e));
	for (int i = 0; i < 90000 && stock_wait(stock) != 0; i++)
		pause_ms(1);
	stock_tick(stock);
	CHECK(!signs(1) && !signs(2));
	clock_shift(0, 10000);		/* it rests a while */
	mark(p256, 2, 60);
	until(KEY_P256, 2);
	clock_shift(0, -10000);
	CHECK(take(p256, 1, false, &e) && signs(1));
}

static size_t
resident_kb(void)
{
	unsigned long total, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	CHECK(f != NULL && fscanf(f, "%lu %lu", &total, &resident) == 2);
	fclose(f);
	return resident * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

/* The address sanitizer keeps freed memory for a while; here that would be taken for growth. Read by it alone. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "quarantine_size_mb=1:thread_local_quarantine_size_kb=64";
}

TEST(a_thousand_keys_leave_no_object_and_no_memory)
{
	size_t before = session_objects(), kb = 0;
	struct err e = {0};

	mark(p256, 32, 600);
	for (unsigned i = 0; i < 1200; i++) {
		if (i == 200)
			kb = resident_kb();
		CHECK(take(p256, i, true, &e) && signs(i));
		drop(i);
	}
	mark(p256, 0, 600);
	for (int i = 0; i < 60000 && session_objects() != before; i++)
		pause_ms(1);
	print_message("[     info ] %zu KiB at 200 keys, %zu at 1200\n", kb, resident_kb());
	CHECK(session_objects() == before && resident_kb() < kb + 4096);
}

static int
by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Who signs does not stand behind a key that is being made: one takes the maker seconds here. */
TEST(signing_goes_on_while_the_maker_makes_keys)
{
	static uint64_t us[2000];
	struct err e = {0};
	size_t n = 0;

	CHECK(take(p256, 1, true, &e));
	rig_plan(&rig, "stall C_GenerateKeyPair 3000 1\n");
	mark(rsa, 2, 600);
	while (stock_waiting(stock, KEY_RSA3072) < 1 && n < COUNT(us)) {
		us[n] = clock_us();
		CHECK(signs(1));
		us[n] = clock_us() - us[n];
		n++;
		pause_ms(2);
	}
	CHECK(n > 0);
	qsort(us, n, sizeof(us[0]), by_size);
	print_message("[     info ] %zu signatures: p50 %lu us, p99 %lu us\n", n,
	    (unsigned long)us[n / 2], (unsigned long)us[n * 99 / 100]);
	mark(rsa, 0, 600);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(name)	cmocka_unit_test_setup_teardown(name, start, stop)
		T(nothing_is_made_before_it_is_asked_for),
		T(the_maker_fills_to_the_mark_and_not_over_it),
		T(a_lower_mark_and_the_end_destroy_what_is_too_much),
		T(keys_over_age_are_destroyed_and_made_anew),
		T(what_was_taken_two_hours_ago_is_gone),
		T(without_stock_a_key_is_made_at_once_if_that_is_wanted),
		T(an_rsa_key_serves_either_padding),
		T(an_id_is_given_once),
		T(so_many_are_taken_and_not_one_more),
		T(two_marks_of_one_kind_are_refused),
		T(a_key_that_cannot_be_destroyed_takes_all_with_it),
		T(a_module_without_room_keeps_the_keys_it_has),
		T(a_maker_that_loses_its_session_begins_anew),
		T(a_thousand_keys_leave_no_object_and_no_memory),
		T(signing_goes_on_while_the_maker_makes_keys),
		T(sessions_that_do_not_close_are_a_reason_to_leave),
		T(a_key_that_may_leave_the_module_is_none),
	};

	if (rig_is_missing())
		return 77;
	return cmocka_run_group_tests(tests, open_token, close_token);
}
