/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authentication module: the same machine as the SAM with another trade. It compares a person's
 * PIN and code, counts tries in its log before it compares, and grants. PROTOCOL.sam 9;
 * EN 419 241-1 SRA_SAP.1.1, SRG_IA; findings C10, C12.
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "auth/factors.h"
#include "auth/persons.h"
#include "crypto/hpke.h"
#include "sam/trade.h"

extern const struct trade auth_trade;

struct attempt;
struct spent;

struct auth_parts {			/* of this life; in sam->own */
	struct hpke_key	*factor_key;	/* never on disk: a restart makes another one */
	struct writer	 factor_key_said;	/* its attestation, once asked for */
	struct spent	*seen;		/* sealed factors that were tried */
	struct attempt	*running;	/* one for each person at most */
	bool		 making_key;	/* the module is at work on a grant key */
};

static inline struct auth_parts *
auth_parts(const struct sam *sam)
{
	return sam->own;
}

static inline struct persons *
auth_persons(const struct sam *sam)
{
	return sam->state->own;
}

/* Log and module can take more; asked before anything is charged or made. */
bool	auth_has_room(const struct sam *, struct err *) MUST_USE;

bool	answer_factor_key(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_grant(struct sam *, struct call *, struct reader *, struct err *);
bool	answer_person(struct sam *, struct call *, struct reader *, struct err *);

bool	enact_admit(struct sam *, struct act *, struct err *);
bool	enact_set_factors(struct sam *, struct act *, struct err *);
bool	enact_change_factors(struct sam *, struct act *, struct err *);
bool	enact_check(struct sam *, struct act *, struct err *);
bool	enact_unlock(struct sam *, struct act *, struct err *);
bool	enact_dismiss(struct sam *, struct act *, struct err *);
bool	enact_new_grant_key(struct sam *, struct act *, struct err *);

bool	person_enacted_before(struct sam *, struct act *);

extern const fold_fn auth_kinds[ENTRY_KINDS];

#endif
