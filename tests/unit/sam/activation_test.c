/* SPDX-License-Identifier: Apache-2.0 */
/* Activations: a handle that can only give what was approved, and no longer than it holds. */
#include <string.h>

#include "base/clock.h"
#include "sam/activation.h"
#include "sam/trade.h"
#include "tests/test.h"

#define LATER 1000

static uint32_t dice = 1;

static uint32_t
roll(uint32_t n)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 12) % n;
}

static struct activations *
table(size_t most)
{
	struct err e = { 0 };
	struct activations *t = activations_new(most, &e);

	CHECK(t != NULL);
	return t;
}

/* id and d follow from n; a few starting slots only, so that probing is long. */
static struct activation *
add(struct activations *t, uint32_t n, uint64_t now)
{
	uint8_t id[ID_LEN] = { (uint8_t)(n % 5) }, d[32] = { (uint8_t)(n % 3) };
	struct err e = { 0 };
	struct activation *a;

	memcpy(id + 8, &n, 4);
	memcpy(d + 8, &n, 4);
	a = activation_add(t, id, d, 3, alg_find(1), span_str("wrapped"), now, &e);
	CHECK(a != NULL || e.code == ERR_BUSY);
	if (a != NULL) {
		a->exp_life = now + LATER;
		a->key[0] = (uint8_t)(n % 7);
		a->signer[0] = (uint8_t)(n % 11);
	}
	return a;
}

static struct activation *
found(struct activations *t, uint32_t n)
{
	uint8_t id[ID_LEN] = { (uint8_t)(n % 5) }, d[32] = { (uint8_t)(n % 3) };
	struct activation *a;

	memcpy(id + 8, &n, 4);
	memcpy(d + 8, &n, 4);
	a = activation_find(t, id);
	CHECK(a == activation_of(t, d));
	return a;
}

TEST(a_full_table_is_busy_until_something_expires)
{
	struct activations *t = table(4);

	for (uint32_t i = 0; i < 4; i++)
		CHECK(add(t, i, i) != NULL);
	CHECK(add(t, 4, LATER - 1) == NULL && activations_count(t) == 4);
	CHECK(add(t, 4, LATER) != NULL && activations_count(t) == 4);	/* the first is out of date */
	CHECK(found(t, 0) == NULL && found(t, 4) != NULL);
	activations_free(t);
}

TEST(what_is_in_flight_stays_though_closed_and_expired)
{
	struct activations *t = table(2);
	struct activation *a = add(t, 1, 0);

	a->in_flight = 1;
	activations_expire(t, 10 * LATER);
	CHECK(found(t, 1) == a);
	a->share.n = SHARE_LEN;
	memset(a->share.bytes, 7, SHARE_LEN);
	activations_close(t, RECORD_KEY, a->key);
	CHECK(a->share.n == 0 && a->share.bytes[0] == 0 && a->share.bytes[SHARE_LEN - 1] == 0);
	CHECK(found(t, 1) == a && a->exp_life == 0 && a->used[0] && a->used[1] && a->used[2]);
	a->in_flight = 0;
	activations_expire(t, 1);
	CHECK(found(t, 1) == NULL && activations_count(t) == 0);
	activations_free(t);
}

TEST(closing_a_signer_or_key_closes_theirs_alone)
{
	struct activations *t = table(100);
	uint8_t id[ID_LEN] = { 3 };

	for (uint32_t i = 0; i < 77; i++)
		CHECK(add(t, i, 0) != NULL);
	activations_close(t, RECORD_KEY, id);
	for (uint32_t i = 0; i < 77; i++)
		CHECK((found(t, i) == NULL) == (i % 7 == 3));
	activations_close(t, RECORD_SIGNER, id);
	for (uint32_t i = 0; i < 77; i++)
		CHECK((found(t, i) == NULL) == (i % 7 == 3 || i % 11 == 3));
	CHECK(activations_count(t) == 77 - 11 - 7 + 1);
	activations_free(t);
}

/* Against a plain list: which are there, and that none is lost behind a hole. */
TEST(under_churn_the_table_holds_what_a_list_would_hold)
{
	enum { MOST = 60, ALL = 400 };
	struct activations *t = table(MOST);
	struct { bool there, flying; uint64_t exp; } model[ALL] = { 0 };
	size_t count = 0;

	for (uint64_t now = 1; now < 30000; now++) {
		uint32_t n = roll(ALL), what = roll(12);
		struct activation *a = found(t, n);
		uint8_t id[ID_LEN] = { (uint8_t)(n % 7) };

		CHECK((a != NULL) == model[n].there);
		if (what < 6 && a == NULL) {
			size_t live = 0;

			for (size_t i = 0; i < ALL && count == MOST; i++)
				if (model[i].there && !model[i].flying && model[i].exp <= now) {
					model[i].there = false;
					live++;
				}
			count -= live;
			a = add(t, n, now);
			CHECK((a != NULL) == (count < MOST));
			if (a != NULL) {
				model[n].there = true;
				model[n].flying = false;
				model[n].exp = now + LATER;
				count++;
			}
		} else if (what < 8 && a != NULL) {
			a->in_flight = model[n].flying ? 0 : 1;
			model[n].flying = !model[n].flying;
		} else if (what == 8 && roll(8) == 0) {
			activations_close(t, RECORD_KEY, id);
			for (size_t i = 0; i < ALL; i++)
				if (model[i].there && i % 7 == n % 7) {
					model[i].exp = 0;
					count -= !model[i].flying;
					model[i].there = model[i].flying;
				}
		} else if (what == 9) {
			activations_expire(t, now);
			for (size_t i = 0; i < ALL; i++)
				if (model[i].there && !model[i].flying && model[i].exp <= now) {
					model[i].there = false;
					count--;
				}
		}
		CHECK(activations_count(t) == count);
		for (uint32_t i = 0; now % 50 == 0 && i < ALL; i++)
			CHECK((found(t, i) != NULL) == model[i].there);
	}
	activations_free(t);
}

