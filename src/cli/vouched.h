/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Approvals whose key no receipt has: grants and ID tokens. The SAM, which installed those keys, has verified
 * them; here it is seen that they are for the statement, and of the kind that the SAM attests.
 */
#ifndef CLI_VOUCHED_H
#define CLI_VOUCHED_H

#include "cli/receipt.h"

bool	approval_is_vouched(const struct evidence *);	/* by its type: nothing to verify it under */
bool	vouched_fits(const struct evidence *, const struct attested *, const struct receipt_facts *,
	    struct err *) MUST_USE;

#endif
