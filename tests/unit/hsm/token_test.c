/* SPDX-License-Identifier: Apache-2.0 */
/* The library in this very process: token keys for other programs, and what a PIN alone can't do. */
#include "asks.h"
#include "hsm/anchor.h"
#include "hsm/keys.h"
#include "hsm/stretch.h"
#include "test.h"

static struct rig rig;
static struct token *token;
static struct keys keys;
static struct keys_made made;
static const struct alg *p256;

static void
id_from(const char *hex, uint8_t id[OBJECT_ID_LEN])
{
	for (size_t i = 0; i < OBJECT_ID_LEN; i++) {
		unsigned v;

		CHECK(sscanf(hex + 2 * i, "%2x", &v) == 1);
		id[i] = (uint8_t)v;
	}
}

static int
open_token(void **state UNUSED)
{
	struct err e = {0};

	p256 = alg_find(ALG_ECDSA_P256_SHA256);
	rig_open(&rig);
	if (rig_setup(&rig) != 0 || (token = token_open(rig.module, RIG_TOKEN, &e)) == NULL)
		return 1;
	keys = (struct keys){ .token = token, .mech = CKM_AES_KEY_WRAP_PAD };
	id_from(rig.kek, keys.kek_id);
	id_from(rig.hmac, keys.hmac_id);
	id_from(rig.log, keys.log_id);
	id_from(rig.attestation, keys.attestation_id);
	return !token_login(token, span_str(RIG_PIN), &e) || !keys_find(&keys, &e) ||
	    !keys_generate(&keys, p256, &made, &e);
}

static int
close_token(void **state UNUSED)
{
	token_free(token);
	rig_close(&rig);
	return 0;
}

static size_t
session_objects(void)
{
	CK_ATTRIBUTE attrs[] = { ATTR_NO(CKA_TOKEN) };
	CK_OBJECT_HANDLE found[64];
	struct err e = {0};
	size_t n;

	CHECK(object_search(token, attrs, COUNT(attrs), found, COUNT(found), &n, &e));
	return n;
}

TEST(a_token_key_is_found_by_its_label_and_signs)
{
	struct token_key k, again;
	uint8_t digest[32] = { 1 }, sig[SIGNATURE_MAX];
	struct err e = {0};

	CHECK(token_key_make(token, p256, "trial ca", &k, &e));
	CHECK(token_key_find(token, p256, "trial ca", &again, &e));
	CHECK(memcmp(k.spki, again.spki, p256->spki_len) == 0);
	CHECK(token_key_sign(token, &again, span_of(digest, 32), sig, &e));
	CHECK(signature_verify(p256, span_of(k.spki, p256->spki_len), span_of(digest, 32),
	    span_of(sig, p256->signature_len)));
}

/* Recomputed by another implementation (Python's cryptography, over OpenSSL's Argon2id). */
TEST(a_mac_is_stretched_by_argon2id_as_the_protocol_says)
{
	static const uint8_t want[2][4] = { { 0x7c, 0x69, 0xcb, 0x37 }, { 0x6b, 0x92, 0xc5, 0xfa } };
	static const uint8_t ends[2][4] = { { 0x90, 0xa8, 0xfe, 0xe2 }, { 0x77, 0x28, 0x98, 0xbb } };
	uint8_t mac[HASH_LEN], out[STRETCHED_LEN];
	struct err e = {0};

	for (uint8_t i = 0; i < HASH_LEN; i++)
		mac[i] = i;
	CHECK(stretch_mac(mac, span_str("module person salt PIN"), out, &e));
	CHECK(memcmp(out, want[0], 4) == 0 && memcmp(out + 28, ends[0], 4) == 0);
	memset(mac, 0xa5, sizeof(mac));
	CHECK(stretch_mac(mac, span_of(NULL, 0), out, &e));
	CHECK(memcmp(out, want[1], 4) == 0 && memcmp(out + 28, ends[1], 4) == 0);
}

