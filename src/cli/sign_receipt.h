/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts of signatures that were just made. */
#ifndef CLI_SIGN_RECEIPT_H
#define CLI_SIGN_RECEIPT_H

#include "cli/session.h"
#include "cli/signing.h"

/* Of document i with this signature, under the approval d of *approved; it verifies, or it is an error. */
bool	sign_receipt_get(struct session *, const struct approved *, const struct signing_job *, size_t i,
	    struct span raw, struct writer *bytes, struct err *) MUST_USE;

#endif
