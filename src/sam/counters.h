/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signature counters of passkeys: one that does not rise may mean a copy. They alarm and refuse
 * nothing, live in memory, and are forgotten where two fall on one place. Finding H11.
 */
#ifndef SAM_COUNTERS_H
#define SAM_COUNTERS_H

#include "sam/approval.h"
#include "sam/sam.h"

struct counters;

struct counters	*counters_new(struct err *) MUST_USE;	/* yours */
void		 counters_free(struct counters *);
/* Takes one down. False: it did not rise since the last one of this authenticator. */
bool		 counters_rise(struct counters *, const uint8_t id[ID_LEN], uint32_t count);
/* All that an approval brought; an ALARM for each that did not rise. */
void		 counters_follow(struct sam *, const struct approved *);

#endif
