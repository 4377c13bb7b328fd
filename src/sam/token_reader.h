/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decider's end of the token reader: one question at a time, answered within a second or not
 * at all. Only tokens whose signature was found good get there.
 */
#ifndef SAM_TOKEN_READER_H
#define SAM_TOKEN_READER_H

#include "sam/decider.h"
#include "token/claims.h"

struct token_reader;

struct token_reader *token_reader_new(const struct decider_setup *, struct err *) MUST_USE; /* yours */
void	token_reader_free(struct token_reader *);
void	token_reader_attach(struct token_reader *, int fd);	/* takes it, in place of the one before */
/*
 * What is said is lent until the next question. ERR_BUSY, "busy": there is no reader now; one that
 * is silent or talks nonsense is killed and replaced. ERR_DENIED, "kind": none is wanted here.
 */
bool	token_reader_ask(struct token_reader *, const struct token_ask *, struct token_said *,
	    struct err *) MUST_USE;

#endif
