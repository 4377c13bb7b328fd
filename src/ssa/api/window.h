/* SPDX-License-Identifier: Apache-2.0 */
/* A SCAL1 key on the SSA's word: the way of credentials/authorize that needs no approval. */
#ifndef SSA_API_WINDOW_H
#define SSA_API_WINDOW_H

#include "ssa/api/credential.h"
#include "ssa/api/sign.h"

/* A SCAL1 key, and nothing in the request that could be an approval. */
bool	window_is_asked(const struct call *, const struct sign *);
/* The caller's login as the SAM is told it: known by the token. */
void	window_session(const struct call *, uint8_t session[16]);
/* For n signatures; of s->digests where they were given. Answers the call. */
void	window_authorize(struct call *, struct sign *, size_t n);

#endif
