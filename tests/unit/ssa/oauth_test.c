/* SPDX-License-Identifier: Apache-2.0 */
/* The authorization server's parts that need no server: forms, URIs, PKCE, requests, passwords. */
#include <stdlib.h>
#include <unistd.h>

#include "tests/test.h"

#include "json/base64.h"
#include "ssa/oauth/pkce.h"
#include "ssa/oauth/request.h"
#include "ssa/oauth/uri.h"
#include "ssa/page/password.h"
#include "ssa/page/tries.h"

#define KEY_HEX		"000102030405060708090a0b0c0d0e0f"
#define HASH_B64	"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="
#define HASH_B64U	"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"
#define OID		"2.16.840.1.101.3.4.2.1"
#define CHALLENGE	"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define DETAIL(type, digests) \
	"[{\"type\":\"" type "\",\"credentialID\":\"" KEY_HEX "\",\"hashAlgorithmOID\":\"" OID "\"," \
	"\"documentDigests\":[" digests "]}]"
#define URI_TYPE	"https://cloudsignatureconsortium.org/2025/credential"

TEST(a_verifier_fits_its_challenge_and_no_other)
{
	const char *verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";	/* RFC 7636 B */
	char changed[64];

	CHECK(pkce_challenge_fits(span_str(CHALLENGE)));
	CHECK(pkce_holds(span_str(CHALLENGE), span_str(verifier)));
	for (size_t i = 0; i < strlen(verifier); i++) {
		strcpy(changed, verifier);
		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		CHECK(!pkce_holds(span_str(CHALLENGE), span_str(changed)));
		CHECK(!pkce_holds(span_str(CHALLENGE), span_of(verifier, i)));
	}
	CHECK(!pkce_holds(span_str(verifier), span_str(verifier)));	/* plain */
	CHECK(!pkce_challenge_fits(span_str("abc")) && !pkce_challenge_fits(span_str(CHALLENGE "A")));
	CHECK(!pkce_challenge_fits(span_str("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN")));	/* bits */
	CHECK(!pkce_challenge_fits(span_str("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")));
}

TEST(only_https_and_this_machine_may_be_returned_to)
{
	static const char *const good[] = { "https://a.example/cb", "https://a.example:8443/cb?x=1",
		"http://localhost:1/cb", "http://approve.localhost/cb", "http://127.0.0.1:9/", "http://[::1]:9/cb" };
	static const char *const bad[] = { "", "https://", "http://a.example/", "https:///cb", "ftp://a/",
		"javascript:alert(1)", "https://a.example/#f", "https://u@a.example/", "https://a b/", "//a/",
		"http://localhost.example/", "http://127.0.0.1.example/", "HTTPS://a.example/", "https://*.a/",
		"https://a.example/\"", "https://a\\b/", "https://a/\n", "http://xlocalhost/", "http://localhost@b/",
		"https://a;script-src/", "https://a,b/", "https://a'/" };

	for (size_t i = 0; i < COUNT(good); i++)
		CHECK(uri_may_redirect(span_str(good[i])));
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!uri_may_redirect(span_str(bad[i])));
	CHECK(span_equal(uri_origin(span_str("https://a.example:8443/cb?x=/")), span_str("https://a.example:8443")));
	CHECK(span_equal(uri_origin(span_str("https://a.example?x")), span_str("https://a.example")));
}

TEST(what_is_added_to_a_uri_stays_one_value)
{
	AUTO_WRITER w = writer_grow(1024);

	wr_span(&w, span_str("https://a/cb"));
	uri_add(&w, "state", span_str("a&b=c#d\r\nSet-Cookie: x"));
	uri_add(&w, "iss", span_str("https://s"));
	CHECK(span_equal(writer_span(&w), span_str("https://a/cb?state=a%26b%3Dc%23d%0D%0ASet-Cookie%3A%20x"
	    "&iss=https%3A%2F%2Fs")));
	writer_reset(&w);
	wr_span(&w, span_str("https://a/cb?k=v"));
	uri_add(&w, "code", span_str("x"));
	CHECK(span_equal(writer_span(&w), span_str("https://a/cb?k=v&code=x")));
}

