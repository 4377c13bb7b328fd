/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Act files: an officers' statement on its way from desk to desk, with the approvals so far.
 *
 *	magic		4	"PRX1"
 *	statement	v32	PROTOCOL.sam 1
 *	evidences	v32	PROTOCOL.sam 2; empty: nobody has approved yet
 *
 * Nothing in it is secret, and nothing in it is believed: the statement is decoded and shown, the
 * SAM verifies the approvals.
 */
#ifndef CLI_ACT_H
#define CLI_ACT_H

#include "statement/evidence.h"

#define ACT_MAX	(4 + 4 + STATEMENT_MAX + 4 + EVIDENCES_BYTES_MAX)

struct act {				/* spans are lent from the bytes it was read from */
	struct span		bytes;		/* of the statement */
	struct statement	statement;
	uint8_t			d[HASH_LEN];
	struct evidences	evidences;	/* n = 0: none yet */
};

bool	act_read(struct span, struct act *, struct err *) MUST_USE;
void	act_write(struct writer *, const struct act *);
/* Is it one of the acts that officers approve? */
bool	act_is_officers(uint16_t purpose);

/*
 * An officer's statement over a body that is filled in already: proposal id, or for RESUME the
 * digest of its body; from now, for `seconds`. Writes it to w.
 */
void	act_statement_write(struct writer *w, struct statement *, const uint8_t group[32],
	    uint32_t epoch, const uint8_t proposal[PROPOSAL_LEN], uint64_t now, uint64_t exp);
void	act_body_digest(const struct statement *, uint8_t digest[HASH_LEN]);
void	act_resume_fresh(const struct statement *, uint8_t fresh[PROPOSAL_LEN]);

#endif
