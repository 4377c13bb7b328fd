/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/file.h"

bool
file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

const char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static bool
read_on(int fd, const char *path, struct writer *w, struct err *e)
{
	uint8_t block[16384];
	ssize_t got;

	while ((got = read(fd, block, sizeof(block))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(e, ERR_BACKEND, errno, "%.100s cannot be read", path);
		wr_bytes(w, block, (size_t)got);
		if (!writer_ok(w))
			break;
	}
	explicit_bzero(block, sizeof(block));
	return writer_ok(w) || err_set(e, ERR_FORMAT, "%.100s is larger than such a file can be", path);
}

bool
file_read(const char *path, struct writer *w, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return err_errno(e, ERR_MISSING, errno, "%.100s cannot be opened", path);
	good = read_on(fd, path, w, e);
	close(fd);
	return good;
}

static bool
write_all(int fd, struct span bytes)
{
	while (bytes.n > 0) {
		ssize_t put = write(fd, bytes.p, bytes.n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		bytes = span_of(bytes.p + put, bytes.n - (size_t)put);
	}
	return fsync(fd) == 0;
}

/* The name is there only once the bytes are: a link refuses, a rename replaces. */
static bool
write_then(const char *path, mode_t mode, struct span bytes, bool replace, struct err *e)
{
	char temporary[4096];
	bool good;
	int fd, cause;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return err_set(e, ERR_FORMAT, "a path is too long");
	if ((fd = mkostemp(temporary, O_CLOEXEC)) < 0)
		return err_errno(e, ERR_BACKEND, errno, "%.100s cannot be written", path);
	good = fchmod(fd, mode) == 0 && write_all(fd, bytes) &&
	    (replace ? rename(temporary, path) : link(temporary, path)) == 0;
	cause = errno;
	close(fd);
	if (!good || !replace)
		unlink(temporary);
	return good || err_errno(e, ERR_BACKEND, cause, "%.100s cannot be written", path);
}

bool
file_write(const char *path, mode_t mode, struct span bytes, struct err *e)
{
	return write_then(path, mode, bytes, true, e);
}

bool
file_write_new(const char *path, mode_t mode, struct span bytes, struct err *e)
{
	return write_then(path, mode, bytes, false, e);
}

static bool
hash_on(FILE *f, EVP_MD_CTX *ctx, uint8_t *digest, uint64_t *size)
{
	uint8_t block[65536];
	uint64_t total = 0;
	unsigned n = 0;
	size_t got;

	while ((got = fread(block, 1, sizeof(block), f)) > 0) {
		if (EVP_DigestUpdate(ctx, block, got) != 1)
			return false;
		total += got;
	}
	if (ferror(f) || EVP_DigestFinal_ex(ctx, digest, &n) != 1)
		return false;
	*size = total;
	return true;
}

bool
file_hash(const char *path, uint8_t *digest, size_t n, uint64_t *size, struct err *e)
{
	FILE *f = fopen(path, "rbe");
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	if (f == NULL) {
		EVP_MD_CTX_free(ctx);
		return err_errno(e, ERR_MISSING, errno, "%.100s cannot be opened", path);
	}
	good = ctx != NULL && (n == 32 || n == 48) &&
	    EVP_DigestInit_ex(ctx, n == 48 ? EVP_sha384() : EVP_sha256(), NULL) == 1 &&
	    hash_on(f, ctx, digest, size);
	EVP_MD_CTX_free(ctx);
	fclose(f);
	return good || err_set(e, ERR_BACKEND, "%.100s cannot be read to its end", path);
}

bool
file_beside(const char *path, const char *suffix, char *out, size_t size, struct err *e)
{
	int n = snprintf(out, size, "%s%s", path, suffix);

	return (n >= 0 && (size_t)n < size) ||
	    err_exit(e, EXIT_USAGE, "the path of %.80s is too long", path);
}
