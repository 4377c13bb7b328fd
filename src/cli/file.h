/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, in bounds; written whole or not at all. */
#ifndef CLI_FILE_H
#define CLI_FILE_H

#include <sys/types.h>

#include "base/err.h"
#include "base/writer.h"

#define FILE_SMALL	(1u * 1024 * 1024)

/* Appends the file's bytes; over w's maximum is an error. */
bool	file_read(const char *path, struct writer *w, struct err *) MUST_USE;
bool	file_exists(const char *path);
/* New file, synced, then renamed over what was there. */
bool	file_write(const char *path, mode_t mode, struct span, struct err *) MUST_USE;
/* The same, but refuses when something is there already. */
bool	file_write_new(const char *path, mode_t mode, struct span, struct err *) MUST_USE;
/* SHA-256, or SHA-384 when n is 48, and size of a file of any length. */
bool	file_hash(const char *path, uint8_t *digest, size_t n, uint64_t *size, struct err *) MUST_USE;
/* Another file beside that one: its path with a suffix. */
bool	file_beside(const char *path, const char *suffix, char *out, size_t size, struct err *) MUST_USE;
/* The last component of a path, lent. */
const char *file_name(const char *path);

#endif
