/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every parser must do with a good message: read it, refuse it cut at any length and with
 * anything behind it, and with any bit turned over either refuse it or have read every bit.
 */
#ifndef TESTS_KIT_AGAIN_H
#define TESTS_KIT_AGAIN_H

#include "tests/test.h"

/* Reads all of `in` as one kind of thing and, if that is one, writes it again. */
typedef bool again_fn(struct span in, struct writer *out, struct err *);

/* Refused with a reason, or the very same bytes again. Returns whether it was read. */
static inline bool
again_same(again_fn *again, struct span in)
{
	AUTO_WRITER out = writer_grow(8u << 20);
	struct err e = { 0 };

	if (!again(in, &out, &e)) {
		CHECK(e.code != ERR_NONE && e.text[0] != '\0');
		return false;
	}
	CHECK(writer_ok(&out));
	CHECK(span_equal(writer_span(&out), in));
	return true;
}

/* Bits of messages over 600 bytes are turned in steps, so that large ones stay quick. */
static inline void
again_holds(again_fn *again, struct span good)
{
	uint8_t *copy = malloc(good.n + 1);
	size_t step = good.n <= 600 ? 1 : good.n / 97 * 2 + 1;

	CHECK(copy != NULL && again_same(again, good));
	for (size_t n = 0; n < good.n; n += n < 300 || n + 300 > good.n ? 1 : step) {
		uint8_t *cut = malloc(n > 0 ? n : 1);	/* so that a sanitizer sees one byte too far */

		CHECK(cut != NULL);
		memcpy(cut, good.p, n);
		CHECK(!again_same(again, span_of(cut, n)));
		free(cut);
	}
	memcpy(copy, good.p, good.n);
	copy[good.n] = 0;
	CHECK(!again_same(again, span_of(copy, good.n + 1)));
	for (size_t bit = 0; bit < 8 * good.n; bit += step) {
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		again_same(again, span_of(copy, good.n));
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	free(copy);
}

#endif
