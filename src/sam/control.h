/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Launcher and decider, over a socket pair that keeps messages apart: one letter, one worker index,
 * and with 'w' and 'r' the descriptor of the new process's socket.
 */
#ifndef SAM_CONTROL_H
#define SAM_CONTROL_H

#include "base/err.h"
#include "base/span.h"

enum control_command {
	/* decider -> launcher */
	CONTROL_KILL	= 'k',		/* kill this worker and replace it */
	CONTROL_QUIT	= 'q',		/* the orderly stop is done, I exit */
	CONTROL_KILL_READER = 'x',	/* the token reader does not answer: replace it */
	/* launcher -> decider */
	CONTROL_WORKER	= 'w',		/* a worker is there; fd is its socket, yours */
	CONTROL_STOP	= 's',		/* please stop */
	CONTROL_DIED	= 'd',		/* this worker died; its socket is dead too */
	CONTROL_READER	= 'r',		/* a new token reader is there; fd is its socket, yours */
};

#define CONTROL_OF_DECIDER	"kqx"	/* what each end accepts */
#define CONTROL_OF_LAUNCHER	"wsdr"

struct control {
	char	command;
	uint8_t	worker;
	int	fd;		/* -1 but with CONTROL_WORKER and CONTROL_READER: the receiver's to close */
};

enum control_got { CONTROL_BROKEN = -1, CONTROL_NOTHING = 0, CONTROL_GOT = 1 };

/* Two ends, non-blocking, closed on exec. */
bool	control_pair(int ends[2], struct err *) MUST_USE;
/* Never blocks; the descriptor stays the sender's. False with ERR_BUSY: the peer does not read. */
bool	control_send(int end, struct control, struct err *) MUST_USE;
/* Never blocks. BROKEN: the peer is gone or sent what `accepted` does not name; *e says which. */
enum control_got control_receive(int end, const char *accepted, struct control *, struct err *)
	    MUST_USE;

#endif
