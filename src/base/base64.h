/* SPDX-License-Identifier: Apache-2.0 */
/* base64, base64url and hexadecimal: strict readers that accept one spelling per value. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/span.h"
#include "base/writer.h"

#define BASE64_LEN(n)		(((n) + 2) / 3 * 4)	/* letters, with padding */
#define BASE64_ROOM(letters)	((letters) / 4 * 3 + 3)	/* bytes that so many letters can give */

/*
 * Each appends to w and is false, with w as it was, when the text is not the one spelling of some
 * bytes, or does not fit: foreign letters, line breaks, wrong padding, trailing bits that are not
 * zero.
 */
bool	base64_read(struct span text, struct writer *w) MUST_USE;	/* with padding */
bool	base64url_read(struct span text, struct writer *w) MUST_USE;	/* without */
bool	hex_read(struct span text, struct writer *w) MUST_USE;		/* lower-case */
/* Exactly n bytes in hexadecimal. */
bool	hex_exact(struct span text, uint8_t *out, size_t n) MUST_USE;
/*
 * For the hashes of CSC, whose clients differ: base64 or base64url, padding or none, `%2B` and
 * the like decoded first. Trailing bits must still be zero.
 */
bool	hash_text_read(struct span text, struct writer *w) MUST_USE;

void	base64_write(struct writer *w, struct span bytes);
void	base64url_write(struct writer *w, struct span bytes);
void	hex_write(struct writer *w, struct span bytes);
void	hex_text(const void *bytes, size_t n, char *text);	/* 2 n + 1 characters */

#endif
