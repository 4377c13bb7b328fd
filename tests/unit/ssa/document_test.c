/* SPDX-License-Identifier: Apache-2.0 */
/* Documents for the signing page: how many, how large, whose, how long; and over HTTP in parts. */
#include <stdlib.h>

#include "json/base64.h"
#include "ssa/documents.h"
#include "tests/unit/ssa/rig.h"

#define MIB		(1u << 20)
#define NOW		1000000ull
#define DOCUMENTS	"/propria/v1/documents"
#define BAD		"invalid_request"

static struct rig g;

static const uint8_t *
id(uint8_t n)
{
	static uint8_t ids[256][HASH_LEN];

	memset(ids[n], n, HASH_LEN);
	return ids[n];
}

static struct document *
add(struct documents *d, uint8_t name, uint8_t account, uint8_t client, size_t size)
{
	struct err e = { 0 };
	struct document *one = documents_add(d, id(name), id(account), id(client), size, NOW, &e);

	CHECK(one != NULL || e.code == ERR_NOT_NOW);
	return one;
}

TEST(a_document_is_found_by_its_client_until_it_expires)
{
	struct documents *d = documents_new(16 * MIB);

	CHECK(add(d, 1, 2, 3, 100) != NULL);
	CHECK(documents_find(d, id(1), id(3), NOW) != NULL);
	CHECK(documents_find(d, id(1), id(4), NOW) == NULL);	/* another client's */
	CHECK(documents_find(d, id(2), id(3), NOW) == NULL);
	CHECK(documents_find(d, id(1), id(3), NOW + DOCUMENT_LIFE_MS - 1) != NULL);
	CHECK(documents_find(d, id(1), id(3), NOW + DOCUMENT_LIFE_MS) == NULL);
	documents_sweep(d, NOW + DOCUMENT_LIFE_MS);
	CHECK(documents_find(d, id(1), id(3), NOW) == NULL);
	documents_free(d);
	documents_free(NULL);
}

TEST(parts_follow_one_another_and_fit)
{
	struct documents *d = documents_new(16 * MIB);
	struct document *one = add(d, 1, 2, 3, 10);

	CHECK(!document_append(one, 1, span_str("a")));
	CHECK(document_append(one, 0, span_str("abcdef")) && one->have == 6);
	CHECK(!document_append(one, 0, span_str("abcdef")) && !document_append(one, 5, span_str("x")));
	CHECK(!document_append(one, 6, span_str("ghijk")) && one->have == 6);
	CHECK(document_append(one, 6, span_str("ghij")) && memcmp(one->bytes, "abcdefghij", 10) == 0);
	CHECK(!document_append(one, 10, span_str("k")));
	documents_free(d);
}

TEST(an_account_a_client_and_all_have_so_much_room)
{
	struct documents *d = documents_new(16 * MIB);

	CHECK(documents_largest(d) == 4 * MIB);
	CHECK(add(d, 1, 2, 3, 0) == NULL && add(d, 1, 2, 3, 4 * MIB + 1) == NULL);
	CHECK(add(d, 1, 2, 3, 4 * MIB) != NULL);
	CHECK(add(d, 2, 2, 4, 1) == NULL);		/* the account has its quarter */
	CHECK(add(d, 2, 5, 3, 4 * MIB) != NULL);
	CHECK(add(d, 3, 6, 3, 1) == NULL);		/* the client has its half */
	CHECK(add(d, 3, 0, 7, 4 * MIB) != NULL);
	CHECK(add(d, 4, 0, 8, 4 * MIB) != NULL);	/* clients alone are no account */
	CHECK(add(d, 5, 9, 9, 1) == NULL);		/* all is full */
	documents_sweep(d, NOW + DOCUMENT_LIFE_MS);
	CHECK(add(d, 5, 9, 9, 1) != NULL);
	documents_free(d);
	d = documents_new(0);
	CHECK(documents_largest(d) == 0 && add(d, 1, 2, 3, 1) == NULL);
	documents_free(d);
}

TEST(many_small_ones_fill_the_room_too)
{
	struct documents *d = documents_new(MIB);
	unsigned n = 0;

	while (add(d, (uint8_t)n, 2, 3, 1) != NULL)
		CHECK(++n <= 256);
	CHECK(n == 256);
	documents_free(d);
}

