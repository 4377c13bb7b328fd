/* SPDX-License-Identifier: Apache-2.0 */
/* Which pages of other origins may call us: those of the configured SIC, without cookies. */
#ifndef SSA_API_CORS_H
#define SSA_API_CORS_H

#include "ssa/api/route.h"

/*
 * Marks the answer of a path that the SIC's pages call. True: it was a preflight, and is answered.
 * r: NULL when there is no such path.
 */
bool	cors_is_preflight(struct call *, const struct route *r);

#endif
