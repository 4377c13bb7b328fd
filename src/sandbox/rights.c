/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each kind of process may do: read the lists from top to bottom. The C library decides which
 * of several calls it makes (2.36: newfstatat, clone3; 2.41: fstat, futex_waitv), so a list names
 * the whole family. Calls nobody listed answer ENOSYS, which libraries survive; the few that mean an
 * attack end the process.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/filter.h"
#include "sandbox/landlock.h"
#include "sandbox/sandbox.h"

#define FALLBACK	SCMP_ACT_ERRNO(ENOSYS)
#define REFUSE		SCMP_ACT_ERRNO(EPERM)
#define ROOMS_MAX	64
/* An int argument: the upper half of its register is nobody's promise. */
#define IS_INT(n, v)	SCMP_CMP64(n, SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)(v))

static const char *const may_talk[] = {		/* over descriptors it was given */
	"read", "readv", "write", "writev", "recvmsg", "sendmsg", "recvfrom", "sendto",
	"recvmmsg", "sendmmsg", "accept", "accept4", "shutdown", "close", "getsockopt", "getpeername",
	"poll", "ppoll", "ppoll_time64", "select", "pselect6", "epoll_create1", "epoll_ctl",
	"epoll_wait", "epoll_pwait", "epoll_pwait2", "timerfd_create", "timerfd_settime", "eventfd2",
	"pread64", "preadv", "preadv2", "lseek", "fstat", "fcntl", "fadvise64",
	NULL
};

static const char *const may_live[] = {		/* memory, time, randomness, its own signals */
	"brk", "munmap", "mremap", "madvise", "mlock", "mlock2", "munlock", "membarrier",
	"clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
	"getrandom", "futex", "futex_time64", "futex_waitv", "sched_yield",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "sigaltstack",
	"restart_syscall", "set_robust_list", "get_robust_list", "rseq",
	"getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid",
	"uname", "sysinfo", "getcpu", "getrusage", "exit", "exit_group",
	NULL
};

static const char *const may_store[] = {	/* the log's files */
	"pwrite64", "pwritev", "pwritev2", "fdatasync", "fsync", "sync_file_range", "ftruncate",
	"fallocate", "flock", "fchmod", "copy_file_range",
	NULL
};

static const char *const is_attack[] = {	/* the decider never has a reason for these */
	"execve", "execveat", "fork", "vfork", "clone", "open", "openat2", "creat", "socket",
	"socketpair", "connect", "bind", "listen", "ptrace", "process_vm_readv",
	"process_vm_writev", "kill", "tkill", "pidfd_open", "pidfd_getfd", "pidfd_send_signal",
	"memfd_create", "io_uring_setup", "bpf", "userfaultfd", "unlink", "rename", "link", "symlink",
	"chmod", "chown", "setuid", "setgid", "setresuid", "setresgid", "mount", "unshare", "setns",
	NULL
};

static const char *const nobody_needs[] = {	/* no program of ours, no vendor's library */
	"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "bpf",
	"perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
	"mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsmount",
	"fsconfig", "fspick", "mount_setattr", "init_module", "finit_module", "delete_module",
	"kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "acct", "quotactl",
	"keyctl", "add_key", "request_key", "setns", "unshare", "name_to_handle_at",
	"open_by_handle_at", "settimeofday", "clock_settime", "clock_settime64", "adjtimex",
	"clock_adjtime", "syslog", "iopl", "ioperm", "lookup_dcookie", "modify_ldt", "vhangup",
	"sethostname", "setdomainname", "fanotify_init",
	NULL
};

static const char *const starts_programs[] = { "execve", "execveat", "fork", "vfork", NULL };

/* What the C library does on first use by opening files, done before files are out of reach. */
static void
warm_up(void)
{
	time_t now = time(NULL);
	struct tm t;

	tzset();
	(void)localtime_r(&now, &t);
}

/* The part that is the same for all: no new rights, no core, no peeping by the same uid. */
static bool
seal_process(struct sandbox_status *s, struct err *e)
{
	struct rlimit none = { 0, 0 };

	*s = (struct sandbox_status){ .landlock_abi = landlock_abi() };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    setrlimit(RLIMIT_CORE, &none) != 0)
		return err_errno(e, ERR_BACKEND, errno, "sandbox: sealing the process");
	s->no_new_privs = s->undumpable = s->no_core = true;
	return true;
}

