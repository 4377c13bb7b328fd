/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of propria-trial-ca. It carries no secret: the PIN comes on a descriptor. */
#ifndef CA_OPTIONS_H
#define CA_OPTIONS_H

#include "base/err.h"

enum command { COMMAND_INIT, COMMAND_ISSUE, COMMAND_SERVE, COMMAND_RA, COMMAND_REVOKE };

struct options {		/* texts: NULL where they are not said */
	enum command	 command;
	const char	*module, *token, *dir;
	unsigned	 pin_fd;
	bool		 has_pin;
	const char	*csr, *out, *policy;
	unsigned	 days;
	const char	*attestation, *attestation_key, *group;
	const char	*address, *url, *url_file, *secret, *reference, *qc;	/* serve */
	unsigned	 port, minutes, poll;
	const char	*name, *key, *certificate;		/* ra */
	const char	*serial;				/* revoke */
	unsigned	 reason;
};

bool	options_read(int argc, char **argv, struct options *, struct err *) MUST_USE;
void	options_usage(void);

#endif
