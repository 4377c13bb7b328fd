/* SPDX-License-Identifier: Apache-2.0 */
/* A payload of each kind of entry. */
#ifndef TESTS_AUDIT_PAYLOADS_H
#define TESTS_AUDIT_PAYLOADS_H

#include "audit/entry.h"

#define TEST_KINDS	17

void	test_payload(struct writer *, enum entry_kind);

#endif
