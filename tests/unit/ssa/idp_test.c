/* SPDX-License-Identifier: Apache-2.0 */
/* Identity providers without a network: what they say of themselves, their tokens, visits, their configuration. */
#include <stdio.h>

#include "crypto/verify.h"
#include "json/base64.h"
#include "ssa/idp/config.h"
#include "ssa/idp/discovery.h"
#include "ssa/idp/flows.h"
#include "ssa/idp/prove.h"
#include "ssa/idp/token.h"
#include "tests/test.h"

#define ISSUER	"https://id.example"
#define NOW_S	1800000000ull
#define CLAIMS	"{\"iss\":\"https://id.example\",\"sub\":\"alice\",\"aud\":\"login\",\"nonce\":\"n\",\"iat\":1800000000," \
		"\"exp\":1800000300,\"auth_time\":1799999990}"

static const uint8_t seed[ED25519_LEN] = { 7 };
static const struct id_wanted wanted = { ISSUER, "login", "n", NOW_S * 1000, 3600 };

/* header.claims.signature of EdDSA, as text in memory that lives until the next call. */
static struct span
token(const char *header, const char *claims)
{
	static uint8_t bytes[8192];
	struct writer w = writer_over(bytes, sizeof(bytes));
	uint8_t sig[64];

	base64url_write(&w, span_str(header));
	wr_u8(&w, '.');
	base64url_write(&w, span_str(claims));
	ed25519_sign(seed, writer_span(&w), sig);
	wr_u8(&w, '.');
	base64url_write(&w, span_of(sig, sizeof(sig)));
	CHECK(writer_ok(&w));
	return writer_span(&w);
}

static struct span
keys(const char *more)
{
	static char json[512];
	uint8_t key[ED25519_LEN], letters[64];
	struct writer w = writer_over(letters, sizeof(letters));

	ed25519_public(seed, key);
	base64url_write(&w, span_of(key, sizeof(key)));
	snprintf(json, sizeof(json), "{\"keys\":[{\"kty\":\"EC\"},{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%.*s\"%s}]}", (int)w.n,
	    (const char *)w.p, more);
	return span_str(json);
}

static bool
logs_in(struct span t, struct span k)
{
	struct id_claims id;
	struct err e = { 0 };
	bool ok = id_token_verify(t, k, &wanted, &id, &e);

	CHECK(ok == (e.code == ERR_NONE));
	return ok && id.sub_n == 5 && memcmp(id.sub, "alice", 5) == 0 && id.auth_time == 1799999990999;
}

static bool
plausible(struct span t)
{
	struct err e = { 0 };

	return id_token_plausible(t, &wanted, &e);
}

TEST(a_token_logs_in_by_the_providers_key)
{
	CHECK(logs_in(token("{\"alg\":\"EdDSA\"}", CLAIMS), keys("")));
	CHECK(logs_in(token("{\"alg\":\"EdDSA\",\"kid\":\"a\"}", CLAIMS), keys(",\"kid\":\"a\",\"use\":\"sig\"")));
	CHECK(logs_in(token("{\"alg\":\"EdDSA\",\"kid\":\"a\"}", CLAIMS), keys("")));
}

TEST(a_key_of_another_name_or_use_is_not_tried)
{
	CHECK(!logs_in(token("{\"alg\":\"EdDSA\",\"kid\":\"a\"}", CLAIMS), keys(",\"kid\":\"b\"")));
	CHECK(!logs_in(token("{\"alg\":\"EdDSA\"}", CLAIMS), keys(",\"use\":\"enc\"")));
	CHECK(!logs_in(token("{\"alg\":\"EdDSA\"}", CLAIMS), span_str("{\"keys\":[]}")));
	CHECK(!logs_in(token("{\"alg\":\"EdDSA\"}", CLAIMS), span_str("{\"keys\":7}")));
	CHECK(!logs_in(token("{\"alg\":\"EdDSA\"}", CLAIMS), span_str("[]")));
}

TEST(a_header_chooses_no_weaker_algorithm)
{
	static const char *const heads[] = { "{}", "{\"alg\":\"none\"}", "{\"alg\":\"HS256\"}", "{\"alg\":\"ES256\"}", "{\"alg\":\"RS256\"}",
		"{\"alg\":7}", "{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\"}", "{\"alg\":\"EdDSA\",\"crit\":[\"x\"]}", "[]", "" };

	for (size_t i = 0; i < COUNT(heads); i++)
		CHECK(!logs_in(token(heads[i], CLAIMS), keys("")));
}

