/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing: nothing opens but what was sealed, under its own name, in its own group. And the
 * records inside. */
#include "crypto/hash.h"
#include "sam/record.h"
#include "sam/seal.h"
#include "tests/unit/kit/again.h"
#include "tests/unit/kit/samples.h"

static const uint8_t salt[SEAL_SALT_LEN] = { 5 };
static const struct record_name name = { .type = RECORD_KEY, .epoch = 2, .owner = { 7 },
    .id = { 8 },
	.version = 9 };

static struct seal *
seal_of(const char *module, const char *local, uint8_t group)
{
	uint8_t id[GROUP_LEN] = { group };
	struct err e = { 0 };
	struct seal *s = seal_new(span_str(module), span_str(local), id, &e);

	CHECK(s != NULL);
	return s;
}

static void
sealed(const struct seal *s, struct span plain, struct writer *out)
{
	struct err e = { 0 };

	CHECK(seal_record(s, &name, salt, plain, out, &e));
}

static bool
opens(const struct seal *s, struct span in)
{
	AUTO_WRITER plain = writer_grow(BOX_MAX);
	struct record_name n;
	struct err e = { 0 };
	bool ok = seal_open(s, in, &n, &plain, &e);

	CHECK(ok || (e.code == ERR_DENIED && strcmp(e.reason, "record") == 0 && plain.n == 0));
	return ok;
}

TEST(what_was_sealed_opens_with_its_name)
{
	AUTO(seal) *s = seal_of("mac", "local", 1);
	AUTO_WRITER w = writer_grow(RECORD_MAX), plain = writer_grow(BOX_MAX);
	struct record_name n;
	struct err e = { 0 };

	sealed(s, span_str("inside"), &w);
	CHECK(seal_open(s, writer_span(&w), &n, &plain, &e));
	CHECK(plain.n == 6 && memcmp(plain.p, "inside", 6) == 0);
	CHECK(n.type == name.type && n.epoch == 2 && n.version == 9 &&
	    memcmp(n.owner, name.owner, 16) == 0 &&
	    memcmp(n.id, name.id, 16) == 0);
	CHECK(memmem(w.p, w.n, "inside", 6) == NULL);
}

TEST(a_record_with_any_bit_turned_does_not_open)
{
	AUTO(seal) *s = seal_of("mac", "local", 1);
	AUTO_WRITER w = writer_grow(RECORD_MAX);

	sealed(s, span_str("what stands inside"), &w);
	for (size_t bit = 0; bit < 8 * w.n; bit++) {
		w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!opens(s, writer_span(&w)));
		w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK(opens(s, writer_span(&w)));
}

TEST(a_record_cut_or_lengthened_does_not_open)
{
	AUTO(seal) *s = seal_of("mac", "local", 1);
	AUTO_WRITER w = writer_grow(RECORD_MAX);

	sealed(s, span_str("what stands inside"), &w);
	for (size_t n = 0; n < w.n; n++)
		CHECK(!opens(s, span_of(w.p, n)));
	wr_u8(&w, 0);
	CHECK(!opens(s, writer_span(&w)));
}

TEST(neither_the_module_nor_the_host_nor_another_group_opens_it_alone)
{
	AUTO(seal) *s = seal_of("mac", "local", 1), *no_module = seal_of("other", "local", 1),
	    *no_host = seal_of("mac", "other", 1), *other_group = seal_of("mac", "local", 2);
	AUTO_WRITER w = writer_grow(RECORD_MAX);

	sealed(s, span_str("x"), &w);
	CHECK(opens(s, writer_span(&w)) && !opens(no_module, writer_span(&w)) &&
	    !opens(no_host, writer_span(&w)) && !opens(other_group, writer_span(&w)));
	memset(w.p + 6, 0, GROUP_LEN);		/* made to look like the other group's */
	w.p[6] = 2;
	CHECK(!opens(other_group, writer_span(&w)));
}

