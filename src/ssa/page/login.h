/* SPDX-License-Identifier: Apache-2.0 */
/* Who may log in and how often; shared by the pages that take passwords. */
#ifndef SSA_PAGE_LOGIN_H
#define SSA_PAGE_LOGIN_H

#include "ssa/page/password.h"
#include "ssa/page/session.h"

/* Hashing a password in the call's own time: `hashed` is called when job is done. */
struct hashing {
	struct slow_job	job;		/* first */
	struct call	*c;
};

/* False: too many are waiting; nothing was answered. */
bool	login_hash(struct call *, struct hashing *, call_then *hashed) MUST_USE;
/* Counts against this address (an IPv6 one by its /64). */
bool	login_address_may(struct call *);
/* The box that page.js fills with life. act: "login" or "register". */
void	login_passkey_box(struct call *, const char *act, const char *csrf, struct span r);

void	handle_login(struct call *);
void	handle_login_passkey(struct call *);
void	handle_logout(struct call *);

#endif
