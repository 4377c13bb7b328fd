/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of propria-hsm. It carries no secret: PINs come on descriptors. */
#ifndef HSM_OPTIONS_H
#define HSM_OPTIONS_H

#include "hsm/probe.h"

enum mode { MODE_WORKER, MODE_SETUP, MODE_WIPE, MODE_REPORT };

struct options {
	enum mode	 mode;
	const char	*module, *token;
	struct keys	 keys;		/* ids and mechanism; token and handles come later */
	bool		 has_keys;	/* all four ids were given */
	bool		 declared;
	uint16_t	 algs[PROBE_ALGS_MAX];
	size_t		 n_algs;
	int		 control_fd, pin_fd, so_pin_fd;	/* -1: not given */
};

bool	options_read(int argc, char **argv, struct options *, struct err *) MUST_USE;
void	options_usage(void);

#endif
