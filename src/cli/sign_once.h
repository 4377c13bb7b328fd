/* SPDX-License-Identifier: Apache-2.0 */
/* propria sign --once: with a key that is made for one approval. */
#ifndef CLI_SIGN_ONCE_H
#define CLI_SIGN_ONCE_H

#include "cli/command.h"

bool	sign_once(struct call *, struct err *) MUST_USE;
/* --certificate-first: what is approved is made here, when the certificate is there. */
bool	sign_first(struct call *, struct err *) MUST_USE;

#endif
