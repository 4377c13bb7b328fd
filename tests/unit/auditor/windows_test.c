/* SPDX-License-Identifier: Apache-2.0 */
/* On whose word a use rests: what the offline verifier takes, and what it does not. */
#include "auditor/windows.h"
#include "tests/test.h"

#define CREATE_KEY	0x0301
#define LEVEL_AT	121

static const uint8_t key[ID_LEN] = { 1 }, signer[ID_LEN] = { 2 }, other[ID_LEN] = { 3 };

/* The key's two entries, in the order in which the SAM writes them. */
static void
born(struct windows *w, uint8_t level)
{
	uint8_t statement[LEVEL_AT + 1 + 16 + 1] = { 0 };
	struct entry_key k = { .cause = CREATE_KEY, .d = { 7 } };
	struct entry_signer s = { .cause = CREATE_KEY, .d = { 7 },
		.statement = span_of(statement, sizeof(statement)) };
	struct err e = { 0 };

	windows_init(w);
	statement[LEVEL_AT] = level;
	memcpy(k.id, key, ID_LEN);
	memcpy(k.owner, signer, ID_LEN);
	memcpy(s.id, signer, ID_LEN);
	CHECK(windows_key(w, &k, &e) && windows_signer(w, &s, &e));
}

static struct entry_window
window(void)
{
	struct entry_window m = { .expires = 9, .count = 3 };

	memcpy(m.key, key, ID_LEN);
	memcpy(m.signer, signer, ID_LEN);
	window_digest(&m, m.d);
	return m;
}

static bool
opens(struct windows *w, struct entry_window *m, const char *why)
{
	struct err e = { 0 };
	bool ok = windows_opened(w, m, &e);

	return ok ? why == NULL : why != NULL && strstr(e.text, why) != NULL;
}

TEST(a_window_is_of_a_key_made_at_scal1)
{
	struct entry_window m = window();
	struct windows w;

	born(&w, 1);
	memcpy(m.key, other, ID_LEN);
	window_digest(&m, m.d);
	CHECK(opens(&w, &m, "never made"));
	m = window();
	memcpy(m.signer, other, ID_LEN);
	window_digest(&m, m.d);
	CHECK(opens(&w, &m, "another signer"));
	m = window();
	m.d[31] ^= 1;
	CHECK(opens(&w, &m, "digest"));
	m = window();
	CHECK(opens(&w, &m, NULL) && opens(&w, &m, "twice"));
	windows_wipe(&w);
	born(&w, 2);
	CHECK(opens(&w, &m, "not made at SCAL1"));
	windows_wipe(&w);
}

static bool
takes(const struct windows *w, const struct entry_reserved *m, uint32_t last, const char *why)
{
	uint8_t bytes[4] = { (uint8_t)(last >> 24), (uint8_t)(last >> 16), (uint8_t)(last >> 8),
		(uint8_t)last };
	struct entry_reserved with = *m;
	struct err e = { 0 };
	bool ok;

	with.n = 1;
	with.indexes = span_of(bytes, 4);
	ok = windows_reserved(w, &with, &e);
	return ok ? why == NULL : why != NULL && strstr(e.text, why) != NULL;
}

TEST(a_use_rests_on_an_authenticator_or_on_a_window_and_never_on_both)
{
	struct entry_reserved use = { .exp = 9 }, m;
	struct entry_window opened = window();
	struct windows w;

	born(&w, 1);
	CHECK(opens(&w, &opened, NULL));
	memcpy(use.d, opened.d, HASH_LEN);
	memcpy(use.key, key, ID_LEN);
	memcpy(use.signer, signer, ID_LEN);
	CHECK(takes(&w, &use, 0, NULL) && takes(&w, &use, 2, NULL));
	CHECK(takes(&w, &use, 3, "past the window") && takes(&w, &use, 999, "past the window"));
	m = use;
	m.authenticator[0] = 1;
	CHECK(takes(&w, &m, 0, "names an authenticator"));
	m.d[0] ^= 1;
	CHECK(takes(&w, &m, 0, NULL));		/* an approval */
	memset(m.authenticator, 0, ID_LEN);
	CHECK(takes(&w, &m, 0, "neither approval nor window"));
	m = use;
	memcpy(m.key, other, ID_LEN);
	CHECK(takes(&w, &m, 0, "another key"));
	m = use;
	memcpy(m.signer, other, ID_LEN);
	CHECK(takes(&w, &m, 0, "another key"));
	m = use;
	m.exp++;
	CHECK(takes(&w, &m, 0, "time"));
	windows_wipe(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_window_is_of_a_key_made_at_scal1),
		cmocka_unit_test(a_use_rests_on_an_authenticator_or_on_a_window_and_never_on_both),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
