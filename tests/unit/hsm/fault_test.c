/* SPDX-License-Identifier: Apache-2.0 */
/* The worker over a module that lies, loses its token, hangs, crashes: no wrong signature leaves. */
#include <poll.h>
#include <time.h>

#include "asks.h"
#include "base/clock.h"
#include "test.h"

static struct rig rig;
static struct rig_worker worker;
static struct msg_hsm_signed done;
static struct asked_key key;

static int
open_rig(void **state UNUSED)
{
	struct err e = {0};

	rig_open(&rig);
	rig_use_faulty(&rig);
	rig_plan(&rig, "");
	if (rig_setup(&rig) != 0)
		return 1;
	worker = rig_start(&rig, "1", RIG_PIN);
	return !ask_generate(worker.fd, 1, &key, &e);
}

static int
close_rig(void **state UNUSED)
{
	rig_stop(&worker);
	rig_close(&rig);
	return 0;
}

static bool
signs(size_t n, struct err *e)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);

	err_clear(e);
	return ask_sign(worker.fd, &key, n, &a, &done, e) && asked_verifies(&key, &done, n - 1);
}

TEST(the_hot_path_makes_only_the_calls_it_needs)
{
	struct err e = {0};

	rig_plan(&rig, "");
	CHECK(signs(2, &e));
	CHECK(strcmp(rig_trace(&rig),
		  "C_UnwrapKey C_SignInit C_Sign C_SignInit C_Sign C_DestroyObject") == 0);
}

TEST(a_lying_module_gives_no_signature_and_ends)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct err e = {0};

	rig_plan(&rig, "flip\n");
	CHECK(ask_sign(worker.fd, &key, 1, &a, &done, &e));
	CHECK(done.status[0] == HSM_FAILED && done.signature[0].n == 0);
	CHECK(rig_wait(&worker) == 4);
}

TEST(what_was_signed_before_the_lie_is_kept_and_nothing_after)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct err e = {0};

	rig_plan(&rig, "flip 3\n");
	CHECK(ask_sign(worker.fd, &key, 5, &a, &done, &e) && done.n == 5);
	CHECK(asked_verifies(&key, &done, 0) && asked_verifies(&key, &done, 1));
	for (size_t i = 2; i < 5; i++)
		CHECK(done.status[i] == HSM_FAILED);
	CHECK(strstr(rig_trace(&rig), "C_DestroyObject") != NULL);
	CHECK(rig_wait(&worker) == 4);
}

TEST(a_head_that_does_not_verify_is_refused_and_ends_the_worker)
{
	struct msg_hsm_sign_head m = { .key = HSM_KEY_LOG };
	AUTO_WRITER q = writer_grow(64), a = writer_grow(128);
	struct err e = {0};

	rig_plan(&rig, "flip\n");
	msg_hsm_sign_head_write(&q, &m);
	CHECK(!frame_ask(worker.fd, HSM_SIGN_HEAD, writer_span(&q), &a, &e));
	CHECK(e.code == ERR_BACKEND && rig_wait(&worker) == 4);
}

TEST(a_lost_session_is_opened_again_once_before_signing)
{
	static const char *const lost[] = {"fail C_UnwrapKey 0xb3 1\n", "fail C_UnwrapKey 0xe0 1\n",
	    "fail C_UnwrapKey 0x101 1\n", "fail C_UnwrapKey 0x30 1\n", "fail C_UnwrapKey 0xf0 1\n"};
	struct err e = {0};

	for (size_t i = 0; i < COUNT(lost); i++) {
		rig_plan(&rig, lost[i]);
		CHECK(signs(1, &e));
		CHECK(strstr(rig_trace(&rig), "C_OpenSession") != NULL);
		CHECK(signs(1, &e));
		CHECK(strstr(rig_trace(&rig), "C_OpenSession") == NULL);
	}
}

TEST(a_lost_login_is_renewed_for_every_request)
{
	uint8_t mac[HSM_MAC_LEN];
	struct asked_key made;
	struct err e = {0};

	rig_plan(&rig, "fail C_SignInit 0x101 1\nfail C_GenerateKeyPair 0x101 1\n");
	CHECK(ask_hmac(worker.fd, "x", mac, &e));
	CHECK(ask_generate(worker.fd, 1, &made, &e));
}

TEST(a_token_that_is_gone_ends_the_worker)
{
	struct err e = {0};

	rig_plan(&rig, "fail C_UnwrapKey 0xe0\n");
	CHECK(!signs(1, &e) && e.code == ERR_BACKEND && strcmp(e.reason, "backend") == 0);
	CHECK(rig_wait(&worker) == 3);
}

