/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Refusals in the log, bounded: the first ones of each second in full, the rest counted by reason
 * in one summary, so that a flood fills neither disk nor loop. EN 419 241-1 SRG_AA.2, SRG_AA.6.1
 */
#ifndef SAM_REFUSAL_H
#define SAM_REFUSAL_H

#include "sam/sam.h"

struct refusals;

struct refusals	*refusals_new(struct err *) MUST_USE;	/* yours */
void		 refusals_free(struct refusals *);
/* The word of PROTOCOL.sam 4.9, in the answer and in the log alike. */
const char	*refusal_reason(const struct err *);
void		 refusal_log(struct sam *, const struct call *, const struct err *);
/* Once per loop: writes the summary of a second that is over. */
void		 refusals_tick(struct sam *, uint64_t now_life);
/* Milliseconds until that is due; -1: nothing is counted. */
int		 refusals_wait(const struct sam *, uint64_t now_life);

#endif
