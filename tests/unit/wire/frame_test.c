/* SPDX-License-Identifier: Apache-2.0 */
/* Frames, and the blocking exchange that CLI and ceremony use. */
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"
#include "wire/frame.h"

static void
frame_of(struct writer *w, uint8_t type, uint64_t number, const char *payload)
{
	size_t at = frame_begin(w, type, number);

	wr_bytes(w, payload, strlen(payload));
	frame_end(w, at);
}

TEST(an_unfinished_frame_is_no_failure_at_any_length)
{
	AUTO_WRITER w = writer_grow(100);
	struct err e = { 0 };
	struct frame f;
	size_t used;

	frame_of(&w, SAM_USE, 0x0102030405060708, "payload");
	for (size_t n = 0; n < w.n; n++) {
		used = 99;
		CHECK(frame_read(span_of(w.p, n), FRAME_MAX, &f, &used, &e) && used == 0);
	}
	CHECK(frame_read(writer_span(&w), FRAME_MAX, &f, &used, &e) && used == w.n);
	CHECK(f.type == SAM_USE && f.number == 0x0102030405060708 && f.payload.n == 7);
}

TEST(a_second_frame_behind_the_first_is_left_alone)
{
	AUTO_WRITER w = writer_grow(100);
	struct err e = { 0 };
	struct frame f;
	size_t first, used;

	frame_of(&w, 2, 1, "one");
	first = w.n;
	frame_of(&w, 4, 2, "two");
	CHECK(frame_read(writer_span(&w), FRAME_MAX, &f, &used, &e) && used == first && f.number == 1);
}

TEST(a_length_that_can_never_be_a_frame_is_refused_at_once)
{
	static const uint32_t bad[] = { 0, 1, 8, 9 + 101, 0x7fffffff, 0x80000000, 0xffffffff };

	for (size_t i = 0; i < COUNT(bad); i++) {
		uint8_t mem[4];
		struct writer w = writer_over(mem, sizeof(mem));
		struct err e = { 0 };
		struct frame f;
		size_t used;

		wr_u32(&w, bad[i]);
		CHECK(!frame_read(writer_span(&w), 100, &f, &used, &e) && e.code == ERR_FORMAT);
	}
}

TEST(a_frame_of_the_largest_payload_is_read_and_one_byte_more_is_not)
{
	for (size_t more = 0; more < 2; more++) {
		AUTO_WRITER w = writer_grow(1000);
		struct err e = { 0 };
		struct frame f;
		size_t at = frame_begin(&w, 2, 3), used;

		wr_zero(&w, 100 + more);
		frame_end(&w, at);
		CHECK(frame_read(writer_span(&w), 100, &f, &used, &e) == (more == 0));
	}
}

TEST(a_refusal_becomes_an_error_with_its_code_and_reason)
{
	static const enum err_code codes[] = { ERR_FORMAT, ERR_DENIED, ERR_NOT_NOW, ERR_MISSING, ERR_BUSY,
		ERR_BACKEND };

	for (size_t i = 0; i < COUNT(codes); i++) {
		AUTO_WRITER w = writer_grow(100);
		struct err e = { 0 };
		struct reader r;

		msg_refused_write(&w, codes[i], "nonce");
		r = reader_over(writer_span(&w));
		CHECK(!msg_refused_raise(&r, "it", &e) && e.code == codes[i] && strcmp(e.reason, "nonce") == 0);
		CHECK(w.p[0] == i + 1);		/* the numbers of PROTOCOL.sam 4.9 */
	}
}

TEST(a_refusal_with_a_code_of_no_meaning_is_still_a_failure)
{
	for (unsigned code = 0; code < 256; code++) {
		uint8_t in[] = { (uint8_t)code, 1, 'x' };
		struct reader r = reader_over(span_of(in, sizeof(in)));
		struct err e = { 0 };

		CHECK(!msg_refused_raise(&r, "it", &e) && e.code != ERR_NONE && e.code != ERR_BUG);
	}
}

