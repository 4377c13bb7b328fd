/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On whose word each use rests: an authenticator's, or the SSA's in a window that the log opened
 * before, for a key that its signer had made at SCAL1. PROTOCOL.sam 5.2
 */
#ifndef AUDITOR_WINDOWS_H
#define AUDITOR_WINDOWS_H

#include "audit/entry_state.h"
#include "audit/entry_use.h"
#include "auditor/table.h"

struct windows {
	struct table	open;		/* d of a window */
	struct table	scal1;		/* d of a CREATE_KEY at level 1 */
	struct table	born;		/* key: d of its CREATE_KEY */
};

void	windows_init(struct windows *);
void	windows_wipe(struct windows *);
bool	windows_signer(struct windows *, const struct entry_signer *, struct err *) MUST_USE;
bool	windows_key(struct windows *, const struct entry_key *, struct err *) MUST_USE;
/* Its digest is its own and new, its key was made at SCAL1. */
bool	windows_opened(struct windows *, const struct entry_window *, struct err *) MUST_USE;
/* Without an authenticator only within a window, as that says; with one, never. */
bool	windows_reserved(const struct windows *, const struct entry_reserved *, struct err *) MUST_USE;

#endif
