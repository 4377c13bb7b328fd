/* SPDX-License-Identifier: Apache-2.0 */
/* What the runtime of AddressSanitizer and its siblings calls. Never in a build that is shipped. */
#include "sandbox/filter.h"

const char *const filter_build_extra[] = {
	"sigaltstack", "sched_yield", "sched_getaffinity", "getrlimit", "prlimit64", "arch_prctl",
	"readlink", "readlinkat", "mincore", "getppid", "setrlimit",
	NULL
};

const char *const filter_build_reader[] = {
	"mmap", "munmap", "mprotect", "madvise", "futex", "getpid", "gettid", "clock_gettime",
	"rt_sigprocmask", "rt_sigaction", "rt_sigreturn", "openat", "fstat", "newfstatat", "lseek", "close",
	"tgkill", "brk", "mremap",
	NULL
};
