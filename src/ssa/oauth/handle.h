/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that are handed out and stand for something in the store (enum handle_kind). */
#ifndef SSA_OAUTH_HANDLE_H
#define SSA_OAUTH_HANDLE_H

#include "ssa/ssa.h"

#define MINUTE_MS	60000ull
#define HOUR_MS		(60 * MINUTE_MS)
#define DAY_MS		(24 * HOUR_MS)

/* Fills in row->hash. Durable when it returns. */
bool	handle_make(struct ssa *, struct handle_row *row, char text[TOKEN_LETTERS + 1], struct err *)
	    MUST_USE;
/* ERR_MISSING also when it expired. The row's data is lent until the store's next call. */
bool	handle_find(struct ssa *, enum handle_kind, struct span text, uint64_t now, struct handle_row *,
	    struct err *) MUST_USE;

#endif
