/* SPDX-License-Identifier: Apache-2.0 */
/* All that the SSA is: one struct, used by the HTTP thread alone. */
#ifndef SSA_SSA_H
#define SSA_SSA_H

#include "crypto/hash.h"
#include "ssa/config.h"
#include "ssa/documents.h"
#include "ssa/idp/flows.h"
#include "ssa/limit.h"
#include "ssa/page/slow.h"
#include "ssa/page/tries.h"
#include "ssa/parallel.h"
#include "ssa/sam.h"
#include "ssa/tokens.h"
#include "ssa/stamper.h"
#include "ssa/vault.h"

#define GENESIS_BYTES_MAX	262144

#define URL_MAX		(TEXT_MAX + 160)
#define AUDIENCES	6

/* What follows from the URL under which a browser or client reaches us. */
struct base {
	char		 url[TEXT_MAX + 32];	/* without a slash at its end; also the issuer */
	char		 host[TEXT_MAX];	/* without its port: RP ID of login passkeys */
	char		 audience_text[AUDIENCES][URL_MAX];
	const char	*audience[AUDIENCES];
};

struct module {			/* for authentication; see module.h */
	struct sam	*sam;			/* NULL: there is none */
	struct writer	 genesis;
	uint8_t		 id[HASH_LEN];		/* its hash */
};

struct ssa {
	struct config	 config;
	struct base	 base[2];		/* with TLS; without, empty if there is none */
	struct store	*store;
	struct sam	*sam;
	struct module	 module;
	struct vault	*vault;
	struct tokens	*tokens;
	struct cache	*activations;
	struct limit	*anonymous, *accounts;
	struct limit	*strangers;		/* blocks that requests without a login may fill, a second */
	struct parallel	*parallel;
	struct documents *documents;		/* handed over by clients, for the signing page */
	struct slow	*slow;			/* passwords */
	struct tries	*by_name, *by_address;	/* failed logins */
	uint8_t		 ceremony_key[32];	/* of challenges for login passkeys; of this run */
	struct ca_pool	*ca_pool;		/* NULL: no one-time keys */
	struct once	*once;			/* signatures with such that are under way */
	struct held	*held;			/* such that have their certificate and wait for their use */
	struct issuer	*issuer;		/* NULL until it is started */
	struct stamper	*stamper;		/* NULL: no time stamps */
	struct idps	*idps;			/* identity providers; NULL: none */
	struct idp_flows *idp_flows;		/* visits to them */
	struct writer	 genesis;
	uint8_t		 group[HASH_LEN];	/* its hash */
	struct writer	 info[2][2];		/* of each base, v1's and v2's answer of `info`, made once */
	uint64_t	 swept;
	struct writer	 status;		/* the last answer of `status` */
	uint64_t	 status_at;
};

/* A file's bytes and their hash, which is its group's id. */
bool	genesis_file_read(const char *path, struct writer *, uint8_t id[HASH_LEN], struct err *) MUST_USE;
/* Reads the genesis, opens the store, starts the SAM's thread. Close with ssa_close. */
bool	ssa_open(struct ssa *, const struct config *, struct err *) MUST_USE;
/* When the port is known: what depends on our URL. */
bool	ssa_named(struct ssa *, unsigned port, unsigned plain_port, struct err *) MUST_USE;
void	ssa_close(struct ssa *);

#endif
