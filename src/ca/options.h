/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of propria-trial-ca. It carries no secret: the PIN comes on a descriptor. */
#ifndef CA_OPTIONS_H
#define CA_OPTIONS_H

#include "base/err.h"

struct options {
	const char	*command;	/* "init" or "issue" */
	const char	*module, *token, *dir;
	int		 pin_fd;
	const char	*csr, *out, *policy;
	unsigned	 days;
	const char	*attestation, *attestation_key, *group;	/* all or none */
};

bool	options_read(int argc, char **argv, struct options *, struct err *) MUST_USE;
void	options_usage(void);

#endif