TEST(a_form_takes_each_parameter_once)
{
	static const char *const bad[] = { "code=a&code=b", "code=a&code=", "code=&code=a", "co%64e=a&code=b",
		"code=%", "code=%2", "code=%zz", "code", "code=%00", "code=a%00b", "%zz=a" };
	AUTO_FORM f = { 0 };

	CHECK(form_read(&f, span_str("code=a%2Bb+c&unknown=1&unknown=2&state=&&scope=service")));
	CHECK(form_is(&f, P_CODE, "a+b c") && f.field[P_STATE].p == NULL && form_is(&f, P_SCOPE, "service"));
	CHECK(!form_is(&f, P_TOKEN, ""));
	for (size_t i = 0; i < COUNT(bad); i++) {
		form_wipe(&f);
		CHECK(!form_read(&f, span_str(bad[i])));
		for (size_t k = 0; k < PARAMS; k++)
			CHECK(f.field[k].p == NULL);
	}
}

TEST(a_hash_is_read_in_each_spelling_and_a_plus_survives)
{
	static const char *const spellings[] = { HASH_B64, HASH_B64U, "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg",
		"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg=", "n4bQgYhMfWWaL qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
		"n4bQgYhMfWWaL%2BqgxVrQFaO%2FTxsrC4Is0V1sFbDwCgg%3D" };
	uint8_t first[64], digest[64];
	size_t n;

	CHECK(request_hash_read(span_str(spellings[0]), first, &n) && n == 32);
	for (size_t i = 1; i < COUNT(spellings); i++)
		CHECK(request_hash_read(span_str(spellings[i]), digest, &n) && n == 32 &&
		    memcmp(first, digest, 32) == 0);
	CHECK(!request_hash_read(span_str("AAAA"), digest, &n) && !request_hash_read(span_str(""), digest, &n));
	CHECK(!request_hash_read(span_str("n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgh"), digest, &n));
}

static struct client
some_client(uint8_t kind)
{
	return (struct client){ .row = { .client_id = span_str("app"), .name = span_str("App"), .kind = kind,
		.grants = GRANT_CODE, .scopes = SCOPE_SERVICE | SCOPE_CREDENTIAL } };
}

#define BASE	"response_type=code&client_id=app&code_challenge=" CHALLENGE "&code_challenge_method=S256"

static bool
asked(const char *text, uint8_t version, uint8_t kind, struct request *q, struct writer *items,
    struct refusal *why, struct form *f)
{
	struct client k = some_client(kind);

	form_wipe(f);
	writer_reset(items);
	*q = (struct request){ .version = version };
	*why = (struct refusal){ 0 };
	CHECK(form_read(f, span_str(text)));
	return request_from_form(q, f, &k, items, why);
}

TEST(a_request_without_s256_is_refused)
{
	AUTO_WRITER items = writer_grow(REQUEST_MAX);
	static const char *const bad[] = { "response_type=code", "response_type=code&code_challenge=" CHALLENGE,
		"response_type=code&code_challenge=" CHALLENGE "&code_challenge_method=plain",
		"response_type=code&code_challenge=" CHALLENGE "&code_challenge_method=s256",
		"response_type=code&code_challenge_method=S256" };
	struct request q;
	struct refusal why;
	AUTO_FORM f = { 0 };

	for (size_t i = 0; i < COUNT(bad); i++) {
		CHECK(!asked(bad[i], 2, CLIENT_PUBLIC, &q, &items, &why, &f));
		CHECK(strcmp(why.error, "invalid_request") == 0);
		CHECK(!asked(bad[i], 2, CLIENT_SECRET, &q, &items, &why, &f));
		CHECK(!asked(bad[i], 1, CLIENT_PUBLIC, &q, &items, &why, &f));
	}
	CHECK(asked(bad[0], 1, CLIENT_SECRET, &q, &items, &why, &f));
	CHECK(!asked(bad[2], 1, CLIENT_SECRET, &q, &items, &why, &f));
	CHECK(asked(BASE, 2, CLIENT_PUBLIC, &q, &items, &why, &f) && q.scope == SCOPE_SERVICE);
}

