/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of a log, from a folder or from the SAM. */
#ifndef CLI_LOG_SOURCE_H
#define CLI_LOG_SOURCE_H

#include "audit/entry.h"
#include "cli/sam.h"

typedef bool (*log_visit)(void *ctx, const struct entry *, struct span bytes, struct err *);

bool	log_walk_directory(const char *dir, log_visit, void *ctx, struct err *) MUST_USE;
/* As far as the log goes now, over the socket of this call. */
bool	log_walk_sam(struct call *, log_visit, void *ctx, struct err *) MUST_USE;

#endif
