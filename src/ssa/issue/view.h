/* SPDX-License-Identifier: Apache-2.0 */
/* What clients and people are told about certification and status of a key. On the HTTP thread. */
#ifndef SSA_ISSUE_VIEW_H
#define SSA_ISSUE_VIEW_H

#include "json/emit.h"
#include "ssa/ssa.h"

/* CSC's word: valid, expired, revoked, suspended. */
const char *view_cert_status(struct ssa *, const struct key *, uint64_t now);
/* Members statusAge, expiresSoon, certification, why: those there is something to say of. */
void	view_write(struct ssa *, const struct key *, uint64_t now, struct emit *);
/* A key whose certificate ends within thirty days. */
bool	view_ends_soon(const struct key *, uint64_t now);

#endif
