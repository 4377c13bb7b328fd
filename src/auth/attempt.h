/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One try of a person's factors: charged in the log and anchored, then compared; code first, then
 * PIN. Whatever goes wrong after the charge leaves it standing. PROTOCOL.sam 9.4; finding C10.
 */
#ifndef AUTH_ATTEMPT_H
#define AUTH_ATTEMPT_H

#include "auth/person_record.h"
#include "statement/grant.h"
#include "wire/hsm.h"

struct attempt;
/* All factors were right. Answers or refuses the call, now or later. */
typedef void (*attempt_done)(struct sam *, struct call *, struct attempt *);

struct attempt {			/* the call's work */
	struct attempt	*next;		/* of those that run */
	struct sam	*sam;
	attempt_done	 done;
	uint16_t	 purpose;
	uint8_t		 d[32], person[ID_LEN];
	uint32_t	 version;
	uint16_t	 kinds;		/* enum factor: what the person has, and gave */
	uint8_t		 salt[16], verifier[32], seed[SEED_MAX];
	size_t		 seed_len;
	uint8_t		 plain[FACTORS_LEN];
	struct factors	 factors;	/* lent from plain */
	uint64_t	 step;		/* of the code; 0: none */
	/* GRANT: */
	uint8_t		 peer[GROUP_LEN], signer[ID_LEN], key[ID_LEN];
	bool		 has_key;
	struct writer	 grant, order;	/* without its signature; what the module is asked */
	uint8_t		 digest[HASH_LEN], spki[91];
	/* Acts: */
	struct writer	 statement, evidences;
};

struct attempt_of {
	uint16_t	 purpose;
	const uint8_t	*d;
	const uint8_t	*person;	/* NULL: whom the factors name */
	const uint8_t	*peer, *signer;	/* the person must be that signer's; NULL: no matter */
	struct span	 sealed, record;
	attempt_done	 done;
};

/* false: refused, nothing was charged. */
bool	attempt_begin(struct sam *, struct call *, const struct attempt_of *, struct err *) MUST_USE;
/* Is everything as it was when it began? Asked by `done`. */
bool	attempt_holds(const struct sam *, const struct attempt *, struct err *) MUST_USE;
/* GRANTED: with a grant (a->grant, a->peer, ...), or none. */
void	attempt_granted(struct sam *, const struct attempt *, bool grants);

/* What HSM_STRETCH is asked for a PIN: module || person || salt || PIN. */
void	pin_question(struct writer *, const struct sam *, const uint8_t person[ID_LEN],
	    const uint8_t salt[16], struct span pin);

struct spent	*seen_new(struct err *) MUST_USE;	/* yours */
void		 seen_free(struct spent *);

#endif
