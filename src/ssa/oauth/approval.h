/* SPDX-License-Identifier: Apache-2.0 */
/* What the calls of the signing page about a ticket share, whatever is to be signed. */
#ifndef SSA_OAUTH_APPROVAL_H
#define SSA_OAUTH_APPROVAL_H

#include "ssa/oauth/ticket.h"
#include "statement/statement.h"

struct once;

/* False: answered, 409. */
bool	approval_is_pending(struct call *, const struct ticket *);
/* The statement of the body, and its evidences, as a package. False: answered. */
bool	approval_package_take(struct call *, struct writer *package);
/* Who asks, and the text, stand in the statement as the page was told them. */
bool	approval_agrees(const struct ticket *, const struct body_sign *);
/* A ticket of credentials/authorize was counted when it was made, one of OAuth when it is answered. */
bool	approval_is_counted(const struct ticket *);
/* What became of the ticket, what was signed if there is such (else NULL), and where the browser goes on. */
void	approval_answer(struct call *, const struct ticket *, const struct once *);

#endif
