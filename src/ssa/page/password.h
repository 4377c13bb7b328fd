/* SPDX-License-Identifier: Apache-2.0 */
/* Login names and passwords: what they may be, and what the store keeps of them. */
#ifndef SSA_PAGE_PASSWORD_H
#define SSA_PAGE_PASSWORD_H

#include "base/writer.h"
#include "ssa/page/slow.h"

#define PASSWORD_MIN	12		/* characters */
#define LOGIN_NAME_MIN	3
#define LOGIN_NAME_MAX	64

/* Small letters, digits and . _ - @ +; capitals become small. False: something else, or the length. */
bool	login_name_read(struct span typed, uint8_t name[LOGIN_NAME_MAX], size_t *n);
/* NULL, or what is wrong with it. */
const char *password_fault(struct span password, struct span name);
/* A job for a new password (salt made) or for comparing with data; data empty: nobody's. */
void	password_job(struct slow_job *, struct span password, struct span data);
void	password_data(const struct slow_job *, struct writer *);
bool	password_matches(const struct slow_job *, struct span data);

#endif