TEST(what_a_worker_stretches_is_the_modules_mac_over_tag_and_input)
{
	static const char data[] = "propria-pin-v1\0salt 123456";
	struct rig_worker worker = rig_start(&rig, "1", RIG_PIN);
	uint8_t mac[HASH_LEN], want[STRETCHED_LEN], got[HSM_STRETCHED_LEN];
	struct err e = {0};

	CHECK(keys_hmac(&keys, span_of(data, sizeof(data) - 1), mac, &e));
	CHECK(stretch_mac(mac, span_str("salt 123456"), want, &e));
	CHECK(ask_stretch(worker.fd, span_str("salt 123456"), got, &e));
	CHECK(memcmp(got, want, sizeof(got)) == 0 && rig_stop(&worker) == 0);
}

TEST(a_label_is_taken_once)
{
	struct token_key k;
	struct err e = {0};

	CHECK(token_key_make(token, p256, "twice", &k, &e));
	CHECK(!token_key_make(token, p256, "twice", &k, &e) && e.code == ERR_DENIED);
}

TEST(a_token_key_never_leaves)
{
	CK_MECHANISM mech = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };
	uint8_t out[WRAPPED_MAX];
	CK_ULONG n = sizeof(out);
	struct err e = {0};

	CHECK(!object_is(token, keys.log.handle, CKA_EXTRACTABLE));
	CHECK(object_is(token, keys.log.handle, CKA_SENSITIVE));
	CHECK(!GATE(
	    token->gate, &e, C_WrapKey, token->session, &mech, keys.kek, keys.log.handle, out, &n));
}

TEST(a_missing_key_is_named)
{
	struct token_key k;
	struct err e = {0};

	CHECK(!token_key_find(token, p256, "no such key", &k, &e));
	CHECK(e.code == ERR_MISSING && strstr(e.text, "no such key") != NULL);
}

TEST(a_twin_of_the_kek_is_refused)
{
	CK_MECHANISM gen = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_ULONG len = 32;
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_VALUE_LEN, len), ATTR_NO(CKA_TOKEN), ATTR_YES(CKA_WRAP),
		ATTR_YES(CKA_UNWRAP), ATTR_BYTES(CKA_ID, keys.kek_id, OBJECT_ID_LEN) };
	CK_OBJECT_HANDLE twin;
	struct keys copy = keys;
	struct err e = {0};

	CHECK(GATE(token->gate, &e, C_GenerateKey, token->session, &gen, attrs, COUNT(attrs), &twin));
	CHECK(!keys_find(&copy, &e) && e.code == ERR_DENIED &&
	      strstr(e.text, "more than once") != NULL);
	err_clear(&e);
	CHECK(object_destroy(token, twin, &e) && keys_find(&copy, &e));
}

TEST(a_key_of_ours_is_not_wrapped_by_a_key_that_the_officer_did_not_make)
{
	CK_MECHANISM gen = { CKM_AES_KEY_GEN, NULL, 0 }, mech = { CKM_AES_KEY_WRAP_PAD, NULL, 0 };
	CK_ULONG len = 32, n = WRAPPED_MAX;
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_VALUE_LEN, len), ATTR_NO(CKA_TOKEN), ATTR_YES(CKA_WRAP),
		ATTR_YES(CKA_UNWRAP) };
	CK_OBJECT_HANDLE own, pair[2];
	uint8_t out[WRAPPED_MAX];
	struct err e = {0};

	CHECK(GATE(token->gate, &e, C_GenerateKey, token->session, &gen, attrs, COUNT(attrs), &own));
	CHECK(keys_make(&keys, p256, pair, &e));
	CHECK(!GATE(token->gate, &e, C_WrapKey, token->session, &mech, own, pair[1], out, &n));
	CHECK(e.cause == CKR_KEY_NOT_WRAPPABLE);
	err_clear(&e);
	n = sizeof(out);
	CHECK(GATE(token->gate, &e, C_WrapKey, token->session, &mech, keys.kek, pair[1], out, &n));
	CHECK(keys_drop(&keys, pair[0], &e) && keys_drop(&keys, pair[1], &e) &&
	      keys_drop(&keys, own, &e));
}