static bool
load(struct filter *f, struct sandbox_status *s, struct err *e)
{
	if (!filter_load(f, e))
		return false;
	s->seccomp = true;
	s->rules = f->rules;
	return true;
}

/* Memory is never executable; a signal goes to nobody but ourselves (abort). */
static bool
allow_with_limits(struct filter *f, struct err *e)
{
	struct scmp_arg_cmp no_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	struct scmp_arg_cmp myself = IS_INT(0, getpid());
	struct scmp_arg_cmp open_file = SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH);
	struct scmp_arg_cmp open_statx = SCMP_A2(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH);

	return filter_when(f, SCMP_ACT_ALLOW, "mmap", 1, &no_exec, e) &&
	    filter_when(f, SCMP_ACT_ALLOW, "mmap2", 1, &no_exec, e) &&
	    filter_when(f, SCMP_ACT_ALLOW, "mprotect", 1, &no_exec, e) &&
	    filter_when(f, SCMP_ACT_ALLOW, "tgkill", 1, &myself, e) &&
	    filter_when(f, SCMP_ACT_ALLOW, "newfstatat", 1, &open_file, e) &&
	    filter_when(f, SCMP_ACT_ALLOW, "statx", 1, &open_statx, e);
}

static bool
allow_common(struct filter *f, struct err *e)
{
	return filter_add(f, SCMP_ACT_ALLOW, may_talk, e) &&
	    filter_add(f, SCMP_ACT_ALLOW, may_live, e) &&
	    filter_add(f, SCMP_ACT_ALLOW, filter_build_extra, e) &&
	    filter_add(f, SCMP_ACT_KILL_PROCESS, is_attack, e) &&
	    allow_with_limits(f, e);
}

bool
sandbox_decider(struct sandbox_status *s, struct err *e)
{
	static const char *const files[] = { "openat", "unlinkat", "renameat", "renameat2", NULL };
	AUTO(filter) *f = NULL;

	warm_up();
	return seal_process(s, e) &&
	    landlock_confine(NULL, 0, &s->landlock, e) &&
	    (f = filter_new(FALLBACK, e)) != NULL &&
	    allow_common(f, e) &&
	    filter_add(f, SCMP_ACT_KILL_PROCESS, files, e) &&
	    load(f, s, e);
}

/* openat takes an absolute path too whatever its directory: landlock closes that where it is. */
static bool
allow_beneath(struct filter *f, int dir_fd, struct err *e)
{
	struct scmp_arg_cmp here = IS_INT(0, dir_fd);
	struct scmp_arg_cmp both[] = { IS_INT(0, dir_fd), IS_INT(2, dir_fd) };
	struct scmp_arg_cmp die[] = { IS_INT(0, PR_SET_PDEATHSIG), IS_INT(1, SIGKILL) };

	return filter_when(f, SCMP_ACT_ALLOW, "prctl", 2, die, e) &&
	    filter_when(f, SCMP_ACT_ALLOW, "openat", 1, &here, e) &&
	    filter_when(f, SCMP_ACT_ALLOW, "unlinkat", 1, &here, e) &&
	    filter_when(f, SCMP_ACT_ALLOW, "renameat", 2, both, e) &&
	    filter_when(f, SCMP_ACT_ALLOW, "renameat2", 2, both, e);
}

bool
sandbox_flusher(int dir_fd, struct sandbox_status *s, struct err *e)
{
	struct landlock_room state = { .dir_fd = dir_fd, .write = true };
	AUTO(filter) *f = NULL;

	warm_up();
	return seal_process(s, e) &&
	    landlock_confine(&state, 1, &s->landlock, e) &&
	    (f = filter_new(FALLBACK, e)) != NULL &&
	    allow_common(f, e) &&
	    filter_add(f, SCMP_ACT_ALLOW, may_store, e) &&
	    allow_beneath(f, dir_fd, e) &&
	    load(f, s, e);
}

bool
sandbox_reader(struct sandbox_status *s, struct err *e)
{
	static const char *const all[] = { "read", "write", "exit", "exit_group", NULL };
	AUTO(filter) *f = NULL;

	return seal_process(s, e) &&
	    landlock_confine(NULL, 0, &s->landlock, e) &&
	    (f = filter_new(SCMP_ACT_KILL_PROCESS, e)) != NULL &&
	    filter_add(f, SCMP_ACT_ALLOW, all, e) &&
	    filter_add(f, SCMP_ACT_ALLOW, filter_build_extra, e) &&
	    filter_add(f, SCMP_ACT_ALLOW, filter_build_reader, e) &&
	    load(f, s, e);
}

