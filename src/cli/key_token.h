/* SPDX-License-Identifier: Apache-2.0 */
/* Keys on PKCS#11 tokens; for key.c. */
#ifndef CLI_KEY_TOKEN_H
#define CLI_KEY_TOKEN_H

#include "cli/key.h"

struct key_token;

struct key_token *key_token_open(const char *where, struct span pin, uint8_t spki[KEY_SPKI_LEN],
		    struct err *) MUST_USE;	/* yours */
void		 key_token_free(struct key_token *);
bool		 key_token_sign(struct key_token *, const uint8_t digest[HASH_LEN],
		    uint8_t sig[APPROVAL_LEN], struct err *) MUST_USE;

#endif