TEST(nobody_makes_a_trusted_key_with_the_users_pin)
{
	CK_MECHANISM gen = { CKM_AES_KEY_GEN, NULL, 0 };
	CK_ULONG len = 32;
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_VALUE_LEN, len), ATTR_NO(CKA_TOKEN), ATTR_YES(CKA_WRAP),
		ATTR_YES(CKA_TRUSTED) };
	CK_OBJECT_HANDLE own;
	struct err e = {0};

	CHECK(!GATE(token->gate, &e, C_GenerateKey, token->session, &gen, attrs, COUNT(attrs), &own));
}

TEST(an_unwrapped_key_is_sensitive_private_and_stays)
{
	CK_OBJECT_HANDLE key;
	struct err e = {0};

	CHECK(keys_unwrap(&keys, p256, keys.mech, span_of(made.wrapped, made.n_wrapped), &key, &e));
	CHECK(object_is(token, key, CKA_SENSITIVE) && object_is(token, key, CKA_PRIVATE));
	CHECK(!object_is(token, key, CKA_EXTRACTABLE) && !object_is(token, key, CKA_TOKEN));
	CHECK(!object_is(token, key, CKA_DECRYPT) && object_is(token, key, CKA_SIGN));
	CHECK(keys_drop(&keys, key, &e));
}

/* With the PIN and a blob, but against the KEK's template. */
static bool
unwraps_with(CK_ATTRIBUTE wish)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_KEY_TYPE type = CKK_EC;
	CK_MECHANISM mech = { keys.mech, NULL, 0 };
	CK_ATTRIBUTE attrs[] = { ATTR(CKA_CLASS, class), ATTR(CKA_KEY_TYPE, type), wish };
	CK_OBJECT_HANDLE key;
	struct err e = {0};

	return GATE(token->gate, &e, C_UnwrapKey, token->session, &mech, keys.kek, made.wrapped,
	    made.n_wrapped, attrs, COUNT(attrs), &key);
}

TEST(the_kek_unwraps_nothing_that_could_leave_or_stay)
{
	CHECK(!unwraps_with((CK_ATTRIBUTE)ATTR_YES(CKA_EXTRACTABLE)));
	CHECK(!unwraps_with((CK_ATTRIBUTE)ATTR_NO(CKA_SENSITIVE)));
	CHECK(!unwraps_with((CK_ATTRIBUTE)ATTR_YES(CKA_TOKEN)));
	CHECK(!unwraps_with((CK_ATTRIBUTE)ATTR_NO(CKA_PRIVATE)));
}

TEST(the_kek_wraps_and_unwraps_and_does_nothing_else)
{
	CHECK(object_is(token, keys.kek, CKA_WRAP) && object_is(token, keys.kek, CKA_UNWRAP));
	CHECK(!object_is(token, keys.kek, CKA_ENCRYPT) && !object_is(token, keys.kek, CKA_DECRYPT));
	CHECK(!object_is(token, keys.kek, CKA_EXTRACTABLE) &&
	      object_is(token, keys.kek, CKA_SENSITIVE));
}

TEST(session_objects_do_not_pile_up)
{
	uint8_t digest[32] = { 1 }, sig[SIGNATURE_MAX];
	CK_OBJECT_HANDLE key;
	struct err e = {0};
	size_t before = session_objects();

	for (int i = 0; i < 20; i++) {
		CHECK(keys_generate(&keys, p256, &made, &e));
		CHECK(keys_unwrap(
		    &keys, p256, keys.mech, span_of(made.wrapped, made.n_wrapped), &key, &e));
		CHECK(object_sign(token, key, p256, span_of(digest, 32), sig, &e));
		CHECK(!object_sign(token, key, p256, span_of(digest, 31), sig, &e));
		err_clear(&e);
		CHECK(keys_drop(&keys, key, &e));
	}
	CHECK(session_objects() == before);
}

TEST(a_new_session_takes_forgotten_keys_along_and_keeps_the_login)
{
	CK_OBJECT_HANDLE key;
	struct err e = {0};

	CHECK(keys_unwrap(&keys, p256, keys.mech, span_of(made.wrapped, made.n_wrapped), &key, &e));
	CHECK(session_objects() > 0);
	CHECK(token_renew(token, &e) && session_objects() == 0);
	CHECK(keys_unwrap(&keys, p256, keys.mech, span_of(made.wrapped, made.n_wrapped), &key, &e));
	CHECK(keys_drop(&keys, key, &e));
}

