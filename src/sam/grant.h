/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence of type 3: a peer, an authentication module, says that a person gave his factors for this
 * statement. PROTOCOL.sam 2.5; EN 419 241-1 SRA_SAP.1.1, SRA_SAP.2.2.
 */
#ifndef SAM_GRANT_H
#define SAM_GRANT_H

#include "sam/approval.h"
#include "statement/grant.h"

/* Does this evidence approve for the person whom `link` names (module || person), for a key of this
 * level? *out lends from the evidence. */
bool	grant_approves(const struct state *, const struct statement *, const uint8_t d[HASH_LEN],
	    struct span link, struct span evidence, uint8_t level, struct grant *out, struct err *) MUST_USE;

#endif