TEST(a_query_for_a_credential_is_read)
{
	AUTO_WRITER items = writer_grow(REQUEST_MAX);
	struct request q;
	struct request_item i;
	struct refusal why;
	struct reader r;
	AUTO_FORM f = { 0 };
#define CREDENTIAL	BASE "&scope=credential&credentialID=" KEY_HEX "&hashAlgorithmOID=" OID

	CHECK(asked(CREDENTIAL "&numSignatures=2&hashes=" HASH_B64U "," HASH_B64 "&description=Two", 2,
	    CLIENT_PUBLIC, &q, &items, &why, &f));
	CHECK(q.n == 2 && q.key[15] == 15 && span_equal(q.text, span_str("Two")));
	r = reader_over(q.items);
	CHECK(request_item_next(&r, &i) && i.digest.n == 32 && request_item_next(&r, &i) && rd_end(&r));
	CHECK(!asked(CREDENTIAL "&numSignatures=3&hashes=" HASH_B64U, 2, CLIENT_PUBLIC, &q, &items, &why, &f));
	CHECK(!asked(CREDENTIAL "&hashes=" HASH_B64U, 2, CLIENT_PUBLIC, &q, &items, &why, &f));
	CHECK(!asked(CREDENTIAL "&numSignatures=0", 2, CLIENT_PUBLIC, &q, &items, &why, &f));
	CHECK(!asked(CREDENTIAL "&numSignatures=1001", 2, CLIENT_PUBLIC, &q, &items, &why, &f));
	CHECK(!asked(CREDENTIAL "&numSignatures=-1", 2, CLIENT_PUBLIC, &q, &items, &why, &f));
	/* No hashes: for a SCAL1 key alone, which is known later. v2 knows no "hash". */
	CHECK(asked(CREDENTIAL "&numSignatures=7", 2, CLIENT_PUBLIC, &q, &items, &why, &f) && q.n == 7 &&
	    q.items.n == 0);
	CHECK(asked(CREDENTIAL "&numSignatures=1&hash=" HASH_B64U, 2, CLIENT_PUBLIC, &q, &items, &why, &f) &&
	    q.items.n == 0);
	CHECK(asked(CREDENTIAL "&numSignatures=1&hash=" HASH_B64U, 1, CLIENT_PUBLIC, &q, &items, &why, &f));
	CHECK(!asked(CREDENTIAL "&numSignatures=1&hashes=" HASH_B64U "&description=a%E2%80%AEb", 2, CLIENT_PUBLIC,
	    &q, &items, &why, &f));
	CHECK(!asked(BASE "&scope=service+credential", 2, CLIENT_PUBLIC, &q, &items, &why, &f) &&
	    strcmp(why.error, "invalid_scope") == 0);
}

TEST(a_request_survives_its_bytes_and_no_cut)
{
	AUTO_WRITER bytes = writer_grow(4096);
	struct request q = { .scope = 2, .version = 1, .created = 77, .n = 3, .client_id = span_str("app"),
		.client_name = span_str("App"), .redirect = span_str("https://a/cb"), .state = span_str("s"),
		.challenge = span_str(CHALLENGE), .hash_oid = span_str(OID), .text = span_str("t"),
		.details = span_str("[]"), .items = span_str("iii") }, got;

	request_write(&bytes, &q);
	CHECK(writer_ok(&bytes) && request_read(writer_span(&bytes), &got));
	CHECK(got.scope == 2 && got.version == 1 && got.created == 77 && got.n == 3 &&
	    span_equal(got.redirect, q.redirect) && span_equal(got.items, q.items) &&
	    span_equal(got.details, q.details) && span_equal(got.state, q.state));
	for (size_t n = 0; n < bytes.n; n++)
		CHECK(!request_read(span_of(bytes.p, n), &got));
	wr_u8(&bytes, 0);
	CHECK(!request_read(writer_span(&bytes), &got));
}

static bool
details(const char *text, struct request *q, struct writer *items)
{
	struct refusal why = { 0 };

	writer_reset(items);
	*q = (struct request){ 0 };
	if (details_read(q, span_str(text), items, &why))
		return true;
	CHECK(strcmp(why.error, "invalid_authorization_details") == 0);
	return false;
}

TEST(details_of_both_types_are_read_and_others_refused)
{
	AUTO_WRITER items = writer_grow(REQUEST_MAX);
	struct request q;
	static const char *const bad[] = { "", "{}", "[]", "[1]", "[{}]", "[[]]", "{\"type\":\"credential\"}",
		DETAIL("credential", ""), DETAIL("credential", "{}"), DETAIL("credential", "{\"hash\":\"AAAA\"}"),
		DETAIL("sign", "{\"hash\":\"" HASH_B64 "\"}"), DETAIL("credential", "1"),
		DETAIL("credential", "{\"hash\":\"" HASH_B64 "\",\"hashType\":\"sdr\"}"),
		DETAIL("credential", "{\"hash\":\"" HASH_B64 "\",\"label\":\"a\\u202eb\"}"),
		DETAIL("credential", "{\"hash\":\"" HASH_B64 "\"}],\"numSignatures\":2,\"x\":["),
		DETAIL("credential", "{\"hash\":\"" HASH_B64 "\"}") ",1",
		DETAIL("credential", "{\"hash\":\"" HASH_B64 "\"}") ",\"more\":1",
		"[{'type':'credential'}]" };

	CHECK(details(DETAIL("credential", "{\"hash\":\"" HASH_B64 "\",\"label\":\"Contract\"}"), &q, &items));
	CHECK(q.n == 1 && q.key[1] == 1 && span_equal(q.hash_oid, span_str(OID)));
	CHECK(details(DETAIL(URI_TYPE, "{\"hash\":\"" HASH_B64U "\",\"hashType\":\"DTBSR\"},{\"hash\":\"" HASH_B64
	    "\",\"label\":null}"), &q, &items) && q.n == 2);
	CHECK(details(DETAIL("credential", "{\"hash\":\"" HASH_B64 "\"}],\"numSignatures\":1,\"x\":["), &q, &items));
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!details(bad[i], &q, &items));
}

