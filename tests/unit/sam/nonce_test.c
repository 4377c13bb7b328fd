/* SPDX-License-Identifier: Apache-2.0 */
/* Life nonces: for one life, one signer, one purpose, for a while, and once. */
#include "crypto/hash.h"
#include "sam/nonce.h"
#include "tests/test.h"

#define LIFE	1000
#define NOW	5000000

static const uint8_t group[32] = { 1 }, subject[16] = { 2 }, seed[32] = { 3 };
static const struct nonce_scope scope = { group, 1, subject, PURPOSE_SIGN };

static struct nonces *
new_nonces(size_t capacity)
{
	struct err e = { 0 };
	struct nonces *n = nonces_new(capacity, LIFE, seed, &e);

	CHECK(n != NULL);
	return n;
}

static bool
issued(struct nonces *n, uint64_t now, uint8_t fresh[FRESH_LEN])
{
	struct err e = { 0 };

	return nonces_issue(n, &scope, now, fresh, &e) || (assert_int_equal(e.code, ERR_BUSY), false);
}

static bool
good(const struct nonces *n, const struct nonce_scope *s, uint64_t now,
    const uint8_t fresh[FRESH_LEN])
{
	struct err e = { 0 };
	bool ok = nonces_check(n, s, now, fresh, &e);

	CHECK(ok || e.code == ERR_DENIED);
	return ok;
}

static bool
spent(struct nonces *n, const uint8_t fresh[FRESH_LEN])
{
	struct err e = { 0 };
	bool ok = nonces_spend(n, fresh, &e);

	CHECK(ok || (e.code == ERR_DENIED && strcmp(e.reason, "replay") == 0));
	return ok;
}

TEST(a_nonce_is_spent_once)
{
	AUTO(nonces) *n = new_nonces(256);
	uint8_t a[FRESH_LEN], b[FRESH_LEN];

	CHECK(issued(n, NOW, a) && issued(n, NOW, b) && memcmp(a, b, FRESH_LEN) != 0);
	CHECK(good(n, &scope, NOW, a) && !nonces_is_spent(n, a));
	CHECK(spent(n, a) && nonces_is_spent(n, a) && !spent(n, a));
	CHECK(!nonces_is_spent(n, b) && spent(n, b));
	CHECK(good(n, &scope, NOW, a));		/* checking says nothing about that */
}

