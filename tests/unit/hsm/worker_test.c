/* SPDX-License-Identifier: Apache-2.0 */
/* The real worker over SoftHSM2: every request, and what it refuses. */
#include "asks.h"
#include "base/clock.h"
#include "test.h"

static struct rig rig;
static struct rig_worker worker;
static struct msg_hsm_signed done;

static int
open_rig(void **state UNUSED)
{
	rig_open(&rig);
	return rig_setup(&rig) != 0;
}

static int
close_rig(void **state UNUSED)
{
	rig_close(&rig);
	return 0;
}

static int
start(void **state UNUSED)
{
	worker = rig_start(&rig, "1", RIG_PIN);
	return 0;
}

static int
start_all(void **state UNUSED)
{
	worker = rig_start(&rig, "1,2,16,32", RIG_PIN);
	return 0;
}

static int
stop(void **state UNUSED)
{
	rig_stop(&worker);
	return 0;
}

TEST(hello_tells_what_was_granted)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct msg_hsm_hello m;
	struct err e = {0};

	CHECK(ask_hello(worker.fd, &a, &m, &e));
	CHECK(span_equal(m.token, span_str(RIG_TOKEN)) && m.mech == 0x210a && m.serial.n > 0);
	CHECK(m.flags == (HSM_KEK_TRUSTED | HSM_KEK_HAS_UNWRAP_TEMPLATE | HSM_KEYS_WRAP_WITH_TRUSTED |
	    HSM_KEK_NEVER_EXTRACTABLE));
	CHECK(m.n_algs == 1 && m.algs[0] == ALG_ECDSA_P256_SHA256);
	CHECK(span_equal(m.log, span_of(rig.log_spki, sizeof(rig.log_spki))));
	CHECK(span_equal(m.attestation, span_of(rig.attestation_spki, sizeof(rig.attestation_spki))));
	CHECK(rig_stop(&worker) == 0);
}

TEST(every_algorithm_signs_a_list_in_order)
{
	static const uint16_t algs[] = { 1, 2, 16, 32 };
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k;
	struct err e = {0};

	for (size_t i = 0; i < COUNT(algs); i++) {
		CHECK(ask_generate(worker.fd, algs[i], &k, &e));
		CHECK(ask_sign(worker.fd, &k, 3, &a, &done, &e) && done.n == 3);
		for (size_t j = 0; j < 3; j++)
			CHECK(asked_verifies(&k, &done, j));
	}
}

TEST(a_thousand_digests_are_one_request)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k;
	struct err e = {0};

	CHECK(ask_generate(worker.fd, 1, &k, &e) && ask_sign(worker.fd, &k, 1000, &a, &done, &e));
	CHECK(done.n == 1000 && asked_verifies(&k, &done, 0) && asked_verifies(&k, &done, 999));
}

TEST(a_key_outlives_the_worker_that_made_it)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k;
	struct err e = {0};

	CHECK(ask_generate(worker.fd, 1, &k, &e) && rig_stop(&worker) == 0);
	worker = rig_start(&rig, "1", RIG_PIN);
	CHECK(ask_sign(worker.fd, &k, 1, &a, &done, &e) && asked_verifies(&k, &done, 0));
}

TEST(a_tampered_key_is_refused_at_every_byte)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k;
	struct err e = {0};

	CHECK(ask_generate(worker.fd, 1, &k, &e));
	for (size_t i = 0; i < k.n_wrapped; i++) {
		k.wrapped[i] ^= 1;
		err_clear(&e);
		CHECK(!ask_sign(worker.fd, &k, 1, &a, &done, &e));
		CHECK(e.code == ERR_DENIED || e.code == ERR_BACKEND);
		k.wrapped[i] ^= 1;
	}
	k.n_wrapped -= 8;
	err_clear(&e);
	CHECK(!ask_sign(worker.fd, &k, 1, &a, &done, &e));
	k.n_wrapped += 8;
	err_clear(&e);
	CHECK(ask_sign(worker.fd, &k, 1, &a, &done, &e) && asked_verifies(&k, &done, 0));
}

TEST(a_signature_that_is_not_of_the_public_key_given_never_leaves)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k, other;
	struct err e = {0};

	CHECK(ask_generate(worker.fd, 1, &k, &e));
	CHECK(ask_generate(worker.fd, 1, &other, &e));
	memcpy(k.spki, other.spki, sizeof(k.spki));
	CHECK(ask_sign(worker.fd, &k, 2, &a, &done, &e));
	CHECK(done.status[0] == HSM_FAILED && done.status[1] == HSM_FAILED);
	CHECK(rig_wait(&worker) == 4);
	worker = rig_start(&rig, "1", RIG_PIN);
}

