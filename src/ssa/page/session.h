/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Browsers: who is logged in, and that a form was really sent from our page. Cookies are __Host-,
 * Secure, HttpOnly, SameSite=Lax; the store keeps their digests.
 */
#ifndef SSA_PAGE_SESSION_H
#define SSA_PAGE_SESSION_H

#include "ssa/api/call.h"
#include "ssa/oauth/form.h"

#define SESSION_LIFE_MS	(8 * 3600000ull)
#define CEREMONY_MS	300000
#define CEREMONY_LEN	32		/* a challenge of a login passkey: time u64, 24 bytes of a MAC */

struct session {
	uint8_t		account[16], hash[32];
	uint64_t	created;
};

bool	session_find(struct call *, struct session *);
/* Sets the cookie; an older session of this browser ends. */
bool	session_start(struct call *, const uint8_t account[16], struct err *) MUST_USE;
/* The same of somebody who proved at another time who they are. */
bool	session_start_at(struct call *, const uint8_t account[16], uint64_t created, struct err *) MUST_USE;
bool	session_end(struct call *, struct err *) MUST_USE;

/* For the forms of a page that is being answered; sets the cookie it hangs on if there is none. */
void	csrf_make(struct call *, char text[TOKEN_LETTERS + 1]);
/* The token, and where browsers say it, the page's origin. */
bool	csrf_holds(struct call *, struct span token);

/* This browser: the hash of its visit's cookie, which it gets with this answer if it has none. */
void	visit_name(struct call *, uint8_t hash[32]);
bool	visit_is(struct call *, const uint8_t hash[32]);

/* Challenges of this browser, valid for a while and once, without a row in the store. */
void	ceremony_make(struct call *, uint8_t challenge[CEREMONY_LEN]);
bool	ceremony_take(struct call *, const uint8_t challenge[CEREMONY_LEN]);
/* Members csrf and challenge of the call's JSON. False: it has answered. */
bool	session_challenge_taken(struct call *, uint8_t challenge[CEREMONY_LEN]);

#endif
