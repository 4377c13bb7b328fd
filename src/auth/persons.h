/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the authentication module folds: of each person version, state and counters of tries; and the
 * grant key that is current. fold_person.c alone writes it. PROTOCOL.sam 9.4
 */
#ifndef AUTH_PERSONS_H
#define AUTH_PERSONS_H

#include "sam/trade.h"

#define PINS_MAX	10	/* tries of a PIN in a row: then locked */
#define CODES_MAX	20	/* and of a code */

struct person {
	uint8_t		id[ID_LEN];
	uint32_t	version;
	uint8_t		state;		/* enum person_state */
	uint8_t		pins, codes;	/* charged since the last success */
	uint8_t		open;		/* 1: a TRY whose end is not in the log */
	uint64_t	step;		/* of the last code that was taken */
	uint64_t	position;	/* of the entry with the current record */
};

struct grant_key {
	uint8_t		spki[91];
	uint32_t	uses;
	uint64_t	position;	/* 0: there is none yet */
};

struct persons {
	struct grant_key key;
	size_t		 n, room, slots;
	struct person	*list;
	uint32_t	*slot;		/* open addressing: place in the list and one, 0: free */
};

extern const struct own_state persons_state;

/* Lent until the next persons_add. NULL: none. */
struct person	*persons_find(const struct persons *, const uint8_t id[ID_LEN]);
struct person	*persons_add(struct persons *, const uint8_t id[ID_LEN], struct err *);
bool		 person_is_locked(const struct person *);

#endif
