/* SPDX-License-Identifier: Apache-2.0 */
/* Signers' statements, challenges, answers of the server, profiles. */
#include "base/clock.h"
#include "cli/command.h"
#include "cli/encode.h"
#include "cli/enrol.h"
#include "crypto/verify.h"
#include "rig.h"

static char *
challenge_text(size_t n, uint64_t now)
{
	AUTO_WRITER w = writer_grow(256);

	for (int i = 0; i < 40; i++)
		wr_u8(&w, (uint8_t)i);
	wr_u32(&w, 7);
	wr_u64(&w, now);
	wr_zero(&w, 16);
	return base64url_new(span_of(w.p, n));
}

static bool
challenge_reads(size_t n, uint64_t now, struct challenge *c, struct err *e)
{
	char *text = challenge_text(n, now);
	bool good;

	err_clear(e);
	good = sic_challenge_read(text, c, e);
	free(text);
	return good;
}

TEST(a_challenge_is_52_bytes_and_its_clock_agrees)
{
	struct challenge c;
	struct err e = { 0 };
	uint64_t now = clock_wall();

	CHECK(challenge_reads(52, now, &c, &e) && c.epoch == 7 && c.fresh[39] == 39 && c.now == now);
	CHECK(!challenge_reads(51, now, &c, &e));
	CHECK(!challenge_reads(53, now, &c, &e));
	CHECK(!challenge_reads(52, now - 61000, &c, &e) && command_exit(&e) == EXIT_FAILED);
	CHECK(!challenge_reads(52, now + 61000, &c, &e));
	err_clear(&e);
	CHECK(!sic_challenge_read("not base64url!", &c, &e));
}

TEST(a_binding_is_proved_by_the_new_key_and_by_the_code)
{
	AUTO(rig) *r = rig_new();
	struct statement *s = calloc(1, sizeof(*s));
	struct challenge c = { .epoch = 4 };
	uint8_t code[CODE_LEN] = { 1, 2, 3 }, seed[32], public_key[32];
	struct evidences list;
	struct err e = { 0 };
	AUTO_APPROVED a;

	approved_init(&a);
	CHECK(enrol_statement(&a, &r->profile, &c, 5, "laptop", r->alice, code, 1000, &e));
	CHECK(statement_read(writer_span(&a.statement), s, &e) && s->purpose == PURPOSE_BIND);
	CHECK(s->bind.from == 5 && s->bind.protection == PROTECTION_FILE && s->epoch == 4);
	CHECK(span_equal(s->bind.spki, key_spki(r->alice)));
	CHECK(s->iat == 1000 && s->exp == 1000 + 300000);
	CHECK(evidences_read(writer_span(&a.evidences), &list, &e) && list.n == 2);
	CHECK(list.list[0].type == EVIDENCE_DEVICE && list.list[1].type == EVIDENCE_CODE);
	CHECK(evidence_verify(&list.list[0], a.d, key_spki(r->alice)));
	code_seed(code, r->group, seed);
	ed25519_public(seed, public_key);
	CHECK(evidence_verify(&list.list[1], a.d, span_of(public_key, 32)));
	code[0] ^= 1;
	code_seed(code, r->group, seed);
	ed25519_public(seed, public_key);
	CHECK(!evidence_verify(&list.list[1], a.d, span_of(public_key, 32)));
	free(s);
}

TEST(a_label_that_could_deceive_makes_no_statement)
{
	AUTO(rig) *r = rig_new();
	struct challenge c = { .epoch = 4 };
	uint8_t code[CODE_LEN] = { 0 };
	struct err e = { 0 };
	AUTO_APPROVED a;

	approved_init(&a);
	CHECK(!enrol_statement(&a, &r->profile, &c, 1, "fdp.\xe2\x80\xae" "exe", r->alice, code,
	    1000, &e));
	CHECK(command_exit(&e) == EXIT_USAGE);
}

static bool
genesis_fits(struct rig *r, struct span bytes, const uint8_t *group, struct err *e)
{
	AUTO_WRITER out = writer_grow(GENESIS_MAX);
	json_t *j = json_object();
	uint64_t life = 0;
	bool good;

	err_clear(e);
	ssa_put_base64(j, "genesis", bytes);
	good = genesis_take(j, group, &out, &life, e);
	CHECK(!good || (life == 300000 && span_equal(writer_span(&out), r->genesis)));
	json_decref(j);
	return good;
}

TEST(a_server_of_another_group_is_refused_at_enrolment)
{
	AUTO(rig) *r = rig_new();
	uint8_t other[HASH_LEN] = { 0 };
	struct err e = { 0 };

	CHECK(genesis_fits(r, r->genesis, r->group, &e));
	CHECK(!genesis_fits(r, r->genesis, other, &e) && command_exit(&e) == EXIT_REFUSED);
	CHECK(!genesis_fits(r, span_of(r->genesis.p, r->genesis.n - 1), r->group, &e));
}

static enum exit_code
answer(long status, const char *text, struct err *e)
{
	json_t *j;

	err_clear(e);
	j = ssa_answer_read(status, span_str(text), e);
	json_decref(j);
	return j != NULL ? EXIT_GOOD : command_exit(e);
}

