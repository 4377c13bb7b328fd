/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests' CA answers to a CMP message. */
#ifndef TESTS_CMP_SERVICE_H
#define TESTS_CMP_SERVICE_H

#include "tests/cmp/faulty.h"

void	service_open(struct faulty *, const char *secret);
void	service_close(struct faulty *);
bool	service_answer(struct faulty *, struct span request, struct writer *);	/* with the lock */

#endif
