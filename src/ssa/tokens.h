/* SPDX-License-Identifier: Apache-2.0 */
/* Access tokens: 256 random bits, known here by their hash; and assertions that were used. */
#ifndef SSA_TOKENS_H
#define SSA_TOKENS_H

#include "ssa/cache.h"
#include "store/store.h"

#define TOKEN_LETTERS	43		/* base64url of 32 bytes */
#define TOKEN_LIFE_MS	3600000

enum token_found { TOKEN_UNKNOWN, TOKEN_EXPIRED, TOKEN_GOOD };

struct tokens;

/* activations: named like the tokens of scope credential, and gone with them. */
struct tokens	*tokens_open(struct store *, size_t capacity, struct cache *activations, struct err *)
		    MUST_USE;
void		 tokens_free(struct tokens *);
/* Makes a secret for `row` (its hash is filled in) and gives its text. */
void		 token_issue(struct tokens *, struct token_row *row, char text[TOKEN_LETTERS + 1]);
enum token_found token_find(struct tokens *, struct span text, uint64_t now, struct token_row *row);
/* Each is durable when it returns. Ends what one consent gave, or one token. */
bool		 tokens_end_grant(struct tokens *, const uint8_t grant[16], struct err *) MUST_USE;
bool		 token_end(struct tokens *, const uint8_t hash[32], struct err *) MUST_USE;
/* 256 random bits as text, and what the store keeps of them. */
void		 secret_text(char text[TOKEN_LETTERS + 1], uint8_t hash[32]);
/* True the first time. `until`: when it may be forgotten. False also when too many are remembered. */
bool		 assertion_spend(struct tokens *, const uint8_t hash[32], uint64_t until, uint64_t now);

#endif
