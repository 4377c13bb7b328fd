/* SPDX-License-Identifier: Apache-2.0 */
/* src/token: letters, claims, and the loop that reads them; what none of them may take. */
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/test.h"
#include "tests/unit/kit/again.h"
#include "token/claims.h"
#include "token/compact.h"
#include "token/reader.h"

#define HEADER	"{\"alg\":\"ES256\",\"kid\":\"k\",\"typ\":\"JWT\"}"
#define PAYLOAD	"{\"iss\":\"https:\\/\\/id.example\",\"aud\":[\"a\",\"b\"],\"azp\":\"a\",\"nonce\":\"n\",\"sub\":\"\\u00e9\"," \
	"\"acr\":\"sign\",\"exp\":1700000300,\"iat\":1700000000,\"auth_time\":1700000001,\"d\":\"n\",\"x\":{\"y\":[1,-2.5e3]}}"

static struct claims_room room;

static struct token_said
read_both(struct span header, struct span payload)
{
	uint8_t *h = malloc(header.n + 1), *p = malloc(payload.n + 1);
	struct token_ask ask = { span_of(h, header.n), span_of(p, payload.n), span_str("d") };
	struct token_said said;

	CHECK(h != NULL && p != NULL);
	memcpy(h, header.p, header.n);
	memcpy(p, payload.p, payload.n);
	claims_read(&ask, &room, &said);
	free(h);
	free(p);
	return said;
}

static uint8_t
status_of(const char *payload)
{
	return read_both(span_str(HEADER), span_str(payload)).status;
}

TEST(claims_are_read_without_their_escapes)
{
	struct token_said s = read_both(span_str(HEADER), span_str(PAYLOAD));

	CHECK(s.status == TOKEN_READ && s.flags == (TOKEN_HAS_TYP | TOKEN_HAS_AZP));
	CHECK(span_equal(s.alg, span_str("ES256")) && span_equal(s.typ, span_str("JWT")));
	CHECK(span_equal(s.iss, span_str("https://id.example")) && span_equal(s.sub, span_str("\xc3\xa9")));
	CHECK(s.auds == 2 && s.aud_is_list == 1 && span_equal(s.aud[1], span_str("b")));
	CHECK(span_equal(s.shown, span_str("n")) && span_equal(s.acr, span_str("sign")));
	CHECK(s.exp == 1700000300 && s.iat == 1700000000 && s.auth_time == 1700000001);
	s = read_both(span_str("{\"alg\":\"RS256\"}"), span_str("{\"aud\":\"a\"}"));
	CHECK(s.status == TOKEN_READ && s.flags == 0 && s.auds == 1 && s.aud_is_list == 0 && s.exp == 0);
}

