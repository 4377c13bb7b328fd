/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Password hashing, which is slow on purpose: one thread does it, so that HTTP goes on meanwhile,
 * and never more than one at a time, so that it cannot take the machine.
 */
#ifndef SSA_PAGE_SLOW_H
#define SSA_PAGE_SLOW_H

#include "base/err.h"
#include "base/span.h"

#define SALT_LEN	16
#define DERIVED_LEN	32
#define PASSWORD_MAX	256		/* bytes */
#define SLOW_WAITING	32
#define SLOW_DELAYED	256		/* not yet due; each holds a connection of its asker */

/* Lives with the one who asks; untouchable from slow_ask until done was called. */
struct slow_job {
	void		(*done)(struct slow_job *);	/* on the slow thread: only pass it on */
	uint8_t		 password[PASSWORD_MAX];
	size_t		 password_n;
	uint8_t		 salt[SALT_LEN], out[DERIVED_LEN];
	bool		 ok;
	unsigned	 delay_ms;			/* it is not begun before; others are */
	uint64_t	 due;				/* slow's own */
	struct slow_job	*later;
};

struct slow;

struct slow	*slow_start(struct err *) MUST_USE;
void		 slow_stop(struct slow *);	/* ends what waits, in failure; NULL is fine */
void		 slow_free(struct slow *);	/* stops; NULL is fine */
/* False, and done is not called: too many are waiting. */
bool		 slow_ask(struct slow *, struct slow_job *) MUST_USE;
/* The function itself, for tests: scrypt, N = 2^15, r = 8, p = 1 (32 MB). */
bool		 slow_derive(struct slow_job *);

#endif
