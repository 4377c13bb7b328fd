/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signers' statements, built from this program's own values: the server gives the challenge and
 * nothing that is approved without being shown or known.
 */
#ifndef CLI_SIC_H
#define CLI_SIC_H

#include "cli/key.h"
#include "cli/profile.h"
#include "cli/ssa.h"

#define SKEW_MS		50000		/* the SAM allows 60 s; a round trip is in between */
#define LIFE_MAX_MS	300000

struct challenge {
	uint8_t		fresh[FRESH_LEN];
	uint32_t	epoch;
	uint64_t	now;
	uint64_t	life;		/* ms that the statement may live; 0: what the profile says */
};

struct approved {			/* a statement with what approves it */
	struct writer	statement, evidences;
	uint8_t		d[HASH_LEN];
};

void	approved_init(struct approved *);
void	approved_wipe(struct approved *);
#define AUTO_APPROVED __attribute__((cleanup(approved_wipe))) struct approved

/* POST challenge; checks that the group is ours and the clocks agree. */
bool	sic_challenge(struct ssa *, const struct profile *, uint16_t purpose, struct challenge *,
	    struct err *) MUST_USE;
/* The members of such an answer, checked alike. */
bool	sic_challenge_take(const json_t *, const struct profile *, struct challenge *, struct err *)
	    MUST_USE;
/* The challenge of CSC's getChallenge: base64url(fresh, epoch, now). */
bool	sic_challenge_read(const char *text, struct challenge *, struct err *) MUST_USE;
bool	sic_clock_agrees(uint64_t ours, uint64_t theirs, struct err *) MUST_USE;

/* Fills the header and writes the statement; refuses one that our own reader refuses. */
bool	sic_statement(struct approved *, struct statement *, const struct profile *,
	    const struct challenge *, uint64_t now, struct err *) MUST_USE;
/* Adds the approval by the authenticator's key, id zero for a new one. */
bool	sic_approve(struct approved *, const uint8_t authenticator[16], struct key *, struct err *)
	    MUST_USE;
/* Adds two approvals, the second by a new key, which has no id yet: ADD_AUTHENTICATOR. */
bool	sic_approve_second(struct approved *, const uint8_t authenticator[16], struct key *,
	    struct key *second, struct err *) MUST_USE;
/* The same for BIND: the new key, and the enrolment code. */
bool	sic_approve_bind(struct approved *, struct key *, const uint8_t code[CODE_LEN],
	    const uint8_t group[32], struct err *) MUST_USE;
/* v32 statement || v32 evidences, as docs/api.md has it. */
void	sic_package(const struct approved *, struct writer *);
/* The JSON of enrol and enact: statement and evidence in base64. Yours. */
json_t	*sic_json(const struct approved *);

#endif
