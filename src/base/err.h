/* SPDX-License-Identifier: Apache-2.0 */
/* One typed error with context. Lower layers fill it; only daemons log it. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#include "base/attr.h"

enum err_code {		/* what the caller decides on, and all the peer is told */
	ERR_NONE,
	ERR_FORMAT,	/* bytes that are not what the specification says */
	ERR_DENIED,	/* well-formed, and not allowed */
	ERR_NOT_NOW,/* not now: the object or the service is in another state */
	ERR_MISSING,	/* no such thing */
	ERR_BUSY,	/* try again: a limit, not a fault */
	ERR_BACKEND,	/* module, disk, network */
	ERR_BUG		/* an invariant of our own */
};

struct err {
	enum err_code	code;
	long		cause;		/* errno, CK_RV or SQLite code, as it came */
	char		reason[24];	/* a word for programs: "nonce", "owner"; may be empty */
	char		text[200];	/* for our log; never a secret, never the peer's bytes */
};

/* Fills *e unless an earlier failure is there. Returns false, for `return err_set(...)`. */
bool	err_set(struct err *e, enum err_code, const char *fmt, ...) PRINTF(3, 4);
/* The same with a reason code of PROTOCOL.sam (section "reasons"). */
bool	err_why(struct err *e, enum err_code, const char *reason, const char *fmt, ...) PRINTF(4, 5);
/* The same with a cause (errno, CK_RV), shown at the end of the text by err_errno only. */
bool	err_errno(struct err *e, enum err_code, int cause, const char *fmt, ...) PRINTF(4, 5);
/* "denied", "missing", ...: a stable word for each code. */
const char *err_name(enum err_code);
void	err_clear(struct err *e);

/* Says what invariant broke and aborts: a broken invariant of our own is not survived. */
void	bug(const char *what) NORETURN;

#endif
