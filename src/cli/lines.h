/* SPDX-License-Identifier: Apache-2.0 */
/* Facts in words, one a line: "  label: value" in two columns. */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stdint.h>
#include <stdio.h>

#include "base/span.h"

void	line(FILE *, const char *label, const char *value);	/* NULL: (unknown) */
void	line_text(FILE *, const char *label, struct span text);	/* from outside, made visible */
void	line_hex(FILE *, const char *label, const void *bytes, size_t n);	/* n <= 64 */
void	line_number(FILE *, const char *label, uint64_t);
void	line_key(FILE *, const char *label, struct span spki);	/* its SHA-256 */

#endif
