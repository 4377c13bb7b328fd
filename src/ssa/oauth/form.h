/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of OAuth and of our own pages, from a form or a query: each at most once, empty ones
 * as if they were not there (RFC 6749 3.1), unknown ones ignored.
 */
#ifndef SSA_OAUTH_FORM_H
#define SSA_OAUTH_FORM_H

#include "base/writer.h"
#include "ssa/http/server.h"

enum param {
	P_RESPONSE_TYPE, P_CLIENT_ID, P_CLIENT_SECRET, P_CLIENT_ASSERTION, P_CLIENT_ASSERTION_TYPE,
	P_REDIRECT_URI, P_SCOPE, P_STATE, P_AUTHORIZATION_DETAILS, P_CODE_CHALLENGE,
	P_CODE_CHALLENGE_METHOD, P_REQUEST_URI, P_CREDENTIAL_ID, P_SIGNATURE_QUALIFIER,
	P_NUM_SIGNATURES, P_HASH, P_HASHES, P_HASH_ALGORITHM_OID, P_DESCRIPTION, P_PROMPT, P_REQUEST,
	P_GRANT_TYPE, P_CODE, P_REFRESH_TOKEN, P_CODE_VERIFIER, P_TOKEN, P_TOKEN_TYPE_HINT,
	P_HASH_TYPE, P_SIGNATURE_FORMAT, P_ACCOUNT_TOKEN, P_R, P_CSRF, P_NAME, P_PASSWORD, P_AGAIN, P_ACT,
	P_ERROR, P_ISS, P_PROVIDER,
	PARAMS
};

struct form {
	struct span	field[PARAMS];		/* p NULL: absent */
	struct writer	w;
};

/* Wipe with form_wipe, also when they fail: malformed, or a known parameter twice. */
bool	form_read(struct form *, struct span body) MUST_USE;
bool	form_query(struct form *, struct exchange *) MUST_USE;
void	form_wipe(struct form *);
bool	form_is(const struct form *, enum param, const char *value);
/* One value as a form spells it: for the halves of Basic authentication (RFC 6749 2.3.1). */
bool	form_decode(struct span text, struct writer *) MUST_USE;

#define AUTO_FORM __attribute__((cleanup(form_wipe))) struct form

#endif
