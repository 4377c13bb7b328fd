/* SPDX-License-Identifier: Apache-2.0 */
/* Statements in words, from our own reader: what a person sees before approving. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <stdio.h>

#include "statement/statement.h"
#include "wire/status.h"

/*
 * Everything the statement says, one fact a line, "  label: value". Names for ids come from a
 * roster that the SAM gave (NULL: ids alone), never from the file.
 */
void	words_statement(FILE *, const struct statement *, const struct msg_roster *);
/* The bytes of a policy. */
void	words_policy(FILE *, const uint8_t policy[POLICY_LEN]);
/* "Alice Example, security officer" or NULL. */
const struct roster_officer *roster_find(const struct msg_roster *, const uint8_t id[16]);
const struct roster_officer *roster_by_key(const struct msg_roster *, struct span spki);

#endif
