/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as hexadecimal digits. */
#ifndef CA_HEX_H
#define CA_HEX_H

#include "base/attr.h"
#include "base/span.h"

/* All of the text: 1 to max bytes, two digits of either case each. */
bool	hex_read(const char *text, uint8_t *out, size_t max, size_t *n) MUST_USE;
void	hex_write(struct span, char *out);	/* lower case; 2 n + 1 characters */

#endif