TEST(a_token_that_does_not_come_back_ends_the_worker)
{
	struct err e = {0};

	rig_plan(&rig, "fail C_UnwrapKey 0xe0 1\nfail C_OpenSession 0xe0\n");
	CHECK(!signs(1, &e) && e.code == ERR_BACKEND && rig_wait(&worker) == 3);
}

TEST(a_pin_that_became_wrong_is_tried_once_and_the_worker_is_not_to_be_started_again)
{
	struct err e = {0};
	const char *login;

	rig_plan(&rig, "fail C_UnwrapKey 0x101\nfail C_Login 0xa0\n");
	CHECK(!signs(1, &e) && rig_wait(&worker) == 2);
	CHECK((login = strstr(rig_trace(&rig), "C_Login")) != NULL &&
	      strstr(login + 1, "C_Login") == NULL);
}

TEST(a_loss_after_signing_began_is_not_tried_again)
{
	struct err e = {0};
	const char *calls;

	rig_plan(&rig, "fail C_Sign 0x30 1\n");
	CHECK(!signs(1, &e) && e.code == ERR_BACKEND);
	calls = rig_trace(&rig);
	CHECK(strstr(calls, "C_Sign ") != NULL && strstr(calls, "C_OpenSession") == NULL);
	CHECK(rig_wait(&worker) == 3);
}

TEST(a_loss_within_a_list_returns_what_was_signed)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct err e = {0};

	rig_plan(&rig, "fail C_SignInit 0x32 3\n");
	CHECK(ask_sign(worker.fd, &key, 4, &a, &done, &e));
	CHECK(asked_verifies(&key, &done, 0) && asked_verifies(&key, &done, 1));
	CHECK(done.status[2] == HSM_FAILED && done.status[3] == HSM_FAILED);
	CHECK(rig_wait(&worker) == 3);
}

TEST(a_signing_key_that_can_not_be_destroyed_dies_with_its_session)
{
	struct err e = {0};

	rig_plan(&rig, "fail C_DestroyObject 0x6 1\n");
	CHECK(signs(1, &e));
	CHECK(strcmp(rig_trace(&rig), "C_UnwrapKey C_SignInit C_Sign C_DestroyObject C_OpenSession "
	    "C_CloseSession") == 0);
	CHECK(signs(1, &e));
}

TEST(a_key_that_can_not_be_got_rid_of_ends_the_worker)
{
	struct err e = {0};

	rig_plan(&rig, "fail C_DestroyObject 0x6\nsessions 1\n");
	CHECK(signs(1, &e));
	CHECK(rig_wait(&worker) == 3);
}

TEST(a_key_that_can_not_be_wrapped_is_destroyed)
{
	struct asked_key made;
	struct err e = {0};

	rig_plan(&rig, "fail C_WrapKey 0x5\n");
	CHECK(!ask_generate(worker.fd, 1, &made, &e) && e.code == ERR_BACKEND);
	CHECK(strcmp(rig_trace(&rig), "C_GenerateKeyPair C_GetAttributeValue C_WrapKey C_DestroyObject "
	    "C_DestroyObject") == 0);
	CHECK(signs(1, &e));
}

/* What HELLO says under a plan that leaves attributes out of new keys. */
static uint32_t
flags_with(const char *plan)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct msg_hsm_hello m = { .flags = UINT32_MAX };
	struct err e = {0};

	rig_stop(&worker);
	rig_plan(&rig, plan);
	worker = rig_start(&rig, "1", RIG_PIN);
	CHECK(ask_hello(worker.fd, &a, &m, &e));
	return m.flags;
}

TEST(hello_does_not_claim_what_the_module_did_not_grant)
{
	uint32_t all = flags_with("");

	CHECK((all & HSM_KEYS_WRAP_WITH_TRUSTED) != 0);
	/* says it is wrappable by trusted keys only, then wraps it under any */
	CHECK(flags_with("pretend 2\n") == (all & ~(uint32_t)HSM_KEYS_WRAP_WITH_TRUSTED));
	CHECK(flags_with("drop 0x210\n") == (all & ~(uint32_t)HSM_KEYS_WRAP_WITH_TRUSTED));
}

