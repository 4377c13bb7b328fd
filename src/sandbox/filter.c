/* SPDX-License-Identifier: Apache-2.0 */
/* Seccomp filters from lists of names. */
#include <errno.h>
#include <stdlib.h>

#include "sandbox/filter.h"

struct filter *
filter_new(uint32_t fallback, struct err *e)
{
	AUTO(filter) *f = calloc(1, sizeof(*f));

	if (f == NULL || (f->ctx = seccomp_init(fallback)) == NULL) {
		err_set(e, ERR_BACKEND, "seccomp: no filter could be started");
		return NULL;
	}
	f->fallback = fallback;
	/* A binary tree instead of a chain: the decider makes a few calls for each signature. */
	(void)seccomp_attr_set(f->ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (seccomp_attr_set(f->ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0) {
		err_set(e, ERR_BACKEND, "seccomp: foreign system calls cannot be refused");
		return NULL;
	}
	return TAKE(f);
}

void
filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	if (f->ctx != NULL)
		seccomp_release(f->ctx);
	free(f);
}

bool
filter_when(struct filter *f, uint32_t action, const char *name, unsigned n,
    const struct scmp_arg_cmp *args, struct err *e)
{
	int call = seccomp_syscall_resolve_name(name);
	int rc;

	if (call == __NR_SCMP_ERROR)
		return true;	/* newer than this libseccomp: the fallback holds */
	rc = seccomp_rule_add_array(f->ctx, action, call, n, args);
	if (rc != 0)
		return err_errno(e, ERR_BACKEND, -rc, "seccomp: rule for %s", name);
	f->rules++;
	return true;
}

bool
filter_add(struct filter *f, uint32_t action, const char *const *names, struct err *e)
{
	for (; *names != NULL; names++)
		if (!filter_when(f, action, *names, 0, NULL, e))
			return false;
	return true;
}

bool
filter_load(const struct filter *f, struct err *e)
{
	int rc = seccomp_load(f->ctx);

	return rc == 0 || err_errno(e, ERR_BACKEND, -rc, "seccomp: the kernel refuses the filter");
}
