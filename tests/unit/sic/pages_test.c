/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <unistd.h>

#include "sic/pages.h"
#include "tests/test.h"

struct site {
	char	directory[64];
	char	manifest[2048];
};

static void
put(const struct site *s, const char *path, const char *text)
{
	char full[256];
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", s->directory, path);
	CHECK((f = fopen(full, "w")) != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void
put_listed(struct site *s, const char *path, const char *text)
{
	uint8_t hash[HASH_LEN];
	size_t n = strlen(s->manifest);

	put(s, path, text);
	sha256(span_str(text), hash);
	for (size_t i = 0; i < HASH_LEN; i++)
		n += (size_t)snprintf(s->manifest + n, sizeof(s->manifest) - n, "%02x", hash[i]);
	snprintf(s->manifest + n, sizeof(s->manifest) - n, "  %s\n", path);
	put(s, "manifest", s->manifest);
}

static void
site_make(struct site *s)
{
	char sub[128];

	*s = (struct site){ .directory = "/tmp/propria-sic-pages-XXXXXX" };
	CHECK(mkdtemp(s->directory) != NULL);
	snprintf(sub, sizeof(sub), "%s/lib", s->directory);
	CHECK(mkdir(sub, 0700) == 0);
	put_listed(s, "index.html", "index");
	put_listed(s, "lib/a.js", "a");
	put_listed(s, "sign.html", "sign");
}

static void
site_remove(const struct site *s)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", s->directory);
	CHECK(system(command) == 0);
}

/* The site is refused, the file at fault is named. */
static bool
refused(const struct site *s, const char *naming)
{
	struct err e = { 0 };
	struct pages *pages = pages_load(s->directory, &e);
	bool named = strstr(e.text, naming) != NULL;

	pages_free(pages);
	site_remove(s);
	return pages == NULL && named;
}

TEST(a_site_is_loaded_whole_and_found_by_its_urls)
{
	AUTO(pages) *pages = NULL;
	struct err e = { 0 };
	struct site s;

	site_make(&s);
	CHECK((pages = pages_load(s.directory, &e)) != NULL && pages_count(pages) == 4);
	CHECK(span_equal(pages_find(pages, "/")->plain.bytes, span_str("index")));
	CHECK(span_equal(pages_find(pages, "/sign")->plain.bytes, span_str("sign")));
	CHECK(span_equal(pages_find(pages, "/lib/a.js")->plain.bytes, span_str("a")));
	CHECK(span_equal(pages_find(pages, "/manifest")->plain.bytes, span_str(s.manifest)));
	CHECK(strlen(pages_find(pages, "/")->plain.etag) == ETAG_LEN);
	CHECK(pages_add(pages, "/config.json", "application/json", span_str("{}"), &e));
	CHECK(pages_find(pages, "/config.json") != NULL && pages_find(pages, "/sign") != NULL);
	CHECK(!pages_add(pages, "/sign", "application/json", span_str("{}"), &e));
	site_remove(&s);
}

TEST(a_file_with_another_hash_is_named)
{
	struct site s;

	site_make(&s);
	put(&s, "lib/a.js", "b");
	CHECK(refused(&s, "lib/a.js has another hash"));
}

TEST(a_file_that_is_not_in_the_manifest_is_named)
{
	struct site s;

	site_make(&s);
	put(&s, "lib/extra.js", "b");
	CHECK(refused(&s, "lib/extra.js is not in the manifest"));
	site_make(&s);
	put(&s, ".hidden", "b");
	CHECK(refused(&s, "odd name"));
}

TEST(a_file_that_is_not_there_is_named)
{
	char path[128];
	struct site s;

	site_make(&s);
	snprintf(path, sizeof(path), "%s/lib/a.js", s.directory);
	CHECK(unlink(path) == 0);
	CHECK(refused(&s, "lib/a.js is in the manifest, but not there"));
	site_make(&s);
	snprintf(path, sizeof(path), "%s/manifest", s.directory);
	CHECK(unlink(path) == 0);
	CHECK(refused(&s, "manifest cannot be read"));
}

TEST(links_out_and_within_are_refused)
{
	static const char *const targets[] = { "/etc/passwd", "index.html", "/tmp", "nowhere" };
	char path[128];

	for (size_t i = 0; i < COUNT(targets); i++) {
		struct site s;

		site_make(&s);
		snprintf(path, sizeof(path), "%s/link.js", s.directory);
		CHECK(symlink(targets[i], path) == 0);
		CHECK(refused(&s, "link.js is neither a file nor a directory"));
	}
}

TEST(a_pipe_or_an_unknown_kind_of_file_is_refused)
{
	char path[128];
	struct site s;

	site_make(&s);
	snprintf(path, sizeof(path), "%s/pipe.js", s.directory);
	CHECK(mkfifo(path, 0600) == 0);
	CHECK(refused(&s, "pipe.js is neither"));
	site_make(&s);
	put_listed(&s, "x.php", "<?php");
	CHECK(refused(&s, "x.php: files of this kind"));
}

TEST(a_smaller_form_belongs_to_its_page_and_is_none_of_its_own)
{
	AUTO(pages) *pages = NULL;
	struct err e = { 0 };
	struct site s;

	site_make(&s);
	s.manifest[0] = '\0';
	put_listed(&s, "index.html", "index");
	put_listed(&s, "index.html.gz", "small");
	put_listed(&s, "lib/a.js", "a");
	put_listed(&s, "lib/a.js.gz", "s");
	put_listed(&s, "sign.html", "sign");
	CHECK((pages = pages_load(s.directory, &e)) != NULL && pages_count(pages) == 4);
	CHECK(span_equal(pages_find(pages, "/")->gzip.bytes, span_str("small")));
	CHECK(span_equal(pages_find(pages, "/lib/a.js")->gzip.bytes, span_str("s")));
	CHECK(pages_find(pages, "/sign")->gzip.bytes.p == NULL);
	CHECK(pages_find(pages, "/lib/a.js.gz") == NULL && pages_find(pages, "/.gz") == NULL);
	put_listed(&s, "z.js.gz", "of nothing");
	CHECK(refused(&s, "z.js.gz has no file beside it"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_is_loaded_whole_and_found_by_its_urls),
		cmocka_unit_test(a_file_with_another_hash_is_named),
		cmocka_unit_test(a_file_that_is_not_in_the_manifest_is_named),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
		cmocka_unit_test(links_out_and_within_are_refused),
		cmocka_unit_test(a_smaller_form_belongs_to_its_page_and_is_none_of_its_own),
		cmocka_unit_test(a_pipe_or_an_unknown_kind_of_file_is_refused),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
