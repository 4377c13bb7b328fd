/* SPDX-License-Identifier: Apache-2.0 */
/* Writing DER over struct writer: a length takes one byte until what it measures needs more. */
#include <stdlib.h>

#include "der/der.h"

size_t
der_begin(struct writer *w, uint8_t tag)
{
	wr_u8(w, tag);
	wr_u8(w, 0);
	return w->n;
}

void
der_end(struct writer *w, size_t begun)
{
	size_t n = w->n - begun, more = n < 0x80 ? 0 : n < 0x100 ? 1 : n < 0x10000 ? 2 : 3;

	wr_zero(w, more);
	if (n >= 0x1000000)
		w->bad = true;
	if (w->bad)
		return;
	memmove(w->p + begun + more, w->p + begun, n);
	w->p[begun - 1] = more == 0 ? (uint8_t)n : (uint8_t)(0x80 | more);
	for (size_t i = 0; i < more; i++)
		w->p[begun + i] = (uint8_t)(n >> 8 * (more - 1 - i));
}

void
der_put(struct writer *w, uint8_t tag, struct span content)
{
	size_t at = der_begin(w, tag);

	wr_span(w, content);
	der_end(w, at);
}

void
der_put_unsigned(struct writer *w, struct span v)
{
	size_t at = der_begin(w, DER_INTEGER);

	while (v.n > 0 && v.p[0] == 0)
		v = span_of(v.p + 1, v.n - 1);
	if (v.n == 0 || (v.p[0] & 0x80) != 0)
		wr_u8(w, 0);
	wr_span(w, v);
	der_end(w, at);
}

void
der_put_small(struct writer *w, uint32_t v)
{
	uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };

	der_put_unsigned(w, span_of(b, sizeof(b)));
}

void
der_put_true(struct writer *w)
{
	der_put(w, DER_BOOLEAN, span_of("\xff", 1));
}

void
der_put_null(struct writer *w)
{
	der_put(w, DER_NULL, span_of("", 0));
}

void
der_put_bits(struct writer *w, struct span bits)
{
	size_t at = der_begin(w, DER_BIT_STRING);

	wr_u8(w, 0);
	wr_span(w, bits);
	der_end(w, at);
}

void
der_put_named_bits(struct writer *w, uint16_t bits)
{
	size_t at = der_begin(w, DER_BIT_STRING), n = 0;
	uint8_t b[2] = { 0, 0 };

	for (size_t i = 0; i < 16; i++)
		if ((bits & 1u << i) != 0) {
			b[i / 8] |= (uint8_t)(0x80 >> i % 8);
			n = i + 1;
		}
	wr_u8(w, (uint8_t)((8 - n % 8) % 8));
	wr_bytes(w, b, (n + 7) / 8);
	der_end(w, at);
}

static int
by_encoding(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int d = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return d != 0 ? d : x->n < y->n ? -1 : x->n > y->n;
}

void
der_put_set_of(struct writer *w, uint8_t tag, struct span *elements, size_t n)
{
	size_t at = der_begin(w, tag);

	qsort(elements, n, sizeof(*elements), by_encoding);
	for (size_t i = 0; i < n; i++)
		wr_span(w, elements[i]);
	der_end(w, at);
}
