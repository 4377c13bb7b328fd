/* SPDX-License-Identifier: Apache-2.0 */
/* Reading DER: one header parser under everything, each value checked for its only encoding. */
#include "der/der.h"

static bool
read_length(struct reader *r, size_t *out)
{
	uint8_t first, more;
	size_t n = 0;

	if (!rd_u8(r, &first))
		return false;
	if (first < 0x80) {
		*out = first;
		return true;
	}
	if (first < 0x81 || first > 0x83)
		return false;
	for (int i = 0; i < (first & 0x7f); i++) {
		if (!rd_u8(r, &more))
			return false;
		n = n << 8 | more;
	}
	/* minimal: the short form could not say it, and its first byte is not zero */
	if (n < 0x80 || n >> 8 * ((first & 0x7f) - 1) == 0)
		return false;
	*out = n;
	return true;
}

bool
der_any(struct reader *r, uint8_t *tag, struct span *content, struct span *whole)
{
	struct reader at = *r;
	struct span inside;
	uint8_t t;
	size_t n;

	if (!rd_u8(&at, &t) || (t & 0x1f) == 0x1f || t == 0 || !read_length(&at, &n) ||
	    !rd_take(&at, n, &inside))
		return false;
	*tag = t;
	*content = inside;
	*whole = span_of(r->p, r->n - at.n);
	*r = at;
	return true;
}

bool
der_is(const struct reader *r, uint8_t tag)
{
	return r->n > 0 && r->p[0] == tag;
}

bool
der_take(struct reader *r, uint8_t tag, struct span *content)
{
	struct span whole;
	uint8_t t;

	return der_is(r, tag) && der_any(r, &t, content, &whole);
}

bool
der_whole(struct reader *r, uint8_t tag, struct span *whole)
{
	struct span content;
	uint8_t t;

	return der_is(r, tag) && der_any(r, &t, &content, whole);
}

bool
der_enter(struct reader *r, uint8_t tag, struct reader *inside)
{
	struct span content;

	if (!der_take(r, tag, &content))
		return false;
	*inside = reader_over(content);
	return true;
}

bool
der_unsigned(struct reader *r, size_t max, struct span *out)
{
	struct reader at = *r;
	struct span s;

	if (!der_take(&at, DER_INTEGER, &s) || s.n == 0 || (s.p[0] & 0x80) != 0)
		return false;
	if (s.n > 1 && s.p[0] == 0) {
		if ((s.p[1] & 0x80) == 0)
			return false;
		s = span_of(s.p + 1, s.n - 1);
	}
	if (s.n > max)
		return false;
	*r = at;
	*out = s;
	return true;
}

bool
der_small(struct reader *r, uint32_t *out)
{
	struct span s;
	uint32_t v = 0;

	if (!der_unsigned(r, sizeof(v), &s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	*out = v;
	return true;
}

bool
der_flag(struct reader *r, bool *out)
{
	struct reader at = *r;
	struct span s;

	if (!der_is(r, DER_BOOLEAN)) {
		*out = false;
		return true;
	}
	if (!der_take(&at, DER_BOOLEAN, &s) || s.n != 1 || s.p[0] != 0xff)
		return false;
	*r = at;
	*out = true;
	return true;
}

bool
der_oid(struct reader *r, struct span *out)
{
	struct reader at = *r;
	struct span s;

	if (!der_take(&at, DER_OID, &s) || s.n == 0 || s.n > DER_OID_MAX ||
	    (s.p[s.n - 1] & 0x80) != 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == 0x80 && (i == 0 || (s.p[i - 1] & 0x80) == 0))
			return false;
	*r = at;
	*out = s;
	return true;
}

bool
der_bits(struct reader *r, struct span *out)
{
	struct reader at = *r;
	struct span s;

	if (!der_take(&at, DER_BIT_STRING, &s) || s.n == 0 || s.p[0] != 0)
		return false;
	*r = at;
	*out = span_of(s.p + 1, s.n - 1);
	return true;
}

bool
der_named_bits(struct reader *r, uint16_t *out)
{
	struct reader at = *r;
	struct span s;
	uint16_t bits = 0;

	if (!der_take(&at, DER_BIT_STRING, &s) || s.n == 0 || s.n > 3 || s.p[0] > 7)
		return false;
	/* X.690 11.2.2: trailing zero bits are left out, so the last bit there is a one */
	if (s.n == 1 ? s.p[0] != 0 : (s.p[s.n - 1] & ((2u << s.p[0]) - 1)) != 1u << s.p[0])
		return false;
	for (size_t i = 0; i < (s.n - 1) * 8; i++)
		if ((s.p[1 + i / 8] & 0x80 >> i % 8) != 0)
			bits |= (uint16_t)(1u << i);
	*r = at;
	*out = bits;
	return true;
}

bool
der_null(struct reader *r)
{
	struct reader at = *r;
	struct span s;

	if (!der_take(&at, DER_NULL, &s) || s.n != 0)
		return false;
	*r = at;
	return true;
}
