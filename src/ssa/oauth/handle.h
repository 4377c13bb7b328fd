/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that are handed out and stand for something in the store (enum handle_kind). */
#ifndef SSA_OAUTH_HANDLE_H
#define SSA_OAUTH_HANDLE_H

#include "ssa/ssa.h"

#define BLOCK_BYTES	4096
#define MINUTE_MS	60000ull
#define HOUR_MS		(60 * MINUTE_MS)
#define DAY_MS		(24 * HOUR_MS)

/* Fills in row->hash. Durable when it returns. */
bool	handle_make(struct ssa *, struct handle_row *row, char text[TOKEN_LETTERS + 1], struct err *)
	    MUST_USE;
/*
 * May somebody who has not logged in make us keep so many bytes? Requests are large, and live for
 * minutes: without this, a stranger fills the disk.
 */
bool	handle_room(struct ssa *, const uint8_t peer[16], size_t bytes) MUST_USE;
/* ERR_MISSING also when it expired. The row's data is lent until the store's next call. */
bool	handle_find(struct ssa *, enum handle_kind, struct span text, uint64_t now, struct handle_row *,
	    struct err *) MUST_USE;

#endif
