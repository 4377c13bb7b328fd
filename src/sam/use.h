/* SPDX-License-Identifier: Apache-2.0 */
/* The use of an activation: PROTOCOL.sam 4.4 */
#ifndef SAM_USE_H
#define SAM_USE_H

#include "sam/sam.h"

/* Checks again what may have changed, burns the indexes (ascending), and has them signed. The call
 * is answered later; false: nothing was burned. with_activation: the answer is ACTIVATE's. */
bool	use_begin(struct sam *, struct call *, struct activation *, const uint32_t *index, size_t n,
	    bool with_activation, struct err *) MUST_USE;

#endif
