/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two logs held against each other: a SAM's and its authentication module's. Each activation of a key
 * that was made with the module has one grant, for the same statement, signer and key; no statement has two.
 */
#ifndef CLI_RECONCILE_H
#define CLI_RECONCILE_H

#include "audit/entry.h"
#include "auditor/table.h"

struct reconcile {
	uint8_t		group[HASH_LEN];	/* the SAM's */
	struct table	keys;			/* made with a module */
	struct table	uses;			/* statements that need a grant, by d */
	struct table	grants;			/* by d */
	struct table	acts;			/* other statements that were in force there, by d */
	uint64_t	activations, granted, other;	/* other: for another SAM */
	uint64_t	missing, twice, differing, unused;
	/* Says each finding; may be NULL. */
	void		(*found)(void *ctx, const char *what, const uint8_t d[HASH_LEN]);
	void		*ctx;
};

void	reconcile_init(struct reconcile *, const uint8_t group[HASH_LEN]);
void	reconcile_wipe(struct reconcile *);
/* All entries of the SAM's log in their order, then all of the module's; then the sum. */
bool	reconcile_sam(struct reconcile *, const struct entry *, const union entry_payload *, struct err *)
	    MUST_USE;
bool	reconcile_auth(struct reconcile *, const struct entry *, const union entry_payload *, struct err *)
	    MUST_USE;
/* Do they agree? Grants that were not used are counted, and are no fault. */
bool	reconcile_end(struct reconcile *, struct err *) MUST_USE;

#endif
