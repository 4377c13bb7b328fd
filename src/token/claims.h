/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a token's header and claims say, read within bounds: this runs in the token reader, a process
 * that can do nothing else. It compares nothing; the decider does.
 */
#ifndef TOKEN_CLAIMS_H
#define TOKEN_CLAIMS_H

#include "base/err.h"
#include "base/fields.h"

#define CLAIM_MAX		255
#define AUDIENCES_MAX		8
#define CLAIM_NAME_MAX		64
#define TOKEN_TIME_MAX		UINT64_C(253402300799)	/* the last second of year 9999 */
#define TOKEN_ASK_MAX		(2 + 2048 + 2 + 12288 + 1 + CLAIM_NAME_MAX)
#define TOKEN_SAID_MAX		(4096 + AUDIENCES_MAX * 256)

enum token_status { TOKEN_READ, TOKEN_BAD_HEADER, TOKEN_BAD_CLAIMS };
enum token_flags { TOKEN_HAS_TYP = 1 << 0, TOKEN_HAS_AZP = 1 << 1 };

struct token_ask {
	struct span	header, payload;	/* JSON */
	struct span	shown;			/* name of the transaction's claim; empty: none */
};

/* A claim that is not there is empty or 0: none of them may be, where it counts. */
struct token_said {
	uint8_t		status;			/* enum token_status; all else empty but for READ */
	uint8_t		flags;
	struct span	alg, typ;
	struct span	iss;
	size_t		auds;
	struct span	aud[AUDIENCES_MAX];
	uint8_t		aud_is_list;
	struct span	azp, nonce, sub, acr, shown;
	uint64_t	exp, iat, auth_time;	/* seconds since 1970 */
};

MESSAGE_OF(token_ask);
MESSAGE_OF(token_said);

/* Where the values that were copied lie. */
struct claims_room {
	uint8_t	bytes[TOKEN_SAID_MAX];
	size_t	n;
};

/* Answers with a status in any case. Spans are lent from room. */
void	claims_read(const struct token_ask *, struct claims_room *, struct token_said *);

#endif
