/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table: for each purpose whose approvals it needs, how many, and what makes it fresh. One
 * verifier for all of them. There is no other door. EN 419 241-2 FDP_ACC.1/ACF.1 (each operation),
 * FIA_UAU.5; EN 419 241-1 SRG_M.1.6.
 */
#ifndef SAM_APPROVAL_H
#define SAM_APPROVAL_H

#include "sam/record.h"
#include "sam/state.h"
#include "statement/evidence.h"
#include "statement/grant.h"

struct token_reader;

enum approver { BY_SIGNER, BY_SIGNER_AND_NEW, BY_CODE_AND_NEW, BY_CODE, BY_FACTORS, BY_REGISTRATION,
	BY_REGISTRATION_QUORUM, BY_SECURITY_QUORUM, BY_SECURITY_QUORUM_AND_NEW, BY_NOBODY };
enum fresh_by { FRESH_NONCE, FRESH_PROPOSAL, FRESH_RESUME, FRESH_NEVER };

struct rule {
	uint16_t	purpose;
	enum approver	by;
	enum fresh_by	fresh;
	bool		behind;		/* also while the log is behind its anchor */
};

/* NULL: no such purpose in this trade */
const struct rule *rule_find(const struct trade *, uint16_t purpose);

/*
 * What passkeys said of themselves, for counters_follow; sealed shares that grants brought; whom a
 * provider's token named, and whether one of them needs somebody else's approval beside it.
 */
struct approved {
	size_t	n, grants;
	struct { uint8_t id[ID_LEN]; uint32_t count; } passkey[EVIDENCES_MAX];
	struct { uint8_t id[ID_LEN]; size_t n; uint8_t share[SHARE_SEALED_LEN]; } grant[EVIDENCES_MAX];
	bool	leans;
	size_t	sub_len;
	uint8_t	sub[SUBJECT_MAX];
};

/* The approvals a rule asks for are there, verify and suffice; nothing else is there.
 * The token reader may be asked, and may be busy.
 * signer: the current signer record where the rule names the signer or his code, else NULL. */
bool	approvals_hold(const struct rule *, const struct state *, const struct signer_record *signer,
	    const struct statement *, const uint8_t d[HASH_LEN], const struct evidences *,
	    struct token_reader *, struct approved *, struct err *) MUST_USE;

/* How many of the signer's authenticators approve this. */
size_t	approvals_needed(const struct state *, const struct signer_record *,
	    const struct statement *);
/* May this authenticator approve for a key of this level, now? */
bool	authenticator_suffices(const struct authenticator *, const struct state *, uint8_t level,
	    struct err *) MUST_USE;

#endif