/* SHA-256 of 31 00, an empty SET. */
#define EMPTY_SET	"MQA="
#define EMPTY_SET_HASH	"555BjkhiNWnXXip7Ca6I7Zt3sSakRbn/ncaYmgjvoHk="

TEST(attributes_in_details_hash_to_their_hash)
{
	AUTO_WRITER items = writer_grow(REQUEST_MAX);
	struct request_item i;
	struct request q;
	struct reader r;

	CHECK(details(DETAIL("credential", "{\"hash\":\"" EMPTY_SET_HASH "\",\"attributes\":\"" EMPTY_SET "\"}"),
	    &q, &items));
	r = reader_over(q.items);
	CHECK(request_item_next(&r, &i) && span_equal(i.attributes, span_of("\x31", 2)) && rd_end(&r));
	CHECK(!details(DETAIL("credential", "{\"hash\":\"" HASH_B64 "\",\"attributes\":\"" EMPTY_SET "\"}"), &q,
	    &items));
	CHECK(!details(DETAIL("credential", "{\"hash\":\"" EMPTY_SET_HASH "\",\"attributes\":\"\"}"), &q, &items));
	CHECK(!details(DETAIL("credential", "{\"hash\":\"" EMPTY_SET_HASH "\",\"attributes\":[]}"), &q, &items));
	CHECK(!details(DETAIL("credential", "{\"hash\":\"" EMPTY_SET_HASH "\",\"attributes\":\"MQA\"}"), &q, &items));
}

TEST(details_agree_by_meaning_and_are_echoed_verbatim)
{
	AUTO_WRITER items = writer_grow(REQUEST_MAX);
	AUTO_WRITER out = writer_grow(4096);
	static const uint8_t key[16] = { 0xaa };
	struct request q;

	CHECK(details("[{\"signatureQualifier\":\"eu_eidas_qes\",\"type\":\"credential\",\"hashAlgorithmOID\":\"" OID
	    "\",\"documentDigests\":[{\"hash\":\"" HASH_B64U "\",\"hashType\":\"dTbSr\",\"odd\":[1]}]}]", &q, &items));
	details_enrich(q.details, key, &out);
	wr_u8(&out, 0);
	CHECK(strstr((char *)out.p, "\"credentialID\":\"aa000000000000000000000000000000\"") != NULL);
	CHECK(strstr((char *)out.p, "\"hashType\":\"dTbSr\"") != NULL && strstr((char *)out.p, HASH_B64U) != NULL);
	CHECK(details(DETAIL("credential", "{\"hash\":\"" HASH_B64 "\"}"), &q, &items));
	CHECK(details_agree(q.details, span_str(DETAIL(URI_TYPE, "{\"hash\":\"" HASH_B64U "\"}"))));
	CHECK(!details_agree(q.details, span_str(DETAIL("credential", "{\"hash\":\"" HASH_B64 "\"},{\"hash\":\""
	    HASH_B64 "\"}"))));
	CHECK(!details_agree(q.details, span_str(DETAIL("credential", "{\"hash\":\"" HASH_B64
	    "\",\"label\":\"other\"}"))));
	CHECK(!details_agree(q.details, span_str("nonsense")));
}

