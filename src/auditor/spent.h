/* SPDX-License-Identifier: Apache-2.0 */
/* Who reads a whole log counts here: each (d, index) once, each key's uses without a gap. */
#ifndef AUDITOR_SPENT_H
#define AUDITOR_SPENT_H

#include "audit/entry_use.h"
#include "auditor/table.h"

struct spent {
	struct table	places;		/* (d, index) */
	struct table	uses;		/* key */
};

void	spent_init(struct spent *);
void	spent_wipe(struct spent *);
/* No place twice; `uses` is what it was for this key, plus n. */
bool	spent_reserved(struct spent *, uint64_t sequence, const struct entry_reserved *, struct err *)
	    MUST_USE;
/* Each place is of that reservation, with that key, and has no outcome yet. */
bool	spent_outcome(struct spent *, const struct entry_outcome *, struct err *) MUST_USE;

#endif
