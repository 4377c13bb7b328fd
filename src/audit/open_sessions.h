/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open sessions of one-time keys, as the log tells them; the law of what may follow what, for
 * the SAM's fold and for whoever reads the log. Nothing of an ended session stays here.
 */
#ifndef AUDIT_OPEN_SESSIONS_H
#define AUDIT_OPEN_SESSIONS_H

#include "audit/entry.h"

#define OPEN_SESSIONS_MAX	1024

struct open_session {
	uint8_t		session[ID_LEN], key[ID_LEN], signer[ID_LEN], d[HASH_LEN];
	uint16_t	alg;
	uint8_t		kind;
	bool		certified, used, stale;		/* stale: of a life that is over */
	uint8_t		cert[32];
};

struct open_sessions {
	size_t		n, stale;
	struct open_session list[OPEN_SESSIONS_MAX];
};

const struct open_session *open_session_of_key(const struct open_sessions *, const uint8_t key[ID_LEN]);
/* What an entry of any kind does to them. NULL: as it may; else why it cannot be. */
const char	*open_sessions_follow(struct open_sessions *, const struct entry *,
		    const union entry_payload *);

void	open_sessions_write(struct writer *, const struct open_sessions *);	/* for the snapshot */
bool	open_sessions_read(struct reader *, struct open_sessions *) MUST_USE;

#endif
