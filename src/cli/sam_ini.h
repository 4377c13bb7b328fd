/* SPDX-License-Identifier: Apache-2.0 */
/* The few values of the SAM's configuration that the doctor looks at; propria-sam reads all. */
#ifndef CLI_SAM_INI_H
#define CLI_SAM_INI_H

#include <stddef.h>

#include "base/err.h"

#define INI_ENVIRONMENT	8

struct ini {
	char	state[1024], officer_socket[1024], library[1024], token[64];
	struct {
		char	name[64], value[1024];
	} environment[INI_ENVIRONMENT];		/* of the module's workers: env.NAME */
	size_t	n;
};

/* Relative paths count from the file's folder. */
bool	ini_load(const char *path, struct ini *, struct err *) MUST_USE;

#endif