static const char *
part(const void *bytes, size_t n)
{
	static char text[400000];
	AUTO_WRITER w = writer_grow(sizeof(text));

	base64_write(&w, span_of(bytes, n));
	CHECK(writer_ok(&w) && w.n < sizeof(text));
	memcpy(text, w.p, w.n);
	text[w.n] = '\0';
	return text;
}

TEST(a_client_hands_it_over_in_parts)
{
	static uint8_t bytes[300000];
	char name[64];

	CHECK(rig_post(&g, DOCUMENTS, "{\"size\":300000,\"bytes\":\"%s\"}", part(bytes, 262144)) == 200);
	snprintf(name, sizeof(name), "%s", rig_text(&g, "document"));
	CHECK(strlen(name) == 43 && strstr(g.body, "\"have\":262144") != NULL);
	rig_post(&g, DOCUMENTS, "{\"document\":\"%s\",\"at\":262143,\"bytes\":\"%s\"}", name, part(bytes, 1));
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter at"));
	rig_post(&g, DOCUMENTS, "{\"document\":\"%s\",\"at\":262144,\"bytes\":\"%s\"}", name, part(bytes, 37857));
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter bytes"));
	CHECK(rig_post(&g, DOCUMENTS, "{\"document\":\"%s\",\"at\":262144,\"bytes\":\"%s\"}", name,
	    part(bytes, 37856)) == 200);
	CHECK(strstr(g.body, "\"have\":300000") != NULL && strstr(g.body, "\"expires\":") != NULL);
	rig_post(&g, DOCUMENTS, "{\"document\":\"%s\",\"at\":300000,\"bytes\":\"%s\"}", name, part(bytes, 1));
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter bytes"));
}

TEST(what_is_no_part_is_refused)
{
	static uint8_t bytes[262145];

	CHECK(rig_ask(&g, DOCUMENTS, NULL, "application/json", "{\"size\":1,\"bytes\":\"AA==\"}") == 401);
	rig_post(&g, DOCUMENTS, "{\"size\":1}");
	CHECK(g.status == 400);
	rig_post(&g, DOCUMENTS, "{\"size\":300000,\"bytes\":\"%s\"}", part(bytes, sizeof(bytes)));
	CHECK(g.status == 400);
	for (const char *const *size = (const char *const[]){ "0", "-1", "8388609", "\"1\"", "1.5", "null", NULL };
	    *size != NULL; size++) {
		rig_post(&g, DOCUMENTS, "{\"size\":%s,\"bytes\":\"AA==\"}", *size);
		CHECK(rig_said(&g, 400, BAD, "Missing (or invalid) integer parameter size"));
	}
	rig_post(&g, DOCUMENTS, "{\"size\":2,\"at\":1,\"bytes\":\"AA==\"}");
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter at"));
	rig_post(&g, DOCUMENTS, "{\"document\":\"%043d\",\"at\":0,\"bytes\":\"AA==\"}", 0);
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter document"));
	rig_post(&g, DOCUMENTS, "{\"document\":7,\"at\":0,\"bytes\":\"AA==\"}");
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter document"));
	rig_post(&g, DOCUMENTS, "{\"size\":1,\"bytes\":\"AAA=\"}");
	CHECK(rig_said(&g, 400, BAD, "Invalid parameter bytes"));
}

TEST(an_account_that_fills_its_room_waits)
{
	int n = 0;

	while (rig_post(&g, DOCUMENTS, "{\"size\":8388608,\"bytes\":\"AA==\"}") == 200)
		CHECK(++n < 3);
	CHECK(g.status == 429 && n > 0);
	CHECK(rig_post(&g, "/propria/v1/approval/document", "{\"ticket\":\"%043d\",\"item\":0,\"at\":0}", 0) == 404);
}

static int
begin(void **state UNUSED)
{
	rig_start(&g);
	rig_enrol(&g);
	rig_key(&g);
	return 0;
}

static int
end(void **state UNUSED)
{
	rig_stop(&g);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_found_by_its_client_until_it_expires),
		cmocka_unit_test(parts_follow_one_another_and_fit),
		cmocka_unit_test(an_account_a_client_and_all_have_so_much_room),
		cmocka_unit_test(many_small_ones_fill_the_room_too),
		cmocka_unit_test(a_client_hands_it_over_in_parts),
		cmocka_unit_test(what_is_no_part_is_refused),
		cmocka_unit_test(an_account_that_fills_its_room_waits),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
