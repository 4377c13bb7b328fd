/* SPDX-License-Identifier: Apache-2.0 */
/* What lies behind the last good batch of a log: nothing, a torn batch, or damage. */
#ifndef AUDIT_SCAN_TAIL_H
#define AUDIT_SCAN_TAIL_H

#include "audit/scan.h"

/* Fills how and why of *end for what begins at end->offset, where no good batch is. */
bool	scan_tail(int fd, const struct tree *, struct scan_end *end, struct err *) MUST_USE;

#endif
