/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed heads and the anchor: a head each second while the log grows and for whoever waits for
 * one; the anchor at once for state entries, and each minute. PROTOCOL.sam 5.3, 5.4;
 * EN 419 241-1 SRG_AA.7.
 */
#ifndef SAM_HEADS_H
#define SAM_HEADS_H

#include "sam/sam.h"

struct heads;
typedef void (*head_done)(struct sam *, struct call *, const struct err *);

struct heads	*heads_new(struct err *) MUST_USE;	/* yours */
void		 heads_free(struct heads *);
/* Once per loop: starts what is due. */
void		 heads_tick(struct sam *, uint64_t now_life);
int		 heads_wait(const struct sam *, uint64_t now_life);	/* ms until something is due, or -1 */
/* Calls done when the last signed head covers `size` entries. */
void		 heads_wait_for(struct sam *, uint64_t size, struct call *, head_done);
bool		 heads_idle(const struct sam *);	/* no module operation of ours is under way */

#endif
