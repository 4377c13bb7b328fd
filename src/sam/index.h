/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The version index: for each record its current version, state, uses and place in the log, in 32
 * bytes. What stands here is a fold over the log; an id without a row is refused (freshness).
 * EN 419 241-2 R.TSF_DATA; catalogue EXT-2, EXT-4.
 */
#ifndef SAM_INDEX_H
#define SAM_INDEX_H

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"
#include "wire/enact.h"

enum signer_state { SIGNER_INVITED = 1, SIGNER_BOUND, SIGNER_ACTIVE, SIGNER_SUSPENDED,
	SIGNER_CLOSED };
enum key_state { KEY_NEW = 1, KEY_REQUESTED, KEY_ACTIVE, KEY_SUSPENDED, KEY_DESTROYED };

struct row {
	uint8_t		id[12];		/* the first bytes; the whole id is in the sealed record */
	uint32_t	version;	/* 0: this slot is empty */
	uint32_t	uses;		/* keys: reserved so far */
	uint32_t	position_low;	/* of the entry that carries the current record */
	uint16_t	position_high;
	uint8_t		type;		/* enum record_type */
	uint8_t		state;
	uint8_t		before;		/* state to go back to after SUSPENDED */
	uint8_t		spare[3];
};
_Static_assert(sizeof(struct row) == 32, "the memory budget per record");

struct index;

struct index	*index_new(struct err *) MUST_USE;	/* yours */
void		 index_free(struct index *);
AUTO_FREE(index)
/* Lent until the next index_add; NULL if there is none of that type. */
struct row	*index_find(const struct index *, enum record_type, const uint8_t id[ID_LEN]);
/* A new row with version 1; NULL if the id is taken or memory is out. Lent likewise. */
struct row	*index_add(struct index *, enum record_type, const uint8_t id[ID_LEN], struct err *);
size_t		 index_count(const struct index *, enum record_type);
size_t		 index_memory(const struct index *);	/* bytes held */

uint64_t	 row_position(const struct row *);
void		 row_set_position(struct row *, uint64_t);

/* For the snapshot; the order of rows is not canonical, so equality is asked of index_equal. */
void		 index_write(struct writer *, const struct index *);
struct index	*index_read(struct reader *, struct err *) MUST_USE;	/* yours */
bool		 index_equal(const struct index *, const struct index *);

#endif
