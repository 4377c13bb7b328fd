/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The anchor: a few bytes on the token, where the log's disk does not roll back with them. They are
 * the CKA_VALUE of a data object, or where a module fixes that at birth (quirks), its CKA_LABEL:
 * "propria anchor " and hex. CKA_APPLICATION finds it either way. There are two such objects,
 * written in turn behind a counter: a module that loses an object when it is killed while it writes
 * (SoftHSM2 does) loses the older one.
 */
#ifndef HSM_ANCHOR_H
#define HSM_ANCHOR_H

#include "hsm/object.h"

#define ANCHOR_MAX	256

#define ANCHORS		2

/* With empty values, at the ceremony. */
bool	anchor_make(struct token *, struct err *) MUST_USE;
/* One may be missing (0, no object's handle); both may not. */
bool	anchor_find(struct token *, CK_OBJECT_HANDLE anchor[ANCHORS], struct err *) MUST_USE;

/* What was set last. Looks again for an object that anchor_find missed. */
bool	anchor_get(struct token *, CK_OBJECT_HANDLE anchor[ANCHORS], uint8_t value[ANCHOR_MAX],
	    size_t *n, struct err *) MUST_USE;
/* Reads it back: a module that only says it has written is no anchor. Makes one that is missing. */
bool	anchor_set(struct token *, CK_OBJECT_HANDLE anchor[ANCHORS], struct span value, struct err *)
	    MUST_USE;

#endif
