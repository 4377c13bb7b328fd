/* SPDX-License-Identifier: Apache-2.0 */
/* JSON within bounds: what is refused, what counts as absent, what is written. */
#include "tests/test.h"

#include "json/emit.h"
#include "json/json.h"

static json_t *
read_text(const char *text, struct err *e)
{
	return json_read(span_str(text), 4096, e);
}

static bool
refused(const char *text)
{
	struct err e = { 0 };
	AUTO_JSON *j = read_text(text, &e);

	return j == NULL && e.code == ERR_FORMAT;
}

TEST(only_one_whole_object_is_taken)
{
	CHECK(refused(""));
	CHECK(refused("[]"));
	CHECK(refused("\"a\""));
	CHECK(refused("{} {}"));
	CHECK(refused("{\"a\":1"));
	CHECK(refused("{\"a\":1,}"));
	CHECK(refused("{'a':1}"));
	CHECK(refused("{\"a\":\"\xff\"}"));
	CHECK(refused("{\"a\":\"\\u0000\"}"));
	CHECK(refused("{\"a\":1e999}"));
}

TEST(a_member_named_twice_is_refused)
{
	CHECK(refused("{\"a\":1,\"a\":2}"));
	CHECK(refused("{\"a\":{\"b\":1,\"b\":1}}"));
	CHECK(refused("{\"a\":1,\"\\u0061\":2}"));
}

TEST(depth_and_size_are_bounded)
{
	char deep[200] = "{\"a\":";
	struct err e = { 0 };

	for (int i = 0; i < 16; i++)
		strcat(deep, "[");
	for (int i = 0; i < 16; i++)
		strcat(deep, "]");
	strcat(deep, "}");
	CHECK(refused(deep));
	{
		AUTO_JSON *brackets = read_text("{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[\\\"[\"}", &e);

		CHECK(brackets != NULL);
	}
	CHECK(json_read(span_str("{\"a\":\"bcdef\"}"), 8, &e) == NULL);
}

TEST(null_is_absent_and_a_wrong_type_is_wrong)
{
	struct err e = { 0 };
	AUTO_JSON *j = read_text("{\"n\":null,\"t\":\"x\",\"i\":7,\"b\":true,\"r\":1.5,\"a\":[\"p\",2]}", &e);
	const json_t *a;
	struct span t;
	int64_t i;
	size_t n;
	bool b;

	CHECK(json_text(j, "n", 9, &t) == JSON_ABSENT && json_text(j, "none", 9, &t) == JSON_ABSENT);
	CHECK(json_text(j, "t", 9, &t) == JSON_GOT && span_equal(t, span_str("x")));
	CHECK(json_text(j, "t", 0, &t) == JSON_WRONG && json_text(j, "i", 9, &t) == JSON_WRONG);
	CHECK(json_whole(j, "i", &i) == JSON_GOT && i == 7);
	CHECK(json_whole(j, "r", &i) == JSON_WRONG && json_whole(j, "t", &i) == JSON_WRONG);
	CHECK(json_seconds(j, "r", &i) == JSON_GOT && i == 1);
	CHECK(json_flag(j, "b", &b) == JSON_GOT && b && json_flag(j, "i", &b) == JSON_WRONG);
	CHECK(json_list(j, "a", &a, &n) == JSON_GOT && n == 2 && json_list(j, "t", &a, &n) == JSON_WRONG);
	CHECK(json_text_at(a, 0, 9, &t) && !json_text_at(a, 1, 9, &t) && !json_text_at(a, 2, 9, &t));
	CHECK(json_whole_at(a, 1, &i) && i == 2 && !json_whole_at(a, 0, &i));
}

TEST(every_cut_of_a_good_text_is_refused)
{
	const char *good = "{\"a\":[1,{\"b\":\"\\u00e9\"}],\"c\":true}";
	struct err e;

	for (size_t n = 0; n < strlen(good); n++) {
		err_clear(&e);
		CHECK(json_read(span_of(good, n), 4096, &e) == NULL && e.code == ERR_FORMAT);
	}
}

TEST(what_is_written_can_be_read)
{
	uint8_t bytes[512];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct emit m = emit_into(&w);

	emit_object(&m, NULL);
	emit_text(&m, "t", "a\"b\\c\n\x7f\xc3\xa9");
	emit_array(&m, "l");
	emit_number(&m, NULL, UINT64_MAX);
	emit_flag(&m, NULL, false);
	emit_object(&m, NULL);
	emit_object_end(&m);
	emit_array_end(&m);
	emit_base64(&m, "b", span_str("f"));
	emit_base64url(&m, "u", span_str("f"));
	emit_hex(&m, "h", span_str("f"));
	emit_object_end(&m);
	CHECK(writer_ok(&w));
	CHECK(span_equal(writer_span(&w), span_str("{\"t\":\"a\\\"b\\\\c\\u000a\\u007f\xc3\xa9\","
	    "\"l\":[18446744073709551615,false,{}],\"b\":\"Zg==\",\"u\":\"Zg\",\"h\":\"66\"}")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_whole_object_is_taken),
		cmocka_unit_test(a_member_named_twice_is_refused),
		cmocka_unit_test(depth_and_size_are_bounded),
		cmocka_unit_test(null_is_absent_and_a_wrong_type_is_wrong),
		cmocka_unit_test(every_cut_of_a_good_text_is_refused),
		cmocka_unit_test(what_is_written_can_be_read),
	};

	return RUN(tests);
}
