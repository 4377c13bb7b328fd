/* SPDX-License-Identifier: Apache-2.0 */
/* What kinds of certificates the trial CA issues to people over the network. */
#ifndef CA_PROFILE_H
#define CA_PROFILE_H

#include "ca/authority.h"
#include "ca/options.h"

#define PROFILE_URL	256

struct profiles {
	unsigned	 days, minutes;		/* of long, of short-term */
	const char	*policy;		/* NULL: none */
	unsigned	 qc;			/* enum issue_qc */
	char		 crl[PROFILE_URL], ocsp[PROFILE_URL];
};

struct profile;

bool	profiles_init(struct profiles *, const struct options *, struct err *) MUST_USE;
/* Where this server is: certificates point there. */
bool	profiles_set_url(struct profiles *, const char *url, struct err *) MUST_USE;
/* By its name; the empty one is `long`. NULL: no such profile. */
const struct profile *profile_find(struct span name);
const char *profile_name(const struct profile *);
/* The profile's part of what is issued: validity from now on, policy, statements, pointers. */
void	profile_apply(const struct profile *, const struct profiles *, uint64_t now, struct issue *);

#endif
