/* SPDX-License-Identifier: Apache-2.0 */
/* src/webauthn/client_data.c: what browsers and password managers write, and what nobody should. */
#include "crypto/hash.h"
#include "tests/test.h"
#include "tests/unit/kit/soft_passkey.h"
#include "webauthn/client_data.h"

#define ORIGIN	"https://approve.example"
#define C	"\"challenge\":\"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA\""
#define O	"\"origin\":\"https://approve.example\""
#define T	"\"type\":\"webauthn.get\""

static uint8_t challenge[32];

static int
start(void **unused UNUSED)
{
	for (int i = 0; i < 32; i++)
		challenge[i] = (uint8_t)(i + 1);
	return 0;
}

static bool
binds_n(const char *json, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);		/* so that a sanitizer sees one byte too far */
	struct err e = { 0 };
	bool good;

	CHECK(copy != NULL);
	memcpy(copy, json, n);
	good = client_data_binds(span_of(copy, n), CLIENT_DATA_GET, challenge, span_str(ORIGIN), &e);
	CHECK(good || (e.code == ERR_DENIED && strcmp(e.reason, "auth") == 0));
	free(copy);
	return good;
}

static bool
binds(const char *json)
{
	return binds_n(json, strlen(json));
}

TEST(what_browsers_write_is_read)
{
	static const char *const good[] = {
		/* Chrome, Edge */
		"{" T "," C "," O ",\"crossOrigin\":false}",
		"{" T "," C "," O ",\"crossOrigin\":false,\"other_keys_can_be_added_here\":\"do not compare "
		    "clientDataJSON against a template. See https://goo.gl/yabPex\"}",
		/* Chrome until 2020 */
		"{" C "," O "," T "}",
		/* Firefox before and after it wrote crossOrigin */
		"{" C ",\"clientExtensions\":{},\"hashAlgorithm\":\"SHA-256\"," O "," T "}",
		"{" T "," C "," O ",\"crossOrigin\":false}",
		/* Safari before and after it fixed its order */
		"{" T "," C "," O "}",
		"{" O "," C ",\"crossOrigin\":false," T "}",
		/* password managers: solidus escaped, spaces, their own order */
		"{" T "," C ",\"origin\":\"https:\\/\\/approve.example\",\"crossOrigin\":false}",
		"{ \"type\" : \"webauthn.get\" ,\n  " C " ,\r\n\t" O " , \"crossOrigin\" : false }\n",
		"{" T "," C "," O ",\"androidPackageName\":\"com.android.chrome\"}",
		"{" T "," C "," O ",\"tokenBinding\":{\"status\":\"supported\"}}",
		"{" T "," C "," O ",\"a\":[1,-2.5e+3,{\"b\":null}],\"c\":\"\\u00e9\\\"\\n\",\"d\":true}",
		"{\"type\":\"webauthn\\u002eget\"," C "," O "}",
	};

	for (size_t i = 0; i < COUNT(good); i++)
		if (!binds(good[i]))
			fail_msg("%s", good[i]);
}

