/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows written behind: a thread with a connection of its own takes all that is waiting into one
 * transaction. Inside src/store only.
 */
#ifndef STORE_BEHIND_H
#define STORE_BEHIND_H

#include "store/connection.h"

struct behind;

struct behind	*behind_start(const char *path, struct err *) MUST_USE;
void		 behind_stop(struct behind *);		/* writes what is waiting; NULL is fine */

/* Copies the row. Waits when too much is waiting already: memory is bounded. */
void	behind_activation(struct behind *, const struct activation_row *);
void	behind_approval(struct behind *, const struct approval *);
void	behind_use(struct behind *, const struct use_row *);
void	behind_once(struct behind *, const struct once_row *);
void	behind_token(struct behind *, const struct token_row *);
void	behind_assertion(struct behind *, const struct assertion_row *);
void	behind_sweep(struct behind *, uint64_t now);
/* Returns when all that was put before is on disk; false if something since the last flush is not. */
bool	behind_flush(struct behind *, struct err *) MUST_USE;
void	behind_limit_pages(struct behind *, unsigned pages);

#endif
