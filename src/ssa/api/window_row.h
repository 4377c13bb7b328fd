/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept of a window: a row where approvals lie, without authenticator and evidences, since
 * nobody approved; in place of a statement what was opened for whom.
 */
#ifndef SSA_API_WINDOW_ROW_H
#define SSA_API_WINDOW_ROW_H

#include "ssa/api/activation.h"

struct window_row {
	uint8_t		key[16], requester[16];
	uint64_t	opened, expires;
	uint32_t	count;
};

void	window_row_keep(struct ssa *, const struct activation *, uint64_t now);
/* False: it is an approval. */
bool	window_row_read(const struct approval *, struct window_row *) MUST_USE;

#endif
