/* SPDX-License-Identifier: Apache-2.0 */
/* A payload of each kind of entry. */
#ifndef TESTS_AUDIT_PAYLOADS_H
#define TESTS_AUDIT_PAYLOADS_H

#include "audit/entry.h"

#define TEST_KINDS	24
/* 18 and 19 are nobody's. */
#define TEST_KIND_IS(kind)	((kind) >= 1 && (kind) <= TEST_KINDS && (kind) != 18 && (kind) != 19)

void	test_payload(struct writer *, enum entry_kind);

#endif
