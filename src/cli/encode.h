/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as letters, beside json/base64.h: strings of their own, times, text from outside. */
#ifndef CLI_ENCODE_H
#define CLI_ENCODE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/span.h"
#include "base/writer.h"
#include "json/base64.h"

#define HEX_MAX(n)	(2 * (n) + 1)
#define TIME_TEXT	32

/* Writes 2 n digits and a zero byte; returns text. */
char	*hex(struct span, char *text);
char	*hex_new(struct span);				/* yours: free() */
/* Exactly n bytes (64 at most), as people type them: digits of either case. */
bool	 hex_typed(const char *, uint8_t *, size_t n) MUST_USE;

char	*base64_new(struct span);			/* with padding; yours: free() */
char	*base64url_new(struct span);			/* without; yours: free() */

/* "2026-02-03 04:05:06 UTC"; returns text. */
char	*time_text(uint64_t ms, char text[TIME_TEXT]);
/* Prints text from outside with what is not printable made visible. */
void	 print_clean(FILE *, struct span);

#endif
