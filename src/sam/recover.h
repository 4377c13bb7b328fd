/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recovery: the log is checked and folded, from the snapshot if there is a good one, and compared
 * with its anchor. PROTOCOL.sam 5; EN 419 241-1 SRG_BK.3, SRG_AA.7; catalogue EXT-2, RPL-2.
 */
#ifndef SAM_RECOVER_H
#define SAM_RECOVER_H

#include "sam/sam.h"

/* Ends with the SAM open (start_life), or closed because the log is behind its anchor; false: it
 * must be closed, *e says why. */
bool	recover(struct sam *, struct err *) MUST_USE;
/* Writes the snapshot; everything must be on disk. */
bool	snapshot_save(struct sam *, struct err *) MUST_USE;

#endif
