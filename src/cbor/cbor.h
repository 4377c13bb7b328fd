/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CBOR (RFC 8949) as authenticators write it: definite lengths, shortest form, no tags, no floating
 * point. A cbor_ reader returns false without moving the reader or touching its output.
 */
#ifndef CBOR_CBOR_H
#define CBOR_CBOR_H

#include "base/reader.h"

#define CBOR_DEPTH	4	/* of what is skipped */
#define CBOR_MEMBERS	32	/* of one array or map that is skipped */

bool	cbor_int(struct reader *, int64_t *);		/* both signs, within int64_t */
bool	cbor_bytes(struct reader *, size_t min, size_t max, struct span *);	/* lent */
bool	cbor_text(struct reader *, size_t min, size_t max, struct span *);	/* lent */
bool	cbor_array(struct reader *, size_t max, size_t *n);	/* n items follow */
bool	cbor_map(struct reader *, size_t max, size_t *n);	/* n pairs follow */
/* One whole item of any kind we know, within the bounds above; in maps no key is there twice. */
bool	cbor_skip(struct reader *);
bool	cbor_skip_map(struct reader *);		/* the same, but it must be a map */

#endif