TEST(what_a_leaving_worker_had_not_begun_is_handed_back)
{
	AUTO_WRITER q = writer_grow(4096), a = writer_grow(ASK_MAX);
	uint8_t digest[32] = { 1 };
	struct asked_key k, other;
	struct err e = {0};
	struct frame f;
	size_t at;

	CHECK(ask_generate(worker.fd, 1, &k, &e) && ask_generate(worker.fd, 1, &other, &e));
	at = frame_begin(&q, HSM_SIGN, 1);
	msg_hsm_sign_write(&q, &(struct msg_hsm_sign){ .alg = 1, .spki = span_of(other.spki, 91),
	    .mech = k.mech, .wrapped = span_of(k.wrapped, k.n_wrapped), .n = 1,
	    .digest = { span_of(digest, sizeof(digest)) } });
	frame_end(&q, at);
	at = frame_begin(&q, HSM_RANDOM, 2);
	msg_hsm_random_write(&q, 16);
	frame_end(&q, at);
	CHECK(frame_send(worker.fd, writer_span(&q), &e));
	CHECK(frame_receive(worker.fd, &a, &f, &e) && f.type == HSM_SIGN + 1 && f.number == 1);
	CHECK(frame_receive(worker.fd, &a, &f, &e) && f.type == MSG_REFUSED && f.number == 2);
	CHECK(f.payload.n == 9 && memcmp(f.payload.p + 2, HSM_LEAVING, 7) == 0);
	CHECK(rig_wait(&worker) == 4);
	worker = rig_start(&rig, "1", RIG_PIN);
}

TEST(a_key_of_another_algorithm_is_refused)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key p256, p384, k;
	struct err e = {0};

	CHECK(ask_generate(worker.fd, 1, &p256, &e));
	CHECK(ask_generate(worker.fd, 2, &p384, &e));
	k = p384;
	k.alg = alg_find(1);
	CHECK(!ask_sign(worker.fd, &k, 1, &a, &done, &e));	/* P-384's blob and frame as P-256 */
	k = p256;
	memcpy(k.wrapped, p384.wrapped, sizeof(k.wrapped));
	k.n_wrapped = p384.n_wrapped;
	err_clear(&e);
	CHECK(!ask_sign(worker.fd, &k, 1, &a, &done, &e) || done.status[0] == HSM_FAILED);
}

TEST(algorithms_that_were_not_probed_are_refused)
{
	struct asked_key k;
	struct err e = {0};

	CHECK(!ask_generate(worker.fd, 2, &k, &e));
	CHECK(e.code == ERR_DENIED && strcmp(e.reason, "alg") == 0);
	err_clear(&e);
	CHECK(!ask_generate(worker.fd, 7, &k, &e) && e.code == ERR_DENIED);
}

TEST(a_mechanism_that_is_not_ours_is_refused)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k;
	struct err e = {0};

	CHECK(ask_generate(worker.fd, 1, &k, &e));
	k.mech = 0x1087;
	CHECK(!ask_sign(worker.fd, &k, 1, &a, &done, &e));
	CHECK(e.code == ERR_DENIED && strcmp(e.reason, "record") == 0);
}

TEST(a_digest_of_another_length_is_refused)
{
	static struct msg_hsm_sign m;
	AUTO_WRITER q = writer_grow(HSM_REQUEST_MAX), a = writer_grow(ASK_MAX);
	struct asked_key k;
	struct err e = {0};

	CHECK(ask_generate(worker.fd, 1, &k, &e));
	m = (struct msg_hsm_sign){ .alg = 1, .spki = span_of(k.spki, 91), .mech = k.mech,
		.wrapped = span_of(k.wrapped, k.n_wrapped), .n = 2,
		.digest = { span_of(k.spki, 32), span_of(k.spki, 31) } };
	msg_hsm_sign_write(&q, &m);
	CHECK(!frame_ask(worker.fd, HSM_SIGN, writer_span(&q), &a, &e));
	CHECK(e.code == ERR_DENIED && strcmp(e.reason, "dtbs") == 0);
}

