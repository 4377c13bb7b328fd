/* SPDX-License-Identifier: Apache-2.0 */
/* The log as an officer's follower reads it, counted: what tests compare with what they did. */
#ifndef SIC_TALLY_H
#define SIC_TALLY_H

#include "audit/batch.h"
#include "tests/sic/group.h"

#define TALLY_REASONS	64

struct tally {
	uint64_t	offset;			/* read so far */
	uint64_t	entries, kind[ENTRY_KINDS];
	uint64_t	signatures;		/* OUTCOME items with status 0 */
	uint64_t	refused;		/* REFUSED and what REFUSALS count */
	uint64_t	ended[SESSION_CONNECTION + 1];	/* sessions of one-time keys, by why */
	size_t		n;
	struct { char word[24]; uint64_t count; } reason[TALLY_REASONS];
	uint8_t		last_kind;
};

/* Reads on, through FOLLOW, until all that STATUS counts was read. */
void	tally_read(struct tally *, const struct group *);
uint64_t tally_of(const struct tally *, const char *reason);

#endif
