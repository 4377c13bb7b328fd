/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that a request names: by whom they may be named, and where they are. */
#ifndef SSA_API_DOCUMENT_H
#define SSA_API_DOCUMENT_H

#include "ssa/documents.h"
#include "ssa/oauth/request.h"
#include "ssa/ssa.h"

/* The text that `documents` gave, to what a request keeps of it. */
bool	document_name_read(struct span text, uint8_t name[HASH_LEN]);
/* Whole, and of the request's client; the name as the request keeps it. NULL: gone. */
const struct document *document_of(struct ssa *, const struct request *, struct span name,
	    uint64_t now);
/* Each that an item of the request names. */
bool	documents_are_there(struct ssa *, const struct request *, uint64_t now);

#endif
