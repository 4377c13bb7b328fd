/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of values a configuration has: each one's reading, printing and freeing. */
#ifndef LAUNCH_CONFIG_VALUE_H
#define LAUNCH_CONFIG_VALUE_H

#include "launch/config.h"

struct config_key;

struct config_kind {
	/* Sets the field from a value that is not empty; false: not allowed, field untouched. */
	bool		(*set)(void *field, const struct config_key *, const char *value,
			    const char *directory);
	/* Prints the value; false: there is none. */
	bool		(*show)(const void *field, const struct config_key *, FILE *);
	void		(*wipe)(void *field);
};

struct config_key {
	const char			*section;
	const char			*name;
	const struct config_kind	*kind;
	size_t				 offset;	/* of the field in struct config */
	const char			*fallback;	/* as if written; NULL: stays empty */
	const char			*allowed;	/* for people */
	uint64_t			 min, max;	/* numbers; texts: longest length */
	const char *const		*words;		/* choices, in order; ends with NULL */
	bool				 required;
	bool				 may_be_empty;
};

extern const struct config_kind kind_path, kind_paths, kind_text, kind_number, kind_hex, kind_mode,
    kind_choice, kind_users, kind_group, kind_algorithms;

#endif