TEST(each_index_is_good_for_its_own_digest_and_once)
{
	struct activations *t = table(2);
	struct activation *a = add(t, 1, 0);
	struct err e = { 0 };

	for (uint8_t i = 0; i < 96; i++)
		a->digests[i] = i;
	for (uint32_t i = 0; i < 3; i++)
		for (uint32_t k = 0; k < 3; k++) {
			err_clear(&e);
			CHECK(activation_covers(a, i, activation_digest(a, k), &e) == (i == k));
			CHECK(i == k || strcmp(e.reason, "dtbs") == 0);
		}
	err_clear(&e);
	CHECK(!activation_covers(a, 0, span_of(a->digests, 31), &e));
	CHECK(!activation_covers(a, 0, span_of(a->digests, 33), &e));
	CHECK(!activation_covers(a, 0, span_of(a->digests, 0), &e));
	err_clear(&e);
	CHECK(!activation_covers(a, 3, span_of(NULL, 0), &e) &&
	    !activation_covers(a, UINT32_MAX, span_of(NULL, 0), &e));
	CHECK(strcmp(e.reason, "dtbs") == 0);
	err_clear(&e);
	a->used[1] = 1;
	CHECK(!activation_covers(a, 1, activation_digest(a, 1), &e) && strcmp(e.reason, "replay") == 0);
	err_clear(&e);
	CHECK(!activation_covers(a, 1, span_of(NULL, 0), &e) &&
	    activation_covers(a, 2, span_of(NULL, 0), &e));
	activations_free(t);
}

struct world {
	struct state		*s;
	struct activation	 a;
	struct row		*signer, *key;
};

static struct world
world(void)
{
	struct err e = { 0 };
	struct world w = { .s = state_new(&sam_trade, &e), .a = { .signer = { 1 }, .key = { 2 }, .signer_version = 3,
		.key_version = 4, .epoch = 5, .exp = 1000, .exp_life = 500, .not_before = 100,
		.not_after = 900 } };

	w.s->epoch = 5;
	w.signer = index_add(w.s->index, RECORD_SIGNER, w.a.signer, &e);
	w.key = index_add(w.s->index, RECORD_KEY, w.a.key, &e);
	w.signer->version = 3;
	w.signer->state = SIGNER_ACTIVE;
	w.key->version = 4;
	w.key->state = KEY_ACTIVE;
	return w;
}

static const char *
judged(const struct world *w, uint64_t wall, uint64_t life)
{
	static struct err e;

	err_clear(&e);
	return activation_still_holds(&w->a, w->s, wall, life, &e) ? "good" : e.reason;
}

TEST(whatever_changed_since_the_approval_ends_it)
{
	struct world w = world();

	CHECK(strcmp(judged(&w, 500, 100), "good") == 0);
	CHECK(strcmp(judged(&w, 1000, 100), "time") == 0);
	CHECK(strcmp(judged(&w, 500, 500), "time") == 0);	/* however the wall clock was set */
	CHECK(strcmp(judged(&w, 99, 100), "cert") == 0 && strcmp(judged(&w, 900, 100), "cert") == 0);
	w.s->epoch = 6;
	CHECK(strcmp(judged(&w, 500, 100), "epoch") == 0);
	w.s->epoch = 5;
	w.signer->version++;
	CHECK(strcmp(judged(&w, 500, 100), "version") == 0);
	w.signer->version--;
	w.key->version++;
	CHECK(strcmp(judged(&w, 500, 100), "version") == 0);
	w.key->version--;
	for (uint8_t state = 0; state < 8; state++) {
		w.signer->state = state;
		CHECK(strcmp(judged(&w, 500, 100), state == SIGNER_ACTIVE ? "good" : "state") == 0);
		w.signer->state = SIGNER_ACTIVE;
		w.key->state = state;
		CHECK(strcmp(judged(&w, 500, 100), state == KEY_ACTIVE ? "good" : "state") == 0);
		w.key->state = KEY_ACTIVE;
	}
	w.a.key[5] = 1;
	CHECK(strcmp(judged(&w, 500, 100), "owner") == 0);
	state_free(w.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_table_is_busy_until_something_expires),
		cmocka_unit_test(what_is_in_flight_stays_though_closed_and_expired),
		cmocka_unit_test(closing_a_signer_or_key_closes_theirs_alone),
		cmocka_unit_test(under_churn_the_table_holds_what_a_list_would_hold),
		cmocka_unit_test(each_index_is_good_for_its_own_digest_and_once),
		cmocka_unit_test(whatever_changed_since_the_approval_ends_it),
	};

	return RUN(tests);
}
