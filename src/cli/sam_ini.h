/* SPDX-License-Identifier: Apache-2.0 */
/* The few values of the SAM's configuration that the doctor looks at; propria-sam reads all. */
#ifndef CLI_SAM_INI_H
#define CLI_SAM_INI_H

#include "base/err.h"

struct ini {
	char	state[1024], officer_socket[1024], library[1024], token[64];
};

/* Relative paths count from the file's folder. */
bool	ini_load(const char *path, struct ini *, struct err *) MUST_USE;

#endif
