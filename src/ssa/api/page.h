/* SPDX-License-Identifier: Apache-2.0 */
/* An approval that the signer gives on the signing page while a client waits. */
#ifndef SSA_API_PAGE_H
#define SSA_API_PAGE_H

#include "ssa/api/sign.h"

/* Answers 202 with a handle: s has the key and the digests. */
void	page_authorize(struct call *, struct sign *);

#endif
