/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of propria factors that need neither terminal nor network. */
#ifndef CLI_FACTORS_H
#define CLI_FACTORS_H

#include "cli/module.h"

#define FACTORS_URI_MAX	160

/* The answer of module/challenge; a locked person is refused here. */
bool	factors_challenge_take(const json_t *, struct challenge *, uint32_t *version, struct err *) MUST_USE;
/* otpauth://totp/..., as apps read it from a QR code. */
void	factors_uri(const uint8_t seed[20], const uint8_t person[16], char out[FACTORS_URI_MAX]);
/* SET_FACTORS: factors sealed to the challenge, the statement over them, approved by the enrolment code. */
bool	factors_set_make(const struct module *, const struct profile *there, const struct challenge *,
	    uint32_t from, const struct factors_given *, const uint8_t code[CODE_LEN], struct approved *,
	    uint8_t sealed[SEALED_FACTORS_LEN], struct err *) MUST_USE;

#endif
