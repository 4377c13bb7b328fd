/* SPDX-License-Identifier: Apache-2.0 */
/* Signers of the trial: their profiles, logged in. */
#ifndef BENCH_SIGNERS_H
#define BENCH_SIGNERS_H

#include <openssl/evp.h>

#include "cli/key.h"
#include "cli/profile.h"

#define SIGNERS_MAX	64

struct bench_signer {
	struct profile		 profile;
	struct known_key	 p256, rsa;
	char			*token;		/* the access token of its account */
	struct key		*login;		/* what it logs in with */
	char			*may_register;	/* good once, for a login in a browser */
	char			 cookie[160];	/* of a browser that is logged in; empty before chain_sessions */
	EVP_PKEY		*key;		/* approves; as a file key would */
	EVP_PKEY_CTX		*approve;
};

/* directory/NAME/profile each, as tools/trial-group leaves them. */
bool	signer_open(struct bench_signer *, const char *directory, const char *name,
	    const char *passphrase_file, struct err *) MUST_USE;

#endif
