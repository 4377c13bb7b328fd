/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts against signatures. */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include "cli/command.h"
#include "cli/receipt.h"
#include "crypto/alg.h"

/* A receipt file that holds. Yours: free(); it lends from bytes. EXIT_INVALID if it does not. */
struct receipt_facts *facts_open(const char *path, const uint8_t *group, struct writer *bytes,
	    struct err *) MUST_USE;
/* Is it the receipt of this signature, under this key, over this DTBS/R? */
bool	facts_fit(const struct receipt_facts *, const struct alg *, struct span dtbsr,
	    struct span spki, struct span raw, struct err *) MUST_USE;
void	facts_print(struct call *, const struct receipt_facts *);

#endif
