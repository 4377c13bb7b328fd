/* SPDX-License-Identifier: Apache-2.0 */
/* A SCAL1 key on the SSA's word: the way of credentials/authorize that needs no approval. */
#ifndef SSA_API_WINDOW_H
#define SSA_API_WINDOW_H

#include "ssa/api/credential.h"
#include "ssa/api/sign.h"

/* A SCAL1 key, and nothing in the request that could be an approval. */
bool	window_is_asked(const struct call *, const struct sign *);
/* A login as the SAM is told it: by its access token, or by the hash of a browser's cookie. */
void	window_session(struct span token, uint8_t session[16]);
void	window_browser(const uint8_t cookie[HASH_LEN], uint8_t session[16]);
/* Asks for a window of n signatures; what it gave goes into the activation. */
void	window_open(struct call *, const struct key *, const uint8_t session[16], size_t n, call_next *);
bool	window_opened(struct call *, struct activation *, struct reader *, struct err *) MUST_USE;
/* The login is over: closes what was opened for it, then. Takes the call's state. */
void	window_close(struct call *, const uint8_t session[16], call_then *then);
/* For n signatures; of s->digests where they were given. Answers the call. */
void	window_authorize(struct call *, struct sign *, size_t n);

#endif