TEST(another_salt_or_epoch_gives_another_box)
{
	AUTO(seal) *s = seal_of("mac", "local", 1);
	AUTO_WRITER a = writer_grow(RECORD_MAX), b = writer_grow(RECORD_MAX), c = writer_grow(RECORD_MAX);
	static const uint8_t other[SEAL_SALT_LEN] = { 6 };
	struct record_name later = name;
	struct err e = { 0 };
	size_t head = 110;

	later.epoch++;
	CHECK(seal_record(s, &name, salt, span_str("equal bytes"), &a, &e));
	CHECK(seal_record(s, &name, other, span_str("equal bytes"), &b, &e));
	CHECK(seal_record(s, &later, salt, span_str("equal bytes"), &c, &e));
	CHECK(memcmp(a.p + head + 4, b.p + head + 4, 11) != 0 &&
	    memcmp(a.p + head + 4, c.p + head + 4, 11) != 0);
}

TEST(a_record_over_its_maximum_is_not_sealed_and_nothing_is_written)
{
	static const uint8_t large[BOX_MAX + 1];
	AUTO(seal) *s = seal_of("mac", "local", 1);
	AUTO_WRITER w = writer_grow(1 << 16);
	struct err e = { 0 };

	CHECK(!seal_record(s, &name, salt, span_of(large, sizeof(large)), &w, &e) && w.n == 0);
	err_clear(&e);
	CHECK(seal_record(s, &name, salt, span_of(large, BOX_MAX), &w, &e) && opens(s, writer_span(&w)));
}

TEST(a_wrapped_key_opens_under_its_own_id_epoch_share_and_group_alone)
{
	AUTO(seal) *s = seal_of("mac", "local", 1), *other = seal_of("mac", "local", 2);
	AUTO_WRITER w = writer_grow(4200), back = writer_grow(4200);
	static const uint8_t key[16] = { 1 }, other_key[16] = { 2 }, nonce[12] = { 3 };
	struct span none = span_of(NULL, 0);
	struct err e = { 0 };

	CHECK(seal_wrapped(s, 1, key, none, nonce, span_str("wrapped"), &w, &e));
	CHECK(seal_unwrapped(s, 1, key, none, writer_span(&w), &back, &e) && back.n == 7);
	writer_reset(&back);
	CHECK(!seal_unwrapped(s, 2, key, none, writer_span(&w), &back, &e) &&
	    !seal_unwrapped(s, 1, other_key, none, writer_span(&w), &back, &e) &&
	    !seal_unwrapped(s, 1, key, span_str("share"), writer_span(&w), &back, &e) &&
	    !seal_unwrapped(other, 1, key, none, writer_span(&w), &back, &e) && back.n == 0);
	for (size_t bit = 0; bit < 8 * w.n; bit++) {
		w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!seal_unwrapped(s, 1, key, none, writer_span(&w), &back, &e) && back.n == 0);
		w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t n = 0; n < w.n; n++)
		CHECK(!seal_unwrapped(s, 1, key, none, span_of(w.p, n), &back, &e));
}

TEST(a_snapshot_opens_as_it_was_and_in_no_other_way)
{
	AUTO(seal) *s = seal_of("mac", "local", 1), *other = seal_of("mac", "local", 2);
	AUTO_WRITER w = writer_grow(1 << 16), plain = writer_grow(1 << 16);
	struct err e = { 0 };

	seal_snapshot(s, salt, span_str("the fold"), &w);
	CHECK(seal_snapshot_open(s, writer_span(&w), &plain, &e) && plain.n == 8);
	writer_reset(&plain);
	CHECK(!seal_snapshot_open(other, writer_span(&w), &plain, &e));
	for (size_t bit = 0; bit < 8 * w.n; bit++) {
		w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!seal_snapshot_open(s, writer_span(&w), &plain, &e) && plain.n == 0);
		w.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t n = 0; n < w.n; n++)
		CHECK(!seal_snapshot_open(s, span_of(w.p, n), &plain, &e) && plain.n == 0);
}

