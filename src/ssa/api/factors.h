/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PIN and OTP in the clear, as CSC's explicit mode has them, for SCAL1 keys alone: this server seals them
 * to the authentication module, whose yes is all that it gets, and opens a window. They are wiped from the
 * request when it is read, and never logged. A SCAL2 key takes nothing of the sort.
 */
#ifndef SSA_API_FACTORS_H
#define SSA_API_FACTORS_H

#include "ssa/api/sign.h"

/* Moves them from the request into s->factors, if it has them. False: answered. */
bool	factors_take(struct call *, struct sign *) MUST_USE;
/* Is this a key that opens with them (and no other way on our word)? By [csc] scal1_factors. */
bool	factors_open(const struct call *, const struct key *);
/* What of them it takes. */
bool	factors_want_pin(const struct config *);
bool	factors_want_otp(const struct config *);
/* They are checked by the module; then the window for n signatures. Answers the call. */
void	factors_authorize(struct call *, struct sign *, size_t n);

#endif
