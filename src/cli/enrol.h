/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of enrolment that need no network. */
#ifndef CLI_ENROL_H
#define CLI_ENROL_H

#include "cli/sic.h"

/* Takes the server's genesis if it is of the group that the user named. */
bool	genesis_take(const json_t *answer, const uint8_t group[HASH_LEN], struct writer *bytes,
	    uint64_t *life, struct err *) MUST_USE;
/* BIND with both approvals. */
bool	enrol_statement(struct approved *, const struct profile *, const struct challenge *,
	    uint32_t from, const char *label, struct key *, const uint8_t code[CODE_LEN], uint64_t now,
	    struct err *) MUST_USE;

#endif
