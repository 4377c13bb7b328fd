/* SPDX-License-Identifier: Apache-2.0 */
/* The connection to the SAM against a bare socket: answers find their askers, late ones nobody. */
#include <semaphore.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ssa/sam.h"
#include "tests/test.h"

static struct sockaddr_un address = { .sun_family = AF_UNIX };
static int listener;
static sem_t ended;

static void
on_done(struct sam_request *q UNUSED)
{
	sem_post(&ended);
}

static struct sam *
opened(int *fd)
{
	struct err e = { 0 };
	struct sam *s;

	snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/propria-sam-%d.sock", (int)getpid());
	unlink(address.sun_path);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK(bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0 && listen(listener, 1) == 0);
	sem_init(&ended, 0, 0);
	CHECK((s = sam_open(address.sun_path, 300, &e)) != NULL);
	CHECK((*fd = accept(listener, NULL, NULL)) >= 0);
	while (!sam_is_connected(s))
		usleep(1000);
	return s;
}

static void
closed(struct sam *s, int fd)
{
	sam_free(s);
	close(fd);
	close(listener);
	unlink(address.sun_path);
}

static void
answer(int fd, uint8_t type, uint64_t number, const char *text)
{
	uint8_t bytes[256];
	struct writer w = writer_over(bytes, sizeof(bytes));
	size_t at = frame_begin(&w, type, number);
	struct err e = { 0 };

	wr_span(&w, span_str(text));
	frame_end(&w, at);
	CHECK(frame_send(fd, writer_span(&w), &e));
}

TEST(a_late_answer_is_nobody_s)
{
	struct sam_request first = { .done = on_done }, second = { .done = on_done };
	AUTO_WRITER bytes = writer_grow(4096);
	struct err e = { 0 };
	struct frame f;
	uint64_t old;
	int fd;
	struct sam *s = opened(&fd);

	sam_ask(s, &first, SAM_USE, span_str("one"));
	CHECK(frame_receive(fd, &bytes, &f, &e) && f.type == SAM_USE);
	old = f.number;
	sem_wait(&ended);
	CHECK(first.result == SAM_LATE);
	sam_ask(s, &second, SAM_USE, span_str("two"));
	CHECK(frame_receive(fd, &bytes, &f, &e) && f.number != old);
	answer(fd, SAM_USE + 1, old, "old");
	answer(fd, SAM_USE + 1, f.number + 1, "of nobody");
	answer(fd, SAM_USE + 1, f.number, "new");
	sem_wait(&ended);
	CHECK(second.result == SAM_ANSWERED && span_equal(writer_span(&second.answer), span_str("new")));
	sam_request_wipe(&first);
	sam_request_wipe(&second);
	closed(s, fd);
}

TEST(only_harmless_requests_are_asked_again_after_a_break)
{
	struct sam_request use = { .done = on_done }, status = { .done = on_done };
	AUTO_WRITER bytes = writer_grow(4096);
	struct err e = { 0 };
	struct frame f;
	int fd;
	struct sam *s = opened(&fd);

	sam_ask(s, &use, SAM_USE, span_str("one"));
	sam_ask(s, &status, SAM_STATUS, span_str(""));
	CHECK(frame_receive(fd, &bytes, &f, &e) && frame_receive(fd, &bytes, &f, &e));
	close(fd);
	sem_wait(&ended);
	CHECK(use.result == SAM_LOST);
	CHECK((fd = accept(listener, NULL, NULL)) >= 0);
	CHECK(frame_receive(fd, &bytes, &f, &e) && f.type == SAM_STATUS);
	answer(fd, SAM_STATUS + 1, f.number, "well");
	sem_wait(&ended);
	CHECK(status.result == SAM_ANSWERED);
	sam_request_wipe(&use);
	sam_request_wipe(&status);
	closed(s, fd);
}

TEST(a_frame_over_its_limit_ends_the_connection)
{
	struct sam_request use = { .done = on_done };
	AUTO_WRITER bytes = writer_grow(4096);
	struct err e = { 0 };
	struct frame f;
	int fd;
	struct sam *s = opened(&fd);

	sam_ask(s, &use, SAM_USE, span_str("one"));
	CHECK(frame_receive(fd, &bytes, &f, &e));
	CHECK(frame_send(fd, span_of("\xff\xff\xff\xff", 4), &e));
	sem_wait(&ended);
	CHECK(use.result == SAM_LOST);
	sam_request_wipe(&use);
	closed(s, fd);
}

TEST(without_a_sam_requests_end_at_once_and_stopping_ends_the_rest)
{
	struct sam_request a = { .done = on_done }, b = { .done = on_done };
	int fd;
	struct sam *s = opened(&fd);

	sam_ask(s, &a, SAM_USE, span_str("one"));
	sam_stop(s);
	sem_wait(&ended);
	CHECK(a.result == SAM_LOST);
	sam_ask(s, &b, SAM_USE, span_str("two"));
	sem_wait(&ended);
	CHECK(b.result == SAM_AWAY);
	sam_request_wipe(&a);
	sam_request_wipe(&b);
	closed(s, fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_late_answer_is_nobody_s),
		cmocka_unit_test(only_harmless_requests_are_asked_again_after_a_break),
		cmocka_unit_test(a_frame_over_its_limit_ends_the_connection),
		cmocka_unit_test(without_a_sam_requests_end_at_once_and_stopping_ends_the_rest),
	};

	return RUN(tests);
}
