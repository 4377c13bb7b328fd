/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of identity providers as they are published and as officers hand them in; peers' keys. */
#include "cli/attestation.h"
#include "cli/doctor_providers.h"
#include "cli/encode.h"
#include "cli/file.h"
#include "cli/officer.h"
#include "cli/provider_keys.h"
#include "cli/words.h"
#include "cli/words_module.h"
#include "rig.h"

#define ISSUER "https://login.example/realm"

static bool
discovery(const char *json, char jwks[1024], struct err *e)
{
	err_clear(e);
	return provider_discovery_read(span_str(json), ISSUER, jwks, e);
}

TEST(a_discovery_document_must_be_of_the_issuer_itself)
{
	struct err e = { 0 };
	char jwks[1024];

	CHECK(discovery("{\"issuer\":\"" ISSUER "\",\"jwks_uri\":\"https://login.example/keys\"}", jwks, &e));
	CHECK(strcmp(jwks, "https://login.example/keys") == 0);
	CHECK(!discovery("{\"issuer\":\"" ISSUER "/\",\"jwks_uri\":\"https://login.example/keys\"}", jwks, &e) &&
	    e.code == ERR_DENIED);
	CHECK(!discovery("{\"jwks_uri\":\"https://login.example/keys\"}", jwks, &e));
	CHECK(!discovery("{\"issuer\":\"" ISSUER "\"}", jwks, &e));
	CHECK(!discovery("[]", jwks, &e));
	CHECK(!discovery("{\"issuer\":\"" ISSUER "\",\"issuer\":\"" ISSUER "\",\"jwks_uri\":\"https://a/\"}", jwks,
	    &e));
}

/* RFC 7515 A.3 and A.2, RFC 8037 A.2: their public keys. */
#define EC_JWK "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"%s}"
#define RSA_JWK "{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddx" \
	"HmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGz" \
	"jb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3" \
	"qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp" \
	"oQ\",\"e\":\"AQAB\"%s}"
#define ED_JWK "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"%s}"

static struct published_keys *
keys_of(const char *fmt, const char *more)
{
	struct published_keys *keys = calloc(1, sizeof(*keys));
	char json[2048], set[2200];
	struct err e = { 0 };

	snprintf(json, sizeof(json), fmt, more);
	snprintf(set, sizeof(set), "{\"keys\":[%s]}", json);
	CHECK(provider_keys_read(span_str(set), keys, &e));
	CHECK(keys->n + keys->skipped == 1);
	return keys;
}

static bool
taken(const char *fmt, const char *more, uint8_t alg)
{
	struct published_keys *keys = keys_of(fmt, more);
	bool good = keys->n == 1 && keys->list[0].alg == alg;

	free(keys);
	return good;
}

