/* SPDX-License-Identifier: Apache-2.0 */
/* Small whole files of a CA: read within bounds, written in one step. */
#ifndef CA_FILE_H
#define CA_FILE_H

#include <sys/types.h>

#include "base/err.h"
#include "base/writer.h"

#define PATH_LEN	512

/* Appends the file to *w, which says how long it may be. */
bool	ca_file_read(const char *path, struct writer *w, struct err *) MUST_USE;
/* Whole or not at all; refuses to write over anything. */
bool	ca_file_write_new(const char *path, struct span, mode_t, struct err *) MUST_USE;
bool	ca_file_is_absent(const char *path, struct err *) MUST_USE;
bool	ca_path(char out[PATH_LEN], const char *dir, const char *name, struct err *) MUST_USE;
bool	ca_dir_sync(const char *dir, struct err *) MUST_USE;

#endif
