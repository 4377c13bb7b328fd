/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into the SAM or the SSA by flow tests: fdatasync and pwrite fail, the wall clock is
 * shifted, as the file FAULT_CONTROL says. It is mapped before anything is confined, so tests change
 * it while the program runs. Three fields of twelve characters: errno of fdatasync, errno of pwrite, shift in ms.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define FIELD	12

static const char *control;
static int (*real_fdatasync)(int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_clock_gettime)(clockid_t, struct timespec *);

static void *
real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = control == NULL ? getenv("FAULT_CONTROL") : NULL;
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, 3 * FIELD, PROT_READ, MAP_SHARED, fd, 0);

	if (p != MAP_FAILED)
		control = p;
	if (fd >= 0)
		close(fd);
	*(void **)&real_fdatasync = real("fdatasync");
	*(void **)&real_pwrite = real("pwrite64");
	*(void **)&real_clock_gettime = real("clock_gettime");
}

static long long
field(int i)
{
	char text[FIELD + 1] = "";

	if (control != NULL)
		memcpy(text, control + i * FIELD, FIELD);
	return strtoll(text, NULL, 10);
}

int
fdatasync(int fd)
{
	if (field(0) == 0)
		return real_fdatasync(fd);
	errno = (int)field(0);
	return -1;
}

/* With 64 bits of file offset this is pwrite64, as in what it is loaded into. */
ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	if (field(1) == 0)
		return real_pwrite(fd, p, n, at);
	errno = (int)field(1);
	return -1;
}

int
clock_gettime(clockid_t id, struct timespec *t)
{
	long long ms = id == CLOCK_REALTIME ? field(2) : 0;
	int rc;

	if (real_clock_gettime == NULL)	/* another library's constructor asks before ours has run */
		begin();
	rc = real_clock_gettime(id, t);
	t->tv_sec += (time_t)(ms / 1000);
	return rc;
}
