/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The closed list of requests the SAM answers: from which socket, in which state, how long at
 * most, by which function. What is not in the table is refused and the connection closed.
 */
#ifndef SAM_REQUEST_H
#define SAM_REQUEST_H

#include "sam/sam.h"

/* An answer function returns false to refuse; true when it answered or will answer the call. */
typedef bool (*answer_fn)(struct sam *, struct call *, struct reader *, struct err *);

enum from { FROM_SSA = SOCKET_SSA, FROM_OFFICERS = SOCKET_OFFICERS,
	FROM_ANY = SOCKET_SSA | SOCKET_OFFICERS };
enum when { WHEN_OPEN, WHEN_BEHIND, ALWAYS };	/* BEHIND: also while the log is behind its anchor */

struct request {
	uint8_t		type;
	enum from	from;
	enum when	when;
	size_t		at_most;
	answer_fn	answer;
};

/* Takes the call. False: this peer is broken, close its connection (the call is freed). */
bool	request_dispatch(struct sam *, struct call *, struct span payload);

bool	answer_status(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_challenge(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_activate(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_use(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_open_window(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_close_windows(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_session_challenge(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_open_session(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_session_certificate(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_session_sign(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_end_session(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_enact(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_propose(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_request_certificate(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_revoked(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_link_certificate(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_freeze(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_record(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_outcome(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_receipt(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_follow(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_head(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_roster(struct sam *, struct call *, struct reader *, struct err *);

#endif
