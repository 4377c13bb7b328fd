/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of fields: one message with a row of every kind, cut, turned, and out of each bound. */
#include "base/fields.h"
#include "tests/unit/kit/again.h"

#define ITEMS	3

struct item {
	uint32_t	rank;
	struct span	name;
};

struct inner {
	uint16_t	a;
};

struct all {
	uint8_t		u8;
	uint16_t	u16;
	uint32_t	u32;
	uint64_t	u64;
	uint8_t		id[5];
	struct span	s8, s16, s32, text;
	size_t		n;
	struct item	item[ITEMS];
	size_t		m;
	uint16_t	up[ITEMS];
	uint8_t		hash[ITEMS][4];
	struct inner	inner;
	size_t		count;
	size_t		held_len;
	uint8_t		held[6];
};

/* A rule between two members: no row can say it. */
static bool
all_hold(const void *message)
{
	const struct all *m = message;

	return m->inner.a != 13;
}

static const struct field item_rows[] = {
	{ NUMBER(struct all, item[0].rank), EACH_OF(struct all, item), .rises = true },
	{ TEXT8(struct all, item[0].name, 0, 9), EACH_OF(struct all, item) },
	{ FIELD_END },
};
static const struct field up_rows[] = {
	{ RANGE(struct all, up[0], 1, 900), EACH_OF(struct all, up), .rises = true },
	{ BYTES(struct all, hash[0]), EACH_OF(struct all, hash) },
	{ FIELD_END },
};
static const struct field inner_rows[] = {
	{ RANGE(struct inner, a, 10, 20) },
	{ FIELD_END },
};
static const struct field all_fields[] = {
	{ MAGIC("ALL1") },
	{ RANGE(struct all, u8, 1, 5) },
	{ NUMBER(struct all, u16) },
	{ NUMBER(struct all, u32) },
	{ NUMBER(struct all, u64) },
	{ BYTES(struct all, id) },
	{ SPAN8(struct all, s8, 1, 4) },
	{ SPAN16(struct all, s16, 0, 300) },
	{ SPAN32(struct all, s32, 2, 4) },
	{ TEXT16(struct all, text, 1, 6) },
	{ LIST8(struct all, n, 0, ITEMS, item_rows) },
	{ LIST16(struct all, m, 1, ITEMS, up_rows) },
	{ PART(struct all, inner, inner_rows) },
	{ LIST32(struct all, count, 1, 1000, NULL) },
	{ HELD16(struct all, held, held_len, 2) },
	{ CHECKED(all_hold) },
	{ FIELD_END },
};

static bool all_read(struct reader *, struct all *, struct err *) MUST_USE;
static void all_write(struct writer *, const struct all *);

static bool
all_read(struct reader *r, struct all *m, struct err *e)
{
	return message_read(r, all_fields, m, "ALL", e);
}

static void
all_write(struct writer *w, const struct all *m)
{
	fields_write(w, all_fields, m, 0);
}

#define LEND(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static struct all
sample(void)
{
	return (struct all){ 5, 0x0203, 0x04050607, 0x08090a0b0c0d0e0full, "\x01\x02\x03\x04\x05",
		LEND("abcd"), LEND("0123456789"), LEND("xy"), LEND("Ren\xc3\xa9"),
		2, { { 0, LEND("zero") }, { 7, LEND("") } }, 3, { 1, 2, 900 }, { "aaa", "bbb", "ccc" },
		{ 10 }, 1000, 5, "held!" };
}

static bool
again(struct span in, struct writer *out, struct err *e)
{
	struct reader r = reader_over(in);
	static struct all m;

	if (!all_read(&r, &m, e))
		return false;
	all_write(out, &m);
	return true;
}

TEST(a_message_has_one_encoding_however_it_is_cut_or_turned)
{
	AUTO_WRITER w = writer_grow(4096);
	struct all m = sample();

	all_write(&w, &m);
	CHECK(writer_ok(&w));
	again_holds(again, writer_span(&w));
}

TEST(numbers_come_with_the_most_significant_byte_first)
{
	static const uint8_t want[] = { 'A', 'L', 'L', '1', 5, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
		14, 15, 1, 2, 3, 4, 5, 4, 'a', 'b', 'c', 'd', 0, 10, '0' };
	AUTO_WRITER w = writer_grow(4096);
	struct all m = sample();

	all_write(&w, &m);
	CHECK(writer_ok(&w) && w.n > sizeof(want) && memcmp(w.p, want, sizeof(want)) == 0);
}

