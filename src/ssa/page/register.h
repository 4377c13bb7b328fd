/* SPDX-License-Identifier: Apache-2.0 */
/* Making a login for an account, with the one-time token that enrolment gave. */
#ifndef SSA_PAGE_REGISTER_H
#define SSA_PAGE_REGISTER_H

#include "ssa/api/call.h"

void	handle_register(struct call *);
void	handle_register_passkey(struct call *);
/* POST /propria/v1/register: another such token, for a signer's own tool. */
void	handle_register_token(struct call *);

#endif
