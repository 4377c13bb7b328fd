/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named points where a test build can kill the process, to show what a crash there leaves behind.
 * In any other build this is nothing: fail_point_none.c.
 */
#ifndef SAM_FAIL_POINT_H
#define SAM_FAIL_POINT_H

void	fail_point(const char *name);

#endif
