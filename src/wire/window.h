/* SPDX-License-Identifier: Apache-2.0 */
/* The use of a SCAL1 key on the SSA's word: a window opens and closes. PROTOCOL.sam 4.10 */
#ifndef WIRE_WINDOW_H
#define WIRE_WINDOW_H

#include "wire/activate.h"

struct msg_open_window {
	uint8_t		key[ID_LEN];
	struct span	signer_record, key_record;
	uint8_t		session[ID_LEN];	/* the signer's login, as the SSA names it; not zero */
	uint32_t	seconds;		/* 1.. */
	uint32_t	count;			/* 1..USES_MAX */
};
struct msg_window {
	uint8_t		activation[ID_LEN];	/* for USE: indexes 0..count-1, digests as they come */
	uint64_t	expires;
	uint8_t		d[32];			/* of the window, in the log: for OUTCOME */
};

struct msg_close_windows {
	uint8_t		session[ID_LEN];	/* not zero */
};
struct msg_windows_closed {
	uint32_t	n;
};

MESSAGE_OF(msg_open_window);
MESSAGE_OF(msg_window);
MESSAGE_OF(msg_close_windows);
MESSAGE_OF(msg_windows_closed);

#endif
