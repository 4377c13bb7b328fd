/* SPDX-License-Identifier: Apache-2.0 */
/* How many authorizations of one account are under way together: a bounded table of counts. */
#ifndef SSA_PARALLEL_H
#define SSA_PARALLEL_H

#include <stdbool.h>
#include <stdint.h>

struct parallel;

struct parallel	*parallel_new(unsigned most);		/* of each account; aborts without memory */
void		 parallel_free(struct parallel *);	/* NULL is fine */
/* False: there are as many as may be. What is never left counts for ten to twenty minutes. */
bool		 parallel_enter(struct parallel *, const uint8_t account[16], uint64_t now);
void		 parallel_leave(struct parallel *, const uint8_t account[16]);

#endif
