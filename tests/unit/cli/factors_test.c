/* SPDX-License-Identifier: Apache-2.0 */
/* Setting factors: what is sealed, to what it is bound, and what the enrolment code approves. */
#include "base/clock.h"
#include "cli/command.h"
#include "cli/encode.h"
#include "cli/factors.h"
#include "crypto/verify.h"
#include "rig.h"

TEST(a_seed_is_shown_as_apps_read_it)
{
	static const uint8_t person[16] = { 0xab, 0xcd, 0xef, 1 };
	char uri[FACTORS_URI_MAX];

	factors_uri((const uint8_t *)"12345678901234567890", person, uri);
	CHECK(strcmp(uri, "otpauth://totp/Propria:abcdef01?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Propria"
	    "&algorithm=SHA1&digits=6&period=30") == 0);
}

static bool
challenge_fits(const char *more, size_t fresh_n, uint64_t now, struct err *e)
{
	uint8_t fresh[64] = { 5 };
	char *text = base64url_new(span_of(fresh, fresh_n));
	AUTO_JSON *j = json_pack("{s:s,s:i,s:I,s:i}", "fresh", text, "epoch", 3, "now", (json_int_t)now, "version", 7);
	AUTO_JSON *extra = json_loads(more, 0, NULL);
	struct challenge c;
	uint32_t version = 0;
	bool good;

	free(text);
	json_object_update(j, extra);
	err_clear(e);
	good = factors_challenge_take(j, &c, &version, e);
	return good && version == 7 && c.epoch == 3 && c.fresh[0] == 5;
}

TEST(whoever_is_locked_is_told_so_before_any_secret_leaves)
{
	uint64_t now = clock_wall();
	struct err e = { 0 };

	CHECK(challenge_fits("{\"locked\":false}", FRESH_LEN, now, &e));
	CHECK(!challenge_fits("{\"locked\":true}", FRESH_LEN, now, &e) && command_exit(&e) == EXIT_REFUSED);
	CHECK(!challenge_fits("{\"version\":\"7\"}", FRESH_LEN, now, &e));
	CHECK(!challenge_fits("{}", FRESH_LEN - 1, now, &e));
	CHECK(!challenge_fits("{}", FRESH_LEN, now - 120000, &e) && command_exit(&e) == EXIT_FAILED);
}

/* The code commits to the sealed factors: another PIN in their place is not what it approved. */
TEST(the_enrolment_code_approves_these_sealed_factors_alone)
{
	static const char info_tag[] = "propria-factor-v1";
	struct factors_given f = { .new_pin = span_str("482913") };
	uint8_t code[CODE_LEN] = { 1, 2 }, seed[32], public_key[32], sealed[SEALED_FACTORS_LEN], plain[256],
	    bound[HASH_LEN], digest[HASH_LEN], info[17 + HASH_LEN];
	struct statement *s = calloc(1, sizeof(*s));
	struct challenge c = { .epoch = 2, .fresh = { 9 } };
	struct profile there = { .life = 60000 };
	struct hpke_key *key;
	struct module m = { .id = { 3 }, .person = { 4 } };
	struct evidences list;
	struct err e = { 0 };
	AUTO_APPROVED a;

	approved_init(&a);
	CHECK((key = hpke_key_random(&e)) != NULL);
	memcpy(m.key, hpke_key_point(key), sizeof(m.key));
	memcpy(there.group, m.id, HASH_LEN);
	memcpy(there.signer, m.person, 16);
	CHECK(factors_set_make(&m, &there, &c, 1, &f, code, &a, sealed, &e));
	CHECK(statement_read(writer_span(&a.statement), s, &e) && s->purpose == PURPOSE_SET_FACTORS);
	CHECK(memcmp(s->group, m.id, 32) == 0 && memcmp(s->subject, m.person, 16) == 0 && s->factors.from == 1);
	sha256(span_of(sealed, sizeof(sealed)), digest);
	CHECK(memcmp(s->factors.sealed, digest, HASH_LEN) == 0);
	CHECK(evidences_read(writer_span(&a.evidences), &list, &e) && list.n == 1);
	code_seed(code, m.id, seed);
	ed25519_public(seed, public_key);
	CHECK(evidence_verify(&list.list[0], a.d, span_of(public_key, 32)));
	a.d[0] ^= 1;
	CHECK(!evidence_verify(&list.list[0], a.d, span_of(public_key, 32)));
	statement_factors(c.fresh, bound);
	memcpy(info, info_tag, 17);
	memcpy(info + 17, m.id, HASH_LEN);
	CHECK(hpke_open(key, span_of(info, sizeof(info)), span_of(bound, HASH_LEN), span_of(sealed, sizeof(sealed)),
	    plain, &e));
	CHECK(memcmp(plain + 4, bound, HASH_LEN) == 0 && memcmp(plain + 52, "\0\0\006" "482913\0", 10) == 0);
	hpke_key_free(key);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seed_is_shown_as_apps_read_it),
		cmocka_unit_test(whoever_is_locked_is_told_so_before_any_secret_leaves),
		cmocka_unit_test(the_enrolment_code_approves_these_sealed_factors_alone),
	};

	return crypto_start(NULL) ? RUN(tests) : 1;
}
