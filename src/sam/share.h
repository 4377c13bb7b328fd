/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Share: the half of a key's authorisation data that its authentication module keeps, and brings
 * with each grant. Who has the store root opens no key without it. PROTOCOL.sam 2.5, 3.2; finding C12.
 */
#ifndef SAM_SHARE_H
#define SAM_SHARE_H

#include "sam/approval.h"
#include "sam/sam.h"

/* The share that approvals brought of a key used with `with`, opened; none where nothing is asked
 * for. "share": it is missing, or for another key, statement or module. */
bool	share_take(const struct sam *, const struct signer_record *, const uint8_t with[ID_LEN],
	    const struct approved *, const uint8_t d[HASH_LEN], const uint8_t key[ID_LEN],
	    struct share *, struct err *) MUST_USE;

#endif
