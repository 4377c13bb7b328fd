/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SAM's configuration: an INI file, read strictly. An unknown section or key, one given twice,
 * a missing or impossible value: refused, naming file, line, key and what is allowed. There are no
 * secrets in it. Relative paths count from the directory of the file.
 */
#ifndef LAUNCH_CONFIG_H
#define LAUNCH_CONFIG_H

#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/span.h"
#include "sam/decider.h"

#define CONFIG_LIST_MAX		16

struct config_ids { uid_t v[CONFIG_LIST_MAX]; size_t n; };
struct config_numbers { uint16_t v[CONFIG_LIST_MAX]; size_t n; };
struct config_texts { char *v[CONFIG_LIST_MAX]; size_t n; };

struct config {
	const char		*section;		/* "sam", "auth-module": the first one */
	char			*directory;		/* of the file, absolute */

	/* [sam] */
	char			*state;			/* directory of log, tree, local.secret */
	char			*ssa_socket;
	char			*officer_socket;
	struct config_ids	 ssa_uids;		/* who may connect; default: our own uid */
	struct config_ids	 officer_uids;
	unsigned		 socket_mode;		/* 0660, or 0600 */
	gid_t			 ssa_group;		/* of the socket; (gid_t)-1: leave it */
	gid_t			 officer_group;
	char			*user;			/* NULL: stay who we are */
	unsigned		 providers;		/* 1: tokens of identity providers are taken */

	/* [module] */
	char			*library;
	char			*token;			/* label */
	uint32_t		 mechanism;		/* CKM_ of wrapping; 0: the worker chooses */
	struct config_numbers	 algorithms;		/* PROTOCOL.sam 0.1 */
	uint32_t		 workers;
	uint32_t		 deadline_ms;		/* for one operation */
	uint32_t		 onetime_p256;		/* keys in stock, over all workers */
	uint32_t		 onetime_p384;
	uint32_t		 onetime_rsa3072;
	uint32_t		 onetime_age;		/* seconds */
	unsigned		 onetime_empty;		/* 0: wait, 1: refuse */
	char			*pin_file;		/* NULL: --pin-fd or the terminal */
	char			*worker_program;	/* default: propria-hsm beside us */
	struct config_texts	 paths;			/* a worker may write; none: no landlock */
	struct config_texts	 environment;		/* "NAME=value", for workers only */

	/* [limits] */
	uint32_t		 activations;		/* open at once */
	uint32_t		 nonces;		/* alive at once */
};

/* The first section is [sam], or what `section` says. */
struct config	*config_load_section(const char *section, const char *file, struct err *) MUST_USE; /* yours */
struct config	*config_load(const char *file, struct err *) MUST_USE;	/* [sam]; yours */
void		 config_free(struct config *);
/* The effective configuration, as a file that config_load takes again. */
void		 config_print(const struct config *, FILE *);
/* state + "/" + name, into out of PATH_MAX bytes. */
bool		 config_state_path(const struct config *, const char *name, char *out, struct err *)
		     MUST_USE;

AUTO_FREE(config)

#endif
