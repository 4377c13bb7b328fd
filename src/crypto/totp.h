/* SPDX-License-Identifier: Apache-2.0 */
/* Codes that change with time, RFC 6238 as the apps speak it: HMAC-SHA-1, 30 s, six digits. */
#ifndef CRYPTO_TOTP_H
#define CRYPTO_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/span.h"

#define TOTP_DIGITS	6
#define TOTP_STEP_MS	30000
#define TOTP_SEED_MIN	16	/* bytes: RFC 4226 R6 */
#define TOTP_SEED_MAX	64

/* The code of a step (time / TOTP_STEP_MS), with a zero byte at its end. */
void	totp_code(struct span seed, uint64_t step, char code[TOTP_DIGITS + 1]);
/*
 * Is this the code of the step of `now` (ms since 1970), the one before or the one after it, and
 * later than the last that was taken? Then *step is which. Takes the same time for every code.
 */
bool	totp_match(struct span seed, struct span code, uint64_t now, uint64_t last_step,
	    uint64_t *step) MUST_USE;

#endif
