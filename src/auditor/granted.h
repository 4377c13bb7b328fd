/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an authentication module's log says it granted: a row for each, in the order of the log. GRANTED of a check of factors (peer zero) is counted only.
 */
#ifndef AUDITOR_GRANTED_H
#define AUDITOR_GRANTED_H

#include "audit/entry.h"
#include "auditor/table.h"

struct granted {
	uint64_t		entry, time;	/* time: of the entry */
	struct entry_granted	m;
	bool			admitted;	/* the person is this signer of this peer */
	bool			used;
};

struct granteds {
	struct table	 by_d;		/* d: place in the list, u64 */
	struct table	 admitted;	/* person: peer, signer */
	struct granted	*list;
	size_t		 n, cap;
	uint64_t	 checks;
};

void	granteds_init(struct granteds *);
void	granteds_wipe(struct granteds *);
/* An entry of the module's log. */
bool	granteds_follow(struct granteds *, const struct entry *, const union entry_payload *,
	    struct err *) MUST_USE;
/* The first grant for d, or NULL. */
struct granted *granted_find(const struct granteds *, const uint8_t d[HASH_LEN]);

#endif
