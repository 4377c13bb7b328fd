/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope credential for a SCAL1 key: the person, who is logged in, allows a client on our own page to
 * use the key for a while, and the SAM opens a window on our word (PROTOCOL.sam 4.10).
 */
#ifndef SSA_OAUTH_ENTRUST_H
#define SSA_OAUTH_ENTRUST_H

#include "ssa/oauth/flow.h"

/* Shows who asks for what, and what that key's level means. */
void	entrust_page(struct call *, const struct flow *, const struct key *, struct span r);
/*
 * After the person allowed it; the flow has ended. Takes flow and key. Answers with a code; where the
 * officers' policy offers no windows, it goes on to the signing page if the digests are known.
 */
void	entrust(struct call *, struct flow *, struct key *, const struct session *);
/* What a code stands for, once. Yours; NULL: not of this kind, or of an earlier life of ours. */
struct activation *entrusted_take(struct ssa *, const uint8_t activation[16]) MUST_USE;

#endif
