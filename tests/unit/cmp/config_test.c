/* SPDX-License-Identifier: Apache-2.0 */
/* [ca NAME]: what is taken, and what is refused by its name. */
#include "cmp/config.h"
#include "tests/test.h"

struct line {
	const char	*section, *name, *value;
};

static bool
all_set(struct ca_list *l, const struct line *lines, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (!ca_list_set(l, lines[i].section, lines[i].name, lines[i].value, e))
			return false;
	return ca_list_fits(l, e);
}

TEST(a_ca_by_signature_and_one_by_hand_are_taken)
{
	static const struct line lines[] = {
		{ "ca long", "url", "http://ca.example/cmp" }, { "ca long", "certificate", "ra.pem" },
		{ "ca long", "key", "ra.key" }, { "ca long", "server", "server.pem" },
		{ "ca long", "timeout_ms", "5000" }, { "ca long", "attestation", "yes" },
		{ "ca other", "method", "hand" }, { "ca other", "profile", "qualified" },
		{ "ca mac", "url", "https://ca.example/cmp" }, { "ca mac", "secret", "s" },
		{ "ca mac", "reference", "r" }, { "ca mac", "profile", "mac" },
	};
	struct ca_list l = { 0 };
	struct err e = { 0 };

	CHECK(all_set(&l, lines, COUNT(lines), &e) && l.n == 3);
	CHECK(l.ca[0].timeout_ms == 5000 && l.ca[0].attestation && l.ca[0].retries == 3);
	CHECK(strcmp(ca_list_find(&l, "")->name, "long") == 0);
	CHECK(strcmp(ca_list_find(&l, "qualified")->name, "other") == 0);
	CHECK(ca_list_find(&l, "nothing") == NULL);
}

TEST(what_is_wrong_is_named)
{
	static const struct {
		struct line	 line[5];
		const char	*why;
	} bad[] = {
		{ { { "cart x", "url", "x" } }, "no section" },
		{ { { "ca X", "url", "x" } }, "a name has" },
		{ { { "ca a", "colour", "x" } }, "no setting" },
		{ { { "ca a", "timeout_ms", "1" } }, "cannot be used" },
		{ { { "ca a", "timeout_ms", "many" } }, "cannot be used" },
		{ { { "ca a", "attestation", "maybe" } }, "cannot be used" },
		{ { { "ca a", "profile", "seventeen-letters" } }, "cannot be used" },
		{ { { "ca a", "profile", "Upper" }, { "ca a", "method", "hand" } }, "profile has" },
		{ { { "ca a", "url", "x" }, { "ca a", "url", "x" } }, "twice" },
		{ { { "ca a", "method", "pigeon" } }, "method is" },
		{ { { "ca a", "url", "ftp://x/" } }, "begin with http" },
		{ { { "ca a", "url", "http://x/" } }, "not both and not neither" },
		{ { { "ca a", "url", "http://x/" }, { "ca a", "key", "k" } }, "go together" },
		{ { { "ca a", "url", "http://x/" }, { "ca a", "secret", "k" } }, "reference is missing" },
		{ { { "ca a", "url", "http://x/" }, { "ca a", "key", "k" }, { "ca a", "certificate", "c" } },
		    "server or trust is missing" },
		{ { { "ca a", "url", "http://x/" }, { "ca a", "secret", "k" }, { "ca a", "reference", "r" },
		    { "ca a", "server", "c" }, { "ca a", "trust", "c" } }, "not both" },
		{ { { "ca a", "url", "http://x/" }, { "ca a", "request", "kur" } }, "request is" },
		{ { { "ca a", "method", "hand" }, { "ca b", "method", "hand" } }, "one profile" },
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct ca_list l = { 0 };
		struct err e = { 0 };
		size_t n = 0;

		while (n < 5 && bad[i].line[n].section != NULL)
			n++;
		CHECK(!all_set(&l, bad[i].line, n, &e) && strstr(e.text, bad[i].why) != NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ca_by_signature_and_one_by_hand_are_taken),
		cmocka_unit_test(what_is_wrong_is_named),
	};

	return RUN(tests);
}
