/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded reader of network-order bytes. Each rd_ function returns false without touching its
 * output when the bytes are not there or over the caller's maximum; nothing is copied by rd_span.
 */
#ifndef BASE_READER_H
#define BASE_READER_H

#include "base/span.h"

struct reader {
	const uint8_t	*p;
	size_t		 n;	/* what is left */
};

struct reader reader_over(struct span);

bool	rd_number(struct reader *, size_t n, uint64_t *);		/* of n bytes, 8 at most */
bool	rd_u8(struct reader *, uint8_t *);
bool	rd_u16(struct reader *, uint16_t *);
bool	rd_u32(struct reader *, uint32_t *);
bool	rd_u64(struct reader *, uint64_t *);
bool	rd_bytes(struct reader *, void *dst, size_t n);
bool	rd_take(struct reader *, size_t n, struct span *);		/* n bytes, lent */
bool	rd_span8(struct reader *, size_t min, size_t max, struct span *);	/* u8 length, lent */
bool	rd_span16(struct reader *, size_t min, size_t max, struct span *);
bool	rd_span32(struct reader *, size_t min, size_t max, struct span *);
bool	rd_count16(struct reader *, size_t min, size_t max, size_t *);	/* u16 */
bool	rd_count32(struct reader *, size_t min, size_t max, size_t *);	/* u32 */
bool	rd_end(const struct reader *);					/* nothing is left */

#endif
