/* SPDX-License-Identifier: Apache-2.0 */
/* The clear head of a sealed record (PROTOCOL.sam 3): all that the SSA can read of one. */
#ifndef SSA_RECORD_H
#define SSA_RECORD_H

#include "store/store.h"

/* Fills type, id, owner, version and the bytes; false when it is no record of this version. */
bool	record_head_read(struct span sealed, struct record *) MUST_USE;

#endif
