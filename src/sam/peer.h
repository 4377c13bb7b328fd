/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Peers: other modules whose keys the security officers installed. Up to eight keys; several of one
 * peer overlap while it changes its key. PROTOCOL.sam 1.3; EN 419 241-1 SRG_M.1.3.
 */
#ifndef SAM_PEER_H
#define SAM_PEER_H

#include "sam/fold.h"
#include "sam/sam.h"

const struct peer *state_peer(const struct state *, const uint8_t id[32]);	/* NULL: none */
/* The i-th key of this peer, from 0; NULL: no more of them. */
const struct peer *state_peer_key(const struct state *, enum peer_kind, const uint8_t peer[GROUP_LEN],
		    size_t i);

/* May these acts be enacted? */
bool	peer_may_be_added(const struct sam *, const struct statement *, struct err *) MUST_USE;
bool	peer_may_be_removed(const struct sam *, const struct statement *, struct err *) MUST_USE;

bool	fold_peer_add(struct fold *, const struct body_add_peer *, struct err *) MUST_USE;
bool	fold_peer_remove(struct fold *, const uint8_t id[32], struct err *) MUST_USE;

#endif
