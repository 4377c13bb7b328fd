/* SPDX-License-Identifier: Apache-2.0 */
/* What the officers' commands share: from a body to an act that is proposed, approved, in force. */
#ifndef CLI_OFFICER_H
#define CLI_OFFICER_H

#include "cli/act.h"
#include "cli/ask.h"
#include "cli/sam.h"

/* Options of every command that begins an act. */
#define OPTIONS_ACT								\
	OPTION_SOCKET,								\
	{ "key", "KEY", "approve with this key: a file, or pkcs11:MODULE:TOKEN:LABEL" }, \
	{ "act", "FILE", "write the act file here, for more approvals" },	\
	{ "days", "N", "how long the proposal stands (7; at most 30)" },	\
	{ "yes", NULL, "do not ask before approving" },				\
	OPTIONS_KEY_SECRETS

struct officer_act {
	struct msg_status	status;
	struct msg_roster	roster;		/* lent from roster_bytes */
	struct sam		sam;
	struct writer		roster_bytes, status_bytes;
};

bool	officer_begin(struct officer_act *, struct call *, struct err *) MUST_USE;
void	officer_end(struct officer_act *);
#define AUTO_OFFICER __attribute__((cleanup(officer_end))) struct officer_act

/*
 * The body and subject are in *s. Proposes it, shows it in words, approves it if there is a key,
 * and either puts it in force (one approval is enough) or writes the act file.
 * *enacted is filled only if it is in force; *done says so.
 */
bool	officer_act(struct officer_act *, struct call *, struct statement *s, bool *done,
	    struct msg_enacted *enacted, struct err *) MUST_USE;
/* How many approvals this purpose needs, by the policy in force. */
unsigned officer_quorum(const struct msg_roster *, uint16_t purpose);

/* Adds the approval of this key: under the officer's id, or zero for an officer who is new. */
bool	officer_approve(struct act *, const struct msg_roster *, const uint8_t *officer_id,
	    struct key *, uint8_t sig[APPROVAL_LEN], struct err *) MUST_USE;
bool	officer_act_save(const char *path, const struct act *, struct err *) MUST_USE;
void	officer_words(struct call *, const struct statement *, const struct msg_roster *);
void	officer_enacted(struct call *, const struct msg_enacted *);
bool	officer_id_take(const char *text, uint8_t *id, size_t n, const char *what, struct err *)
	    MUST_USE;

/* What ADD_PEER says of a SAM: its transport key, attested for b->peer under this genesis's key. */
bool	peer_of_sam(struct span genesis, struct span attestation, struct body_add_peer *b,
	    struct writer *key, struct err *) MUST_USE;

/* ACR=LEVEL,...: lends from the text. */
bool	provider_acrs_read(const char *text, struct body_add_provider *, struct err *) MUST_USE;

/* The act that lets somebody in, with an enrolment code that is made here and kept where --code-out
 * says: public_key, of the statement's body, is set. word: what the new id is called. */
bool	officer_let_in(struct call *, struct officer_act *, struct statement *, uint8_t public_key[32],
	    const char *word, struct err *) MUST_USE;
/* An act on a record of this type, of the operand's id (`what`), with --reason. */
bool	officer_act_on(struct call *, uint16_t purpose, uint8_t record, const char *what,
	    struct err *) MUST_USE;

#endif
