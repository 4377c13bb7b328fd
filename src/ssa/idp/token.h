/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ID tokens. Those of approvals the SAM judges; here only what is evidently broken is refused early, so that the person
 * hears at once what is wrong. Those of logins are judged here (OpenID Connect Core 3.1.3.7).
 */
#ifndef SSA_IDP_TOKEN_H
#define SSA_IDP_TOKEN_H

#include "base/err.h"
#include "base/span.h"

#define IDP_SUB_MAX	255

struct id_wanted {
	const char	*issuer, *client, *nonce;
	uint64_t	 now;			/* ms */
	uint64_t	 max_age_s;		/* of the login; logins only */
};

struct id_claims {
	uint8_t		sub[IDP_SUB_MAX];
	size_t		sub_n;
	uint64_t	auth_time;		/* ms; 0: it does not say */
};

/* Form, issuer, audience, nonce and end; no signature. ERR_DENIED, "idp_token", in words for people. */
bool	id_token_plausible(struct span token, const struct id_wanted *, struct err *) MUST_USE;
/* All of it, with the keys of the provider's set. Not from two threads at a time. */
bool	id_token_verify(struct span token, struct span keys, const struct id_wanted *, struct id_claims *,
	    struct err *) MUST_USE;

#endif
