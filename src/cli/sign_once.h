/* SPDX-License-Identifier: Apache-2.0 */
/* propria sign --once. */
#ifndef CLI_SIGN_ONCE_H
#define CLI_SIGN_ONCE_H

#include "cli/command.h"

/* The call of `propria sign`, without any key of the signer's: one is made for these signatures. */
bool	sign_once(struct call *, struct err *) MUST_USE;

#endif