TEST(the_log_key_is_the_groups_own)
{
	AUTO(seal) *s = seal_of("mac", "local", 1), *same = seal_of("mac", "local", 1),
	    *other = seal_of("mac", "local", 2);
	uint8_t a[32], b[32], c[32];

	seal_log_key(s, a);
	seal_log_key(same, b);
	seal_log_key(other, c);
	CHECK(memcmp(a, b, 32) == 0 && memcmp(a, c, 32) != 0);
}

static bool
again_signer(struct span in, struct writer *w, struct err *e)
{
	struct signer_record s = { 0 };

	if (!signer_record_read(in, &s, e))
		return false;
	signer_record_write(w, &s);
	return true;
}

static bool
again_key(struct span in, struct writer *w, struct err *e)
{
	struct key_record k = { 0 };

	if (!key_record_read(in, &k, e))
		return false;
	key_record_write(w, &k);
	return true;
}

static struct signer_record
a_signer(void)
{
	struct signer_record s = { .loa = 2, .proofing = span_str("passport"), .name = sample_name(),
		.enrolled = 12, .authenticators = 2, .keys = 3, .key = { { 1 }, { 2 }, { 3 } },
		.evidences = { 1, 2, 1 } };

	for (size_t i = 0; i < 2; i++)
		s.authenticator[i] = (struct authenticator){ { (uint8_t)(4 + i) }, 1, 1,
			fixed_spki(sample_key("alice")), span_str("laptop"), SAMPLE_TIME,
			i == 0 ? span_of(NULL, 0) : span_str("credential id"), (uint8_t)(i == 0 ? 0 : 0x45) };
	return s;
}

TEST(records_have_one_encoding)
{
	AUTO_WRITER w = writer_grow(BOX_MAX), v = writer_grow(BOX_MAX);
	struct signer_record s = a_signer();
	struct key_record k = { .alg = alg_find(1), .class = 1, .level = 2,
		.spki = fixed_spki(sample_key("key")), .wrapped = span_str("sealed"), .mech = 0x2109 };

	signer_record_write(&w, &s);
	again_holds(again_signer, writer_span(&w));
	key_record_write(&v, &k);
	again_holds(again_key, writer_span(&v));
}

TEST(a_ninth_authenticator_and_a_thirty_third_key_are_refused)
{
	AUTO_WRITER w = writer_grow(BOX_MAX), v = writer_grow(BOX_MAX);
	struct signer_record s = a_signer();
	struct err e = { 0 };
	uint8_t *count;

	s.keys = 0;
	s.authenticators = AUTHENTICATORS_MAX;
	for (size_t i = 2; i < AUTHENTICATORS_MAX; i++)
		s.authenticator[i] = s.authenticator[0];
	signer_record_write(&w, &s);
	CHECK(again_same(again_signer, writer_span(&w)));
	count = memmem(w.p, w.n, "\x08\x04", 2);
	CHECK(count != NULL);
	++*count;
	CHECK(!signer_record_read(writer_span(&w), &s, &e));
	s = a_signer();
	s.keys = KEYS_MAX;
	memset(s.evidences, 1, sizeof(s.evidences));
	signer_record_write(&v, &s);
	CHECK(again_same(again_signer, writer_span(&v)));
	v.p[v.n - 17 * KEYS_MAX - 1]++;
	wr_zero(&v, 16);
	wr_u8(&v, 1);
	CHECK(!signer_record_read(writer_span(&v), &s, &e));
}

TEST(what_is_not_in_the_record_is_not_the_signers)
{
	struct signer_record s = a_signer();
	uint8_t id[16] = { 0 };

	for (unsigned i = 0; i < 256; i++) {
		id[0] = (uint8_t)i;
		CHECK(signer_has_key(&s, id) == (i >= 1 && i <= 3));
		CHECK((signer_authenticator(&s, id) != NULL) == (i == 4 || i == 5));
	}
}

static int
start(void **state UNUSED)
{
	struct err e = { 0 };

	return crypto_start(&e) ? 0 : -1;
}

