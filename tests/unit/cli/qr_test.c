/* SPDX-License-Identifier: Apache-2.0 */
/* QR codes in the terminal: what is drawn is read back module by module, and compared with a fixed code. */
#include <stdlib.h>

#include "cli/page.h"
#include "cli/qr.h"
#include "tests/test.h"

#define SIDE_MAX	200
#define LINK		"https://approve.example/sign#t=0123456789012345678901234567890123456789012"

struct picture {
	bool	dark[SIDE_MAX][SIDE_MAX];
	size_t	width, height;		/* with the margin */
};

/* One line: escape sequence, blocks, escape sequence. False: anything else. */
static bool
line_read(const char *p, const char *end, struct picture *t)
{
	static const char begin[] = "\033[38;2;0;0;0m\033[48;2;255;255;255m", after[] = "\033[0m";
	size_t x = 0;

	if (strncmp(p, begin, sizeof(begin) - 1) != 0 || t->height + 2 > SIDE_MAX)
		return false;
	for (p += sizeof(begin) - 1; p < end && *p != '\033' && x < SIDE_MAX; x++) {
		bool above = false, below = false;

		if (*p == ' ') {
			p++;
		} else if (strncmp(p, "\xe2\x96", 2) == 0 && (p[2] == '\x80' || p[2] == '\x84' ||
		    p[2] == '\x88')) {
			above = p[2] != '\x84';
			below = p[2] != '\x80';
			p += 3;
		} else {
			return false;
		}
		t->dark[t->height][x] = above;
		t->dark[t->height + 1][x] = below;
	}
	if (t->height > 0 && x != t->width)
		return false;
	t->width = x;
	t->height += 2;
	return (size_t)(end - p) == sizeof(after) - 1 && memcmp(p, after, sizeof(after) - 1) == 0;
}

static bool
drawn(const char *text, struct picture *t)
{
	struct err e = { 0 };
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);
	bool good = f != NULL && qr_write(f, text, &e);

	memset(t, 0, sizeof(*t));
	if (f == NULL || fclose(f) != 0)
		return false;
	for (const char *p = out, *end; good && (end = strchr(p, '\n')) != NULL; p = end + 1)
		good = line_read(p, end, t);
	free(out);
	return good;
}

/* 7 x 7: a dark ring around a light one around 3 x 3. */
static bool
finder_at(const struct picture *t, size_t x, size_t y)
{
	for (size_t i = 0; i < 49; i++) {
		size_t dx = i % 7, dy = i / 7, in = dx < 7 - 1 - dx ? dx : 6 - dx,
		    down = dy < 7 - 1 - dy ? dy : 6 - dy, ring = in < down ? in : down;

		if (t->dark[y + dy][x + dx] != (ring != 1))
			return false;
	}
	return true;
}

TEST(a_code_has_its_margin_and_its_three_corners)
{
	static struct picture t;
	size_t last;

	CHECK(drawn(LINK, &t));
	CHECK(t.width >= 21 + 2 * QR_QUIET && (t.width - 2 * QR_QUIET - 17) % 4 == 0);
	CHECK(t.height == t.width + 1);		/* odd: the last line's lower half is margin too */
	for (size_t y = 0; y < t.height; y++)
		for (size_t x = 0; x < t.width; x++)
			if (x < QR_QUIET || y < QR_QUIET || x >= t.width - QR_QUIET || y >= t.width - QR_QUIET)
				CHECK(!t.dark[y][x]);
	last = t.width - QR_QUIET - 7;
	CHECK(finder_at(&t, QR_QUIET, QR_QUIET));
	CHECK(finder_at(&t, last, QR_QUIET));
	CHECK(finder_at(&t, QR_QUIET, last));
	CHECK(!finder_at(&t, last, last));
}

/* The data bits of version 1, in the order of ISO/IEC 18004 7.7.3, behind the code's own mask. */
static bool
masked(unsigned mask, size_t x, size_t y)
{
	switch (mask) {
	case 0: return (x + y) % 2 == 0;
	case 1: return y % 2 == 0;
	case 2: return x % 3 == 0;
	case 3: return (x + y) % 3 == 0;
	case 4: return (y / 2 + x / 3) % 2 == 0;
	case 5: return (x * y) % 2 + (x * y) % 3 == 0;
	case 6: return ((x * y) % 2 + (x * y) % 3) % 2 == 0;
	default: return ((x + y) % 2 + (x * y) % 3) % 2 == 0;
	}
}

