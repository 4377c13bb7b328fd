/* SPDX-License-Identifier: Apache-2.0 */
/* A genesis in words, and the statement that founders approve. */
#ifndef CLI_GENESIS_WORDS_H
#define CLI_GENESIS_WORDS_H

#include <stdio.h>

#include "audit/genesis.h"
#include "cli/key.h"
#include "statement/evidence.h"

#define FOUND_LIFE_MS	(30ull * 24 * 3600 * 1000)

void	words_genesis(FILE *, struct span bytes, const struct genesis *);
/* FOUND of this genesis: epoch 1, from its time for 30 days. */
void	founding_statement_write(struct writer *, struct span genesis, uint64_t time);
/* The founder's approval: one evidence under the id that the genesis gives this key. */
bool	founder_approval_write(struct writer *, struct span genesis, const struct genesis *,
	    struct key *, struct err *) MUST_USE;

#endif
