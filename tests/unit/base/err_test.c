/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: the first failure wins, the text stays within its bounds. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

TEST(a_later_failure_does_not_hide_the_first)
{
	struct err e = { 0 };

	CHECK(!err_why(&e, ERR_DENIED, "nonce", "number %d", 7));
	CHECK(!err_set(&e, ERR_BACKEND, "another"));
	CHECK(!err_errno(&e, ERR_BACKEND, ENOSPC, "a third"));
	CHECK(e.code == ERR_DENIED && e.cause == 0);
	CHECK(strcmp(e.reason, "nonce") == 0 && strcmp(e.text, "number 7") == 0);
}

TEST(nobody_has_to_listen)
{
	CHECK(!err_set(NULL, ERR_BUG, "x") && !err_why(NULL, ERR_BUG, "y", "x") &&
	    !err_errno(NULL, ERR_BUG, 1, "x"));
}

TEST(a_long_text_is_cut_and_terminated)
{
	struct err e = { 0 };
	char many[1000];

	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	err_why(&e, ERR_FORMAT, many, "%s", many);
	CHECK(strlen(e.text) == sizeof(e.text) - 1 && strlen(e.reason) == sizeof(e.reason) - 1);
	err_clear(&e);
	err_errno(&e, ERR_FORMAT, EIO, "%s", many);
	CHECK(strlen(e.text) == sizeof(e.text) - 1 && e.cause == EIO);
}

TEST(a_cause_is_told_in_words_and_kept_as_a_number)
{
	struct err e = { 0 };

	err_errno(&e, ERR_BACKEND, ENOSPC, "log");
	CHECK(e.cause == ENOSPC && strncmp(e.text, "log: ", 5) == 0 && strlen(e.text) > 5);
}

TEST(a_cleared_error_takes_a_new_one)
{
	struct err e = { 0 };

	err_errno(&e, ERR_BACKEND, ENOSPC, "log");
	err_clear(&e);
	CHECK(e.code == ERR_NONE && e.cause == 0 && e.text[0] == '\0');
	err_set(&e, ERR_BUSY, "again");
	CHECK(e.code == ERR_BUSY && e.reason[0] == '\0');
}

TEST(every_code_has_its_own_word)
{
	for (int a = ERR_NONE; a <= ERR_BUG; a++)
		for (int b = ERR_NONE; b < a; b++)
			CHECK(strcmp(err_name((enum err_code)a), err_name((enum err_code)b)) != 0);
	CHECK(strcmp(err_name((enum err_code)99), "unknown") == 0);
	CHECK(strcmp(err_name((enum err_code)-1), "unknown") == 0);
}

TEST(a_broken_invariant_is_not_survived)
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		bug("said so");
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_later_failure_does_not_hide_the_first),
		cmocka_unit_test(nobody_has_to_listen),
		cmocka_unit_test(a_long_text_is_cut_and_terminated),
		cmocka_unit_test(a_cause_is_told_in_words_and_kept_as_a_number),
		cmocka_unit_test(a_cleared_error_takes_a_new_one),
		cmocka_unit_test(every_code_has_its_own_word),
		cmocka_unit_test(a_broken_invariant_is_not_survived),
	};

	return RUN(tests);
}