static bool
is_function_of_v1(size_t x, size_t y)
{
	return x == 6 || y == 6 || (x < 9 && y < 9) || (x > 12 && y < 9) || (x < 9 && y > 12);
}

/* Reads up to n bytes of the codewords, bottom right to top left. */
static void
codewords(const struct picture *t, uint8_t *out, size_t n)
{
	unsigned mask = (unsigned)t->dark[QR_QUIET + 8][QR_QUIET + 2] << 2 |
	    (unsigned)t->dark[QR_QUIET + 8][QR_QUIET + 3] << 1 | t->dark[QR_QUIET + 8][QR_QUIET + 4];
	size_t bit = 0;
	bool up = true;

	mask ^= 5;		/* the format's own mask, 10101 0000010010 */
	memset(out, 0, n);
	for (size_t right = 20; right < 21; right = right == 8 ? 5 : right - 2, up = !up)
		for (size_t i = 0; i < 42; i++) {
			size_t x = right - i % 2, y = up ? 20 - i / 2 : i / 2;

			if (is_function_of_v1(x, y) || bit == 8 * n)
				continue;
			if (t->dark[QR_QUIET + y][QR_QUIET + x] != masked(mask, x, y))
				out[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
			bit++;
		}
}

TEST(the_text_is_what_a_reader_reads)
{
	static struct picture t;
	uint8_t got[14], want[14] = { 0x40, 0 };
	static const char text[] = "go#t=A-z_9";	/* 10 bytes: version 1 at level M */

	CHECK(drawn(text, &t) && t.width == 21 + 2 * QR_QUIET);
	codewords(&t, got, 12);
	want[0] = 0x40 | (sizeof(text) - 1) >> 4;
	want[1] = (uint8_t)((sizeof(text) - 1) << 4);
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		want[1 + i] |= (uint8_t)(text[i] >> 4 & 15);
		want[2 + i] = (uint8_t)(text[i] << 4);
	}
	CHECK(memcmp(got, want, 11) == 0);
}

TEST(a_text_too_long_for_a_code_is_refused)
{
	static struct picture t;
	static char text[4000];

	memset(text, 'a', sizeof(text) - 1);
	CHECK(!drawn(text, &t));
	CHECK(!drawn("", &t));
}

TEST(only_the_groups_own_page_is_shown)
{
	static const char handle[] = "0123456789012345678901234567890123456789012";
	struct span origin = span_str("https://approve.example");
	static const char *const bad[] = {
		"http://approve.example/sign#t=0123456789012345678901234567890123456789012",
		"https://approve.example.evil/sign#t=0123456789012345678901234567890123456789012",
		"https://approve.example@evil/sign#t=0123456789012345678901234567890123456789012",
		"https://approve.example/sign?t=0123456789012345678901234567890123456789012",
		"https://approve.example/sign#t=0123456789012345678901234567890123456789013",
		"https://approve.example/sign#t=0123456789012345678901234567890123456789012\n",
		"https://approve.example/sign#t=", "",
	};

	CHECK(page_link_is_fit(LINK, origin, handle));
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(!page_link_is_fit(bad[i], origin, handle));
	CHECK(!page_link_is_fit(LINK, span_of("", 0), handle));
	CHECK(!page_link_is_fit("https://approve.example/sign#t=\033", origin, "\033"));
}

TEST(each_end_has_its_words_and_exit_code)
{
	static const struct { const char *state, *word; enum exit_code code; } rows[] = {
		{ "declined", "declined", EXIT_DECLINED }, { "expired", "expired", EXIT_REFUSED },
		{ "done", "over", EXIT_REFUSED }, { "what", "over", EXIT_REFUSED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err e = { 0 };

		CHECK(!page_fate(rows[i].state, &e));
		CHECK(strstr(e.text, rows[i].word) != NULL && command_exit(&e) == rows[i].code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_has_its_margin_and_its_three_corners),
		cmocka_unit_test(the_text_is_what_a_reader_reads),
		cmocka_unit_test(a_text_too_long_for_a_code_is_refused),
		cmocka_unit_test(only_the_groups_own_page_is_shown),
		cmocka_unit_test(each_end_has_its_words_and_exit_code),
	};

	return RUN(tests);
}
