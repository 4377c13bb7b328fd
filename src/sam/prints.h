/* SPDX-License-Identifier: Apache-2.0 */
/* Which public keys are signing keys of this group: 8 bytes of SHA-256(spki) each. No authenticator
 * may be one of them, or a signature over a document could pass for an approval. */
#ifndef SAM_PRINTS_H
#define SAM_PRINTS_H

#include "base/err.h"
#include "base/reader.h"
#include "base/span.h"
#include "base/writer.h"

struct prints;

struct prints	*prints_new(struct err *) MUST_USE;	/* yours */
void		 prints_free(struct prints *);
bool		 prints_add(struct prints *, const uint8_t spki_hash[32], struct err *) MUST_USE;
bool		 prints_has(const struct prints *, struct span spki);
size_t		 prints_memory(const struct prints *);
/* Sorted, so that equal sets have equal bytes. */
void		 prints_write(struct writer *, const struct prints *);
bool		 prints_read(struct reader *, struct prints *, struct err *) MUST_USE;

#endif