TEST(a_key_for_one_signature_signs_and_is_gone_with_its_last)
{
	static const uint16_t algs[] = { 1, 2, 16, 32 };
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k;
	struct err e = {0};

	for (uint8_t i = 0; i < COUNT(algs); i++) {
		CHECK(!ask_take(worker.fd, algs[i], i, false, &k, &e) && e.code == ERR_NOT_NOW);
		CHECK(strcmp(e.reason, "stock") == 0);
		CHECK(ask_take(worker.fd, algs[i], i, true, &k, &e));
		CHECK(!ask_take(worker.fd, algs[i], i, true, &k, &e) && strcmp(e.reason, "state") == 0);
		CHECK(ask_once(worker.fd, &k, i, false, 1, &a, &done, &e) && asked_verifies(&k, &done, 0));
		CHECK(ask_once(worker.fd, &k, i, true, 3, &a, &done, &e) && asked_verifies(&k, &done, 2));
		CHECK(!ask_once(worker.fd, &k, i, true, 1, &a, &done, &e));
		CHECK(e.code == ERR_MISSING && strcmp(e.reason, "unknown") == 0);
	}
}

TEST(the_last_use_destroys_the_key_when_it_is_refused_as_well)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k, other;
	struct err e = {0};

	for (int how = 0; how < 2; how++) {
		CHECK(ask_take(worker.fd, 1, 1, true, &k, &e) && ask_take(worker.fd, 1, 2, true, &other, &e));
		if (how == 1)
			k.alg = alg_find(2);	/* digests and frame of another length */
		else
			memcpy(k.spki, other.spki, sizeof(k.spki));
		CHECK(!ask_once(worker.fd, &k, 1, false, 1, &a, &done, &e) && e.code == ERR_DENIED);
		CHECK(strcmp(e.reason, "svd") == 0);
		CHECK(!ask_once(worker.fd, &k, 1, true, 1, &a, &done, &e) && e.code == ERR_DENIED);
		CHECK(!ask_once(worker.fd, &k, 1, false, 1, &a, &done, &e) && e.code == ERR_MISSING);
		CHECK(ask_once(worker.fd, &other, 2, true, 1, &a, &done, &e));
	}
}

TEST(a_dropped_key_is_gone_and_an_unknown_one_is_fine)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct asked_key k;
	struct err e = {0};

	CHECK(ask_take(worker.fd, 1, 1, true, &k, &e) && ask_drop(worker.fd, 1, &e));
	CHECK(ask_drop(worker.fd, 1, &e) && ask_drop(worker.fd, 9, &e));
	CHECK(!ask_once(worker.fd, &k, 1, false, 1, &a, &done, &e) && e.code == ERR_MISSING);
}

TEST(the_stock_is_filled_in_the_background)
{
	uint64_t start_at = clock_life();
	struct asked_key k;
	uint16_t have = 0;
	struct err e = {0};

	while (have < 4 && clock_life() - start_at < 60000)
		CHECK(ask_stock(worker.fd, 1, 4, &have, &e));
	CHECK(have == 4 && ask_take(worker.fd, 1, 1, false, &k, &e));
	CHECK(ask_stock(worker.fd, 2, 4, &have, &e) && have == 0);
	CHECK(ask_stock(worker.fd, 2, 4, &have, &e) && have == 0);	/* not offered */
	CHECK(!ask_stock(worker.fd, 7, 4, &have, &e) && strcmp(e.reason, "alg") == 0);
	CHECK(!ask_take(worker.fd, 2, 3, true, &k, &e) && strcmp(e.reason, "alg") == 0);
}

TEST(the_mac_depends_on_the_data_and_is_the_same_in_each_worker)
{
	uint8_t one[HSM_MAC_LEN], same[HSM_MAC_LEN], other[HSM_MAC_LEN];
	struct err e = {0};

	CHECK(ask_hmac(worker.fd, "a", one, &e) && ask_hmac(worker.fd, "b", other, &e));
	CHECK(memcmp(one, other, sizeof(one)) != 0);
	CHECK(rig_stop(&worker) == 0);
	worker = rig_start(&rig, "1", RIG_PIN);
	CHECK(ask_hmac(worker.fd, "a", same, &e) && memcmp(one, same, sizeof(one)) == 0);
}

