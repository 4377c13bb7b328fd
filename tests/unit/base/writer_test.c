/* SPDX-License-Identifier: Apache-2.0 */
/* The bounded writer: failure sticks, and what it gives back to malloc was wiped. */
#include <malloc.h>
#include <string.h>

#include "tests/test.h"

#define MARK 0xa5

void	__real_free(void *);
void	__wrap_free(void *);

static unsigned unwiped, freed;

/* The linker gives us every free() of the libraries: none may hand back a marked block. */
void
__wrap_free(void *p)
{
	const uint8_t *b = p;
	size_t n = p == NULL ? 0 : malloc_usable_size(p);

	freed += p != NULL;
	for (size_t i = 0; i + 3 < n; i++)
		if (b[i] == MARK && b[i + 1] == MARK && b[i + 2] == MARK && b[i + 3] == MARK) {
			unwiped++;
			break;
		}
	__real_free(p);
}

TEST(numbers_are_written_with_the_most_significant_byte_first)
{
	static const uint8_t want[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	uint8_t mem[15];
	struct writer w = writer_over(mem, sizeof(mem));

	wr_u8(&w, 1);
	wr_u16(&w, 0x0203);
	wr_u32(&w, 0x04050607);
	wr_u64(&w, 0x08090a0b0c0d0e0full);
	CHECK(writer_ok(&w) && w.n == 15 && memcmp(mem, want, 15) == 0);
}

TEST(one_byte_too_many_sticks_and_touches_nothing_behind)
{
	uint8_t mem[8];
	struct writer w = writer_over(mem, 4);

	memset(mem, 0x77, sizeof(mem));
	wr_u16(&w, 0x0102);
	wr_u32(&w, 0xffffffff);
	CHECK(!writer_ok(&w) && w.n == 2 && mem[2] == 0x77 && mem[4] == 0x77);
	wr_u8(&w, 3);			/* would fit, but comes after a failure */
	CHECK(!writer_ok(&w) && w.n == 2 && mem[2] == 0x77);
}

TEST(a_growing_writer_ends_at_its_maximum)
{
	AUTO_WRITER w = writer_grow(300);

	wr_zero(&w, 300);
	CHECK(writer_ok(&w) && w.n == 300);
	wr_u8(&w, 1);
	CHECK(!writer_ok(&w) && w.n == 300);
}

TEST(a_huge_length_is_refused_without_overflow)
{
	AUTO_WRITER w = writer_grow(1000);

	wr_u8(&w, 1);
	wr_zero(&w, SIZE_MAX);
	CHECK(!writer_ok(&w) && w.n == 1);
}

TEST(a_span_longer_than_its_length_field_is_refused)
{
	static const uint8_t many[70000];
	AUTO_WRITER w = writer_grow(1 << 20), v = writer_grow(1 << 20);

	wr_span8(&w, span_of(many, 256));
	CHECK(!writer_ok(&w) && w.n == 0);
	wr_span16(&v, span_of(many, 65536));
	CHECK(!writer_ok(&v) && v.n == 0);
	writer_reset(&v);
	wr_span16(&v, span_of(many, 65535));
	wr_span32(&v, span_of(many, 70000));
	CHECK(writer_ok(&v) && v.n == 2 + 65535 + 4 + 70000);
}

TEST(reset_forgives_a_failure)
{
	uint8_t mem[2];
	struct writer w = writer_over(mem, 2);

	wr_u32(&w, 1);
	CHECK(!writer_ok(&w));
	writer_reset(&w);
	wr_u16(&w, 7);
	CHECK(writer_ok(&w) && w.n == 2);
}

TEST(a_patch_outside_of_what_was_written_does_nothing)
{
	uint8_t mem[8];
	struct writer w = writer_over(mem, 8);

	memset(mem, 0x77, sizeof(mem));
	wr_patch_u32(&w, 0, 1);
	wr_u16(&w, 0);
	wr_patch_u32(&w, 0, 0xffffffff);
	CHECK(mem[0] == 0 && mem[2] == 0x77);
	wr_u32(&w, 0);
	wr_patch_u32(&w, 3, 0xffffffff);
	CHECK(mem[3] == 0 && mem[6] == 0x77);
	wr_patch_u32(&w, SIZE_MAX, 0xffffffff);
	wr_patch_u32(&w, 2, 0x01020304);
	CHECK(mem[2] == 1 && mem[5] == 4 && writer_ok(&w));
}

TEST(wiping_clears_what_the_caller_lent)
{
	uint8_t mem[16];
	struct writer w = writer_over(mem, sizeof(mem));

	memset(mem, 0x77, sizeof(mem));
	wr_u64(&w, UINT64_MAX);
	writer_wipe(&w);
	for (size_t i = 0; i < 8; i++)
		CHECK(mem[i] == 0);
	CHECK(mem[8] == 0x77 && w.n == 0);
	wr_u64(&w, 1);
	CHECK(writer_ok(&w));
}

TEST(growing_leaves_no_copy_behind)
{
	uint8_t marks[100];
	unsigned before = freed;

	memset(marks, MARK, sizeof(marks));
	unwiped = 0;
	{
		AUTO_WRITER w = writer_grow(1 << 20);

		for (size_t i = 0; i < 2000; i++)
			wr_bytes(&w, marks, sizeof(marks));
		CHECK(writer_ok(&w));
	}
	CHECK(freed - before >= 8 && unwiped == 0);
}

TEST(what_was_written_before_a_reset_is_wiped_too)
{
	uint8_t marks[1000];
	struct writer w = writer_grow(1 << 16);

	memset(marks, MARK, sizeof(marks));
	unwiped = 0;
	wr_bytes(&w, marks, sizeof(marks));
	writer_reset(&w);
	wr_u8(&w, 0);
	writer_wipe(&w);
	CHECK(unwiped == 0 && w.p == NULL);
	writer_wipe(&w);		/* twice is fine */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_written_with_the_most_significant_byte_first),
		cmocka_unit_test(one_byte_too_many_sticks_and_touches_nothing_behind),
		cmocka_unit_test(a_growing_writer_ends_at_its_maximum),
		cmocka_unit_test(a_huge_length_is_refused_without_overflow),
		cmocka_unit_test(a_span_longer_than_its_length_field_is_refused),
		cmocka_unit_test(reset_forgives_a_failure),
		cmocka_unit_test(a_patch_outside_of_what_was_written_does_nothing),
		cmocka_unit_test(wiping_clears_what_the_caller_lent),
		cmocka_unit_test(growing_leaves_no_copy_behind),
		cmocka_unit_test(what_was_written_before_a_reset_is_wiped_too),
	};

	return RUN(tests);
}