TEST(refusals_of_the_sam_are_sentences_and_exit_codes)
{
	struct err e = { 0 };

	CHECK(answer(200, "{\"a\":1}", &e) == EXIT_GOOD);
	CHECK(answer(400, "{\"error\":\"x\",\"reason\":\"quorum\"}", &e) == EXIT_REFUSED);
	CHECK(strstr(e.text, "not enough different people") != NULL);
	CHECK(strcmp(e.reason, "quorum") == 0);
	CHECK(answer(401, "{\"error\":\"invalid_client\"}", &e) == EXIT_REFUSED);
	CHECK(answer(403, "{\"error\":\"\\u001b[2J\"}", &e) == EXIT_REFUSED);
	CHECK(strchr(e.text, 0x1b) == NULL);
	CHECK(answer(503, "{}", &e) == EXIT_UNREACHABLE);
	CHECK(answer(302, "{}", &e) == EXIT_UNREACHABLE);
	CHECK(answer(200, "{\"a\":1,\"a\":2}", &e) == EXIT_UNREACHABLE);
	CHECK(answer(200, "[]", &e) == EXIT_UNREACHABLE);
	CHECK(answer(200, "<html>", &e) == EXIT_UNREACHABLE);
}

TEST(a_login_assertion_is_signed_by_the_login_key_for_that_audience)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER claims = writer_grow(1024), sig = writer_grow(128);
	struct err e = { 0 };
	char *jwt = ssa_assertion("51", "https://host/oauth2/token", 1700000000123, r->signing, &e);
	char *second = strchr(jwt, '.') + 1, *third = strchr(second, '.');
	uint8_t digest[HASH_LEN];
	json_t *j;

	sha256(span_of(jwt, (size_t)(third - jwt)), digest);
	CHECK(base64url_read(span_str(third + 1), &sig) && sig.n == 64);
	CHECK(signature_verify(alg_find(1), key_spki(r->signing), span_of(digest, 32), writer_span(&sig)));
	*third = '\0';
	CHECK(base64url_read(span_str(second), &claims));
	j = json_loadb((const char *)claims.p, claims.n, 0, NULL);
	CHECK(strcmp(json_string_value(json_object_get(j, "sub")), "51") == 0);
	CHECK(strcmp(json_string_value(json_object_get(j, "iss")), "51") == 0);
	CHECK(strcmp(json_string_value(json_object_get(j, "aud")), "https://host/oauth2/token") == 0);
	CHECK(json_integer_value(json_object_get(j, "exp")) == 1700000120);
	CHECK(strlen(json_string_value(json_object_get(j, "jti"))) == 32);
	json_decref(j);
	free(jwt);
}

TEST(a_profile_is_read_as_it_was_written)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER w = writer_grow(65536);
	AUTO_PROFILE again = { 0 };
	struct known_key key = { .alg = alg_find(1), .class = 1, .level = 2 }, found;
	struct err e = { 0 };

	r->profile.server = strdup("https://host");
	r->profile.approval = strdup("approval.pem");
	r->profile.login = strdup("login.pem");
	r->profile.keys = json_object();
	memcpy(key.spki, key_spki(r->signing).p, 91);
	profile_key_set(&r->profile, &key);
	profile_write(&r->profile, &w);
	CHECK(profile_read(&again, writer_span(&w), &e));
	CHECK(memcmp(again.group, r->group, 32) == 0 && again.life == 300000 && again.cacert == NULL);
	CHECK(profile_key(&again, NULL, &found, &e) && memcmp(found.spki, key.spki, 91) == 0);
	CHECK(!profile_key(&again, "11111111111111111111111111111111", &found, &e));
	CHECK(e.code == ERR_MISSING);
	err_clear(&e);
	CHECK(!profile_key(&again, "nonsense", &found, &e) && command_exit(&e) == EXIT_USAGE);
	profile_wipe(&r->profile);
}

TEST(plain_http_and_odd_addresses_are_refused)
{
	CHECK(http_url_is_fit("https://host:8443"));
	CHECK(!http_url_is_fit("http://host"));
	CHECK(!http_url_is_fit("https://user@host"));
	CHECK(!http_url_is_fit("https://"));
	CHECK(!http_url_is_fit("https:///x"));
	CHECK(!http_url_is_fit("https://host?x"));
	CHECK(!http_url_is_fit("file:///etc/passwd"));
}

TEST(base64_and_hexadecimal_have_one_spelling)
{
	AUTO_WRITER w = writer_grow(64);
	uint8_t two[2];

	CHECK(base64_read(span_str("AAE="), &w) && w.n == 2);
	CHECK(!base64_read(span_str("AAF="), &w) && !base64_read(span_str("AAE"), &w) && !base64_read(span_str("AA E"), &w));
	CHECK(!base64_read(span_str("A==="), &w) && !base64_read(span_str("===="), &w));
	CHECK(base64url_read(span_str("__8"), &w) && !base64url_read(span_str("//8"), &w) && !base64url_read(span_str("A"), &w));
	CHECK(hex_typed("00fF", two, 2) && two[1] == 0xff);
	CHECK(!hex_typed("00f", two, 2) && !hex_typed("00fg", two, 2) && !hex_typed("00ff0", two, 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_challenge_is_52_bytes_and_its_clock_agrees),
		cmocka_unit_test(a_binding_is_proved_by_the_new_key_and_by_the_code),
		cmocka_unit_test(a_label_that_could_deceive_makes_no_statement),
		cmocka_unit_test(a_server_of_another_group_is_refused_at_enrolment),
		cmocka_unit_test(refusals_of_the_sam_are_sentences_and_exit_codes),
		cmocka_unit_test(a_login_assertion_is_signed_by_the_login_key_for_that_audience),
		cmocka_unit_test(a_profile_is_read_as_it_was_written),
		cmocka_unit_test(plain_http_and_odd_addresses_are_refused),
		cmocka_unit_test(base64_and_hexadecimal_have_one_spelling),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
