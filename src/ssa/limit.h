/* SPDX-License-Identifier: Apache-2.0 */
/* How many anonymous calls a second: one bucket for all, one for each peer address. */
#ifndef SSA_LIMIT_H
#define SSA_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct limit;

struct limit	*limit_new(unsigned all, unsigned each);	/* a second; 0: none. Aborts without memory */
void		 limit_free(struct limit *);
bool		 limit_take(struct limit *, const uint8_t peer[16], uint64_t now_ms);

#endif
