/* SPDX-License-Identifier: Apache-2.0 */
/* src/base/origin.c: origins in one spelling. */
#include "base/origin.h"
#include "tests/test.h"

static bool
host_of(const char *origin, const char *want)
{
	struct span host;

	return origin_host(span_str(origin), &host) && span_equal(host, span_str(want));
}

TEST(origins_as_browsers_write_them_have_a_host)
{
	CHECK(host_of("https://approve.example", "approve.example"));
	CHECK(host_of("https://approve.example:8443", "approve.example"));
	CHECK(host_of("https://xn--bcher-kva.example", "xn--bcher-kva.example"));
	CHECK(host_of("https://a", "a"));
	CHECK(host_of("https://1.example:65535", "1.example"));
	CHECK(host_of("http://localhost", "localhost"));
	CHECK(host_of("http://approve.localhost:8080", "approve.localhost"));
	CHECK(host_of("https://localhost:80", "localhost"));
	CHECK(host_of("http://localhost:443", "localhost"));
}

TEST(everything_else_is_no_origin)
{
	static const char *const bad[] = { "", "https://", "http://", "approve.example",
		"https:/approve.example", "HTTPS://approve.example", "https://Approve.example",
		"https://approve.example/", "https://approve.example:", "https://approve.example:0",
		"https://approve.example:080", "https://approve.example:443", "http://localhost:80",
		"https://approve.example:65536", "https://approve.example:8443x",
		"https://approve.example:1:2", "https://user@approve.example", "https://approve.example?x",
		"https://.example", "https://approve.", "https://a..example", "https://-a.example",
		"https://a-.example", "https://a.example-", "https://b\xc3\xbc.example", "https://[::1]",
		"https://127.0.0.1", "https://1.2.3", "https://a b", "http://approve.example",
		"http://notlocalhost", "http://localhost.example", "http://127.0.0.1:8080",
		"ftp://localhost", "https://a_b.example", "android:apk-key-hash:abc" };
	struct span host = { NULL, 7 };

	for (size_t i = 0; i < COUNT(bad); i++)
		if (origin_host(span_str(bad[i]), &host))
			fail_msg("%s", bad[i]);
	CHECK(host.n == 7);
	CHECK(!origin_host(span_of("https://a\0b", 11), &host));
}

TEST(hosts_have_253_bytes_at_most)
{
	char text[400] = "https://";
	struct span host;

	memset(text + 8, 'a', 254);
	CHECK(!origin_host(span_str(text), &host));
	text[8 + 247] = '\0';
	CHECK(origin_host(span_str(text), &host) && host.n == 247);
}

TEST(a_page_below_the_host_could_use_its_rp_id)
{
	CHECK(host_is_within(span_str("example"), span_str("example")));
	CHECK(host_is_within(span_str("sign.example"), span_str("example")));
	CHECK(!host_is_within(span_str("signexample"), span_str("example")));
	CHECK(!host_is_within(span_str("example"), span_str("sign.example")));
	CHECK(!host_is_within(span_str("sign.example"), span_str("approve.example")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(origins_as_browsers_write_them_have_a_host),
		cmocka_unit_test(everything_else_is_no_origin),
		cmocka_unit_test(hosts_have_253_bytes_at_most),
		cmocka_unit_test(a_page_below_the_host_could_use_its_rp_id),
	};

	return RUN(tests);
}
