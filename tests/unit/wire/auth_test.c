/* SPDX-License-Identifier: Apache-2.0 */
/* FACTOR_KEY and GRANT: one encoding, bounds, and nothing behind. */
#include "tests/test.h"
#include "wire/auth.h"

static const uint8_t bytes[2048] = { 1, 2, 3 };

#define AGAIN(name)							\
	static bool							\
	again_##name(struct span in, struct writer *w)			\
	{								\
		struct reader r = reader_over(in);			\
		struct msg_##name m;					\
		struct err e = { 0 };					\
									\
		if (!msg_##name##_read(&r, &m, &e))			\
			return false;					\
		msg_##name##_write(w, &m);				\
		return true;						\
	}
AGAIN(factor_key)
AGAIN(grant)
AGAIN(granted)

static void
withstands(bool (*again)(struct span, struct writer *), struct writer *good)
{
	AUTO_WRITER w = writer_grow(4096);
	size_t n = good->n;

	CHECK(writer_ok(good) && again(writer_span(good), &w) && span_equal(writer_span(&w), writer_span(good)));
	for (size_t cut = 0; cut < n; cut++)
		CHECK(!again(span_of(good->p, cut), &w));
	for (size_t bit = 0; bit < 8 * n; bit++) {
		writer_reset(&w);
		good->p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!again(writer_span(good), &w) || span_equal(writer_span(&w), writer_span(good)));
		good->p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	wr_u8(good, 0);
	CHECK(!again(writer_span(good), &w));
}

TEST(they_have_one_encoding)
{
	AUTO_WRITER a = writer_grow(1024), b = writer_grow(1024), c = writer_grow(1024);

	msg_factor_key_write(&a, &(struct msg_factor_key){ span_of(bytes, 178) });
	withstands(again_factor_key, &a);
	msg_grant_write(&b, &(struct msg_grant){ span_of(bytes, 120), span_of(bytes, 337), span_of(bytes, 90) });
	withstands(again_grant, &b);
	msg_granted_write(&c, &(struct msg_granted){ span_of(bytes, 322) });
	withstands(again_granted, &c);
}

TEST(a_grant_needs_a_statement_and_factors_of_one_size)
{
	static const struct msg_grant bad[] = { { { bytes, 0 }, { bytes, 337 }, { bytes, 0 } },
		{ { bytes, 120 }, { bytes, SEALED_FACTORS_LEN - 1 }, { bytes, 0 } }, { { bytes, 120 }, { bytes, SEALED_FACTORS_LEN + 1 }, { bytes, 0 } } };

	for (size_t i = 0; i < COUNT(bad); i++) {
		AUTO_WRITER w = writer_grow(4096);

		msg_grant_write(&w, &bad[i]);
		CHECK(!writer_ok(&w));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_have_one_encoding),
		cmocka_unit_test(a_grant_needs_a_statement_and_factors_of_one_size),
	};

	return RUN(tests);
}
