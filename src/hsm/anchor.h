/* SPDX-License-Identifier: Apache-2.0 */
/* The anchor: a few bytes on the token, where the log's disk does not roll back with them. */
#ifndef HSM_ANCHOR_H
#define HSM_ANCHOR_H

#include "hsm/keys.h"

#define ANCHOR_MAX	256

bool	anchor_get(struct keys *, uint8_t value[ANCHOR_MAX], size_t *n, struct err *) MUST_USE;
/* Reads it back: a module that only says it has written is no anchor. */
bool	anchor_set(struct keys *, struct span value, struct err *) MUST_USE;

#endif