TEST(each_bit_and_each_length_of_a_token_counts)
{
	uint8_t copy[1024];
	struct span t = token("{\"alg\":\"EdDSA\"}", CLAIMS);
	size_t n = t.n;

	CHECK(n < sizeof(copy));
	memcpy(copy, t.p, n);
	for (size_t i = 0; i < n; i++) {
		CHECK(!logs_in(span_of(copy, i), keys("")));
		for (int bit = 0; bit < 8; bit++) {
			copy[i] ^= (uint8_t)(1 << bit);
			CHECK(!logs_in(span_of(copy, n), keys("")));
			copy[i] ^= (uint8_t)(1 << bit);
		}
	}
	CHECK(logs_in(span_of(copy, n), keys("")));
}

TEST(a_token_for_something_else_is_refused_early)
{
	static const struct {
		const char	*from, *to;
	} changes[] = {
		{ "https://id.example", "https://id.example/" }, { "\"aud\":\"login\"", "\"aud\":\"activation\"" },
		{ "\"aud\":\"login\"", "\"aud\":[\"login\",\"b\"]" }, { "\"aud\":\"login\"", "\"aud\":[\"b\"]" },
		{ "\"aud\":\"login\"", "\"aud\":[\"login\",\"b\"],\"azp\":\"b\"" }, { "\"nonce\":\"n\"", "\"nonce\":\"m\"" },
		{ "\"nonce\":\"n\"", "\"nonce\":\"n\",\"nonce\":\"n\"" }, { "\"exp\":1800000300", "\"exp\":1799999900" },
		{ "\"exp\":1800000300", "\"exp\":\"x\"" }, { "\"iat\":1800000000", "\"iat\":1800000100" },
		{ "\"iat\":1800000000", "\"iat\":1799999000" }, { "\"sub\":\"alice\"", "\"sub\":\"\"" },
		{ "\"sub\":\"alice\"", "\"sub\":7" },
	};
	char claims[512];

	CHECK(plausible(token("{\"alg\":\"EdDSA\"}", CLAIMS)));
	for (size_t i = 0; i < COUNT(changes); i++) {
		const char *at = strstr(CLAIMS, changes[i].from);

		CHECK(at != NULL);
		snprintf(claims, sizeof(claims), "%.*s%s%s", (int)(strlen(CLAIMS) - strlen(at)), CLAIMS, changes[i].to,
		    at + strlen(changes[i].from));
		CHECK(!plausible(token("{\"alg\":\"EdDSA\"}", claims)));
	}
}

TEST(a_login_is_of_this_hour)
{
	CHECK(!logs_in(token("{\"alg\":\"EdDSA\"}", "{\"iss\":\"https://id.example\",\"sub\":\"alice\",\"aud\":\"login\",\"nonce\":\"n\","
	    "\"iat\":1800000000,\"exp\":1800000300}"), keys("")));
	CHECK(!logs_in(token("{\"alg\":\"EdDSA\"}", "{\"iss\":\"https://id.example\",\"sub\":\"alice\",\"aud\":\"login\",\"nonce\":\"n\","
	    "\"iat\":1800000000,\"exp\":1800000300,\"auth_time\":1799990000}"), keys("")));
}

static bool
discovered(const char *json, struct discovery *d)
{
	struct err e = { 0 };

	return discovery_read(span_str(json), ISSUER, d, &e);
}

#define OF(issuer, a, t, k) "{\"issuer\":\"" issuer "\",\"authorization_endpoint\":\"" a "\",\"token_endpoint\":\"" t \
	"\",\"jwks_uri\":\"" k "\"}"

TEST(a_provider_names_itself_and_addresses_with_tls)
{
	struct discovery d;

	CHECK(discovered(OF(ISSUER, "https://a.example/a?x=1", "https://b.example/t", "https://c.example/k"), &d));
	CHECK(strcmp(d.token, "https://b.example/t") == 0 && d.pushed[0] == '\0' && !d.names_issuer);
	CHECK(!discovered(OF(ISSUER "/", "https://a.example/", "https://a.example/", "https://a.example/"), &d));
	CHECK(!discovered(OF(ISSUER, "http://localhost/", "https://a.example/", "https://a.example/"), &d));
	CHECK(!discovered(OF(ISSUER, "https://a.example/", "file:///etc/passwd", "https://a.example/"), &d));
	CHECK(!discovered(OF(ISSUER, "https://a.example/", "https://a.example/", "https://a@b.example/"), &d));
	CHECK(!discovered(OF(ISSUER, "https://a.example/", "https://a.example/", ""), &d));
	CHECK(!discovered("{\"issuer\":\"" ISSUER "\"}", &d));
	CHECK(!discovered("[]", &d) && !discovered("", &d));
}