TEST(a_kek_without_its_unwrap_template_is_told)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct msg_hsm_hello m;
	struct err e = {0};

	rig_stop(&worker);
	rig_close(&rig);
	rig_open(&rig);
	rig_use_faulty(&rig);
	rig_plan(&rig, "drop 0x40000212\n");
	CHECK(rig_setup(&rig) == 0);
	rig_plan(&rig, "");
	worker = rig_start(&rig, "1", RIG_PIN);
	CHECK(ask_hello(worker.fd, &a, &m, &e));
	CHECK((m.flags & HSM_KEK_HAS_UNWRAP_TEMPLATE) == 0 && (m.flags & HSM_KEK_TRUSTED) != 0);
}

TEST(a_kek_that_is_not_trusted_serves_nobody)
{
	rig_stop(&worker);
	rig_close(&rig);
	rig_open(&rig);
	rig_use_faulty(&rig);
	rig_plan(&rig, "drop 0x86\n");
	CHECK(rig_setup(&rig) == 0);
	rig_plan(&rig, "");
	worker = rig_start(&rig, "1", RIG_PIN);
	CHECK(rig_wait(&worker) == 2);
}

TEST(an_algorithm_that_fails_its_probe_is_not_offered)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct msg_hsm_hello m;
	struct err e = {0};

	rig_stop(&worker);
	rig_plan(&rig, "fail C_GenerateKeyPair 0x70 3\n");	/* P-256, its wrapping test, P-384 */
	worker = rig_start(&rig, "1,2", RIG_PIN);
	CHECK(ask_hello(worker.fd, &a, &m, &e) && m.n_algs == 1 && m.algs[0] == 1);
}

TEST(a_stalled_call_stalls_only_its_own_process)
{
	struct rig_worker other = rig_start(&rig, "1", RIG_PIN);
	AUTO_WRITER q = writer_grow(1024), a = writer_grow(ASK_MAX);
	struct pollfd stalled = { .fd = worker.fd, .events = POLLIN };
	uint64_t began;
	struct err e = {0};
	struct frame f;
	struct span value;
	size_t at;

	CHECK(ask_anchor_get(other.fd, &a, &value, &e));
	rig_plan(&rig, "stall C_GenerateRandom 700\n");
	at = frame_begin(&q, HSM_RANDOM, 7);
	msg_hsm_random_write(&q, 8);
	frame_end(&q, at);
	began = clock_us();
	CHECK(frame_send(worker.fd, writer_span(&q), &e));
	CHECK(ask_anchor_get(other.fd, &a, &value, &e));
	CHECK(clock_us() - began < 500000 && poll(&stalled, 1, 0) == 0);
	CHECK(frame_receive(worker.fd, &a, &f, &e) && f.number == 7);
	CHECK(clock_us() - began >= 700000);
	CHECK(rig_stop(&other) == 0);
}

TEST(a_crash_of_the_module_is_a_closed_socket_and_another_worker_goes_on)
{
	struct err e = {0};

	rig_plan(&rig, "crash C_UnwrapKey\n");
	CHECK(!signs(1, &e));
	CHECK(rig_wait(&worker) == 128 + 11);
	rig_plan(&rig, "");
	worker = rig_start(&rig, "1", RIG_PIN);
	CHECK(signs(1, &e));
}

TEST(a_module_without_a_free_session_may_be_tried_again_later)
{
	rig_stop(&worker);
	rig_plan(&rig, "sessions 0\n");
	worker = rig_start(&rig, "1", RIG_PIN);
	CHECK(rig_wait(&worker) == 3);
}

TEST(a_one_time_key_over_a_lying_module_gives_nothing_and_is_gone)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k;
	struct err e = {0};

	CHECK(ask_take(worker.fd, 1, 1, true, &k, &e));
	rig_plan(&rig, "flip\n");
	CHECK(ask_once(worker.fd, &k, 1, true, 2, &a, &done, &e));
	CHECK(done.status[0] == HSM_FAILED && done.status[1] == HSM_FAILED);
	CHECK(strcmp(rig_trace(&rig), "C_SignInit C_Sign C_DestroyObject") == 0);
	CHECK(rig_wait(&worker) == 4);
}

TEST(a_one_time_key_whose_use_was_lost_is_not_used_again)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k;
	struct err e = {0};

	CHECK(ask_take(worker.fd, 1, 1, true, &k, &e));
	rig_plan(&rig, "fail C_Sign 0xe0\n");
	CHECK(!ask_once(worker.fd, &k, 1, false, 1, &a, &done, &e) && e.code == ERR_BACKEND);
	CHECK(rig_wait(&worker) == 3);
}

