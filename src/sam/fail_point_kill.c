/* SPDX-License-Identifier: Apache-2.0 */
/* Test builds: PROPRIA_FAIL_POINT="name" or "name:n" kills at the n-th time this point is
 * reached. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "sam/fail_point.h"

void
fail_point(const char *name)
{
	static unsigned long times;
	const char *wanted = getenv("PROPRIA_FAIL_POINT");
	size_t n = strlen(name);

	if (wanted == NULL || strncmp(wanted, name, n) != 0 || (wanted[n] != '\0' && wanted[n] != ':'))
		return;
	if (++times >= (wanted[n] == ':' ? strtoul(wanted + n + 1, NULL, 10) : 1))
		raise(SIGKILL);
}
