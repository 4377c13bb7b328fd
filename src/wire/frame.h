/* SPDX-License-Identifier: Apache-2.0 */
/* Frames and message types: PROTOCOL.sam 4 and 7. */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"

/* Requests are even, answers odd: an answer's type is its request's plus one. */
enum msg_type {
	MSG_REFUSED			= 1,
	SAM_STATUS			= 2,
	SAM_CHALLENGE			= 4,
	SAM_ACTIVATE			= 6,
	SAM_USE				= 8,
	SAM_ENACT			= 10,
	SAM_PROPOSE			= 12,
	SAM_REQUEST_CERTIFICATE		= 14,
	SAM_LINK_CERTIFICATE		= 16,
	SAM_FREEZE			= 18,
	SAM_RECORD			= 20,
	SAM_OUTCOME			= 22,
	SAM_RECEIPT			= 24,
	SAM_FOLLOW			= 26,
	SAM_HEAD			= 28,
	SAM_ROSTER			= 30,
	SAM_OPEN_WINDOW			= 32,
	SAM_CLOSE_WINDOWS		= 34,
	SAM_SESSION_CHALLENGE		= 36,
	SAM_OPEN_SESSION		= 38,
	SAM_SESSION_CERTIFICATE		= 40,
	SAM_SESSION_SIGN		= 42,
	SAM_END_SESSION			= 44,
	SAM_REVOKED			= 46,
	AUTH_FACTOR_KEY			= 48,
	AUTH_GRANT			= 50,
	HSM_HELLO			= 64,
	HSM_HMAC			= 66,
	HSM_SIGN_HEAD			= 68,
	HSM_GENERATE			= 70,
	HSM_SIGN			= 72,
	HSM_RANDOM			= 74,
	HSM_ANCHOR_GET			= 76,
	HSM_ANCHOR_SET			= 78,
	HSM_STOCK			= 80,
	HSM_TAKE			= 82,
	HSM_ONCE			= 84,
	HSM_DROP			= 86,
	HSM_STRETCH			= 88,
};

#define FRAME_HEAD	13			/* length, type, number */
#define FRAME_MAX	(2u * 1024 * 1024)	/* payload of the largest message of any type */
#define ID_LEN		16
#define GROUP_LEN	32

struct frame {
	uint8_t		type;
	uint64_t	number;
	struct span	payload;	/* lent: lives as long as the bytes it was read from */
};

/*
 * Looks for one frame at the start of `in`. *used is how many bytes it took, or 0 when more are
 * needed. False when the bytes can never become a frame: length below 9 or over max_payload + 9.
 */
bool	frame_read(struct span in, size_t max_payload, struct frame *, size_t *used, struct err *e)
	    MUST_USE;
/* Starts a frame in w; write the payload, then call frame_end with what this returned. */
size_t	frame_begin(struct writer *w, uint8_t type, uint64_t number);
void	frame_end(struct writer *w, size_t at);

/* REFUSED, answer to anything. PROTOCOL.sam 4, 4.9 */
struct msg_refused {
	uint8_t		code;
	char		reason[24];
};
bool	msg_refused_read(struct reader *, struct msg_refused *, struct err *) MUST_USE;
void	msg_refused_write(struct writer *, enum err_code, const char *reason);
/* Puts a refusal into *e, with the peer's code and reason. Returns false. */
bool	msg_refused_raise(struct reader *, const char *asked, struct err *e);

/* Blocking exchange on a connected stream socket, for CLI, ceremony and tests: one at a time.
 * The answer's payload lies in *answer (emptied first); a refusal becomes *e. */
bool	frame_ask(int fd, uint8_t type, struct span payload, struct writer *answer, struct err *e)
	    MUST_USE;
/* Whole frame or nothing; blocking. Type and number are the caller's to check. */
bool	frame_receive(int fd, struct writer *bytes, struct frame *, struct err *e) MUST_USE;
bool	frame_send(int fd, struct span bytes, struct err *e) MUST_USE;

#endif
