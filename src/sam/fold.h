/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of the fold to each other: fold.c and fold_act.c. */
#ifndef SAM_FOLD_H
#define SAM_FOLD_H

#include "sam/state.h"
#include "statement/statement.h"

struct fold {
	struct state		*s;
	const struct entry	*entry;
	struct span		 bytes;
	uint64_t		 position;
	union entry_payload	*p;
};

typedef bool (*fold_fn)(struct fold *, struct err *);

/* The entry cannot follow: *e says why. Returns false. */
bool	fold_impossible(const struct fold *, const char *why, struct err *);
void	fold_close_proposal(struct state *, const uint8_t fresh[FRESH_LEN]);

bool	fold_nothing(struct fold *, struct err *);
bool	fold_signer(struct fold *, struct err *);
bool	fold_key(struct fold *, struct err *);
bool	fold_reserved(struct fold *, struct err *);
bool	fold_outcome(struct fold *, struct err *);
bool	fold_window(struct fold *, struct err *);

bool	fold_genesis(struct fold *, struct err *) MUST_USE;
bool	fold_proposed(struct fold *, struct err *) MUST_USE;
bool	fold_act(struct fold *, struct err *) MUST_USE;

#endif
