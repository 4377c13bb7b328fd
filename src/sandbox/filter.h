/* SPDX-License-Identifier: Apache-2.0 */
/* Seccomp filters from lists of names; private to this folder. */
#ifndef SANDBOX_FILTER_H
#define SANDBOX_FILTER_H

#include <seccomp.h>
#include <stddef.h>

#include "base/err.h"

struct filter {
	scmp_filter_ctx	 ctx;
	uint32_t	 fallback;	/* action for what no rule names */
	unsigned	 rules;
};

/* Lists end with NULL. A name that this libseccomp or architecture does not know is skipped. */
struct filter	*filter_new(uint32_t fallback, struct err *) MUST_USE;	/* yours */
void		 filter_free(struct filter *);
bool		 filter_add(struct filter *, uint32_t action, const char *const *names, struct err *)
		     MUST_USE;
/* The same call, only if its arguments compare so. */
bool		 filter_when(struct filter *, uint32_t action, const char *name, unsigned n,
		     const struct scmp_arg_cmp *, struct err *) MUST_USE;
bool		 filter_load(const struct filter *, struct err *) MUST_USE;

AUTO_FREE(filter)

/* What the sanitizer of this build needs in every allow-list: extra_none.c, extra_sanitizer.c. */
extern const char *const filter_build_extra[];
extern const char *const filter_build_reader[];		/* and in the reader's, which has nothing else */

#endif