TEST(a_pin_is_stretched_alike_in_each_worker_and_by_no_mac)
{
	uint8_t one[HSM_STRETCHED_LEN], same[HSM_STRETCHED_LEN], other[HSM_STRETCHED_LEN];
	uint8_t most[HSM_STRETCH_MAX] = { 1 };
	AUTO_WRITER q = writer_grow(1024), a = writer_grow(64);
	struct err e = {0};

	CHECK(ask_stretch(worker.fd, span_str("salt 123456"), one, &e));
	CHECK(ask_stretch(worker.fd, span_str("salt 123457"), other, &e));
	CHECK(memcmp(one, other, sizeof(one)) != 0);
	CHECK(rig_stop(&worker) == 0);
	worker = rig_start(&rig, "1", RIG_PIN);
	CHECK(ask_stretch(worker.fd, span_str("salt 123456"), same, &e));
	CHECK(memcmp(one, same, sizeof(one)) == 0);
	CHECK(ask_stretch(worker.fd, span_of(most, sizeof(most)), other, &e));
	CHECK(ask_stretch(worker.fd, span_of(NULL, 0), other, &e));
	wr_u16(&q, HSM_STRETCH_MAX + 1);
	wr_zero(&q, HSM_STRETCH_MAX + 1);
	CHECK(!frame_ask(worker.fd, HSM_STRETCH, writer_span(&q), &a, &e) && e.code == ERR_FORMAT);
	err_clear(&e);
	writer_reset(&q);
	msg_hsm_hmac_write(&q, span_of("propria-pin-v1", 15));
	CHECK(!frame_ask(worker.fd, HSM_HMAC, writer_span(&q), &a, &e) && e.code == ERR_DENIED);
	CHECK(strcmp(e.reason, "stretch") == 0);
}

static bool
head_verifies(uint8_t key, const uint8_t *spki)
{
	struct msg_hsm_sign_head m = { .key = key, .digest = { 1, 2, 3 } };
	AUTO_WRITER q = writer_grow(64), a = writer_grow(128);
	struct err e = {0};

	msg_hsm_sign_head_write(&q, &m);
	return frame_ask(worker.fd, HSM_SIGN_HEAD, writer_span(&q), &a, &e) &&
	    signature_verify(alg_find(1), span_of(spki, 91), span_of(m.digest, 32), writer_span(&a));
}

TEST(heads_and_attestations_have_different_keys)
{
	CHECK(head_verifies(HSM_KEY_LOG, rig.log_spki));
	CHECK(head_verifies(HSM_KEY_ATTESTATION, rig.attestation_spki));
	CHECK(!head_verifies(HSM_KEY_LOG, rig.attestation_spki));
}

TEST(randomness_comes_in_the_length_asked_for)
{
	static const uint16_t sizes[] = { 0, 1, 32, HSM_RANDOM_MAX };
	struct err e = {0};

	for (size_t i = 0; i < COUNT(sizes); i++) {
		AUTO_WRITER q = writer_grow(64), a = writer_grow(2048);

		msg_hsm_random_write(&q, sizes[i]);
		CHECK(frame_ask(worker.fd, HSM_RANDOM, writer_span(&q), &a, &e));
		CHECK(writer_span(&a).n == (size_t)sizes[i] + 2);
	}
}

TEST(the_anchor_is_empty_at_first_and_keeps_what_was_set)
{
	AUTO_WRITER a = writer_grow(1024);
	uint8_t value[HSM_ANCHOR_MAX];
	struct err e = {0};
	struct span got;

	CHECK(ask_anchor_get(worker.fd, &a, &got, &e) && got.n == 0);
	for (size_t n = sizeof(value); n > 0; n /= 3) {
		memset(value, (int)n, sizeof(value));
		CHECK(ask_anchor_set(worker.fd, span_of(value, n), &e));
		CHECK(ask_anchor_get(worker.fd, &a, &got, &e) && span_equal(got, span_of(value, n)));
	}
}

TEST(the_anchor_set_by_one_worker_is_seen_by_another)
{
	struct rig_worker second = rig_start(&rig, "1", RIG_PIN);
	AUTO_WRITER a = writer_grow(1024);
	struct err e = {0};
	struct span got;

	CHECK(ask_anchor_get(second.fd, &a, &got, &e));
	CHECK(ask_anchor_set(worker.fd, span_str("epoch 7"), &e));
	CHECK(ask_anchor_get(second.fd, &a, &got, &e) && span_equal(got, span_str("epoch 7")));
	CHECK(rig_stop(&second) == 0);
}

TEST(workers_start_side_by_side_and_while_the_anchor_is_written)
{
	struct rig_worker many[4];
	uint8_t value[84] = { 0 };
	struct err e = {0};

	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = rig_start(&rig, "1", RIG_PIN);
	for (value[0] = 0; value[0] < 100; value[0]++)
		CHECK(ask_anchor_set(worker.fd, span_of(value, sizeof(value)), &e));
	for (size_t i = 0; i < COUNT(many); i++) {
		AUTO_WRITER a = writer_grow(1024);
		struct span got;

		CHECK(ask_anchor_get(many[i].fd, &a, &got, &e));
		CHECK(got.n == sizeof(value) && got.p[0] == 99 && rig_stop(&many[i]) == 0);
	}
}

