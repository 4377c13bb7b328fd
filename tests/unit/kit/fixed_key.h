/* SPDX-License-Identifier: Apache-2.0 */
/* P-256 keys that are always the same, and signatures by RFC 6979 that are, too. */
#ifndef TESTS_KIT_FIXED_KEY_H
#define TESTS_KIT_FIXED_KEY_H

#include "base/span.h"

#define FIXED_SPKI	91

struct fixed_key {
	uint8_t	secret[32];
	uint8_t	spki[FIXED_SPKI];
};

/* The key of SHA-256(name) as its number. */
void	fixed_key_of(const char *name, struct fixed_key *);
void	fixed_key_from(const uint8_t secret[32], struct fixed_key *);
void	fixed_key_sign(const struct fixed_key *, const uint8_t digest[32], uint8_t sig[64]);
static inline struct span
fixed_spki(const struct fixed_key *k)
{
	return span_of(k->spki, sizeof(k->spki));
}

#endif