TEST(a_password_is_long_enough_and_matches_only_itself)
{
	uint8_t data[64], name[LOGIN_NAME_MAX];
	struct writer w = writer_over(data, sizeof(data));
	struct slow_job j = { 0 };
	size_t n;

	CHECK(password_fault(span_str("elevenchars"), span_str("n")) != NULL);
	CHECK(password_fault(span_str("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"), span_str("n")) != NULL);
	CHECK(password_fault(span_str("aaaaaaaaaaaaaa"), span_str("n")) != NULL);
	CHECK(password_fault(span_str("alice@example"), span_str("alice@example")) != NULL);
	CHECK(password_fault(span_str("correct horse battery"), span_str("n")) == NULL);
	password_job(&j, span_str("correct horse battery"), span_str(""));
	CHECK(slow_derive(&j));
	password_data(&j, &w);
	password_job(&j, span_str("correct horse battery"), writer_span(&w));
	CHECK(slow_derive(&j) && password_matches(&j, writer_span(&w)));
	CHECK(!password_matches(&j, span_of(data, w.n - 1)) && !password_matches(&j, span_str("")));
	password_job(&j, span_str("correct horse batterz"), writer_span(&w));
	CHECK(slow_derive(&j) && !password_matches(&j, writer_span(&w)));
	CHECK(login_name_read(span_str(" Alice@Example "), name, &n) && n == 13 && name[0] == 'a');
	CHECK(!login_name_read(span_str("al"), name, &n) && !login_name_read(span_str("a b c"), name, &n) &&
	    !login_name_read(span_str("<script>"), name, &n));
}

TEST(failures_are_counted_and_forgiven_alone)
{
	struct tries *t = tries_new(3);
	uint64_t now = 1000000000;

	for (int i = 0; i < 3; i++)
		CHECK(tries_take(t, span_str("a"), now));
	CHECK(!tries_take(t, span_str("a"), now) && tries_take(t, span_str("b"), now));
	CHECK(!tries_take(t, span_str("a"), now + TRIES_WINDOW_MS) &&
	    tries_take(t, span_str("a"), now + TRIES_WINDOW_MS + 1));
	CHECK(tries_take(t, span_str("b"), now) && tries_take(t, span_str("b"), now));
	tries_forgive(t, span_str("b"));
	CHECK(tries_take(t, span_str("b"), now));
	for (unsigned i = 0; i < 9; i++)	/* counted, never refused */
		CHECK(tries_count(t, span_str("c"), now) == i);
	tries_give_back(t, span_str("c"));
	tries_give_back(t, span_str("nobody"));
	CHECK(tries_count(t, span_str("c"), now) == 8);
	CHECK(tries_count(t, span_str("c"), now + TRIES_WINDOW_MS + 1) == 0);
	tries_free(t);
}

struct order {
	struct slow_job	job;
	_Atomic int	*n;
	_Atomic int	 at;
};

static void
order_note(struct slow_job *j)
{
	struct order *o = (struct order *)(void *)j;

	o->at = ++*o->n;
}

TEST(a_job_that_is_delayed_holds_up_nobody)
{
	struct err e = { 0 };
	struct slow *s = slow_start(&e);
	_Atomic int n = 0;
	struct order late = { .job = { .done = order_note, .delay_ms = 3600000 }, .n = &n };
	struct order soon = { .job = { .done = order_note, .delay_ms = 1 }, .n = &n };
	struct order now = { .job = { .done = order_note }, .n = &n };

	CHECK(s != NULL && slow_ask(s, &late.job) && slow_ask(s, &soon.job) && slow_ask(s, &now.job));
	while (now.at == 0 || soon.at == 0)
		usleep(1000);
	CHECK(now.at > 0 && soon.at > 0 && late.at == 0 && now.job.ok && soon.job.ok);
	slow_stop(s);		/* what waits is ended, in failure */
	CHECK(late.at == 3 && !late.job.ok);
	CHECK(!slow_ask(s, &now.job));
	slow_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verifier_fits_its_challenge_and_no_other),
		cmocka_unit_test(only_https_and_this_machine_may_be_returned_to),
		cmocka_unit_test(what_is_added_to_a_uri_stays_one_value),
		cmocka_unit_test(a_form_takes_each_parameter_once),
		cmocka_unit_test(a_hash_is_read_in_each_spelling_and_a_plus_survives),
		cmocka_unit_test(a_request_without_s256_is_refused),
		cmocka_unit_test(a_query_for_a_credential_is_read),
		cmocka_unit_test(a_request_survives_its_bytes_and_no_cut),
		cmocka_unit_test(details_of_both_types_are_read_and_others_refused),
		cmocka_unit_test(attributes_in_details_hash_to_their_hash),
		cmocka_unit_test(details_agree_by_meaning_and_are_echoed_verbatim),
		cmocka_unit_test(a_password_is_long_enough_and_matches_only_itself),
		cmocka_unit_test(failures_are_counted_and_forgiven_alone),
		cmocka_unit_test(a_job_that_is_delayed_holds_up_nobody),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
