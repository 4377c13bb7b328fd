/* SPDX-License-Identifier: Apache-2.0 */
/* FOLLOW calls that wait for new bytes of the log. PROTOCOL.sam 4.8 */
#ifndef SAM_FOLLOW_H
#define SAM_FOLLOW_H

#include "sam/sam.h"

/* Once per loop. */
void	followers_tick(struct sam *, uint64_t now_life);

#endif
