/* SPDX-License-Identifier: Apache-2.0 */
/* What stands inside a person's sealed record, and the way to a current one. PROTOCOL.sam 3.4 */
#ifndef AUTH_PERSON_RECORD_H
#define AUTH_PERSON_RECORD_H

#include "auth/auth.h"

struct person_record {
	uint8_t		peer[GROUP_LEN], signer[ID_LEN];
	struct span	name;
	uint8_t		evidence[32], code[32];
	uint64_t	admitted;	/* log sequence number of the ADMIT */
	uint16_t	kinds;		/* enum factor: which there are */
	uint8_t		salt[16], verifier[32];
	struct span	seed;
};

struct opened_person {
	struct person_record	 record;
	struct person		*row;	/* lent until a person is added */
	struct writer		 plain;
};
void	opened_person_wipe(struct opened_person *);
#define AUTO_PERSON __attribute__((cleanup(opened_person_wipe))) struct opened_person

bool	person_record_read(struct span, struct person_record *, struct err *) MUST_USE;	/* lends */
void	person_record_write(struct writer *, const struct person_record *);

/* sealed: empty takes the current one from the log. */
bool	open_person(struct sam *, const uint8_t id[ID_LEN], struct span sealed, struct opened_person *,
	    struct err *) MUST_USE;
/* The sealed record as the log has it. */
bool	person_from_log(struct sam *, const struct person *, struct writer *out, struct err *) MUST_USE;

/* An entry PERSON; record: empty leaves it. `act` gives purpose, d, statement, evidences. */
struct person_change {
	const uint8_t	*id, *d;
	uint32_t	 version;
	uint8_t		 state;
	uint16_t	 cause;
	struct span	 statement, evidences, record;
};
void	log_person(struct sam *, const struct person_change *);
bool	seal_person(struct sam *, const uint8_t id[ID_LEN], uint32_t version, const struct person_record *,
	    struct writer *out, struct err *) MUST_USE;

#endif
