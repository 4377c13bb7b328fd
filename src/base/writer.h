/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded writer of network-order bytes. It writes into memory of the caller, or grows up to a
 * maximum given at birth. Failure sticks: write everything, then ask writer_ok once.
 */
#ifndef BASE_WRITER_H
#define BASE_WRITER_H

#include "base/attr.h"
#include "base/span.h"

struct writer {
	uint8_t	*p;
	size_t	 n;	/* written */
	size_t	 cap;
	size_t	 max;
	bool	 grows;
	bool	 bad;	/* something did not fit */
	bool	 lax;	/* for tests of refusals: tables of fields are written out of their bounds */
};

struct writer	writer_over(void *mem, size_t size);	/* the caller's memory */
struct writer	writer_grow(size_t max);		/* its own, up to max; writer_wipe it */
void		writer_wipe(struct writer *);		/* wipes, frees what is its own */
void		writer_reset(struct writer *);		/* empty again, keeps its memory */
bool		writer_ok(const struct writer *) MUST_USE;
struct span	writer_span(const struct writer *);	/* lent until the next write */

void	wr_number(struct writer *, size_t n, uint64_t);		/* its last n bytes */
void	wr_u8(struct writer *, uint8_t);
void	wr_u16(struct writer *, uint16_t);
void	wr_u32(struct writer *, uint32_t);
void	wr_u64(struct writer *, uint64_t);
void	wr_bytes(struct writer *, const void *, size_t);
void	wr_span(struct writer *, struct span);		/* the bytes alone */
void	wr_span8(struct writer *, struct span);		/* u8 length, then the bytes */
void	wr_span16(struct writer *, struct span);
void	wr_span32(struct writer *, struct span);
void	wr_zero(struct writer *, size_t n);
/* Overwrites four bytes written before: for a length that is known last. */
void	wr_patch_u32(struct writer *, size_t at, uint32_t);

#define AUTO_WRITER __attribute__((cleanup(writer_wipe))) struct writer

#endif