TEST(a_reason_that_is_too_long_or_hides_something_is_malformed)
{
	static const uint8_t hides[] = { 2, 5, 'n', 'o', 0, 'e', 'x' };
	uint8_t longer[2 + 24] = { 2, 24 };
	struct reader r = reader_over(span_of(longer, sizeof(longer)));
	struct msg_refused m;
	struct err e = { 0 };

	memset(longer + 2, 'x', 24);
	CHECK(!msg_refused_read(&r, &m, &e));
	r = reader_over(span_of(hides, sizeof(hides)));
	CHECK(!msg_refused_read(&r, &m, &e));
}

/* A peer that takes one request and answers with these bytes, then closes. */
static pid_t
peer(int *fd, struct span answer)
{
	pid_t pid = -1;
	int p[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0 && (pid = fork()) >= 0);
	*fd = p[0];
	if (pid > 0) {
		close(p[1]);
		return pid;
	}
	close(p[0]);
	{
		AUTO_WRITER in = writer_grow(FRAME_MAX + FRAME_HEAD);
		struct err e = { 0 };
		struct frame f;
		bool ok = frame_receive(p[1], &in, &f, &e) && frame_send(p[1], answer, &e);

		_exit(ok ? 0 : 1);
	}
}

static bool
ask(struct span answer, struct writer *got, struct err *e)
{
	int fd;
	pid_t pid = peer(&fd, answer);
	bool good = frame_ask(fd, SAM_STATUS, span_str("question"), got, e);

	close(fd);
	waitpid(pid, NULL, 0);
	return good;
}

/* frame_ask counts its questions from 1. */
static uint64_t asked;

TEST(only_the_answer_to_the_question_is_one)
{
	static const struct { uint8_t type; int64_t off; bool good; } cases[] = {
		{ SAM_STATUS + 1, 0, true }, { SAM_STATUS + 1, 1, false }, { SAM_STATUS + 1, -1, false },
		{ SAM_STATUS, 0, false }, { SAM_CHALLENGE + 1, 0, false }, { MSG_REFUSED, 0, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO_WRITER w = writer_grow(100), got = writer_grow(100);
		struct err e = { 0 };

		wr_u8(&got, 0x77);
		frame_of(&w, cases[i].type, ++asked + (uint64_t)cases[i].off, "answer");
		CHECK(ask(writer_span(&w), &got, &e) == cases[i].good);
		CHECK(cases[i].good ? got.n == 6 : (e.code != ERR_NONE && got.n == 1 && got.p[0] == 0x77));
	}
}

TEST(an_answer_that_breaks_off_is_a_failure_at_every_length)
{
	AUTO_WRITER got = writer_grow(100);

	for (size_t n = 0;; n++) {
		AUTO_WRITER w = writer_grow(100);
		struct err e = { 0 };

		frame_of(&w, SAM_STATUS + 1, ++asked, "yes");
		if (n == w.n)
			break;
		CHECK(!ask(span_of(w.p, n), &got, &e) && e.code == ERR_BACKEND && got.n == 0);
	}
}

TEST(a_closed_socket_is_told)
{
	struct err e = { 0 };
	int p[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0);
	close(p[1]);
	CHECK(!frame_send(p[0], span_str("x"), &e) && e.code == ERR_BACKEND);
	close(p[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unfinished_frame_is_no_failure_at_any_length),
		cmocka_unit_test(a_second_frame_behind_the_first_is_left_alone),
		cmocka_unit_test(a_length_that_can_never_be_a_frame_is_refused_at_once),
		cmocka_unit_test(a_frame_of_the_largest_payload_is_read_and_one_byte_more_is_not),
		cmocka_unit_test(a_refusal_becomes_an_error_with_its_code_and_reason),
		cmocka_unit_test(a_refusal_with_a_code_of_no_meaning_is_still_a_failure),
		cmocka_unit_test(a_reason_that_is_too_long_or_hides_something_is_malformed),
		cmocka_unit_test(only_the_answer_to_the_question_is_one),
		cmocka_unit_test(an_answer_that_breaks_off_is_a_failure_at_every_length),
		cmocka_unit_test(a_closed_socket_is_told),
	};

	return RUN(tests);
}
