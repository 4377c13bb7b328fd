/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The start: module greeted, store root derived, log read and folded, anchor compared, a new life
 * begun; only then open. Any failure leaves the SAM closed and saying why. EN 419 241-1 SRG_SO.1.
 */
#ifndef SAM_START_H
#define SAM_START_H

#include "sam/sam.h"

/* Reads the genesis from the log (nothing in it is believed before the module answers for it), and
 * asks the first worker that comes. Later steps follow by themselves. */
bool	start_begin(struct sam *, struct err *) MUST_USE;
/* Makes the journal: torn tail cut off, tree file mended. For the start and for RESUME. */
bool	start_journal(struct sam *, struct err *) MUST_USE;
/* A new life: nonces, START, outcomes of reservations that a crash left open; opens the SAM. */
void	start_life(struct sam *);
/* At an orderly stop: STOP, and the snapshot. */
void	start_stop(struct sam *);

#endif
