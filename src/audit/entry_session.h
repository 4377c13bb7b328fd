/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of entries of one-time keys: a session opens, gets its certificate, ends. PROTOCOL.sam 5.2 */
#ifndef AUDIT_ENTRY_SESSION_H
#define AUDIT_ENTRY_SESSION_H

#include "audit/entry_state.h"

enum session_why {		/* it ended */
	SESSION_SIGNED = 1, SESSION_BY_SSA, SESSION_OVER_TIME, SESSION_WORKER_LOST, SESSION_RESTART,
	SESSION_CHANGED, SESSION_REFUSED, SESSION_FAILED, SESSION_CONNECTION
};

struct entry_session {
	uint8_t		session[ID_LEN], key[ID_LEN], signer[ID_LEN];
	uint8_t		d[HASH_LEN];
	uint8_t		authenticator[ID_LEN];	/* the first, if two approved */
	uint8_t		evidence[HASH_LEN];
	uint16_t	alg;
	uint8_t		kind;			/* 2, 3: documents; 0: certificate first */
	uint8_t		profile[16], idv[32];
	uint8_t		spki[HASH_LEN];		/* its SHA-256 */
	uint8_t		requester[ID_LEN];
	uint64_t	expires, made;
};
struct entry_session_certified {
	uint8_t		session[ID_LEN];
	uint8_t		cert[32];
	uint64_t	not_before, not_after;
	uint8_t		anchor[32];
};
struct entry_session_ended {
	uint8_t		session[ID_LEN], key[ID_LEN];
	uint8_t		why;			/* enum session_why */
};

void	entry_session_write(struct writer *, const struct entry_session *);
void	entry_session_certified_write(struct writer *, const struct entry_session_certified *);
void	entry_session_ended_write(struct writer *, const struct entry_session_ended *);

extern const struct field entry_session_fields[], entry_session_certified_fields[],
    entry_session_ended_fields[];

#endif
