/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate first: a one-time key as a credential, from OPEN_SESSION to its one use. PROTOCOL.sam 4.11 */
#ifndef SSA_ONCE_FIRST_H
#define SSA_ONCE_FIRST_H

#include "ssa/api/credential.h"
#include "ssa/api/sign.h"
#include "ssa/once/held.h"
#include "statement/statement.h"

/* Is this package an approval of OPEN_SESSION? */
bool	first_is_opening(struct span package);
/* Session, certificate, 201. The same package again: the same answer, while the key lives. */
void	first_create(struct call *, struct span package, const struct credential_wish *, bool infos);
/* Ends it; 204. */
void	first_delete(struct call *, const struct held *);
/* Member `propria` of such a credential. */
void	first_view_write(const struct held *, struct emit *);

/* Does the statement name the session of the key, if it is held? */
bool	first_fits(const struct call *, const struct key *, const struct body_sign *);
/* SESSION_SIGN with s->package. */
void	first_sign(struct call *, struct sign *, call_next *);
/* After it: is the key gone, or may the same approval be sent once more? */
bool	first_is_over(const struct err *refusal);
/*
 * For a SAD over DTBS/R of a one-time key that is not held (any more): such a key, to read back what it
 * signed. It has no certificate. Yours; NULL: it is no such SAD, or of another key or account.
 */
struct key *first_past(const struct call *, const uint8_t id[16], struct span sad) MUST_USE;

#endif
