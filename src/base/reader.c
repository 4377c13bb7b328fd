/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded reader: lengths are compared by subtraction, outputs are set last. */
#include "base/reader.h"

struct reader
reader_over(struct span s)
{
	return (struct reader){ .p = s.p, .n = s.n };
}

bool
rd_take(struct reader *r, size_t n, struct span *out)
{
	if (n > r->n)
		return false;
	*out = span_of(r->p, n);
	r->p = n == 0 ? r->p : r->p + n;
	r->n -= n;
	return true;
}

bool
rd_bytes(struct reader *r, void *dst, size_t n)
{
	struct span s;

	if (!rd_take(r, n, &s))
		return false;
	if (n > 0)
		memcpy(dst, s.p, n);
	return true;
}

bool
rd_number(struct reader *r, size_t n, uint64_t *out)
{
	struct span s;
	uint64_t v = 0;

	if (!rd_take(r, n, &s))
		return false;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | s.p[i];
	*out = v;
	return true;
}

bool
rd_u8(struct reader *r, uint8_t *out)
{
	return rd_bytes(r, out, 1);
}

bool
rd_u16(struct reader *r, uint16_t *out)
{
	uint64_t v;

	if (!rd_number(r, 2, &v))
		return false;
	*out = (uint16_t)v;
	return true;
}

bool
rd_u32(struct reader *r, uint32_t *out)
{
	uint64_t v;

	if (!rd_number(r, 4, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

bool
rd_u64(struct reader *r, uint64_t *out)
{
	return rd_number(r, 8, out);
}

static bool
rd_sized(struct reader *r, size_t width, size_t min, size_t max, struct span *out)
{
	struct reader at = *r;
	uint64_t n;
	struct span s;

	if (!rd_number(&at, width, &n) || n < min || n > max || !rd_take(&at, (size_t)n, &s))
		return false;
	*r = at;
	*out = s;
	return true;
}

bool
rd_span8(struct reader *r, size_t min, size_t max, struct span *out)
{
	return rd_sized(r, 1, min, max, out);
}

bool
rd_span16(struct reader *r, size_t min, size_t max, struct span *out)
{
	return rd_sized(r, 2, min, max, out);
}

bool
rd_span32(struct reader *r, size_t min, size_t max, struct span *out)
{
	return rd_sized(r, 4, min, max, out);
}

static bool
rd_count(struct reader *r, size_t width, size_t min, size_t max, size_t *out)
{
	struct reader at = *r;
	uint64_t n;

	if (!rd_number(&at, width, &n) || n < min || n > max)
		return false;
	*r = at;
	*out = (size_t)n;
	return true;
}

bool
rd_count16(struct reader *r, size_t min, size_t max, size_t *out)
{
	return rd_count(r, 2, min, max, out);
}

bool
rd_count32(struct reader *r, size_t min, size_t max, size_t *out)
{
	return rd_count(r, 4, min, max, out);
}

bool
rd_end(const struct reader *r)
{
	return r->n == 0;
}