TEST(a_malformed_request_is_refused_and_the_next_one_answered)
{
	AUTO_WRITER a = writer_grow(ASK_MAX);
	struct msg_hsm_hello m;
	struct err e = {0};

	CHECK(!frame_ask(worker.fd, HSM_SIGN, span_str("nonsense"), &a, &e));
	CHECK(e.code == ERR_FORMAT && strcmp(e.reason, "parse") == 0);
	err_clear(&e);
	CHECK(!frame_ask(worker.fd, HSM_HELLO, span_str("x"), &a, &e) && e.code == ERR_FORMAT);
	err_clear(&e);
	CHECK(ask_hello(worker.fd, &a, &m, &e));
}

TEST(an_unknown_request_ends_the_worker)
{
	AUTO_WRITER a = writer_grow(64);
	struct err e = {0};

	CHECK(!frame_ask(worker.fd, SAM_STATUS, span_of("", 0), &a, &e));
	CHECK(rig_wait(&worker) == 5);
	worker = rig_start(&rig, "1", RIG_PIN);
}

TEST(an_oversized_frame_ends_the_worker)
{
	static const uint8_t head[] = { 0x00, 0x10, 0x00, 0x00, HSM_HMAC };
	struct err e = {0};

	CHECK(frame_send(worker.fd, span_of(head, sizeof(head)), &e));
	CHECK(rig_wait(&worker) == 5);
	worker = rig_start(&rig, "1", RIG_PIN);
}

TEST(requests_in_one_burst_are_answered_in_order)
{
	AUTO_WRITER q = writer_grow(1024), a = writer_grow(ASK_MAX);
	struct err e = {0};
	struct frame f;

	for (uint64_t i = 0; i < 5; i++) {
		size_t at = frame_begin(&q, HSM_ANCHOR_GET, 100 + i);

		frame_end(&q, at);
	}
	CHECK(frame_send(worker.fd, writer_span(&q), &e));
	for (uint64_t i = 0; i < 5; i++)
		CHECK(frame_receive(worker.fd, &a, &f, &e) && f.type == HSM_ANCHOR_GET + 1 &&
		    f.number == 100 + i);
}

#define WITH(f, up)	cmocka_unit_test_setup_teardown(f, up, stop)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH(the_anchor_is_empty_at_first_and_keeps_what_was_set, start),
		WITH(the_anchor_set_by_one_worker_is_seen_by_another, start),
		WITH(hello_tells_what_was_granted, start),
		WITH(every_algorithm_signs_a_list_in_order, start_all),
		WITH(a_thousand_digests_are_one_request, start),
		WITH(a_key_outlives_the_worker_that_made_it, start),
		WITH(a_tampered_key_is_refused_at_every_byte, start),
		WITH(a_signature_that_is_not_of_the_public_key_given_never_leaves, start),
		WITH(what_a_leaving_worker_had_not_begun_is_handed_back, start),
		WITH(a_key_of_another_algorithm_is_refused, start_all),
		WITH(algorithms_that_were_not_probed_are_refused, start),
		WITH(a_mechanism_that_is_not_ours_is_refused, start),
		WITH(a_digest_of_another_length_is_refused, start),
		WITH(a_key_for_one_signature_signs_and_is_gone_with_its_last, start_all),
		WITH(the_last_use_destroys_the_key_when_it_is_refused_as_well, start),
		WITH(a_dropped_key_is_gone_and_an_unknown_one_is_fine, start),
		WITH(the_stock_is_filled_in_the_background, start),
		WITH(the_mac_depends_on_the_data_and_is_the_same_in_each_worker, start),
		WITH(a_pin_is_stretched_alike_in_each_worker_and_by_no_mac, start),
		WITH(heads_and_attestations_have_different_keys, start),
		WITH(randomness_comes_in_the_length_asked_for, start),
		WITH(workers_start_side_by_side_and_while_the_anchor_is_written, start),
		WITH(a_malformed_request_is_refused_and_the_next_one_answered, start),
		WITH(an_unknown_request_ends_the_worker, start),
		WITH(an_oversized_frame_ends_the_worker, start),
		WITH(requests_in_one_burst_are_answered_in_order, start),
	};

	if (rig_is_missing())
		return 77;
	return cmocka_run_group_tests(tests, open_rig, close_rig);
}
