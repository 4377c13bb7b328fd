/* SPDX-License-Identifier: Apache-2.0 */
/* Text that people are shown: "text" of PROTOCOL.sam 0. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/span.h"

/* Strict UTF-8 in its shortest form, without control, bidirectional or line separating
 * characters. */
bool	text_is_clean(struct span);
/* Strict UTF-8 in its shortest form, no surrogates, no NUL. */
bool	text_is_utf8(struct span);

#endif
