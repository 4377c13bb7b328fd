/* SPDX-License-Identifier: Apache-2.0 */
#include "sic/answer.h"
#include "tests/test.h"

static char directory[] = "/tmp/propria-sic-answer-XXXXXX";

static void
put(FILE *manifest, const char *name, const char *text)
{
	uint8_t hash[HASH_LEN];
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	CHECK((f = fopen(path, "w")) != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
	sha256(span_str(text), hash);
	for (size_t i = 0; i < HASH_LEN; i++)
		fprintf(manifest, "%02x", hash[i]);
	fprintf(manifest, "  %s\n", name);
}

static struct pages *
site(void)
{
	struct err e = { 0 };
	struct pages *pages;
	char path[128];
	FILE *manifest;

	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	CHECK(mkdtemp(directory) != NULL);
	snprintf(path, sizeof(path), "%s/manifest", directory);
	CHECK((manifest = fopen(path, "w")) != NULL);
	put(manifest, "index.html", "<!doctype html>");
	put(manifest, "index.html.gz", "small");
	CHECK(fclose(manifest) == 0);
	CHECK((pages = pages_load(directory, &e)) != NULL);
	CHECK(pages_add(pages, "/r-0123/lib/a.js", "text/javascript", span_str("1"), &e));
	return pages;
}

static void
site_remove(struct pages *pages)
{
	char command[128];

	pages_free(pages);
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	CHECK(system(command) == 0);
}

static const char *
header_of(const struct header *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return list[i].value;
	return "";
}

static unsigned
ask(const struct pages *pages, const char *method, const char *path, struct answer *a)
{
	struct request r = { .method = method, .path = path };

	answer_make(pages, &r, a);
	return a->status;
}

TEST(a_page_is_asked_for_again_each_time_a_release_never)
{
	struct pages *pages = site();
	struct answer a;

	CHECK(ask(pages, "GET", "/", &a) == 200);
	CHECK(span_equal(a.body, span_str("<!doctype html>")));
	CHECK(strcmp(header_of(a.headers, a.n, "Cache-Control"), "no-cache") == 0);
	CHECK(strcmp(header_of(a.headers, a.n, "Content-Type"), "text/html; charset=utf-8") == 0);
	CHECK(ask(pages, "HEAD", "/r-0123/lib/a.js", &a) == 200);
	CHECK(strstr(header_of(a.headers, a.n, "Cache-Control"), "immutable") != NULL);
	site_remove(pages);
}

TEST(who_has_it_already_is_told_so)
{
	struct pages *pages = site();
	struct request r = { .method = "GET", .path = "/" };
	struct answer a;

	r.if_none_match = pages_find(pages, "/")->plain.etag;
	answer_make(pages, &r, &a);
	CHECK(a.status == 304 && a.body.n == 0);
	r.if_none_match = "\"other\"";
	answer_make(pages, &r, &a);
	CHECK(a.status == 200);
	site_remove(pages);
}

TEST(the_smaller_form_is_for_those_who_take_it)
{
	static const char *const takes[] = { "gzip", "gzip, br", "br,gzip", "br;q=1, GZIP ;q=0.5" };
	static const char *const not[] = { "", "br", "xgzip", "gzipx", "gzip;q=0", "gzip; q=0.000",
		"br, gzip;q=0" };
	struct pages *pages = site();
	struct request r = { .method = "GET", .path = "/" };
	struct answer a;

	for (size_t i = 0; i < COUNT(takes); i++) {
		r.accept_encoding = takes[i];
		answer_make(pages, &r, &a);
		CHECK(span_equal(a.body, span_str("small")));
		CHECK(strcmp(header_of(a.headers, a.n, "Content-Encoding"), "gzip") == 0);
	}
	for (size_t i = 0; i < COUNT(not); i++) {
		r.accept_encoding = not[i];
		answer_make(pages, &r, &a);
		CHECK(span_equal(a.body, span_str("<!doctype html>")));
		CHECK(*header_of(a.headers, a.n, "Content-Encoding") == '\0');
	}
	r.accept_encoding = "gzip";
	r.path = "/r-0123/lib/a.js";
	answer_make(pages, &r, &a);
	CHECK(span_equal(a.body, span_str("1")));
	site_remove(pages);
}

TEST(paths_that_are_not_exactly_ours_are_not_found)
{
	static const char *const paths[] = { "", "//", "/index.html", "/index", "/.", "/..",
		"/../etc/passwd",
		"/%2e%2e/etc/passwd", "/r-0123/lib/", "/r-0123/lib", "/r-0123/lib/a.js/",
		"/r-0123/lib/../lib/a.js",
		"/r-0123//lib/a.js", "/R-0123/lib/a.js", "/r-0123/lib/a.js%00", "/r-0123\\lib\\a.js", "*",
		"http://x/" };
	struct pages *pages = site();
	struct answer a;

	for (size_t i = 0; i < COUNT(paths); i++)
		CHECK(ask(pages, "GET", paths[i], &a) == 404);
	site_remove(pages);
}

TEST(other_verbs_long_addresses_and_odd_framing_are_refused)
{
	static const char *const verbs[] = { "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT",
		"get", "" };
	struct pages *pages = site();
	char path[URL_MAX + 2];
	struct request odd = { .method = "GET", .path = "/", .odd = true };
	struct answer a;

	for (size_t i = 0; i < COUNT(verbs); i++) {
		CHECK(ask(pages, verbs[i], "/", &a) == 405);
		CHECK(strcmp(header_of(a.headers, a.n, "Allow"), "GET, HEAD") == 0);
	}
	memset(path, '/', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	CHECK(ask(pages, "GET", path, &a) == 414);
	answer_make(pages, &odd, &a);
	CHECK(a.status == 400);
	site_remove(pages);
}

TEST(the_policy_lets_pages_talk_to_the_ssa_alone)
{
	struct always a;
	const char *policy;

	always_init(&a, "https://sign.example", true);
	policy = header_of(a.headers, a.n, "Content-Security-Policy");
	CHECK(strstr(policy, "connect-src 'self' https://sign.example;") != NULL);
	CHECK(strstr(policy, "default-src 'none'") != NULL &&
	    strstr(policy, "script-src 'self';") != NULL);
	CHECK(strstr(policy, "unsafe") == NULL && strstr(policy, "*") == NULL);
	CHECK(*header_of(a.headers, a.n, "Strict-Transport-Security") != '\0');
	always_init(&a, "http://sign.localhost:8080", false);
	CHECK(*header_of(a.headers, a.n, "Strict-Transport-Security") == '\0');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_asked_for_again_each_time_a_release_never),
		cmocka_unit_test(who_has_it_already_is_told_so),
		cmocka_unit_test(the_smaller_form_is_for_those_who_take_it),
		cmocka_unit_test(paths_that_are_not_exactly_ours_are_not_found),
		cmocka_unit_test(other_verbs_long_addresses_and_odd_framing_are_refused),
		cmocka_unit_test(the_policy_lets_pages_talk_to_the_ssa_alone),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