TEST(what_names_another_ceremony_does_not_bind)
{
	static const char *const bad[] = {
		"{\"type\":\"webauthn.create\"," C "," O "}",
		"{\"type\":\"payment.get\"," C "," O "}",
		"{\"type\":\"webauthn.get \"," C "," O "}",
		"{\"type\":\"webauthn.ge\"," C "," O "}",
		"{\"type\":true," C "," O "}",
		"{\"type\":[\"webauthn.get\"]," C "," O "}",
		"{" C "," O "}", "{" T "," O "}", "{" T "," C "}", "{}",
		"{" T "," C ",\"origin\":\"https://approve.example.evil.example\"}",
		"{" T "," C ",\"origin\":\"https://sign.example\"}",
		"{" T "," C ",\"origin\":\"http://approve.example\"}",
		"{" T "," C ",\"origin\":\"https://approve.example:8443\"}",
		"{" T "," C ",\"origin\":\"https://approve.example/\"}",
		"{" T "," C ",\"origin\":null}",
		"{" T "," C "," O ",\"crossOrigin\":true}",
		"{" T "," C "," O ",\"crossOrigin\":\"false\"}",
		"{" T "," C "," O ",\"crossOrigin\":null}",
		"{" T "," C "," O ",\"crossOrigin\":0}",
		"{" T "," C "," O ",\"topOrigin\":\"https://approve.example\"}",
		"{" T "," C "," O ",\"topOrigin\":null}",
		"{" T ",\"challenge\":\"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\"," O "}",
		"{" T ",\"challenge\":\"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyB\"," O "}",
		"{" T ",\"challenge\":\"\"," O "}",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (binds(bad[i]))
			fail_msg("%s", bad[i]);
}

TEST(members_twice_and_bad_json_are_refused)
{
	static const char *const bad[] = {
		"{" T "," T "," C "," O "}",
		"{" T "," C "," O "," O "}",
		"{" T "," C "," O ",\"crossOrigin\":false,\"crossOrigin\":true}",
		"{" T "," C "," O ",\"x\":1,\"x\":2}",
		"{" T "," C "," O ",\"t\\u0079pe\":\"webauthn.create\"}",
		"\xef\xbb\xbf{" T "," C "," O "}",
		"{" T "," C "," O "}x", "{" T "," C "," O "} {}", "{" T "," C "," O ",}",
		"{" T "," C "," O, "{" T "," C "," O ",\"a\"}", "{" T "," C "," O ",\"a\":}",
		"{" T "," C "," O ",\"a\":tru}", "{" T "," C "," O ",\"a\":nul}",
		"{" T "," C "," O ",\"a\":+}}", "{" T "," C "," O ",\"a\":\"\\x\"}",
		"{" T "," C "," O ",\"a\":\"\\u12g4\"}", "{" T "," C "," O ",\"a\":\"\n\"}",
		"{" T "," C "," O ",\"a\":[1 2]}", "{" T "," C "," O ",\"a\":[1,]}",
		"{" T "," C "," O ",\"a\":{\"b\"}}", "{" T "," C "," O ",\"a\":[[[1]]]}",
		"{" T "," C "," O ",\"a\":{\"b\":{\"c\":{}}}}", "[" T "," C "," O "]", "", " ", "{", "\"",
		"{" T ";" C "," O "}", "{'type':'webauthn.get'," C "," O "}",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (binds(bad[i]))
			fail_msg("%s", bad[i]);
	CHECK(!binds_n("{" T "," C "," O ",\"a\":\0}", strlen("{" T "," C "," O ",\"a\":x}")));
}

TEST(two_levels_are_skipped_and_no_more)
{
	CHECK(binds("{" T "," C "," O ",\"a\":[[1],{\"b\":2}]}"));
	CHECK(!binds("{" T "," C "," O ",\"a\":[[[]]]}"));
}

TEST(cut_at_any_length_it_binds_nothing)
{
	static const char good[] = "{" T "," C "," O ",\"crossOrigin\":false,\"x\":{\"y\":[1]}}";

	CHECK(binds(good));
	for (size_t n = 0; n < sizeof(good) - 1; n++)
		CHECK(!binds_n(good, n));
}

/* A bit may turn inside what is of no account; never in what is compared. */
TEST(with_a_bit_turned_in_what_counts_it_binds_nothing)
{
	static const char good[] = "{" T "," C "," O "}";
	char copy[sizeof(good)];

	for (size_t bit = 0; bit < 8 * (sizeof(good) - 1); bit++) {
		memcpy(copy, good, sizeof(good));
		copy[bit / 8] ^= (char)(1 << bit % 8);
		CHECK(!binds_n(copy, sizeof(good) - 1));
	}
}

TEST(thirty_two_members_and_2048_bytes_are_the_most)
{
	char json[4096] = "{" T "," C "," O;

	for (int i = 3; i < 32; i++)
		sprintf(json + strlen(json), ",\"m%d\":1", i);
	strcat(json, "}");
	CHECK(binds(json));
	strcpy(json + strlen(json) - 1, ",\"n\":1}");
	CHECK(!binds(json));
	memset(json, ' ', sizeof(json));
	memcpy(json + 2048 - strlen("{" T "," C "," O "}"), "{" T "," C "," O "}",
	    strlen("{" T "," C "," O "}"));
	CHECK(binds_n(json, 2048));
	CHECK(!binds_n(json, 2049));
}

TEST(the_software_browser_writes_what_is_read)
{
	AUTO_WRITER w = writer_grow(2048);

	soft_client_data(&w, CLIENT_DATA_GET, challenge, ORIGIN, ",\"a\":1");
	CHECK(binds_n((const char *)w.p, w.n));
}

TEST(without_an_origin_only_type_and_challenge_count)
{
	struct span json = span_str("{" T "," C ",\"origin\":\"https://sign.example\"}");
	struct err e = { 0 };

	CHECK(client_data_answers(json, CLIENT_DATA_GET, challenge, &e));
	CHECK(!client_data_answers(json, CLIENT_DATA_CREATE, challenge, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_browsers_write_is_read),
		cmocka_unit_test(what_names_another_ceremony_does_not_bind),
		cmocka_unit_test(members_twice_and_bad_json_are_refused),
		cmocka_unit_test(two_levels_are_skipped_and_no_more),
		cmocka_unit_test(cut_at_any_length_it_binds_nothing),
		cmocka_unit_test(with_a_bit_turned_in_what_counts_it_binds_nothing),
		cmocka_unit_test(thirty_two_members_and_2048_bytes_are_the_most),
		cmocka_unit_test(the_software_browser_writes_what_is_read),
		cmocka_unit_test(without_an_origin_only_type_and_challenge_count),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
