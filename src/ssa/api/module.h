/* SPDX-License-Identifier: Apache-2.0 */
/* What calls about the authentication module share. PROTOCOL.sam 9 */
#ifndef SSA_API_MODULE_H
#define SSA_API_MODULE_H

#include "ssa/api/call.h"
#include "ssa/module.h"
#include "wire/auth.h"

/* Asks the module for a nonce, or for a person's state and record. */
void	module_ask_challenge(struct call *, const uint8_t person[16], uint16_t purpose, call_next *);
void	module_ask_record(struct call *, const uint8_t person[16], call_next *);
/* The person that the caller's account is linked to; false: answered. */
bool	module_person(struct call *, uint8_t person[16]);

#endif
