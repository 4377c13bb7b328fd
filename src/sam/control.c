/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between launcher and decider, one of them with a descriptor. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sam/control.h"

bool
control_pair(int ends[2], struct err *e)
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0 ||
	    err_errno(e, ERR_BACKEND, errno, "control socket pair");
}

static bool
brings_descriptor(uint8_t command)
{
	return command == CONTROL_WORKER || command == CONTROL_READER;
}

bool
control_send(int end, struct control c, struct err *e)
{
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {0};
	uint8_t bytes[2] = { (uint8_t)c.command, c.worker };
	struct iovec v = { bytes, sizeof(bytes) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	struct cmsghdr *h;
	ssize_t n;

	if (brings_descriptor((uint8_t)c.command)) {
		m.msg_control = room;
		m.msg_controllen = sizeof(room);
		h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(h), &c.fd, sizeof(c.fd));
	}
	do
		n = sendmsg(end, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(bytes))
		return true;
	return err_errno(e, n < 0 && errno == EAGAIN ? ERR_BUSY : ERR_BACKEND, errno,
	    "control message '%c'", c.command);
}

/* The one descriptor of a message; closes any other. -1: none. */
static int
descriptor_of(struct msghdr *m, size_t *count)
{
	int fd = -1, one;

	*count = 0;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL; h = CMSG_NXTHDR(m, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; CMSG_LEN(at + sizeof(int)) <= h->cmsg_len; at += sizeof(int)) {
			memcpy(&one, CMSG_DATA(h) + at, sizeof(one));
			if ((*count)++ == 0)
				fd = one;
			else
				close(one);
		}
	}
	return fd;
}

enum control_got
control_receive(int end, const char *accepted, struct control *out, struct err *e)
{
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(4 * sizeof(int))];
	uint8_t bytes[3];
	struct iovec v = { bytes, sizeof(bytes) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = room,
		.msg_controllen = sizeof(room) };
	size_t fds;
	ssize_t n;
	int fd;

	do
		n = recvmsg(end, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return CONTROL_NOTHING;
	if (n <= 0) {
		err_set(e, ERR_BACKEND, "control: the other end is gone");
		return CONTROL_BROKEN;
	}
	fd = descriptor_of(&m, &fds);
	if (n != 2 || bytes[0] == 0 || strchr(accepted, bytes[0]) == NULL ||
	    (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
	    fds != (brings_descriptor(bytes[0]) ? 1 : 0)) {
		if (fd >= 0)
			close(fd);
		err_set(e, ERR_FORMAT, "control: a message that is not one of \"%s\"", accepted);
		return CONTROL_BROKEN;
	}
	*out = (struct control){ .command = (char)bytes[0], .worker = bytes[1], .fd = fd };
	return CONTROL_GOT;
}