TEST(published_keys_are_taken_with_the_algorithm_they_can_have)
{
	CHECK(taken(EC_JWK, "", PROVIDER_ES256));
	CHECK(taken(EC_JWK, ",\"use\":\"sig\",\"alg\":\"ES256\",\"kid\":\"a\"", PROVIDER_ES256));
	CHECK(taken(RSA_JWK, "", 0));
	CHECK(taken(RSA_JWK, ",\"alg\":\"RS256\"", PROVIDER_RS256));
	CHECK(taken(RSA_JWK, ",\"alg\":\"PS256\"", PROVIDER_PS256));
	CHECK(taken(ED_JWK, "", PROVIDER_EDDSA));
	CHECK(!taken(EC_JWK, ",\"use\":\"enc\"", PROVIDER_ES256));
	CHECK(!taken(EC_JWK, ",\"alg\":\"ES384\"", PROVIDER_ES384));
	CHECK(!taken(RSA_JWK, ",\"alg\":\"RS512\"", 0));
	CHECK(!taken(RSA_JWK, ",\"alg\":\"none\"", 0));
	CHECK(!taken(ED_JWK, ",\"alg\":\"ES256\"", PROVIDER_ES256));
	CHECK(!taken(EC_JWK, ",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"", PROVIDER_ES256));
}

TEST(a_point_off_the_curve_is_no_published_key)
{
	CHECK(!taken("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
	    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4\"%s}", "", PROVIDER_ES256));
	CHECK(!taken("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"%s}", "", PROVIDER_ES256));
}

TEST(a_trusted_key_is_found_by_issuer_client_key_and_algorithm)
{
	struct published_keys *keys = keys_of(EC_JWK, "");
	struct msg_roster *m = calloc(1, sizeof(*m));
	struct span issuer = span_str(ISSUER);

	m->providers = 1;
	m->provider[0] = (struct roster_provider){ .issuer = issuer, .client = span_str("propria"),
		.alg = PROVIDER_ES256, .key = span_of(keys->list[0].spki, keys->list[0].spki_n) };
	CHECK(provider_trusting(m, issuer, NULL, &keys->list[0]) == &m->provider[0]);
	CHECK(provider_trusting(m, issuer, "propria", &keys->list[0]) != NULL);
	CHECK(provider_trusting(m, issuer, "login", &keys->list[0]) == NULL);
	CHECK(provider_trusting(m, span_str("https://other.example"), NULL, &keys->list[0]) == NULL);
	keys->list[0].alg = PROVIDER_ES384;
	CHECK(provider_trusting(m, issuer, NULL, &keys->list[0]) == NULL);
	keys->list[0].alg = PROVIDER_ES256;
	m->provider[0].key.n--;
	CHECK(provider_trusting(m, issuer, NULL, &keys->list[0]) == NULL);
	free(keys);
	free(m);
}

static unsigned
verdict(struct msg_roster *m, const struct published_keys *keys, unsigned *failed)
{
	struct call c = { .out = stdout, .json = true };
	struct doctor d = { .call = &c, .list = json_array() };

	doctor_provider(&d, m, span_str(ISSUER), keys);
	json_decref(d.list);
	*failed = d.failed;
	return d.warned;
}

TEST(the_doctor_tells_new_keys_and_keys_that_are_gone)
{
	struct published_keys *keys = keys_of(EC_JWK, ""), *other = keys_of(ED_JWK, "");
	struct msg_roster *m = calloc(1, sizeof(*m));
	unsigned failed;

	m->providers = 1;
	m->provider[0] = (struct roster_provider){ .issuer = span_str(ISSUER), .client = span_str("propria"),
		.alg = PROVIDER_ES256, .key = span_of(keys->list[0].spki, keys->list[0].spki_n) };
	CHECK(verdict(m, keys, &failed) == 0 && failed == 0);
	CHECK(verdict(m, other, &failed) == 0 && failed == 1);
	keys->list[keys->n++] = other->list[0];
	CHECK(verdict(m, keys, &failed) == 1 && failed == 0);
	keys->n = 1;
	m->provider[m->providers++] = (struct roster_provider){ .issuer = span_str(ISSUER), .alg = PROVIDER_EDDSA,
		.key = span_of(other->list[0].spki, other->list[0].spki_n) };
	CHECK(verdict(m, keys, &failed) == 1 && failed == 0);
	free(keys);
	free(other);
	free(m);
}

TEST(acr_values_come_with_their_level)
{
	struct body_add_provider b = { 0 };
	struct err e = { 0 };

	CHECK(provider_acrs_read("urn:a=b=2,low=1", &b, &e));
	CHECK(b.acrs == 2 && span_equal(b.acr[0].acr, span_str("urn:a=b")) && b.acr[0].level == 2);
	CHECK(span_equal(b.acr[1].acr, span_str("low")) && b.acr[1].level == 1);
	for (size_t i = 0; i < 7; i++) {
		static const char *const bad[] = { "", "high", "high=", "high=3", "=2", "high=22", "a=1,,b=2" };

		memset(&b, 0, sizeof(b));
		err_clear(&e);
		CHECK(!provider_acrs_read(bad[i], &b, &e) && command_exit(&e) == EXIT_USAGE);
	}
	memset(&b, 0, sizeof(b));
	err_clear(&e);
	CHECK(!provider_acrs_read("a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1", &b, &e));
}

static void
file_put(struct rig *r, const char *name, struct span bytes, char path[128])
{
	struct err e = { 0 };

	CHECK(file_write(rig_path(r, name, path), 0600, bytes, &e));
}

TEST(a_key_is_read_from_pem_der_and_jwk_alike)
{
	AUTO(rig) *r = rig_new();
	struct span spki = key_spki(r->alice);
	AUTO_WRITER der = writer_grow(PUBLIC_KEY_MAX), pem = writer_grow(PUBLIC_KEY_MAX),
	    jwk = writer_grow(PUBLIC_KEY_MAX), none = writer_grow(PUBLIC_KEY_MAX);
	char path[128], text[512], *b64 = base64_new(spki), *x = base64url_new(span_of(spki.p + 27, 32)),
	    *y = base64url_new(span_of(spki.p + 59, 32));
	struct err e = { 0 };

	file_put(r, "key.der", spki, path);
	CHECK(public_key_from_file(path, &der, &e) && span_equal(writer_span(&der), spki));
	snprintf(text, sizeof(text), "-----BEGIN PUBLIC KEY-----\n%.64s\n%s\n-----END PUBLIC KEY-----\n", b64, b64 + 64);
	file_put(r, "key.pem", span_str(text), path);
	CHECK(public_key_from_file(path, &pem, &e) && span_equal(writer_span(&pem), spki));
	snprintf(text, sizeof(text), "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}", x, y);
	file_put(r, "key.jwk", span_str(text), path);
	CHECK(public_key_from_file(path, &jwk, &e) && span_equal(writer_span(&jwk), spki));
	CHECK(strcmp(public_key_algorithm(spki), "ES256") == 0 && !public_key_is_rsa(spki));
	for (size_t n = 0; n < spki.n; n++) {
		file_put(r, "key.cut", span_of(spki.p, n), path);
		err_clear(&e);
		CHECK(!public_key_from_file(path, &none, &e) && none.n == 0);
	}
	free(b64);
	free(x);
	free(y);
}

static void
transport_make(struct rig *r, uint8_t what, const uint8_t group[HASH_LEN], struct key *by, struct writer *w)
{
	uint8_t key[HPKE_POINT_LEN] = { 4, 7 };

	writer_reset(w);
	wr_u8(w, what);
	wr_bytes(w, group, HASH_LEN);
	wr_bytes(w, key, sizeof(key));
	wr_u64(w, 1700000000000);
	rig_attest(r, by, w);
}

static bool
is_peer(struct rig *r, struct span attestation, struct err *e)
{
	AUTO_WRITER key = writer_grow(128);
	struct body_add_peer b = { 0 };

	err_clear(e);
	memcpy(b.peer, r->group, HASH_LEN);
	return peer_of_sam(r->genesis, attestation, &b, &key, e) && b.kind == PEER_SAM &&
	    b.key.n == HPKE_POINT_LEN && b.key.p[1] == 7;
}

TEST(a_transport_key_is_taken_from_its_own_group_alone)
{
	AUTO(rig) *r = rig_new();
	AUTO_WRITER w = writer_grow(512);
	uint8_t other[HASH_LEN] = { 1 };
	struct err e = { 0 };

	transport_make(r, 6, r->group, r->attest, &w);
	CHECK(is_peer(r, writer_span(&w), &e));
	for (size_t n = 0; n < w.n; n++)
		CHECK(!is_peer(r, span_of(w.p, n), &e));
	for (size_t i = 0; i < 8 * w.n; i++) {
		w.p[i / 8] ^= (uint8_t)(1u << i % 8);
		CHECK(!is_peer(r, writer_span(&w), &e) && command_exit(&e) == EXIT_INVALID);
		w.p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	transport_make(r, 6, other, r->attest, &w);
	CHECK(!is_peer(r, writer_span(&w), &e) && command_exit(&e) == EXIT_INVALID);
	transport_make(r, 6, r->group, r->log, &w);
	CHECK(!is_peer(r, writer_span(&w), &e));
	transport_make(r, 5, r->group, r->attest, &w);
	CHECK(!is_peer(r, writer_span(&w), &e));
}

static char *
words_of(const struct statement *s, const struct msg_roster *m)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	words_statement(f, s, m);
	fclose(f);
	return text;
}

TEST(the_words_of_a_provider_say_what_it_is_worth)
{
	struct statement *s = calloc(1, sizeof(*s));
	struct body_add_provider *b = &s->add_provider;
	char *text;

	s->purpose = PURPOSE_ADD_PROVIDER;
	*b = (struct body_add_provider){ .issuer = span_str(ISSUER), .client = span_str("propria"),
		.alg = PROVIDER_PS256, .key = span_str("key"), .acrs = 1, .acr = { { span_str("high"), 2 } },
		.max_age = 120, .transaction = span_str("tx"), .assurance = 1, .label = span_str("Login") };
	text = words_of(s, NULL);
	CHECK(strstr(text, "ADD_PROVIDER") != NULL && strstr(text, ISSUER) != NULL);
	CHECK(strstr(text, "PS256") != NULL && strstr(text, "SCAL2 by         high") != NULL);
	CHECK(strstr(text, "FIPS 140") != NULL && strstr(text, "120 s") != NULL && strstr(text, "tx") != NULL);
	free(text);
	b->transaction.n = 0;
	text = words_of(s, NULL);
	CHECK(strstr(text, "nothing: at SCAL2 another authenticator must approve") != NULL);
	free(text);
	free(s);
}

/* Every purpose that an act file can have is one that is shown in words. */
TEST(no_officers_act_is_without_words)
{
	struct statement *s = calloc(1, sizeof(*s));
	size_t acts = 0;

	for (unsigned purpose = 1; purpose < 0x700; purpose++) {
		char *text;

		if (!act_is_officers((uint16_t)purpose) || purpose == PURPOSE_SET_POLICY || purpose == PURPOSE_ADD_ANCHOR)
			continue;
		memset(s, 0, sizeof(*s));
		s->purpose = (uint16_t)purpose;
		text = words_of(s, NULL);
		CHECK(strchr(text, ':') != NULL && strncmp(text, "  group", 7) != 0);
		free(text);
		acts++;
	}
	CHECK(acts == 17);
	free(s);
}

TEST(approvals_that_an_act_needs_follow_the_modules_rules)
{
	struct msg_roster *m = calloc(1, sizeof(*m));

	m->policy[7] = 3;
	m->policy[8] = 2;
	CHECK(officer_quorum(m, PURPOSE_ADMIT) == 3 && officer_quorum(m, PURPOSE_INVITE) == 3);
	CHECK(officer_quorum(m, PURPOSE_DISMISS) == 1 && officer_quorum(m, PURPOSE_REVOKE_KEY) == 1);
	CHECK(officer_quorum(m, PURPOSE_UNLOCK) == 2 && officer_quorum(m, PURPOSE_NEW_GRANT_KEY) == 2);
	CHECK(officer_quorum(m, PURPOSE_ADD_PEER) == 2 && officer_quorum(m, PURPOSE_ADD_PROVIDER) == 2);
	free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_discovery_document_must_be_of_the_issuer_itself),
		cmocka_unit_test(published_keys_are_taken_with_the_algorithm_they_can_have),
		cmocka_unit_test(a_point_off_the_curve_is_no_published_key),
		cmocka_unit_test(a_trusted_key_is_found_by_issuer_client_key_and_algorithm),
		cmocka_unit_test(the_doctor_tells_new_keys_and_keys_that_are_gone),
		cmocka_unit_test(acr_values_come_with_their_level),
		cmocka_unit_test(a_key_is_read_from_pem_der_and_jwk_alike),
		cmocka_unit_test(a_transport_key_is_taken_from_its_own_group_alone),
		cmocka_unit_test(the_words_of_a_provider_say_what_it_is_worth),
		cmocka_unit_test(no_officers_act_is_without_words),
		cmocka_unit_test(approvals_that_an_act_needs_follow_the_modules_rules),
	};

	return crypto_start(NULL) ? RUN(tests) : 1;
}