bool
sandbox_launcher(struct sandbox_status *s, struct err *e)
{
	AUTO(filter) *f = NULL;

	return seal_process(s, e) &&
	    (f = filter_new(SCMP_ACT_ALLOW, e)) != NULL &&
	    filter_add(f, REFUSE, nobody_needs, e) &&
	    load(f, s, e);
}

/* clone3 hides its flags in memory; answered ENOSYS, the C library makes threads by clone. */
static bool
no_programs(struct sandbox_status *s, struct err *e)
{
	static const char *const unseen[] = { "clone3", NULL };
	struct scmp_arg_cmp no_thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
	AUTO(filter) *f = NULL;

	return seal_process(s, e) &&
	    (f = filter_new(SCMP_ACT_ALLOW, e)) != NULL &&
	    filter_add(f, REFUSE, nobody_needs, e) &&
	    filter_add(f, REFUSE, starts_programs, e) &&
	    filter_add(f, FALLBACK, unseen, e) &&
	    filter_when(f, REFUSE, "clone", 1, &no_thread, e) &&
	    load(f, s, e);
}

bool
sandbox_worker(struct sandbox_status *s, struct err *e)
{
	return no_programs(s, e);
}

bool
sandbox_ssa(struct sandbox_status *s, struct err *e)
{
	return no_programs(s, e);
}

/* The decider's rights, and what a library of HTTP asks of its own connections. */
bool
sandbox_sic(struct sandbox_status *s, struct err *e)
{
	static const char *const connections[] = { "setsockopt", "getsockname", NULL };
	AUTO(filter) *f = NULL;

	warm_up();
	return seal_process(s, e) &&
	    landlock_confine(NULL, 0, &s->landlock, e) &&
	    (f = filter_new(FALLBACK, e)) != NULL &&
	    allow_common(f, e) &&
	    filter_add(f, SCMP_ACT_ALLOW, connections, e) &&
	    load(f, s, e);
}

bool
sandbox_worker_paths(const char *const *paths, size_t n, const char *const *read_only,
    size_t n_read_only, struct sandbox_status *s, struct err *e)
{
	static const char *const system[] = {
		"/usr", "/lib", "/lib64", "/bin", "/etc", "/proc", "/sys", "/opt"
	};
	struct landlock_room rooms[ROOMS_MAX] = { { .path = "/dev", .write = true } };
	size_t at = 1;

	s->landlock_abi = landlock_abi();
	if (n == 0 || s->landlock_abi == 0)
		return true;
	if (n > ROOMS_MAX / 4 || n_read_only > ROOMS_MAX / 4)
		return err_set(e, ERR_FORMAT, "landlock: more than %d paths", ROOMS_MAX / 4);
	for (size_t i = 0; i < COUNT(system); i++)
		rooms[at++].path = system[i];
	for (size_t i = 0; i < n_read_only; i++)
		rooms[at++].path = read_only[i];
	for (size_t i = 0; i < n; i++)
		rooms[at++] = (struct landlock_room){ .path = paths[i], .write = true };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_errno(e, ERR_BACKEND, errno, "landlock: no new privileges");
	return landlock_confine(rooms, at, &s->landlock, e);
}

void
sandbox_ask(struct sandbox_status *s)
{
	struct rlimit core;

	*s = (struct sandbox_status){
		.no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1,
		.undumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0,
		.no_core = getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0,
		.seccomp = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2,
		.landlock_abi = landlock_abi(),
	};
}

void
sandbox_describe(const struct sandbox_status *s, char *out, size_t n)
{
	char rules[32] = "", abi[32] = "no-landlock";

	if (s->seccomp)
		snprintf(rules, sizeof(rules), "seccomp(%u)", s->rules);
	if (s->landlock_abi > 0)
		snprintf(abi, sizeof(abi), "%s(abi %d)", s->landlock ? "landlock" : "landlock-unused",
		    s->landlock_abi);
	snprintf(out, n, "%s %s %s %s %s", s->no_new_privs ? "no-new-privs" : "NEW-PRIVS",
	    s->undumpable ? "undumpable" : "DUMPABLE", s->no_core ? "no-core" : "CORE",
	    s->seccomp ? rules : "NO-SECCOMP", abi);
}
