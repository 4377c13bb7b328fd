/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads of an authentication module's entries: persons, tries, grants, its key. PROTOCOL.sam 5.2 */
#ifndef AUDIT_ENTRY_PERSON_H
#define AUDIT_ENTRY_PERSON_H

#include "audit/entry_state.h"

/* LOCKED is in no entry: RECORD says so of one who is active and has no try left. */
enum person_state { PERSON_ADMITTED = 1, PERSON_ACTIVE, PERSON_LOCKED, PERSON_CLOSED };
enum tried { TRIED_CODE = 1, TRIED_PIN, TRIED_FORM };	/* what was wrong; FORM: a factor was missing */

struct entry_try {			/* before anything is compared */
	uint8_t		person[ID_LEN], d[HASH_LEN];
	uint8_t		enc[HASH_LEN];		/* SHA-256 of the sealed factors' point */
	uint16_t	purpose;
};
struct entry_tried {
	uint8_t		person[ID_LEN], d[HASH_LEN];
	uint8_t		what;			/* enum tried */
};
struct entry_granted {
	uint8_t		person[ID_LEN], d[HASH_LEN];
	uint8_t		peer[HASH_LEN];		/* zero: factors were checked, nothing was granted */
	uint8_t		signer[ID_LEN], key[ID_LEN];
	uint16_t	factors;
	uint8_t		level;
	uint64_t	time, step;		/* step: of the code; 0: none was given */
	uint8_t		grant[HASH_LEN];	/* what the grant key signs; zero with peer */
	uint32_t	uses;			/* of the grant key, with this */
};
struct entry_person {
	uint8_t		id[ID_LEN];
	uint32_t	version;
	uint8_t		state;			/* enum person_state */
	uint16_t	cause;			/* purpose */
	uint8_t		d[HASH_LEN];
	struct span	statement, evidences, record;	/* record empty: as before */
};
struct entry_grant_key {
	struct span	spki, record;
	uint8_t		d[HASH_LEN];
};

void	entry_try_write(struct writer *, const struct entry_try *);
void	entry_tried_write(struct writer *, const struct entry_tried *);
void	entry_granted_write(struct writer *, const struct entry_granted *);
void	entry_person_write(struct writer *, const struct entry_person *);
void	entry_grant_key_write(struct writer *, const struct entry_grant_key *);

extern const struct field entry_try_fields[], entry_tried_fields[], entry_granted_fields[],
    entry_person_fields[], entry_grant_key_fields[];

#endif
