/* SPDX-License-Identifier: Apache-2.0 */
/* A new log, for the ceremony. */
#ifndef LAUNCH_CREATE_H
#define LAUNCH_CREATE_H

#include "base/err.h"
#include "base/span.h"

/*
 * Makes the files "log" (with the genesis batch) and "tree" (with its nodes) in the directory,
 * durably, or none of them. Refuses when either is there already.
 */
bool	audit_create(int fd_dir, struct span batch, struct span nodes, struct err *) MUST_USE;

#endif
