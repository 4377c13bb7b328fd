/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signer's machine knows: the server, the pinned group, who the signer is, where the keys
 * are, and for each signing key what its attestation said. One folder; beside it the genesis, the
 * keys, and KEY.pem with the certificate of each signing key and its chain.
 */
#ifndef CLI_PROFILE_H
#define CLI_PROFILE_H

#include <jansson.h>

#include "base/err.h"
#include "base/writer.h"
#include "crypto/alg.h"
#include "crypto/hash.h"

#define PATH_LONG	4096
#define OPTION_HOME	{ "home", "DIR", "where the signer's profile is ($XDG_DATA_HOME/propria)" }

struct profile {
	char		 dir[PATH_LONG];
	char		*server, *cacert;	/* cacert: NULL for the system's */
	char		*approval, *login;	/* as in key.h; file names without a slash lie in dir */
	uint8_t		 group[HASH_LEN], signer[16], authenticator[16];
	bool		 has_module;		/* module and person are known */
	uint8_t		 module[HASH_LEN], person[16];	/* the authentication module's pin; who one is there */
	uint64_t	 life;			/* of a statement, milliseconds */
	json_t		*keys;			/* by id */
};

struct known_key {
	uint8_t			 id[16];
	const struct alg	*alg;
	uint8_t			 class, level;
	uint8_t			 spki[SPKI_MAX];	/* alg->spki_len bytes */
};

void	profile_wipe(struct profile *);
#define AUTO_PROFILE __attribute__((cleanup(profile_wipe))) struct profile

/* --home, else $XDG_DATA_HOME/propria, else ~/.local/share/propria. */
bool	profile_place(struct profile *, const char *home, struct err *) MUST_USE;
bool	profile_load(struct profile *, const char *home, struct err *) MUST_USE;
bool	profile_folder(const struct profile *, struct err *) MUST_USE;	/* makes it, mode 0700 */
bool	profile_save(const struct profile *, struct err *) MUST_USE;
bool	profile_read(struct profile *, struct span json, struct err *) MUST_USE;
void	profile_write(const struct profile *, struct writer *);
/* A file of the folder, or the path as it is if it is absolute or on a token. */
void	profile_path(const struct profile *, const char *name, char out[PATH_LONG]);

/* NULL id: the only key there is. */
bool	profile_key(const struct profile *, const char *id, struct known_key *, struct err *) MUST_USE;
void	profile_key_set(struct profile *, const struct known_key *);
/* Path of the key's certificate and chain. */
void	profile_certificate_path(const struct profile *, const uint8_t id[16], char out[PATH_LONG]);
#define PROFILE_GENESIS	"genesis"

#endif
