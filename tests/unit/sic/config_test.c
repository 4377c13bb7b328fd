/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "sic/config.h"
#include "sic/origin.h"
#include "tests/test.h"

#define GROUP	"9ec491ada0596e7d92e85ff5dd38c7afce94560126de14bc9a9bc36ab631ae63"
#define PLAIN	"[http]\nlisten = 127.0.0.1:0\nplain = yes\n"
#define SIC	"[sic]\ngroup = " GROUP "\norigin = https://approve.example\n" \
		"ssa = https://sign.example\nname = Example\ndirectory = /web\n"

static bool
reads(const char *text, struct config *c)
{
	char path[] = "/tmp/propria-sic-config-XXXXXX";
	struct err e = { 0 };
	int fd = mkstemp(path);
	bool ok;

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
	ok = config_read(c, path, &e);
	CHECK(ok == (e.code == ERR_NONE));
	unlink(path);
	return ok;
}

TEST(a_whole_configuration_is_read)
{
	struct config c;
	char json[512];
	size_t n;

	CHECK(reads(PLAIN SIC, &c) && c.plain && !c.shared && c.port == 0);
	CHECK(reads("[http]\nlisten = [::]:443\ncertificate = c\nkey = k\n" SIC, &c));
	CHECK(strcmp(c.address, "::") == 0 && c.port == 443 && !c.plain);
	strcpy(c.name, "A \"B\" \\ C");
	CHECK(config_json(&c, json, sizeof(json), &n) && n == strlen(json));
	CHECK(strcmp(json, "{\"group\":\"" GROUP "\",\"ssa\":\"https://sign.example\","
	    "\"name\":\"A \\\"B\\\" \\\\ C\",\"shared\":false}\n") == 0);
	CHECK(!config_json(&c, json, 20, &n));
}

#define MODULE	"120970d812836f19888625587a4606a5ad23cef31c8684e601771552548fc6b9"

TEST(an_authentication_module_is_pinned_by_its_id_alone)
{
	static const char *const bad[] = { "120970d8", GROUP, "120970D812836F19888625587A4606A5AD23CEF31C8684E601771552548FC6B9",
		MODULE "0", MODULE "\nmodule = " MODULE };
	struct config c;
	char json[512], text[1024];
	size_t n;

	CHECK(reads(PLAIN SIC, &c) && c.module[0] == '\0');
	CHECK(reads(PLAIN SIC "module = " MODULE "\n", &c) && strcmp(c.module, MODULE) == 0);
	CHECK(config_json(&c, json, sizeof(json), &n) && n == strlen(json));
	CHECK(strstr(json, ",\"module\":\"" MODULE "\",") != NULL);
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), PLAIN SIC "module = %s\n", bad[i]);
		CHECK(!reads(text, &c));
	}
}

TEST(plain_http_beyond_loopback_is_refused)
{
	static const char *const beyond[] = { "0.0.0.0:80", "[::]:80", "192.0.2.1:80", "127.0.0.2:80",
		"[::ffff:127.0.0.1]:80" };
	struct config c;
	char text[1024];

	for (size_t i = 0; i < COUNT(beyond); i++) {
		snprintf(text, sizeof(text), "[http]\nlisten = %s\nplain = yes\n" SIC, beyond[i]);
		CHECK(!reads(text, &c));
	}
	CHECK(reads("[http]\nlisten = [::1]:80\nplain = yes\n" SIC, &c));
	CHECK(!reads("[http]\nlisten = 127.0.0.1:80\n" SIC, &c));
	CHECK(!reads("[http]\nplain = yes\ncertificate = c\nkey = k\n" SIC, &c));
}

TEST(what_is_missing_twice_or_unknown_is_refused)
{
	struct config c;

	CHECK(!reads(PLAIN, &c));
	CHECK(!reads(PLAIN SIC "name = again\n", &c));
	CHECK(!reads(PLAIN SIC "colour = red\n", &c));
	CHECK(!reads(PLAIN "plain = perhaps\n" SIC, &c));
	CHECK(!reads("[http]\nlisten = localhost:80\nplain = yes\n" SIC, &c));
	CHECK(!reads("[http]\nlisten = 127.0.0.1:65536\nplain = yes\n" SIC, &c));
	CHECK(!reads("[http]\nlisten = 127.0.0.1:\nplain = yes\n" SIC, &c));
	CHECK(!reads("[http]\nidle_seconds = 0\nplain = yes\n" SIC, &c));
}

TEST(a_name_that_could_disguise_itself_is_refused)
{
	struct config c;

	CHECK(!reads(PLAIN "[sic]\ngroup = "
	    GROUP "\norigin = https://a.example\nssa = https://b.example\n"
	    "name = a\xe2\x80\xae" "b\ndirectory = /web\n", &c));
	CHECK(!reads(PLAIN "[sic]\ngroup = 9EC4\norigin = https://a.example\nssa = https://b.example\n"
	    "name = a\ndirectory = /web\n", &c));
	CHECK(!reads(PLAIN "[sic]\ngroup = "
	    GROUP "\norigin = https://a.example\nssa = https://a.example\n"
	    "name = a\ndirectory = /web\n", &c));
}

TEST(origins_have_one_text_each)
{
	static const char *const good[] = { "https://a", "https://approve.example",
		"https://a.example:8443",
		"http://localhost", "http://sign.localhost:8080", "https://x-1.y2.example" };
	static const char *const bad[] = { "", "https://", "http://a.example", "https://A.example",
		"https://a.example/",
		"https://a.example:443", "http://localhost:80", "https://a.example:0", "https://a.example:080",
		"https://a.example:65536", "https://a.example:", "https://a..example", "https://.a",
		"https://a.", "https://-a",
		"https://127.0.0.1", "https://[::1]", "https://u@a.example", "https://a.example?q", "ftp://a",
		"http://localhost.example", "http://xlocalhost", "https://a b",
		"https://a.example'; script-src *" };

	for (size_t i = 0; i < COUNT(good); i++)
		CHECK(origin_is_one(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!origin_is_one(bad[i]));
}

TEST(a_host_is_shared_with_itself_and_what_is_below)
{
	CHECK(origin_is_shared("https://a.example", "https://a.example:8443"));
	CHECK(origin_is_shared("https://a.example", "https://sign.a.example"));
	CHECK(!origin_is_shared("https://a.example", "https://ba.example"));
	CHECK(!origin_is_shared("https://sign.a.example", "https://a.example"));
	CHECK(!origin_is_shared("https://approve.example", "https://sign.example"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_configuration_is_read),
		cmocka_unit_test(an_authentication_module_is_pinned_by_its_id_alone),
		cmocka_unit_test(plain_http_beyond_loopback_is_refused),
		cmocka_unit_test(what_is_missing_twice_or_unknown_is_refused),
		cmocka_unit_test(a_name_that_could_disguise_itself_is_refused),
		cmocka_unit_test(origins_have_one_text_each),
		cmocka_unit_test(a_host_is_shared_with_itself_and_what_is_below),
	};

	return RUN(tests);
}
