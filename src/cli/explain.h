/* SPDX-License-Identifier: Apache-2.0 */
/* The SAM's words (PROTOCOL.sam 4.9) as sentences: what happened, and what to do. */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "base/err.h"

/* NULL for a word that is none of the SAM's. */
const char	*explain_reason(const char *reason);
const char	*explain_row(unsigned i, const char **reason);	/* the i-th; NULL past the last */
/*
 * Puts the peer's no into *e: the sentence, the word, EXIT_REFUSED. `who` is "The SAM" or "The
 * server"; an unknown word is shown only if it is printable. Returns false.
 */
bool		 explain_refusal(struct err *e, const char *who, const char *reason);

const char	*role_name(unsigned role);		/* "security officer"; NULL: no such role */
unsigned	 role_by_word(const char *word);	/* "security", ...; 0: none */
const char	*signer_state_name(unsigned);
const char	*key_state_name(unsigned);
const char	*loa_name(unsigned);			/* "low", "substantial", "high" */
unsigned	 loa_by_name(const char *);		/* 0: none */
const char	*protection_name(unsigned);
const char	*class_name(unsigned);

#endif
