/* SPDX-License-Identifier: Apache-2.0 */
/* What passes between launcher and decider, and what each end refuses. */
#include "tests/test.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sam/control.h"

static int ends[2];

static int
open_ends(void **state UNUSED)
{
	struct err e = {0};

	return control_pair(ends, &e) ? 0 : -1;
}

static int
close_ends(void **state UNUSED)
{
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static bool
give(char command, uint8_t worker, int fd)
{
	struct err e = {0};

	return control_send(ends[0], (struct control){ command, worker, fd }, &e);
}

static enum control_got
take(const char *accepted, struct control *c)
{
	struct err e = {0};

	return control_receive(ends[1], accepted, c, &e);
}

TEST(nothing_there_is_no_reason_to_wait)
{
	struct control c;

	CHECK(take(CONTROL_OF_LAUNCHER, &c) == CONTROL_NOTHING);
}

TEST(commands_arrive_in_order_and_apart)
{
	struct control c;

	CHECK(give('d', 3, -1) && give('s', 0, -1));
	CHECK(take("wsd", &c) == CONTROL_GOT && c.command == 'd' && c.worker == 3 && c.fd == -1);
	CHECK(take("wsd", &c) == CONTROL_GOT && c.command == 's' && c.fd == -1);
	CHECK(take("wsd", &c) == CONTROL_NOTHING);
}

TEST(a_workers_socket_arrives_with_its_index)
{
	struct control c;
	int pipes[2];
	char byte = 0;

	CHECK(pipe(pipes) == 0 && give('w', 7, pipes[1]));
	close(pipes[1]);
	CHECK(take("wsd", &c) == CONTROL_GOT && c.command == 'w' && c.worker == 7 && c.fd >= 0);
	CHECK((fcntl(c.fd, F_GETFD) & FD_CLOEXEC) != 0);
	CHECK(write(c.fd, "x", 1) == 1 && read(pipes[0], &byte, 1) == 1 && byte == 'x');
	close(c.fd);
	close(pipes[0]);
}

TEST(the_other_sides_commands_are_refused)
{
	struct control c;

	CHECK(give('s', 0, -1));
	CHECK(take(CONTROL_OF_DECIDER, &c) == CONTROL_BROKEN);
	CHECK(give('k', 0, -1));
	CHECK(take(CONTROL_OF_LAUNCHER, &c) == CONTROL_BROKEN);
}

TEST(messages_of_another_size_are_refused)
{
	struct control c;

	CHECK(send(ends[0], "s", 1, 0) == 1 && take("wsd", &c) == CONTROL_BROKEN);
	CHECK(send(ends[0], "s\0x", 3, 0) == 3 && take("wsd", &c) == CONTROL_BROKEN);
	CHECK(send(ends[0], "ssss", 4, 0) == 4 && take("wsd", &c) == CONTROL_BROKEN);
	CHECK(send(ends[0], "\0\0", 2, 0) == 2 && take("wsd", &c) == CONTROL_BROKEN);
}

TEST(a_worker_without_its_socket_is_refused)
{
	struct control c;

	CHECK(send(ends[0], "w\0", 2, 0) == 2 && take("wsd", &c) == CONTROL_BROKEN);
}

static int
open_count(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
send_with(const char *bytes, int *fds, size_t n)
{
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(8 * sizeof(int))] = {0};
	struct iovec v = { (char *)(uintptr_t)bytes, 2 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = room,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(h), fds, n * sizeof(int));
	CHECK(sendmsg(ends[0], &m, 0) == 2);
}

TEST(descriptors_nobody_asked_for_are_refused_and_closed)
{
	int fds[8] = { 2, 2, 2, 2, 2, 2, 2, 2 }, before = open_count();
	struct control c;

	send_with("s", fds, 1);
	CHECK(take("wsd", &c) == CONTROL_BROKEN);
	send_with("w", fds, 2);
	CHECK(take("wsd", &c) == CONTROL_BROKEN);
	send_with("w", fds, 8);
	CHECK(take("wsd", &c) == CONTROL_BROKEN);
	CHECK(open_count() == before);
}

TEST(a_closed_end_is_noticed_on_both_ways)
{
	struct control c;
	struct err e = {0};

	close(ends[0]);
	CHECK(take("wsd", &c) == CONTROL_BROKEN);
	CHECK(!control_send(ends[1], (struct control){ 'q', 0, -1 }, &e) && e.code == ERR_BACKEND);
	ends[0] = -1;
}

TEST(a_peer_that_does_not_read_is_busy_not_waited_for)
{
	struct err e = {0};
	int n = 0;

	while (n < 100000 && control_send(ends[0], (struct control){ 's', 0, -1 }, &e))
		n++;
	CHECK(n > 0 && n < 100000 && e.code == ERR_BUSY);
}

#define WITH_ENDS(f)	cmocka_unit_test_setup_teardown(f, open_ends, close_ends)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ENDS(nothing_there_is_no_reason_to_wait),
		WITH_ENDS(commands_arrive_in_order_and_apart),
		WITH_ENDS(a_workers_socket_arrives_with_its_index),
		WITH_ENDS(the_other_sides_commands_are_refused),
		WITH_ENDS(messages_of_another_size_are_refused),
		WITH_ENDS(a_worker_without_its_socket_is_refused),
		WITH_ENDS(descriptors_nobody_asked_for_are_refused_and_closed),
		WITH_ENDS(a_closed_end_is_noticed_on_both_ways),
		WITH_ENDS(a_peer_that_does_not_read_is_busy_not_waited_for),
	};

	return RUN(tests);
}
