/* SPDX-License-Identifier: Apache-2.0 */
/* A certification authority in software: it issues whatever it is wished to. */
#ifndef SIC_CA_H
#define SIC_CA_H

#include "tests/sic/people.h"
#include "x509/issue.h"

void	ca_make(struct ca *, const char *name);
/* Two security officers install it, for certificates of 400 days at most. */
const char *ca_install(struct group *, const struct ca *);
/* Makes the group's own CA and installs it. */
void	ca_of_group(struct group *);

struct wish {
	struct issue	issue;
	const struct device *signed_by;
};
/* What an honest CA would issue for this key: a year, from a minute ago. */
struct wish wish_for(const struct group *, const struct signer *, const struct key *);
/* Lent by the key. */
struct span ca_issue(const struct wish *, struct key *);
/* LINK_CERTIFICATE; the key takes its new record when it worked. */
const char *link_certificate(struct group *, struct key *, struct span certificate);

#endif
