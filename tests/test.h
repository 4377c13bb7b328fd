/* SPDX-License-Identifier: Apache-2.0 */
/* What every unit test includes: cmocka, and checks that read as sentences. */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"

#define TEST(name)	static void name(void **state_ UNUSED)
#define CHECK(x)	assert_true(x)
#define RUN(tests)	cmocka_run_group_tests(tests, NULL, NULL)

#endif
