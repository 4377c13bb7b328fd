/* SPDX-License-Identifier: Apache-2.0 */
/* Heads in their shortest form; everything else follows from them. */
#include "cbor/cbor.h"

enum major { UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE };
enum { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21, SIMPLE_NULL = 22 };

/* Major type and argument. An argument that fits in fewer bytes is refused. */
static bool
head_read(struct reader *r, enum major *major, uint64_t *value)
{
	struct reader at = *r;
	uint64_t v, least = 0;
	uint32_t v32;
	uint16_t v16;
	uint8_t first, v8;

	if (!rd_u8(&at, &first))
		return false;
	switch (first & 31) {
	case 24:
		if (!rd_u8(&at, &v8))
			return false;
		v = v8;
		least = 24;
		break;
	case 25:
		if (!rd_u16(&at, &v16))
			return false;
		v = v16;
		least = 1u << 8;
		break;
	case 26:
		if (!rd_u32(&at, &v32))
			return false;
		v = v32;
		least = 1u << 16;
		break;
	case 27:
		if (!rd_u64(&at, &v))
			return false;
		least = UINT64_C(1) << 32;
		break;
	default:
		v = first & 31;
	}
	if (v < least || (first & 31) > 27)
		return false;
	*major = (enum major)(first >> 5);
	*value = v;
	*r = at;
	return true;
}

bool
cbor_int(struct reader *r, int64_t *out)
{
	struct reader at = *r;
	enum major major;
	uint64_t v;

	if (!head_read(&at, &major, &v) || (major != UNSIGNED && major != NEGATIVE) || v > INT64_MAX)
		return false;
	*out = major == UNSIGNED ? (int64_t)v : -1 - (int64_t)v;
	*r = at;
	return true;
}

static bool
string_read(struct reader *r, enum major want, size_t min, size_t max, struct span *out)
{
	struct reader at = *r;
	enum major major;
	uint64_t n;

	if (!head_read(&at, &major, &n) || major != want || n < min || n > max ||
	    !rd_take(&at, (size_t)n, out))
		return false;
	*r = at;
	return true;
}

bool
cbor_bytes(struct reader *r, size_t min, size_t max, struct span *out)
{
	return string_read(r, BYTES, min, max, out);
}

bool
cbor_text(struct reader *r, size_t min, size_t max, struct span *out)
{
	return string_read(r, TEXT, min, max, out);
}

static bool
count_read(struct reader *r, enum major want, size_t max, size_t *out)
{
	struct reader at = *r;
	enum major major;
	uint64_t n;

	if (!head_read(&at, &major, &n) || major != want || n > max)
		return false;
	*out = (size_t)n;
	*r = at;
	return true;
}

bool
cbor_array(struct reader *r, size_t max, size_t *n)
{
	return count_read(r, ARRAY, max, n);
}

bool
cbor_map(struct reader *r, size_t max, size_t *n)
{
	return count_read(r, MAP, max, n);
}

static bool	item_skip(struct reader *, unsigned depth);

static bool
map_skip(struct reader *r, uint64_t n, unsigned depth)
{
	struct span keys[CBOR_MEMBERS];

	if (n > CBOR_MEMBERS)
		return false;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *start = r->p;

		if (!item_skip(r, depth))
			return false;
		keys[i] = span_of(start, (size_t)(r->p - start));
		for (size_t k = 0; k < i; k++)
			if (span_equal(keys[k], keys[i]))
				return false;
		if (!item_skip(r, depth))
			return false;
	}
	return true;
}

static bool
array_skip(struct reader *r, uint64_t n, unsigned depth)
{
	if (n > CBOR_MEMBERS)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!item_skip(r, depth))
			return false;
	return true;
}

/* depth: how many levels may still be entered. */
static bool
item_skip(struct reader *r, unsigned depth)
{
	enum major major;
	struct span s;
	uint64_t v;

	if (!head_read(r, &major, &v))
		return false;
	switch (major) {
	case UNSIGNED:
	case NEGATIVE:
		return true;
	case BYTES:
	case TEXT:
		return v <= r->n && rd_take(r, (size_t)v, &s);
	case ARRAY:
		return depth > 0 && array_skip(r, v, depth - 1);
	case MAP:
		return depth > 0 && map_skip(r, v, depth - 1);
	case SIMPLE:
		return v == SIMPLE_FALSE || v == SIMPLE_TRUE || v == SIMPLE_NULL;
	case TAG:
		break;
	}
	return false;
}

bool
cbor_skip(struct reader *r)
{
	struct reader at = *r;

	if (!item_skip(&at, CBOR_DEPTH))
		return false;
	*r = at;
	return true;
}

bool
cbor_skip_map(struct reader *r)
{
	return r->n > 0 && r->p[0] >> 5 == MAP && cbor_skip(r);
}
