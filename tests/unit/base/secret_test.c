/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: their pages go back to the kernel wiped, and comparing tells nothing by its time. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "tests/test.h"

int	__real_munmap(void *, size_t);
int	__wrap_munmap(void *, size_t);
int	__real_madvise(void *, size_t, int);
int	__wrap_madvise(void *, size_t, int);
int	__real_mlock(const void *, size_t);
int	__wrap_mlock(const void *, size_t);

static size_t released, unwiped;
static unsigned locked, undumped, fork_wiped;

int
__wrap_munmap(void *p, size_t n)
{
	const uint8_t *b = p;

	released++;
	for (size_t i = 0; i < n; i++)
		if (b[i] != 0) {
			unwiped++;
			break;
		}
	return __real_munmap(p, n);
}

int
__wrap_madvise(void *p, size_t n, int advice)
{
	undumped += advice == MADV_DONTDUMP;
	fork_wiped += advice == MADV_WIPEONFORK;
	return __real_madvise(p, n, advice);
}

int
__wrap_mlock(const void *p, size_t n)
{
	locked++;
	return __real_mlock(p, n);
}

static struct secret *
secret_of(const char *s)
{
	struct err e = { 0 };
	struct secret *x = secret_copy(span_str(s), &e);

	CHECK(x != NULL);
	return x;
}

TEST(a_released_secret_was_wiped)
{
	struct secret *s = secret_of("correct horse battery staple");

	released = unwiped = 0;
	secret_free(s);
	CHECK(released == 1 && unwiped == 0);
	secret_free(NULL);
	CHECK(released == 1);
}

TEST(what_lies_behind_the_length_is_wiped_too)
{
	struct err e = { 0 };
	struct secret *s = secret_new(9000, &e);

	CHECK(s != NULL);
	memset(secret_room(s), 0xff, 9000);
	secret_set_length(s, 1);
	released = unwiped = 0;
	secret_free(s);
	CHECK(released == 1 && unwiped == 0);
}

TEST(a_secret_is_locked_and_kept_out_of_dumps_and_children)
{
	locked = undumped = fork_wiped = 0;
	{
		AUTO(secret) *s = secret_of("x");

		CHECK(s != NULL && locked == 1 && undumped == 1 && fork_wiped == 1);
	}
}

TEST(a_forked_child_finds_zeros)
{
	AUTO(secret) *s = secret_of("hidden");
	const uint8_t *p = secret_span(s).p;
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0)
		_exit(p[0] == 0 && p[5] == 0 ? 0 : 1);
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(memcmp(p, "hidden", 6) == 0);
}

TEST(secrets_that_differ_in_one_bit_or_in_length_are_not_equal)
{
	uint8_t a[40], b[40];

	memset(a, 0x5a, sizeof(a));
	memcpy(b, a, sizeof(a));
	CHECK(secret_equal(span_of(a, 40), span_of(b, 40)));
	for (size_t bit = 0; bit < 8 * sizeof(b); bit++) {
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!secret_equal(span_of(a, 40), span_of(b, 40)));
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t n = 0; n < 40; n++)
		CHECK(!secret_equal(span_of(a, 40), span_of(b, n)));
	CHECK(secret_equal(span_of(a, 0), span_of(b, 0)));
	CHECK(!secret_equal(span_of(a, 0), span_of(b, 1)));
}

/* A comparison that stops early is some hundred times faster at this size: no fine measuring. */
TEST(comparing_takes_as_long_where_the_first_byte_differs)
{
	enum { N = 1 << 20 };
	static uint8_t a[N], b[N], c[N];
	uint64_t early = UINT64_MAX, late = UINT64_MAX;

	b[0] = 1;
	c[N - 1] = 1;
	for (int i = 0; i < 9; i++) {
		uint64_t t0 = clock_us(), t1, t2;

		CHECK(!secret_equal(span_of(a, N), span_of(b, N)));
		t1 = clock_us();
		CHECK(!secret_equal(span_of(a, N), span_of(c, N)));
		t2 = clock_us();
		early = t1 - t0 < early ? t1 - t0 : early;
		late = t2 - t1 < late ? t2 - t1 : late;
	}
	CHECK(early * 8 >= late);
}

static struct secret *
read_from(const char *text, size_t n, size_t capacity, struct err *e)
{
	struct secret *s;
	int p[2];

	CHECK(pipe(p) == 0 && write(p[1], text, n) == (ssize_t)n);
	close(p[1]);
	s = secret_read_fd(p[0], capacity, e);
	close(p[0]);
	return s;
}

TEST(a_secret_over_its_capacity_is_refused_and_wiped)
{
	struct err e = { 0 };

	released = unwiped = 0;
	CHECK(read_from("12345678", 8, 7, &e) == NULL && e.code == ERR_FORMAT);
	CHECK(released == 1 && unwiped == 0);
	CHECK(strstr(e.text, "1234") == NULL);
}

TEST(one_line_is_read_without_its_newline_and_no_byte_more)
{
	AUTO(secret) *a = NULL, *b = NULL, *c = NULL;
	struct err e = { 0 };
	char rest[8];
	int p[2];

	CHECK((a = read_from("1234567\nmore", 12, 7, &e)) != NULL && secret_span(a).n == 7);
	CHECK((b = read_from("", 0, 7, &e)) != NULL && secret_span(b).n == 0);
	CHECK(pipe(p) == 0 && write(p[1], "pin\nnext", 8) == 8);
	CHECK((c = secret_read_fd(p[0], 100, &e)) != NULL && memcmp(secret_span(c).p, "pin", 3) == 0);
	CHECK(read(p[0], rest, sizeof(rest)) == 4 && memcmp(rest, "next", 4) == 0);
	close(p[0]);
	close(p[1]);
}

TEST(a_descriptor_that_cannot_be_read_is_an_error)
{
	struct err e = { 0 };

	CHECK(secret_read_fd(-1, 10, &e) == NULL && e.code == ERR_BACKEND);
}

TEST(a_length_over_the_capacity_is_not_survived)
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		struct err e = { 0 };

		if (freopen("/dev/null", "w", stderr) != NULL)
			secret_set_length(secret_new(4, &e), 5);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && !(WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_released_secret_was_wiped),
		cmocka_unit_test(what_lies_behind_the_length_is_wiped_too),
		cmocka_unit_test(a_secret_is_locked_and_kept_out_of_dumps_and_children),
		cmocka_unit_test(a_forked_child_finds_zeros),
		cmocka_unit_test(secrets_that_differ_in_one_bit_or_in_length_are_not_equal),
		cmocka_unit_test(comparing_takes_as_long_where_the_first_byte_differs),
		cmocka_unit_test(a_secret_over_its_capacity_is_refused_and_wiped),
		cmocka_unit_test(one_line_is_read_without_its_newline_and_no_byte_more),
		cmocka_unit_test(a_descriptor_that_cannot_be_read_is_an_error),
		cmocka_unit_test(a_length_over_the_capacity_is_not_survived),
	};

	return RUN(tests);
}
