/* SPDX-License-Identifier: Apache-2.0 */
/* Frames: length, type, number, payload. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/frame.h"

#define REQUEST_IS_EVEN(t) _Static_assert((t) % 2 == 0, "requests are even, answers odd")
REQUEST_IS_EVEN(SAM_STATUS | SAM_CHALLENGE | SAM_ACTIVATE | SAM_USE | SAM_ENACT | SAM_PROPOSE |
    SAM_REQUEST_CERTIFICATE | SAM_LINK_CERTIFICATE | SAM_FREEZE | SAM_RECORD | SAM_OUTCOME |
    SAM_RECEIPT | SAM_FOLLOW | SAM_HEAD | SAM_ROSTER);
REQUEST_IS_EVEN(HSM_HELLO | HSM_HMAC | HSM_SIGN_HEAD | HSM_GENERATE | HSM_SIGN | HSM_RANDOM |
    HSM_ANCHOR_GET | HSM_ANCHOR_SET);

bool
frame_read(struct span in, size_t max_payload, struct frame *f, size_t *used, struct err *e)
{
	struct reader r = reader_over(in);
	uint32_t length;

	*used = 0;
	if (!rd_u32(&r, &length))
		return true;
	if (length < FRAME_HEAD - 4 || length - (FRAME_HEAD - 4) > max_payload)
		return err_why(e, ERR_FORMAT, "parse", "frame of %u bytes", length);
	if (r.n < length)
		return true;
	if (!rd_u8(&r, &f->type) || !rd_u64(&r, &f->number) ||
	    !rd_take(&r, length - (FRAME_HEAD - 4), &f->payload))
		bug("frame");
	*used = 4 + (size_t)length;
	return true;
}

size_t
frame_begin(struct writer *w, uint8_t type, uint64_t number)
{
	size_t at = w->n;

	wr_u32(w, 0);
	wr_u8(w, type);
	wr_u64(w, number);
	return at;
}

void
frame_end(struct writer *w, size_t at)
{
	wr_patch_u32(w, at, (uint32_t)(w->n - at - 4));
}

/* Reasons are words of PROTOCOL.sam 4.9: they go into logs and decisions as they are. */
static bool
is_word(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 'a' || s.p[i] > 'z') && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return true;
}

bool
msg_refused_read(struct reader *r, struct msg_refused *m, struct err *e)
{
	struct span reason;

	if (!rd_u8(r, &m->code) || !rd_span8(r, 0, sizeof(m->reason) - 1, &reason) ||
	    !is_word(reason) || !rd_end(r))
		return err_set(e, ERR_FORMAT, "REFUSED: malformed");
	memcpy(m->reason, reason.p, reason.n);
	m->reason[reason.n] = '\0';
	return true;
}

void
msg_refused_write(struct writer *w, enum err_code code, const char *reason)
{
	wr_u8(w, (uint8_t)code);
	wr_span8(w, span_str(reason));
}

bool
msg_refused_raise(struct reader *r, const char *asked, struct err *e)
{
	struct msg_refused m;

	if (!msg_refused_read(r, &m, e))
		return false;
	return err_why(e, m.code > ERR_NONE && m.code < ERR_BUG ? (enum err_code)m.code : ERR_FORMAT,
	    m.reason, "%s refused: %s", asked, m.reason);
}

bool
frame_send(int fd, struct span bytes, struct err *e)
{
	while (bytes.n > 0) {
		ssize_t sent = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return err_errno(e, ERR_BACKEND, errno, "send");
		bytes = span_of(bytes.p + sent, bytes.n - (size_t)sent);
	}
	return true;
}

static bool
receive_exactly(int fd, struct writer *w, size_t n, struct err *e)
{
	uint8_t block[4096];

	while (n > 0) {
		ssize_t got = recv(fd, block, n < sizeof(block) ? n : sizeof(block), 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(e, ERR_BACKEND, errno, "receive");
		if (got == 0)
			return err_set(e, ERR_BACKEND, "the peer closed the connection");
		wr_bytes(w, block, (size_t)got);
		n -= (size_t)got;
	}
	explicit_bzero(block, sizeof(block));
	return writer_ok(w) || err_set(e, ERR_FORMAT, "answer too large");
}

bool
frame_receive(int fd, struct writer *bytes, struct frame *f, struct err *e)
{
	size_t used;

	writer_reset(bytes);
	if (!receive_exactly(fd, bytes, 4, e) ||
	    !frame_read(writer_span(bytes), FRAME_MAX, f, &used, e))
		return false;
	if (!receive_exactly(fd, bytes, (size_t)bytes->p[1] << 16 | (size_t)bytes->p[2] << 8 |
	    bytes->p[3], e) || !frame_read(writer_span(bytes), FRAME_MAX, f, &used, e))
		return false;
	return used == bytes->n || err_set(e, ERR_FORMAT, "frame of an odd length");
}

bool
frame_ask(int fd, uint8_t type, struct span payload, struct writer *answer, struct err *e)
{
	static uint64_t number;
	AUTO_WRITER out = writer_grow(FRAME_MAX + FRAME_HEAD);
	AUTO_WRITER in = writer_grow(FRAME_MAX + FRAME_HEAD);
	size_t at = frame_begin(&out, type, ++number);
	struct frame f;
	struct reader r;

	wr_span(&out, payload);
	frame_end(&out, at);
	if (!writer_ok(&out))
		return err_set(e, ERR_FORMAT, "request too large");
	if (!frame_send(fd, writer_span(&out), e) || !frame_receive(fd, &in, &f, e))
		return false;
	if (f.number != number)
		return err_set(e, ERR_FORMAT, "answer to another request");
	r = reader_over(f.payload);
	if (f.type == MSG_REFUSED)
		return msg_refused_raise(&r, "request", e);
	if (f.type != type + 1)
		return err_set(e, ERR_FORMAT, "answer of type %u", f.type);
	writer_reset(answer);
	wr_span(answer, f.payload);
	return writer_ok(answer) || err_set(e, ERR_FORMAT, "answer too large");
}