TEST(a_reopened_token_finds_its_objects_again)
{
	uint8_t mac[HASH_LEN], again[HASH_LEN];
	struct err e = {0};

	CHECK(keys_hmac(&keys, span_str("x"), mac, &e));
	CHECK(token_reopen(token, span_str(RIG_PIN), &e) && keys_find(&keys, &e));
	CHECK(keys_hmac(&keys, span_str("x"), again, &e) && memcmp(mac, again, sizeof(mac)) == 0);
}

TEST(an_anchor_that_is_too_long_is_refused)
{
	static const uint8_t long_value[ANCHOR_MAX + 1];
	struct err e = {0};

	CHECK(!anchor_set(token, keys.anchor, span_of(long_value, sizeof(long_value)), &e));
	CHECK(e.code == ERR_FORMAT);
}

static bool
anchor_says(const char *what)
{
	uint8_t value[ANCHOR_MAX];
	struct err e = {0};
	size_t n;

	return anchor_get(token, keys.anchor, value, &n, &e) && n == strlen(what) &&
	    memcmp(value, what, n) == 0;
}

/* SoftHSM2 loses the object that it was writing when it is killed. */
TEST(an_anchor_object_that_is_lost_leaves_the_value_before_it)
{
	struct err e = {0};

	CHECK(anchor_set(token, keys.anchor, span_str("one"), &e));
	CHECK(anchor_set(token, keys.anchor, span_str("two"), &e) && anchor_says("two"));
	for (size_t lost = 0; lost < ANCHORS; lost++) {
		CHECK(object_destroy(token, keys.anchor[lost], &e) && keys_find(&keys, &e));
		CHECK(keys.anchor[lost] == CK_INVALID_HANDLE && keys.anchor[1 - lost] != CK_INVALID_HANDLE);
		CHECK(anchor_says("one") || anchor_says("two") || anchor_says("made again"));
		CHECK(anchor_set(token, keys.anchor, span_str("made again"), &e) && anchor_says("made again"));
		CHECK(keys_find(&keys, &e) && keys.anchor[lost] != CK_INVALID_HANDLE);
	}
	CHECK(object_destroy(token, keys.anchor[0], &e) && object_destroy(token, keys.anchor[1], &e));
	CHECK(!anchor_find(token, keys.anchor, &e) && e.code == ERR_MISSING);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_key_is_found_by_its_label_and_signs),
		cmocka_unit_test(a_mac_is_stretched_by_argon2id_as_the_protocol_says),
		cmocka_unit_test(what_a_worker_stretches_is_the_modules_mac_over_tag_and_input),
		cmocka_unit_test(a_label_is_taken_once),
		cmocka_unit_test(a_token_key_never_leaves),
		cmocka_unit_test(a_missing_key_is_named),
		cmocka_unit_test(a_twin_of_the_kek_is_refused),
		cmocka_unit_test(a_key_of_ours_is_not_wrapped_by_a_key_that_the_officer_did_not_make),
		cmocka_unit_test(nobody_makes_a_trusted_key_with_the_users_pin),
		cmocka_unit_test(an_unwrapped_key_is_sensitive_private_and_stays),
		cmocka_unit_test(the_kek_unwraps_nothing_that_could_leave_or_stay),
		cmocka_unit_test(the_kek_wraps_and_unwraps_and_does_nothing_else),
		cmocka_unit_test(session_objects_do_not_pile_up),
		cmocka_unit_test(a_new_session_takes_forgotten_keys_along_and_keeps_the_login),
		cmocka_unit_test(a_reopened_token_finds_its_objects_again),
		cmocka_unit_test(an_anchor_that_is_too_long_is_refused),
		cmocka_unit_test(an_anchor_object_that_is_lost_leaves_the_value_before_it),
	};

	if (rig_is_missing())
		return 77;
	return cmocka_run_group_tests(tests, open_token, close_token);
}