/* Who runs the signing token and its host has every secret but the share; who runs the
 * authentication module has the share alone. Finding C12. */
TEST(neither_team_alone_opens_a_key_with_a_share)
{
	AUTO_WRITER sealed = writer_grow(200), back = writer_grow(200);
	const uint8_t key[ID_LEN] = { 9 }, nonce[AEAD_NONCE_LEN] = { 1 };
	uint8_t share[32], guess[32] = { 0 };
	struct err e = { 0 };
	AUTO(seal) *signing = seal_of("token", "host", 1);
	AUTO(seal) *token_only = seal_of("token", "", 1);
	AUTO(seal) *nothing = seal_of("", "", 1);

	sha256(span_str("the module's"), share);
	CHECK(signing != NULL && token_only != NULL && nothing != NULL);
	CHECK(seal_wrapped(signing, 1, key, span_of(share, 32), nonce, span_str("wrapped"), &sealed, &e));
	CHECK(!seal_unwrapped(signing, 1, key, span_of(NULL, 0), writer_span(&sealed), &back, &e));
	for (unsigned i = 0; i < 256; i++) {
		memcpy(guess, share, sizeof(guess));
		guess[i / 8] ^= (uint8_t)(1 << i % 8);
		CHECK(!seal_unwrapped(signing, 1, key, span_of(guess, 32), writer_span(&sealed), &back, &e));
		CHECK(!seal_unwrapped(signing, 1, key, span_of(share, i / 8), writer_span(&sealed), &back, &e));
	}
	CHECK(!seal_unwrapped(token_only, 1, key, span_of(share, 32), writer_span(&sealed), &back, &e));
	CHECK(!seal_unwrapped(nothing, 1, key, span_of(share, 32), writer_span(&sealed), &back, &e));
	CHECK(back.n == 0);
	CHECK(seal_unwrapped(signing, 1, key, span_of(share, 32), writer_span(&sealed), &back, &e) && back.n == 7);
}

TEST(the_transport_key_is_the_same_in_each_life_and_of_one_root)
{
	struct err e = { 0 };
	AUTO(seal) *a = seal_of("mac", "host", 1);
	AUTO(seal) *again = seal_of("mac", "host", 1);
	AUTO(seal) *b = seal_of("mac", "another host", 1);
	AUTO(hpke_key) *key = seal_transport(a, &e);
	AUTO(hpke_key) *same = seal_transport(again, &e);
	AUTO(hpke_key) *other = seal_transport(b, &e);

	CHECK(key != NULL && same != NULL && other != NULL);
	CHECK(memcmp(hpke_key_point(key), hpke_key_point(same), HPKE_POINT_LEN) == 0);
	CHECK(memcmp(hpke_key_point(key), hpke_key_point(other), HPKE_POINT_LEN) != 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_opens_with_its_name),
		cmocka_unit_test(a_record_with_any_bit_turned_does_not_open),
		cmocka_unit_test(a_record_cut_or_lengthened_does_not_open),
		cmocka_unit_test(neither_the_module_nor_the_host_nor_another_group_opens_it_alone),
		cmocka_unit_test(another_salt_or_epoch_gives_another_box),
		cmocka_unit_test(a_record_over_its_maximum_is_not_sealed_and_nothing_is_written),
		cmocka_unit_test(a_wrapped_key_opens_under_its_own_id_epoch_share_and_group_alone),
		cmocka_unit_test(a_snapshot_opens_as_it_was_and_in_no_other_way),
		cmocka_unit_test(the_log_key_is_the_groups_own),
		cmocka_unit_test(records_have_one_encoding),
		cmocka_unit_test(neither_team_alone_opens_a_key_with_a_share),
		cmocka_unit_test(the_transport_key_is_the_same_in_each_life_and_of_one_root),
		cmocka_unit_test(a_ninth_authenticator_and_a_thirty_third_key_are_refused),
		cmocka_unit_test(what_is_not_in_the_record_is_not_the_signers),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
