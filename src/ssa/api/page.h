/* SPDX-License-Identifier: Apache-2.0 */
/* An approval that the signer gives on the signing page while a client waits. */
#ifndef SSA_API_PAGE_H
#define SSA_API_PAGE_H

#include "ssa/api/sign.h"

/*
 * Answers 202 with a handle: s has the digests and the key; or no key, and documents get a signature of
 * this kind by a one-time key whose CA has this qualifier.
 */
void	page_authorize(struct call *, struct sign *, const struct alg *, uint8_t kind, struct span qualifier);

#endif
