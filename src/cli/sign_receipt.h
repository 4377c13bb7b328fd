/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts of signatures that were just made. */
#ifndef CLI_SIGN_RECEIPT_H
#define CLI_SIGN_RECEIPT_H

#include "cli/command.h"
#include "cli/session.h"
#include "cli/signing.h"

/*
 * Where --receipt or --receipts ask for it: the receipt of item i, which has this digest and got this
 * signature in the file p7s, under the approval d. It verifies, or it is an error.
 */
bool	sign_receipt_keep(struct session *, struct call *, const struct approved *, struct span digest,
	    size_t i, struct span raw, const char *p7s, struct err *) MUST_USE;

#endif
