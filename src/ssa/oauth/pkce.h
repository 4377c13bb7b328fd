/* SPDX-License-Identifier: Apache-2.0 */
/* PKCE (RFC 7636) with S256; `plain` is not offered. */
#ifndef SSA_OAUTH_PKCE_H
#define SSA_OAUTH_PKCE_H

#include "base/span.h"

#define CHALLENGE_LETTERS	43

bool	pkce_challenge_fits(struct span challenge);	/* base64url of 32 bytes, in its one spelling */
bool	pkce_holds(struct span challenge, struct span verifier);

#endif
