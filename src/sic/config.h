/* SPDX-License-Identifier: Apache-2.0 */
/* propria-sic.conf: an INI file read strictly; what is not known is refused with its name. */
#ifndef SIC_CONFIG_H
#define SIC_CONFIG_H

#include <stddef.h>

#include "base/err.h"

#define TEXT_MAX	256

struct config {
	/* [http] */
	char		address[64];		/* of `listen`, without brackets */
	unsigned	port;			/* 0: any; see endpoint_file */
	bool		plain;			/* HTTP without TLS, on loopback only */
	char		certificate[TEXT_MAX], key[TEXT_MAX];
	char		endpoint_file[TEXT_MAX];	/* gets the URL when we listen; may be empty */
	unsigned	connections;
	unsigned	idle_s;
	/* [sic] */
	char		group[65];		/* 64 lower-case hexadecimal digits */
	char		module[65];		/* id of the authentication module; empty: none */
	char		origin[TEXT_MAX];	/* ours, as the genesis has it */
	char		ssa[TEXT_MAX];		/* origin of the SSA */
	char		name[TEXT_MAX];
	char		directory[TEXT_MAX];
	char		user[64];		/* empty: whoever started us */
	bool		shared;			/* the SSA's host is ours or below it */
};

bool	config_read(struct config *, const char *path, struct err *) MUST_USE;
/* "ADDRESS:PORT", "[ADDRESS]:PORT"; both numeric. */
bool	listen_read(struct config *, const char *text) MUST_USE;
bool	address_is_loopback(const char *address);
/* The pages' config.json, without a final zero; false: no room. */
bool	config_json(const struct config *, char *out, size_t size, size_t *n) MUST_USE;

#endif