TEST(an_error_names_the_message_and_the_byte)
{
	struct reader r = reader_over(span_str("ALL1\x06"));
	struct err e = { 0 };
	struct all m;

	CHECK(!all_read(&r, &m, &e) && e.code == ERR_FORMAT && strcmp(e.reason, "parse") == 0);
	CHECK(strcmp(e.text, "ALL: malformed at byte 5") == 0);
}

/* Neither written nor, if somebody else wrote it, read. */
#define REFUSED(change)							\
	do {								\
		AUTO_WRITER w = writer_grow(4096);			\
		struct all m = sample();				\
									\
		change;							\
		all_write(&w, &m);					\
		CHECK(!writer_ok(&w));					\
	} while (0)

TEST(what_is_out_of_its_bounds_is_not_written)
{
	REFUSED(m.u8 = 0);
	REFUSED(m.u8 = 6);
	REFUSED(m.s8.n = 0);
	REFUSED(m.s8 = span_str("abcde"));
	REFUSED(m.s16.n = 301);
	REFUSED(m.s32.n = 1);
	REFUSED(m.s32 = span_str("xyzab"));
	REFUSED(m.text.n = 0);
	REFUSED(m.text = span_str("a\nb"));
	REFUSED(m.n = ITEMS + 1);
	REFUSED(m.m = 0);
	REFUSED(m.up[0] = 0);
	REFUSED(m.up[2] = 901);
	REFUSED(m.up[1] = 1);
	REFUSED(m.up[1] = 900);
	REFUSED(m.item[1].rank = 0);
	REFUSED(m.item[1].name = span_str("0123456789"));
	REFUSED(m.item[1].name = span_str("\x7f"));
	REFUSED(m.inner.a = 9);
	REFUSED(m.inner.a = 13);
	REFUSED(m.inner.a = 21);
	REFUSED(m.count = 0);
	REFUSED(m.count = 1001);
	REFUSED(m.held_len = 1);
	REFUSED(m.held_len = 7);
}

TEST(a_lax_writer_writes_what_no_reader_takes)
{
	AUTO_WRITER w = writer_grow(4096);
	struct all m = sample();
	struct err e = { 0 };
	struct reader r;

	w.lax = true;
	m.u8 = 9;
	m.inner.a = 13;
	m.text = span_str("a\nb");
	all_write(&w, &m);
	r = reader_over(writer_span(&w));
	CHECK(writer_ok(&w) && !all_read(&r, &m, &e));
}

/* One byte of the good message changed, each to what a row forbids. */
TEST(what_is_out_of_its_bounds_is_not_read)
{
	static const struct { size_t at; uint8_t is; } bad[] = {
		{ 3, '2' },			/* magic */
		{ 4, 0 }, { 4, 6 },		/* u8 */
		{ 24, 0 }, { 24, 5 },		/* length of s8 */
		{ 29, 2 },			/* length of s16: 522 */
		{ 44, 1 }, { 44, 5 },		/* length of s32 */
		{ 48, 0 }, { 48, 7 },		/* length of the text */
		{ 50, '\n' }, { 52, 0xff },	/* and its letters */
		{ 54, 4 },			/* count of items */
		{ 67, 0 },			/* second rank, as the first */
		{ 68, 10 },			/* length of its name */
		{ 70, 0 }, { 70, 4 },		/* count of the list */
		{ 72, 0 },			/* below the range */
		{ 78, 1 }, { 78, 0 },		/* not above the one before */
		{ 84, 0x85 },			/* 901 */
	};
	AUTO_WRITER w = writer_grow(4096);
	struct all m = sample();
	size_t refused = 0;

	all_write(&w, &m);
	for (size_t i = 0; i < COUNT(bad); i++) {
		uint8_t was = w.p[bad[i].at];
		struct err e = { 0 };
		struct reader r = reader_over(writer_span(&w));

		w.p[bad[i].at] = bad[i].is;
		refused += !all_read(&r, &m, &e);
		w.p[bad[i].at] = was;
	}
	CHECK(refused == COUNT(bad));
	for (uint8_t a = 0; a < 30; a++) {
		struct reader r = reader_over(writer_span(&w));
		struct err e = { 0 };

		w.p[w.n - 12] = a;		/* inner.a; then count and held bytes */
		CHECK(all_read(&r, &m, &e) == (a >= 10 && a <= 20 && a != 13));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_has_one_encoding_however_it_is_cut_or_turned),
		cmocka_unit_test(numbers_come_with_the_most_significant_byte_first),
		cmocka_unit_test(an_error_names_the_message_and_the_byte),
		cmocka_unit_test(what_is_out_of_its_bounds_is_not_written),
		cmocka_unit_test(what_is_out_of_its_bounds_is_not_read),
		cmocka_unit_test(a_lax_writer_writes_what_no_reader_takes),
	};

	return RUN(tests);
}
