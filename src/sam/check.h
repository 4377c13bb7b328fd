/* SPDX-License-Identifier: Apache-2.0 */
/* What is checked of every statement before anything costly: cheap things first. Catalogue 3.6,
 * 13-14. */
#ifndef SAM_CHECK_H
#define SAM_CHECK_H

#include "sam/approval.h"
#include "sam/sam.h"

/* Group, epoch, iat and exp against our clock. most: how long an approval may live, ms. */
bool	statement_is_for_us(const struct sam *, const struct statement *, uint64_t most, struct err *)
	    MUST_USE;
/* The life nonce is ours, for this signer and purpose, and young. Not: unspent. */
bool	statement_nonce_holds(const struct sam *, const struct statement *, struct err *) MUST_USE;
/* There is an open proposal of exactly this act, and exp is within it. */
bool	statement_proposal_holds(const struct sam *, const struct statement *, struct err *) MUST_USE;

#endif
