/* SPDX-License-Identifier: Apache-2.0 */
/* Text that people are shown: "text" of PROTOCOL.sam 0. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/span.h"

/* Strict UTF-8 in its shortest form, without control, bidirectional or line separating
 * characters. */
bool	text_is_clean(struct span);

#endif