TEST(a_token_opened_anew_has_no_one_time_keys)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k;
	struct err e = {0};

	CHECK(ask_take(worker.fd, 1, 1, true, &k, &e));
	rig_plan(&rig, "fail C_UnwrapKey 0xb3 1\n");
	CHECK(signs(1, &e));
	CHECK(!ask_once(worker.fd, &k, 1, true, 1, &a, &done, &e) && e.code == ERR_MISSING);
	CHECK(ask_take(worker.fd, 1, 1, true, &k, &e));
	CHECK(ask_once(worker.fd, &k, 1, true, 1, &a, &done, &e) && asked_verifies(&k, &done, 0));
}

TEST(a_one_time_key_that_can_not_be_destroyed_takes_all_with_it)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k, other;
	struct err e = {0};

	CHECK(ask_take(worker.fd, 1, 1, true, &k, &e) && ask_take(worker.fd, 1, 2, true, &other, &e));
	rig_plan(&rig, "fail C_DestroyObject 6 1\n");
	CHECK(ask_once(worker.fd, &k, 1, true, 1, &a, &done, &e) && asked_verifies(&k, &done, 0));
	CHECK(strstr(rig_trace(&rig), "C_CloseSession") != NULL);
	CHECK(!ask_once(worker.fd, &other, 2, true, 1, &a, &done, &e) && e.code == ERR_MISSING);
	rig_plan(&rig, "");
	CHECK(ask_take(worker.fd, 1, 2, true, &other, &e));
	rig_plan(&rig, "fail C_DestroyObject 6\nfail C_CloseSession 6\n");
	(void)ask_once(worker.fd, &other, 2, true, 1, &a, &done, &e);
	CHECK(rig_wait(&worker) == 3);
}

TEST(a_module_that_bears_no_threads_makes_keys_between_requests)
{
	uint64_t start_at = clock_life();
	struct asked_key k;
	uint16_t have = 0;
	struct err e = {0};

	rig_stop(&worker);
	rig_plan(&rig, "deaf\n");
	worker = rig_start(&rig, "1", RIG_PIN);
	CHECK(ask_stock(worker.fd, 1, 3, &have, &e) && have == 0);
	while (have < 3 && clock_life() - start_at < 60000) {
		nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
		CHECK(ask_stock(worker.fd, 1, 3, &have, &e));
	}
	CHECK(have == 3 && ask_take(worker.fd, 1, 1, false, &k, &e));
}

#define WITH(f)	cmocka_unit_test_setup_teardown(f, open_rig, close_rig)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH(the_hot_path_makes_only_the_calls_it_needs),
		WITH(a_lying_module_gives_no_signature_and_ends),
		WITH(what_was_signed_before_the_lie_is_kept_and_nothing_after),
		WITH(a_head_that_does_not_verify_is_refused_and_ends_the_worker),
		WITH(a_lost_session_is_opened_again_once_before_signing),
		WITH(a_lost_login_is_renewed_for_every_request),
		WITH(a_token_that_is_gone_ends_the_worker),
		WITH(a_token_that_does_not_come_back_ends_the_worker),
		WITH(a_pin_that_became_wrong_is_tried_once_and_the_worker_is_not_to_be_started_again),
		WITH(a_loss_after_signing_began_is_not_tried_again),
		WITH(a_loss_within_a_list_returns_what_was_signed),
		WITH(a_signing_key_that_can_not_be_destroyed_dies_with_its_session),
		WITH(a_key_that_can_not_be_got_rid_of_ends_the_worker),
		WITH(a_key_that_can_not_be_wrapped_is_destroyed),
		WITH(hello_does_not_claim_what_the_module_did_not_grant),
		WITH(a_kek_without_its_unwrap_template_is_told),
		WITH(a_kek_that_is_not_trusted_serves_nobody),
		WITH(an_algorithm_that_fails_its_probe_is_not_offered),
		WITH(a_stalled_call_stalls_only_its_own_process),
		WITH(a_crash_of_the_module_is_a_closed_socket_and_another_worker_goes_on),
		WITH(a_one_time_key_over_a_lying_module_gives_nothing_and_is_gone),
		WITH(a_one_time_key_whose_use_was_lost_is_not_used_again),
		WITH(a_token_opened_anew_has_no_one_time_keys),
		WITH(a_one_time_key_that_can_not_be_destroyed_takes_all_with_it),
		WITH(a_module_that_bears_no_threads_makes_keys_between_requests),
		WITH(a_module_without_a_free_session_may_be_tried_again_later),
	};

	if (rig_is_missing())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
