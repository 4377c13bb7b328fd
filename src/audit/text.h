/* SPDX-License-Identifier: Apache-2.0 */
/* "text" of PROTOCOL.sam section 0. */
#ifndef AUDIT_TEXT_H
#define AUDIT_TEXT_H

#include "base/span.h"

/* UTF-8 in its shortest form; no control, line separating or bidirectional characters. */
bool	audit_text_ok(struct span);

#endif
