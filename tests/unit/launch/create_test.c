/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a new log: all of them, once, or none. */
#include <fcntl.h>
#include <unistd.h>

#include "launch/create.h"
#include "tests/unit/audit/fixture.h"

TEST(a_log_is_founded_once)
{
	struct err e = { 0 };
	struct test_log l;
	int dir;

	test_log_small(&l);
	dir = test_directory();
	CHECK(audit_create(dir, test_batch(&l, 0), span_of(l.nodes.p, HASH_LEN), &e));
	CHECK(!audit_create(dir, test_batch(&l, 0), span_of(l.nodes.p, HASH_LEN), &e));
	CHECK(e.code == ERR_NOT_NOW);
	CHECK(unlinkat(dir, "tree", 0) == 0);
	err_clear(&e);
	CHECK(!audit_create(dir, test_batch(&l, 0), span_of(l.nodes.p, HASH_LEN), &e));
	CHECK(e.code == ERR_NOT_NOW && faccessat(dir, "tree", F_OK, 0) != 0);
	CHECK(unlinkat(dir, "log", 0) == 0);
	CHECK(close(openat(dir, "tree", O_CREAT | O_WRONLY, 0600)) == 0);
	err_clear(&e);
	CHECK(!audit_create(dir, test_batch(&l, 0), span_of(l.nodes.p, HASH_LEN), &e));
	CHECK(faccessat(dir, "log", F_OK, 0) != 0);
	test_directory_remove(dir);
	test_log_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_is_founded_once),
	};
	struct err e = { 0 };

	return crypto_start(&e) ? RUN(tests) : 1;
}
