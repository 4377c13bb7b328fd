/* SPDX-License-Identifier: Apache-2.0 */
/* The disk by itself. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "disk.h"

#define FILE_SIZE	(8u << 20)

static uint8_t block[1u << 20];

static bool
room_make(int fd, struct err *e)
{
	memset(block, 0, sizeof(block));
	for (off_t at = 0; at < (off_t)FILE_SIZE; at += (off_t)sizeof(block))
		if (pwrite(fd, block, sizeof(block), at) != (ssize_t)sizeof(block))
			return err_errno(e, ERR_BACKEND, errno, "trial file of the disk");
	memset(block, 0x5a, sizeof(block));
	return fsync(fd) == 0 || err_errno(e, ERR_BACKEND, errno, "fsync");
}

static bool
pair_time(int fd, size_t bytes, off_t *at, double *ms, struct err *e)
{
	uint64_t start = clock_us();

	for (int i = 0; i < 2; i++) {
		if (*at + (off_t)bytes > (off_t)FILE_SIZE)
			*at = 0;
		if (pwrite(fd, block, bytes, *at) != (ssize_t)bytes || fdatasync(fd) != 0)
			return err_errno(e, ERR_BACKEND, errno, "trial file of the disk");
		*at += (off_t)bytes;
	}
	*ms = (double)(clock_us() - start) / 1000;
	return true;
}

bool
disk_measure(const char *directory, size_t bytes, size_t pairs, double *p50_ms, double *p99_ms,
    struct err *e)
{
	double *times = calloc(pairs, sizeof(*times));
	char path[4096];
	off_t at = 0;
	bool good;
	int fd;

	if (times == NULL || bytes > sizeof(block))
		bug("disk");
	snprintf(path, sizeof(path), "%s/disk.trial", directory);
	if ((fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0) {
		free(times);
		return err_errno(e, ERR_BACKEND, errno, "%s", path);
	}
	unlink(path);
	good = room_make(fd, e);
	for (size_t i = 0; good && i < pairs; i++)
		good = pair_time(fd, bytes, &at, &times[i], e);
	if (good) {
		*p50_ms = quantile(times, pairs, 0.5);
		*p99_ms = quantile(times, pairs, 0.99);
	}
	close(fd);
	free(times);
	return good;
}
