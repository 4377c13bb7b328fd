/* SPDX-License-Identifier: Apache-2.0 */
/* A log without its disk: entries are made, kept, and folded into a state one by one. */
#ifndef TESTS_SAM_ENTRIES_H
#define TESTS_SAM_ENTRIES_H

#include "sam/trade.h"
#include "tests/test.h"
#include "tests/unit/kit/samples.h"

struct entries {
	struct state	*s;
	struct writer	 all;			/* count x v32, as in batches */
	size_t		 at;			/* of the last one */
	uint64_t	 time;
	struct err	 e;
};

/* With the sample group's genesis folded, unless bare. */
void	entries_init(struct entries *, bool bare);
void	entries_free(struct entries *);
/* The entry's payload goes to the writer; then entries_end folds it, or drops it and says false. */
struct writer *entries_begin(struct entries *, enum entry_kind);
bool	entries_end(struct entries *);
/* Folds the entries from `at` (an offset into all) on. */
void	entries_fold(const struct entries *, size_t at, struct state *);

/* The id that add_* gives the n-th of a kind: 'k' keys, 's' signers. */
void	entries_id(uint8_t *out, uint32_t n, uint8_t kind);
bool	add_genesis(struct entries *);
bool	add_proposed(struct entries *, uint16_t purpose, uint64_t expires, uint8_t id[32]);
bool	add_act(struct entries *, const struct statement *);
bool	add_signer(struct entries *, uint32_t id, uint32_t version, uint8_t state, bool record);
bool	add_key(struct entries *, uint32_t id, uint32_t owner, uint32_t version, uint8_t state,
    bool record);
bool	add_reserved(struct entries *, uint32_t key, uint32_t d, uint32_t uses, size_t n);
bool	add_outcome(struct entries *, uint32_t key, uint32_t d, uint64_t reserved, size_t n);
bool	add_alarm(struct entries *);

#endif
