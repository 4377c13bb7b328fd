/* SPDX-License-Identifier: Apache-2.0 */
/* A signer at the server: the profile, logged in with the login key. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/ask.h"
#include "cli/sic.h"

struct session {
	struct profile	profile;
	struct ssa	ssa;
};

/* Needs OPTION_HOME in the table. */
bool	session_open(struct session *, struct call *, struct err *) MUST_USE;
void	session_close(struct session *);
#define AUTO_SESSION __attribute__((cleanup(session_close))) struct session

/* The genesis that was pinned at enrolment; *bytes lends it. */
struct genesis;
bool	session_genesis(const struct profile *, struct writer *bytes, struct genesis *, struct err *)
	    MUST_USE;
json_t	*session_account(struct session *, struct err *) MUST_USE;	/* yours */
const json_t *session_account_key(const json_t *account, const uint8_t id[16]);	/* NULL: none */
/* Version of that key in an account. */
bool	session_key_version(const json_t *account, const char *id, uint32_t *, struct err *) MUST_USE;
/*
 * A signer's act other than signing: challenge, statement, words, a yes, approval, enact. The body
 * is in *s. The server's answer is yours. Needs OPTIONS_MEANS and no-qr in the table.
 */
json_t	*session_act(struct session *, struct call *, struct statement *s, struct err *) MUST_USE;
/* Shows a statement and asks for `word`, unless --yes. */
bool	session_ask(struct call *, const struct statement *, const char *word, struct err *) MUST_USE;
/* Opens the approval key, asking for its passphrase or PIN. */
struct key *session_key(const struct profile *, struct call *, struct err *) MUST_USE;	/* yours */

#endif
