/* SPDX-License-Identifier: Apache-2.0 */
/* Access tokens: 256 random bits, known here by their hash; and assertions that were used. */
#ifndef SSA_TOKENS_H
#define SSA_TOKENS_H

#include "store/store.h"

#define TOKEN_LETTERS	43		/* base64url of 32 bytes */
#define TOKEN_LIFE_MS	3600000

enum token_found { TOKEN_UNKNOWN, TOKEN_EXPIRED, TOKEN_GOOD };

struct tokens;

struct tokens	*tokens_open(struct store *, size_t capacity, struct err *) MUST_USE;
void		 tokens_free(struct tokens *);
void		 token_issue(struct tokens *, const uint8_t client[16], uint64_t now,
		    char text[TOKEN_LETTERS + 1]);
enum token_found token_find(struct tokens *, struct span text, uint64_t now, uint8_t client[16]);
/* True the first time. `until`: when it may be forgotten. False also when too many are remembered. */
bool		 assertion_spend(struct tokens *, const uint8_t hash[32], uint64_t until, uint64_t now);

#endif
