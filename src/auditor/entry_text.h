/* SPDX-License-Identifier: Apache-2.0 */
/* Log entries for people. */
#ifndef AUDITOR_ENTRY_TEXT_H
#define AUDITOR_ENTRY_TEXT_H

#include "audit/entry.h"

#define ENTRY_LINE	1024	/* enough for any entry but long alarms */

/*
 * One line, without newline: sequence, time, kind, then ids in hex, words, counts. Cut where
 * `size` ends. False for a payload that does not read.
 */
bool	entry_text(const struct entry *, char *line, size_t size, struct err *) MUST_USE;

#endif
