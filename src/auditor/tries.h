/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold in the log of an authentication module, whoever wrote it: each end has its try, each
 * code comes once, nobody locked is tried, versions follow, the grant key's uses have no gap.
 */
#ifndef AUDITOR_TRIES_H
#define AUDITOR_TRIES_H

#include "audit/entry.h"
#include "auditor/table.h"

struct tries {
	struct table	persons;	/* id -> struct tried_person */
	bool		has_key;
	uint32_t	uses;		/* of the grant key */
};

void	tries_init(struct tries *);
void	tries_wipe(struct tries *);
/* Follows one entry of any kind. */
bool	tries_follow(struct tries *, const struct entry *, const union entry_payload *, struct err *) MUST_USE;

#endif
