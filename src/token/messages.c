/* SPDX-License-Identifier: Apache-2.0 */
/* What decider and token reader say to each other, each behind its length in four bytes. */
#include "token/claims.h"
#include "token/compact.h"

static const struct field token_ask_fields[] = {
	{ SPAN16(struct token_ask, header, 1, TOKEN_HEADER_MAX) },
	{ SPAN16(struct token_ask, payload, 1, TOKEN_PAYLOAD_MAX) },
	{ SPAN8(struct token_ask, shown, 0, CLAIM_NAME_MAX) },
	{ FIELD_END },
};
MESSAGE(token_ask, "question to the token reader")

static const struct field audiences[] = {
	{ SPAN8(struct token_said, aud[0], 0, CLAIM_MAX), EACH_OF(struct token_said, aud) },
	{ FIELD_END },
};
static const struct field token_said_fields[] = {
	{ RANGE(struct token_said, status, TOKEN_READ, TOKEN_BAD_CLAIMS) },
	{ RANGE(struct token_said, flags, 0, TOKEN_HAS_TYP | TOKEN_HAS_AZP) },
	{ SPAN8(struct token_said, alg, 0, CLAIM_MAX) },
	{ SPAN8(struct token_said, typ, 0, CLAIM_MAX) },
	{ SPAN8(struct token_said, iss, 0, CLAIM_MAX) },
	{ LIST8(struct token_said, auds, 0, AUDIENCES_MAX, audiences) },
	{ RANGE(struct token_said, aud_is_list, 0, 1) },
	{ SPAN8(struct token_said, azp, 0, CLAIM_MAX) },
	{ SPAN8(struct token_said, nonce, 0, CLAIM_MAX) },
	{ SPAN8(struct token_said, sub, 0, CLAIM_MAX) },
	{ SPAN8(struct token_said, acr, 0, CLAIM_MAX) },
	{ SPAN8(struct token_said, shown, 0, CLAIM_MAX) },
	{ RANGE(struct token_said, exp, 0, TOKEN_TIME_MAX) },
	{ RANGE(struct token_said, iat, 0, TOKEN_TIME_MAX) },
	{ RANGE(struct token_said, auth_time, 0, TOKEN_TIME_MAX) },
	{ FIELD_END },
};
MESSAGE(token_said, "answer of the token reader")
