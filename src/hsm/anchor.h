/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The anchor: a few bytes on the token, where the log's disk does not roll back with them. They are
 * the CKA_VALUE of a data object, or where a module fixes that at birth (quirks), its CKA_LABEL:
 * "propria anchor " and hex. CKA_APPLICATION finds it either way.
 */
#ifndef HSM_ANCHOR_H
#define HSM_ANCHOR_H

#include "hsm/object.h"

#define ANCHOR_MAX	256

/* With an empty value, at the ceremony. */
bool	anchor_make(struct token *, struct err *) MUST_USE;
bool	anchor_find(struct token *, CK_OBJECT_HANDLE *, struct err *) MUST_USE;

bool	anchor_get(struct token *, CK_OBJECT_HANDLE, uint8_t value[ANCHOR_MAX], size_t *n,
	    struct err *) MUST_USE;
/* Reads it back: a module that only says it has written is no anchor. */
bool	anchor_set(struct token *, CK_OBJECT_HANDLE, struct span value, struct err *) MUST_USE;

#endif
