/* SPDX-License-Identifier: Apache-2.0 */
/* Production builds: no fail points. */
#include "base/attr.h"
#include "sam/fail_point.h"

void
fail_point(const char *name UNUSED)
{
}
