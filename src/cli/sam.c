/* SPDX-License-Identifier: Apache-2.0 */
/* Client of the SAM's officer socket. */
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/explain.h"
#include "cli/sam.h"

static const char *
what_to_do(int cause)
{
	switch (cause) {
	case EACCES:
		return "your account may not open it: officers are in the group that owns the socket";
	case ENOENT:
		return "there is no such socket: is propria-sam running, and is --socket right";
	case ECONNREFUSED:
		return "nobody listens there: propria-sam is not running, its journal says why";
	default:
		return "propria doctor says more";
	}
}

bool
sam_open_path(struct sam *s, const char *path, struct err *e)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd, cause;

	if (strlen(path) >= sizeof(a.sun_path))
		return err_exit(e, EXIT_USAGE, "--socket: the path is longer than %zu characters",
		    sizeof(a.sun_path) - 1);
	memcpy(a.sun_path, path, strlen(path));
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return err_errno(e, ERR_BACKEND, errno, "socket");
	if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) != 0) {
		cause = errno;
		close(fd);
		return err_exit(e, EXIT_UNREACHABLE, "the SAM cannot be reached at %.80s: %s", path,
		    what_to_do(cause));
	}
	s->fd = fd;
	s->answer = writer_grow(FRAME_MAX);
	return true;
}

bool
sam_open(struct sam *s, const struct call *c, struct err *e)
{
	const char *path = option(c, "socket");

	return sam_open_path(s, path == NULL ? SAM_SOCKET_DEFAULT : path, e);
}

void
sam_close(struct sam *s)
{
	if (s->fd > 0)
		close(s->fd);
	if (s->answer.max > 0)
		writer_wipe(&s->answer);
	s->fd = -1;
}

/* frame_ask leaves the peer's word in e->reason; errors of the connection itself have none. */
static bool
ask(struct sam *s, enum msg_type type, struct span payload, struct reader *r, struct err *e)
{
	char reason[sizeof(e->reason)];

	if (frame_ask(s->fd, type, payload, &s->answer, e)) {
		*r = reader_over(writer_span(&s->answer));
		return true;
	}
	memcpy(reason, e->reason, sizeof(reason));
	if (reason[0] != '\0')
		return explain_refusal(e, "The SAM", reason);
	return err_mark(e, EXIT_UNREACHABLE);
}

bool
sam_status(struct sam *s, struct msg_status *m, struct err *e)
{
	struct reader r;

	return ask(s, SAM_STATUS, span_of(NULL, 0), &r, e) && msg_status_read(&r, m, e);
}

bool
sam_head(struct sam *s, struct msg_head *m, struct err *e)
{
	struct reader r;

	return ask(s, SAM_HEAD, span_of(NULL, 0), &r, e) && msg_head_read(&r, m, e);
}

bool
sam_roster(struct sam *s, struct msg_roster *m, struct err *e)
{
	struct reader r;

	return ask(s, SAM_ROSTER, span_of(NULL, 0), &r, e) && msg_roster_read(&r, m, e);
}

bool
sam_propose(struct sam *s, const struct msg_propose *m, struct msg_proposed *answer, struct err *e)
{
	AUTO_WRITER w = writer_grow(256);
	struct reader r;

	msg_propose_write(&w, m);
	return ask(s, SAM_PROPOSE, writer_span(&w), &r, e) && msg_proposed_read(&r, answer, e);
}

bool
sam_enact(struct sam *s, struct span statement, struct span evidences, struct msg_enacted *answer,
    struct err *e)
{
	struct msg_enact m = { .statement = statement, .evidences = evidences };
	AUTO_WRITER w = writer_grow(FRAME_MAX);
	struct reader r;

	msg_enact_write(&w, &m);
	return ask(s, SAM_ENACT, writer_span(&w), &r, e) && msg_enacted_read(&r, answer, e);
}

bool
sam_record(struct sam *s, uint8_t type, const uint8_t id[ID_LEN], struct msg_record *answer,
    struct err *e)
{
	struct msg_object m = { .type = type };
	AUTO_WRITER w = writer_grow(64);
	struct reader r;

	memcpy(m.id, id, ID_LEN);
	msg_object_write(&w, &m);
	return ask(s, SAM_RECORD, writer_span(&w), &r, e) && msg_record_read(&r, answer, e);
}

bool
sam_follow(struct sam *s, const struct msg_follow *m, struct msg_followed *answer, struct err *e)
{
	AUTO_WRITER w = writer_grow(64);
	struct reader r;

	msg_follow_write(&w, m);
	return ask(s, SAM_FOLLOW, writer_span(&w), &r, e) && msg_followed_read(&r, answer, e);
}
