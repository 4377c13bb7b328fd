/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From sealed bytes to a record that is current: of this group, type, id and owner, of the version
 * the log knows. An older one is refused whatever it says. Catalogue 3.6 steps 6, 7, 9; EXT-1,
 * EXT-2.
 */
#ifndef SAM_OPEN_RECORD_H
#define SAM_OPEN_RECORD_H

#include "sam/record.h"
#include "sam/sam.h"

struct opened_signer {
	struct signer_record	 record;
	struct row		*row;		/* lent until the next record is added */
	struct writer		 plain;		/* opened_signer_wipe */
};

struct opened_key {
	struct key_record	 record;
	struct row		*row;
	uint8_t			 owner[ID_LEN];
	uint32_t		 epoch;		/* of its sealing */
	struct writer		 plain;
};

/* sealed: empty takes the current one from the log. */
bool	open_signer(struct sam *, const uint8_t id[ID_LEN], struct span sealed, struct opened_signer *,
	    struct err *) MUST_USE;
bool	open_key(struct sam *, const uint8_t id[ID_LEN], struct span sealed, struct opened_key *,
	    struct err *) MUST_USE;
void	opened_signer_wipe(struct opened_signer *);
void	opened_key_wipe(struct opened_key *);

/* The sealed record as the log carries it. */
bool	sealed_from_log(struct sam *, enum record_type, const struct row *, struct writer *out,
	    struct err *) MUST_USE;

#define AUTO_SIGNER __attribute__((cleanup(opened_signer_wipe))) struct opened_signer
#define AUTO_KEY __attribute__((cleanup(opened_key_wipe))) struct opened_key

#endif
