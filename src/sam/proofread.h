/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A start from a snapshot believes the log before it. So it is read over while the SAM works, from
 * its first byte to the last one, slowly, and again each day: entries, roots and MACs, up to the
 * tree that the SAM has. What is wrong is said (STATUS, ALARM, the operator's log); service goes
 * on.
 */
#ifndef SAM_PROOFREAD_H
#define SAM_PROOFREAD_H

#include "sam/sam.h"

struct proofread *proofread_new(struct err *) MUST_USE;	/* yours */
void		 proofread_free(struct proofread *);
/* Reads a little on, if it is time. Once per loop. */
void		 proofread_tick(struct sam *, uint64_t now);
/* Milliseconds until there is something to do. */
int		 proofread_wait(const struct sam *, uint64_t now);
/* What was found at the last reading, "" if nothing. */
const char	*proofread_finding(const struct proofread *);

#endif
