/* SPDX-License-Identifier: Apache-2.0 */
/* Software keys in a folder of their own, and a good receipt to spoil. */
#ifndef TESTS_CLI_RIG_H
#define TESTS_CLI_RIG_H

#include "cli/key.h"
#include "cli/receipt.h"
#include "cli/sic.h"
#include "tests/test.h"

struct rig {
	char		 dir[64];
	struct key	*alice, *log, *attest, *signing;	/* approval, module's two, signing key */
	struct key	*officer[4];
	uint8_t		 genesis_mem[GENESIS_MAX];
	struct span	 genesis;
	struct genesis	 g;
	uint8_t		 group[HASH_LEN];
	struct profile	 profile;
	struct writer	 statement, evidences, entry, attestation;
	uint8_t		 digest[HASH_LEN], d[HASH_LEN], raw[64];
	uint8_t		 kind;				/* of documents: 2, 3; else DTBS/R */
	bool		 once;				/* with a key made for it */
	uint8_t		 cert[HASH_LEN];		/* named in what is signed */
	struct receipt	 receipt;			/* good; lends from the above */
};

struct rig	*rig_new(void);
void		 rig_free(struct rig *);
char		*rig_path(struct rig *, const char *name, char out[128]);
struct key	*rig_key(struct rig *, const char *name);
/* Makes statement, log entry and receipt again, for this DTBS/R. */
void		 rig_sign(struct rig *, const uint8_t digest[HASH_LEN]);
/* The same for a document of this kind. */
void		 rig_sign_document(struct rig *, uint8_t kind, bool once, const uint8_t digest[HASH_LEN]);
void		 rig_head_sign(struct rig *, struct head *);
void		 rig_attest(struct rig *, struct key *by, struct writer *);	/* signs what is in it */

AUTO_FREE(rig)

#endif