struct pair {
	const char	*name, *value;
};

static bool
configured(const struct pair *p, size_t n)
{
	struct idp_list list = { 0 };
	struct err e = { 0 };

	for (size_t i = 0; i < n; i++)
		if (!idp_list_set(&list, "idp a", p[i].name, p[i].value, &e))
			return false;
	return idp_list_fits(&list, &e);
}

TEST(settings_of_a_provider_that_contradict_themselves_are_refused)
{
	struct pair good[] = { { "issuer", ISSUER }, { "client_id", "c" }, { "secret_file", "/s" }, { "login_client_id", "d" },
		{ "login_key_file", "/k" } };
	struct pair p[COUNT(good)];

	CHECK(configured(good, 5) && configured(good, 3));
	CHECK(!configured(good, 2) && !configured(good, 4) && !configured(good, 1));
	memcpy(p, good, sizeof(p));
	p[3].value = "c";
	CHECK(!configured(p, 5));
	memcpy(p, good, sizeof(p));
	p[0].value = "http://id.example";
	CHECK(!configured(p, 5));
	p[0].value = "http://localhost:80";
	CHECK(configured(p, 5));
	p[0].name = "client_id";
	CHECK(!configured(p, 5));
	memcpy(p, good, sizeof(p));
	p[4].name = "secret_file";
	CHECK(!configured(p, 5));
}

TEST(visits_have_their_room_and_their_time)
{
	struct idp_flows *f = idp_flows_new();
	uint8_t account[16] = { 1 }, nobody[16] = { 0 }, peer[16] = { 9 }, hash[HASH_LEN] = { 5 };
	struct idp_flow *one = idp_flows_add(f, account, peer, 1000), *last;
	size_t n = 0;

	CHECK(one != NULL && idp_flows_by_state(f, hash, 1000) == NULL);
	memcpy(one->state_hash, hash, sizeof(hash));
	one->flow_hash[0] = 6;
	CHECK(idp_flows_by_state(f, hash, 1000) == one && idp_flows_by_state(f, hash, 1000 + FLOW_MS) == NULL);
	one->state = IDP_TRADING;
	CHECK(idp_flows_by_state(f, hash, 1000) == NULL && idp_flows_by_flow(f, one->flow_hash, 1000) == one);
	CHECK(idp_flows_by_end(f, one->end_hash, 1000) == NULL);	/* zero: nobody was given one */
	for (size_t i = 0; i < FLOWS_EACH; i++)
		CHECK((last = idp_flows_add(f, account, peer, 1001 + i)) != NULL);
	CHECK(last->state == IDP_WAITING_FOR && idp_flows_by_flow(f, (const uint8_t[HASH_LEN]){ 6 }, 1001) == NULL);
	for (unsigned i = 0; i < 2000; i++) {
		memcpy(peer, &i, sizeof(i));
		n += idp_flows_add(f, nobody, peer, 1010) != NULL;
	}
	CHECK(n == 256 && idp_flows_add(f, account, peer, 1010) != NULL);
	peer[15] = 1;
	CHECK(idp_flows_add(f, nobody, peer, 1010) == NULL && idp_flows_add(f, nobody, peer, 1010 + FLOW_MS) != NULL);
	idp_flows_free(f);
}

TEST(a_form_says_each_byte)
{
	uint8_t bytes[64];
	struct writer w = writer_over(bytes, sizeof(bytes));

	form_add(&w, "a", span_str("b c&d=\xc3\xa9"));
	form_add(&w, "e", span_str(""));
	CHECK(span_equal(writer_span(&w), span_str("a=b%20c%26d%3D%C3%A9&e=")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_logs_in_by_the_providers_key),
		cmocka_unit_test(a_key_of_another_name_or_use_is_not_tried),
		cmocka_unit_test(a_header_chooses_no_weaker_algorithm),
		cmocka_unit_test(each_bit_and_each_length_of_a_token_counts),
		cmocka_unit_test(a_token_for_something_else_is_refused_early),
		cmocka_unit_test(a_login_is_of_this_hour),
		cmocka_unit_test(a_provider_names_itself_and_addresses_with_tls),
		cmocka_unit_test(settings_of_a_provider_that_contradict_themselves_are_refused),
		cmocka_unit_test(visits_have_their_room_and_their_time),
		cmocka_unit_test(a_form_says_each_byte),
	};

	return RUN(tests);
}
