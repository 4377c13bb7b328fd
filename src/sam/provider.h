/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identity providers: their keys in the state, and what a token of theirs is worth as an approval.
 * The SAM verifies it itself, under a key that security officers installed; a login anywhere else
 * is none. PROTOCOL.sam 2.6; EN 419 241-1 SRA_SAP.1; catalogue 3.9 DLG-1 to DLG-8; finding C3.
 */
#ifndef SAM_PROVIDER_H
#define SAM_PROVIDER_H

#include "sam/fold.h"
#include "sam/sam.h"
#include "sam/token_reader.h"
#include "statement/provider.h"
#include "token/claims.h"

const struct provider *state_provider(const struct state *, const uint8_t id[32]);	/* NULL: none */

/* May these acts be enacted? */
bool	provider_may_be_added(const struct sam *, const struct statement *, struct err *) MUST_USE;
bool	provider_may_be_removed(const struct sam *, const struct statement *, struct err *) MUST_USE;

bool	fold_provider_add(struct fold *, const struct body_add_provider *, struct err *) MUST_USE;
bool	fold_provider_remove(struct fold *, const uint8_t id[32], struct err *) MUST_USE;

struct provider_case {		/* what a token must be about */
	const struct statement	*st;
	const uint8_t		*d;
	struct span		issuer;		/* whom this authenticator names */
	struct span		sub;		/* and whom there; empty: whoever, he is being linked */
};
struct provider_says {
	uint8_t	level;			/* of the token's acr */
	bool	shows;			/* it showed the transaction, by a key of declared assurance */
	size_t	sub_len;
	uint8_t	sub[SUBJECT_MAX];
};

/* Signature first, over the raw bytes; then the claims, out of the token reader; then each of them. */
bool	provider_approves(const struct state *, struct token_reader *, const struct provider_case *,
	    struct span token, struct provider_says *, struct err *) MUST_USE;

#define PROVIDER_LINK_MAX	(1 + ISSUER_MAX + 1 + SUBJECT_MAX)
/* An authenticator's credential: issuer v8 || sub v8. */
void	provider_link_write(struct writer *, struct span issuer, struct span sub);
bool	provider_link_read(struct span credential, struct span *issuer, struct span *sub) MUST_USE;

#endif
