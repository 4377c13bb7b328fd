/* SPDX-License-Identifier: Apache-2.0 */
/* What makes signatures asks the CA first, where the configuration wants to know ([status]). */
#ifndef SSA_ISSUE_BEFORE_H
#define SSA_ISSUE_BEFORE_H

#include "ssa/api/call.h"

/*
 * As call_ask, after the status of the key's certificate is known to be young enough and good. Else
 * `next` gets the refusal, and the SAM is not asked.
 */
void	before_ask(struct call *, const struct key *, uint8_t type, struct span payload, call_next *next);

#endif