TEST(payloads_that_are_not_bounded_json_are_refused)
{
	static const char *const bad[] = {
		"", " ", "{", "[]", "1", "{}x", "{}{}", "{\"a\":1,}", "{\"a\"}", "{'a':1}", "\xef\xbb\xbf{}",
		"{\"a\":1,\"a\":2}", "{\"x\":{\"a\":1,\"a\":2}}", "{\"s\\u0075b\":\"x\"}",
		"{\"iat\":1.0}", "{\"iat\":1e9}", "{\"iat\":-1}", "{\"iat\":\"1\"}", "{\"iat\":01}", "{\"iat\":null}",
		"{\"iat\":253402300800}", "{\"exp\":99999999999999999999999}", "{\"auth_time\":true}",
		"{\"x\":+1}", "{\"x\":.5}", "{\"x\":1.}", "{\"x\":1e}", "{\"x\":NaN}", "{\"x\":tru}",
		"{\"iss\":1}", "{\"sub\":null}", "{\"azp\":[\"a\"]}", "{\"nonce\":{}}", "{\"acr\":true}", "{\"d\":1}",
		"{\"aud\":1}", "{\"aud\":[1]}", "{\"aud\":[\"a\",[]]}", "{\"aud\":{}}",
		"{\"aud\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]}",
		"{\"x\":[[[[]]]]}", "{\"x\":{\"x\":{\"x\":{\"x\":{}}}}}",
		"{\"x\":\"\xc0\x80\"}", "{\"x\":\"\xed\xa0\x80\"}", "{\"x\":\"\xff\"}", "{\"x\":\"\xe2\x82\"}",
		"{\"x\":\"\xf4\x90\x80\x80\"}", "{\"x\":\"\\ud800\"}", "{\"x\":\"\\udc00\\ud800\"}", "{\"x\":\"\\ud800x\"}",
		"{\"x\":\"\\x\"}", "{\"x\":\"\\u12g4\"}", "{\"x\":\"\n\"}", "{\"\xff\":1}",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (status_of(bad[i]) != TOKEN_BAD_CLAIMS)
			fail_msg("%s", bad[i]);
	CHECK(status_of("{\"x\":\"\\ud83d\\ude00\",\"y\":[[[]]]}") == TOKEN_READ);
}

TEST(headers_with_keys_or_duties_are_refused)
{
	static const char *const bad[] = {
		"{\"alg\":\"ES256\",\"crit\":[\"exp\"]}", "{\"alg\":\"ES256\",\"jwk\":{}}", "{\"alg\":\"ES256\",\"jku\":\"x\"}",
		"{\"alg\":\"ES256\",\"x5c\":[]}", "{\"alg\":\"ES256\",\"x5u\":\"x\"}", "{\"alg\":\"ES256\",\"b64\":false}",
		"{\"alg\":\"ES256\",\"zip\":\"DEF\"}", "{\"alg\":\"ES256\",\"enc\":\"A\"}", "{\"alg\":1}", "{\"alg\":\"a\",\"alg\":\"b\"}",
		"{\"alg\":\"ES256\",\"typ\":null}", "[]", "{\"\\u0061lg\":\"ES256\"}",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (read_both(span_str(bad[i]), span_str("{}")).status != TOKEN_BAD_HEADER)
			fail_msg("%s", bad[i]);
}

TEST(members_and_strings_have_their_bounds)
{
	static char json[20000];
	size_t n;

	for (int members = 64; members <= 65; members++) {
		n = (size_t)snprintf(json, sizeof(json), "{");
		for (int i = 0; i < members; i++)
			n += (size_t)snprintf(json + n, sizeof(json) - n, "%s\"m%d\":1", i == 0 ? "" : ",", i);
		snprintf(json + n, sizeof(json) - n, "}");
		CHECK(status_of(json) == (members == 64 ? TOKEN_READ : TOKEN_BAD_CLAIMS));
	}
	for (int length = 512; length <= 513; length++) {
		snprintf(json, sizeof(json), "{\"x\":\"%0*d\"}", length, 0);
		CHECK(status_of(json) == (length == 512 ? TOKEN_READ : TOKEN_BAD_CLAIMS));
	}
	snprintf(json, sizeof(json), "{\"sub\":\"%0256d\"}", 0);
	CHECK(status_of(json) == TOKEN_BAD_CLAIMS);
	memset(json, ' ', 12287);
	memcpy(json, "{}", 2);
	CHECK(read_both(span_str(HEADER), span_of(json, 12287)).status == TOKEN_READ);
	json[12287] = json[12288] = ' ';
	CHECK(read_both(span_str(HEADER), span_of(json, 12289)).status == TOKEN_BAD_CLAIMS);
	memset(json, '[', sizeof(json));
	CHECK(read_both(span_str(HEADER), span_of(json, 12288)).status == TOKEN_BAD_CLAIMS);
}

/* Cut it is never read; a turned bit is refused, or changes only what stands where it is. */
TEST(cut_or_turned_nothing_is_read_out_of_bounds)
{
	char copy[sizeof(PAYLOAD)];

	for (size_t n = 0; n < sizeof(PAYLOAD) - 1; n++)
		CHECK(read_both(span_str(HEADER), span_of(PAYLOAD, n)).status == TOKEN_BAD_CLAIMS);
	memcpy(copy, PAYLOAD, sizeof(copy));
	for (size_t bit = 0; bit < 8 * (sizeof(PAYLOAD) - 1); bit++) {
		copy[bit / 8] ^= (char)(1 << bit % 8);
		(void)read_both(span_str(HEADER), span_of(copy, sizeof(copy) - 1));
		copy[bit / 8] ^= (char)(1 << bit % 8);
	}
}

TEST(a_compact_token_has_three_parts_and_one_spelling)
{
	static const char *const bad[] = { "", ".", "..", "a..", "AA.AA", "AA.AA.", ".AA.AA", "AA..AA", "AA.AA.AA.AA",
		"AA==.AA.AA", "AB.AA.AA", "A.AA.AA", "AA.AA.AA=", "AA.AA.A+", "AA.AA.AA\n", "AA.AA. AA", "A/A.AA.AA",
		"{\"payload\":\"AA\"}" };
	struct err e = { 0 };
	static struct compact c;
	static char large[60000000];

	for (size_t i = 0; i < COUNT(bad); i++) {
		err_clear(&e);
		if (compact_read(span_str(bad[i]), &c, &e) || strcmp(e.reason, "idp_parse") != 0)
			fail_msg("%s", bad[i]);
	}
	err_clear(&e);
	CHECK(compact_read(span_str("AAAA.AQ.-_8"), &c, &e) && c.header_len == 3 && c.payload_len == 1 &&
	    c.payload[0] == 1 && c.signature_len == 2 && c.signature[0] == 0xfb && c.signature[1] == 0xff);
	CHECK(span_equal(c.signed_part, span_str("AAAA.AQ")));
	memset(large, 'A', sizeof(large));
	large[4] = large[50000000] = '.';
	CHECK(!compact_read(span_of(large, sizeof(large)), &c, &e));
	large[4] = 'A';
	large[4000] = large[5000] = '.';
	CHECK(!compact_read(span_of(large, 16383), &c, &e));	/* a header over its own bound */
}

static bool
ask_again(struct span in, struct writer *out, struct err *e)
{
	struct reader r = reader_over(in);
	struct token_ask m;

	if (!token_ask_read(&r, &m, e))
		return false;
	token_ask_write(out, &m);
	return true;
}

static bool
said_again(struct span in, struct writer *out, struct err *e)
{
	struct reader r = reader_over(in);
	struct token_said m;

	if (!token_said_read(&r, &m, e))
		return false;
	token_said_write(out, &m);
	return true;
}

TEST(question_and_answer_have_one_encoding)
{
	struct token_ask ask = { span_str(HEADER), span_str(PAYLOAD), span_str("d") };
	struct token_said said = read_both(ask.header, ask.payload);
	AUTO_WRITER w = writer_grow(20000), v = writer_grow(20000);

	token_ask_write(&w, &ask);
	again_holds(ask_again, writer_span(&w));
	token_said_write(&v, &said);
	again_holds(said_again, writer_span(&v));
}

static void *
reader_thread(void *fd)
{
	return (void *)(intptr_t)token_reader_run(*(int *)fd);
}

static intptr_t
loop_with(struct span bytes, struct span *answer, uint8_t *mem, size_t room_n)
{
	int ends[2];
	pthread_t t;
	void *code;
	ssize_t n;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	CHECK(pthread_create(&t, NULL, reader_thread, &ends[1]) == 0);
	CHECK(write(ends[0], bytes.p, bytes.n) == (ssize_t)bytes.n && shutdown(ends[0], SHUT_WR) == 0);
	CHECK(pthread_join(t, &code) == 0);
	close(ends[1]);
	n = recv(ends[0], mem, room_n, MSG_WAITALL);
	*answer = span_of(mem, n < 0 ? 0 : (size_t)n);
	close(ends[0]);
	return (intptr_t)code;
}

TEST(the_reader_answers_each_question_and_ends_at_nonsense)
{
	struct token_ask ask = { span_str(HEADER), span_str(PAYLOAD), span_str("d") };
	AUTO_WRITER w = writer_grow(20000);
	uint8_t mem[8000];
	struct token_said said;
	struct span got;
	struct err e = { 0 };
	struct reader r;

	CHECK(loop_with(span_of(NULL, 0), &got, mem, sizeof(mem)) == 0 && got.n == 0);
	wr_u32(&w, 0);
	token_ask_write(&w, &ask);
	wr_patch_u32(&w, 0, (uint32_t)w.n - 4);
	CHECK(loop_with(writer_span(&w), &got, mem, sizeof(mem)) == 0 && got.n > 4);
	r = reader_over(span_of(got.p + 4, got.n - 4));
	CHECK(token_said_read(&r, &said, &e) && said.status == TOKEN_READ && said.exp == 1700000300);
	CHECK(loop_with(span_of(w.p, w.n - 1), &got, mem, sizeof(mem)) == 1 && got.n == 0);
	CHECK(loop_with(span_of("\377\377\377\377", 4), &got, mem, sizeof(mem)) == 1 && got.n == 0);
	CHECK(loop_with(span_of("\0\0\0\0", 4), &got, mem, sizeof(mem)) == 1 && got.n == 0);
	CHECK(loop_with(span_of("\0\0\0\3abc", 7), &got, mem, sizeof(mem)) == 1 && got.n == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_read_without_their_escapes),
		cmocka_unit_test(payloads_that_are_not_bounded_json_are_refused),
		cmocka_unit_test(headers_with_keys_or_duties_are_refused),
		cmocka_unit_test(members_and_strings_have_their_bounds),
		cmocka_unit_test(cut_or_turned_nothing_is_read_out_of_bounds),
		cmocka_unit_test(a_compact_token_has_three_parts_and_one_spelling),
		cmocka_unit_test(question_and_answer_have_one_encoding),
		cmocka_unit_test(the_reader_answers_each_question_and_ends_at_nonsense),
	};

	return RUN(tests);
}
