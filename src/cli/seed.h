/* SPDX-License-Identifier: Apache-2.0 */
/* The seed of an app's codes, as apps take it over. */
#ifndef CLI_SEED_H
#define CLI_SEED_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/span.h"

#define SEED_BYTES	20			/* RFC 4226 R6: as long as SHA-1's output */
#define SEED_TEXT	33			/* base32, with a zero byte */
#define SEED_LINK	512

void	seed_text(const uint8_t seed[SEED_BYTES], char text[SEED_TEXT]);
/* otpauth://totp/...; false: the name does not fit into it. The caller wipes both. */
bool	seed_link(const uint8_t seed[SEED_BYTES], const char *name, char link[SEED_LINK]) MUST_USE;

#endif
