/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator wants to know of a module, as lines "name: value". */
#ifndef HSM_REPORT_H
#define HSM_REPORT_H

#include <stdio.h>

#include "hsm/probe.h"

/* Module, token and the mechanisms we use; no login needed. */
void	report_token(FILE *, struct token *, const char *path);
/* What was granted to the group's keys. */
void	report_probe(FILE *, const struct keys *, const struct probe *);

#endif