TEST(no_bit_of_a_nonce_may_turn)
{
	AUTO(nonces) *n = new_nonces(256);
	uint8_t a[FRESH_LEN];

	CHECK(issued(n, NOW, a));
	for (size_t bit = 0; bit < 8 * FRESH_LEN; bit++) {
		a[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!good(n, &scope, NOW, a));
		a[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

TEST(a_nonce_is_for_its_group_epoch_signer_and_purpose_alone)
{
	AUTO(nonces) *n = new_nonces(256);
	static const uint8_t other_group[32] = { 9 }, other_subject[16] = { 9 };
	const struct nonce_scope others[] = { { other_group, 1, subject, PURPOSE_SIGN },
		{ group, 2, subject, PURPOSE_SIGN }, { group, 1, other_subject, PURPOSE_SIGN },
		{ group, 1, subject, PURPOSE_CREATE_KEY } };
	uint8_t a[FRESH_LEN];

	CHECK(issued(n, NOW, a) && good(n, &scope, NOW, a));
	for (size_t i = 0; i < COUNT(others); i++)
		CHECK(!good(n, &others[i], NOW, a));
}

TEST(a_nonce_of_another_life_is_refused_even_under_the_same_seed)
{
	AUTO(nonces) *n = new_nonces(256), *m = new_nonces(256);
	uint8_t a[FRESH_LEN], b[FRESH_LEN];
	struct err e = { 0 };

	CHECK(nonces_life(n) != nonces_life(m));
	CHECK(issued(n, NOW, a) && issued(m, NOW, b));
	CHECK(!nonces_check(m, &scope, NOW, a, &e) && strcmp(e.reason, "nonce") == 0);
	CHECK(!good(n, &scope, NOW, b));
}

TEST(a_nonce_is_good_to_its_last_millisecond)
{
	AUTO(nonces) *n = new_nonces(256);
	uint8_t a[FRESH_LEN];
	struct err e = { 0 };

	CHECK(issued(n, NOW, a) && good(n, &scope, NOW, a) && good(n, &scope, NOW + LIFE, a));
	CHECK(!nonces_check(n, &scope, NOW + LIFE + 1, a, &e) && strcmp(e.reason, "time") == 0);
	CHECK(!good(n, &scope, NOW - 1, a) && !good(n, &scope, 0, a) && !good(n, &scope, UINT64_MAX, a));
	nonces_set_lifetime(n, 10);
	CHECK(!good(n, &scope, NOW + 11, a) && good(n, &scope, NOW + 10, a));
}

TEST(more_than_the_ring_holds_is_busy_until_the_oldest_are_too_old)
{
	AUTO(nonces) *n = new_nonces(256);
	uint8_t a[FRESH_LEN];
	size_t count = 0;

	while (issued(n, NOW, a))
		count++;
	CHECK(count >= 256 - 64 && count <= 256);
	CHECK(!issued(n, NOW + LIFE, a));
	CHECK(issued(n, NOW + LIFE + 1, a));
}

TEST(what_the_ring_forgot_counts_as_spent)
{
	AUTO(nonces) *n = new_nonces(128);
	uint8_t first[FRESH_LEN], second[FRESH_LEN], a[FRESH_LEN];
	uint64_t now = NOW;

	CHECK(issued(n, now, first) && issued(n, now, second) && spent(n, second));
	for (int i = 0; i < 1000; i++) {
		now += LIFE + 1;
		CHECK(issued(n, now, a) && !nonces_is_spent(n, a));
		CHECK(nonces_is_spent(n, first) == (3 + i >= 128));	/* the first counter was 1 */
		CHECK(spent(n, a) && !spent(n, a));
	}
	CHECK(nonces_is_spent(n, first) && !spent(n, first) && !spent(n, second));
	nonces_set_lifetime(n, UINT64_MAX);	/* a longer life brings nothing back */
	CHECK(nonces_is_spent(n, first) && nonces_is_spent(n, second));
}

TEST(what_was_never_issued_counts_as_spent)
{
	AUTO(nonces) *n = new_nonces(256);
	uint8_t a[FRESH_LEN] = { 0 }, b[FRESH_LEN];

	CHECK(nonces_is_spent(n, a));
	CHECK(issued(n, NOW, b) && !nonces_is_spent(n, b));
	b[15]++;			/* the next counter */
	CHECK(nonces_is_spent(n, b) && !spent(n, b));
	memset(a, 0xff, sizeof(a));
	CHECK(nonces_is_spent(n, a));
}

/* The ring against a plain list. */
TEST(spent_and_open_stay_apart_over_many_rounds)
{
	enum { N = 1500 };
	static uint8_t fresh[N][FRESH_LEN];
	static bool gone[N];
	AUTO(nonces) *n = new_nonces(512);
	uint64_t now = NOW;
	uint32_t x = 1;

	for (int i = 0; i < N; i++) {
		now += 7;
		CHECK(issued(n, now, fresh[i]));
		x = x * 1664525 + 1013904223;
		if (i >= 100 && (x >> 16) % 2 == 0) {
			int k = i - (int)((x >> 20) % 100);

			CHECK(spent(n, fresh[k]) == !gone[k]);
			gone[k] = true;
		}
		for (int k = i < 140 ? 0 : i - 140; k <= i; k++)	/* LIFE / 7 are young */
			CHECK(nonces_is_spent(n, fresh[k]) == gone[k] && good(n, &scope, now, fresh[k]));
	}
}

static int
start(void **state UNUSED)
{
	struct err e = { 0 };

	return crypto_start(&e) ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_nonce_is_spent_once),
		cmocka_unit_test(no_bit_of_a_nonce_may_turn),
		cmocka_unit_test(a_nonce_is_for_its_group_epoch_signer_and_purpose_alone),
		cmocka_unit_test(a_nonce_of_another_life_is_refused_even_under_the_same_seed),
		cmocka_unit_test(a_nonce_is_good_to_its_last_millisecond),
		cmocka_unit_test(more_than_the_ring_holds_is_busy_until_the_oldest_are_too_old),
		cmocka_unit_test(what_the_ring_forgot_counts_as_spent),
		cmocka_unit_test(what_was_never_issued_counts_as_spent),
		cmocka_unit_test(spent_and_open_stay_apart_over_many_rounds),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
