/* SPDX-License-Identifier: Apache-2.0 */
/* Words of the protocol as sentences for people. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cli/command.h"
#include "cli/explain.h"

static const struct row {
	const char	*reason, *text;
} rows[] = {
	{ "parse", "it could not read what was sent: this program and it are of different versions. "
	    "Use the version of propria that belongs to this installation" },
	{ "group", "this is for another group. Look at --group, --server and --socket: one of them "
	    "names another installation" },
	{ "epoch", "a new epoch began meanwhile (the log was resumed). Start the act again" },
	{ "purpose", "this act cannot be sent this way. Signers' acts go through the server, "
	    "officers' acts through the officers' socket" },
	{ "nonce", "the challenge is spent, of another signer, or from before a restart. "
	    "Start again, with a fresh challenge" },
	{ "time", "it came too early, too late, or asks for too long. Set this computer's clock, "
	    "then start again" },
	{ "replay", "this was used already, and nothing is done twice. If the answer got lost, "
	    "repeat the same command: it reads the result back" },
	{ "owner", "there is no such signer or key, or it belongs to somebody else. Check the id" },
	{ "record", "the server handed over a record that is damaged or of something else. "
	    "Tell the operator: its store may have to be restored" },
	{ "version", "something changed meanwhile. Look at the present state, then start again" },
	{ "state", "the signer or key is not in the state for this (suspended, closed, without "
	    "certificate?). Look at it with propria keys list, or propria officer show" },
	{ "auth", "an approval does not verify: it was made with another key, or for other bytes. "
	    "Approve again with the enrolled key" },
	{ "quorum", "not enough different people have approved. Let another officer approve the "
	    "same act file, then enact it" },
	{ "level", "this authenticator or the identity proofing is not strong enough for the key. "
	    "The policy says which are (propria officer roster)" },
	{ "class", "the key is of another class or level than was approved. Look at propria keys list" },
	{ "alg", "the key has another algorithm; a key keeps the one it was born with" },
	{ "svd", "the public key is not this key's. Somebody may have exchanged it: compare "
	    "propria keys list with the certificate" },
	{ "dtbs", "what was to be signed is not what was approved. Nothing was signed; tell the "
	    "operator, this should not happen by itself" },
	{ "kind", "this kind of signing is not offered here, by this version or by the officers' policy" },
	{ "limit", "a limit of count or size is reached. Ask for less at once" },
	{ "proposal", "there is no such proposal, it has expired, or it is for another act. "
	    "Propose it again" },
	{ "cert", "the certificate is not acceptable: not from an installed CA, not for this key and "
	    "name, not valid now, or of wrong usage" },
	{ "closed", "the SAM is closed and signs nothing. propria doctor says why" },
	{ "busy", "it has too much to do at this moment. Try again in a few seconds" },
	{ "backend", "the crypto module or the disk failed. Operators: propria doctor" },
	{ "room", "the disk of the SAM's log is full or nearly so. Operators: make room there now" },
	{ "peer", "this authentication module is not one that the officers have installed. Look at "
	    "propria officer roster" },
	{ "locked", "too many wrong PINs or codes: the authentication module takes none of this person any "
	    "more. Its security officers unlock with propria officer unlock" },
	{ "idp_sig", "the provider's token is not signed by a key that the officers trust. If the provider has a "
	    "new key, they install it: propria officer provider-keys" },
	{ "idp_iss", "the token is of another provider, or of one that is not installed" },
	{ "idp_aud", "the token is for another client than the one for approvals" },
	{ "idp_sub", "somebody else logged in at the provider than the person that this signer is bound to" },
	{ "idp_nonce", "the token is for another approval" },
	{ "idp_acr", "the provider says of this login nothing that the officers count as strong enough" },
	{ "idp_time", "the login at the provider is too old, or came before it was asked for. Start again" },
	{ "idp_parse", "the token could not be read" },
	{ "idp_header", "the token's header names another algorithm or something that is not taken" },
	{ "idp_shown", "the provider does not say that it showed what is approved" },
	{ "share", "the key opens only with a share from its authentication module, and none came, or "
	    "another key's. Approve again with that module" },
	{ "unknown", "there is no such activation, entry or outcome; an activation ends with its "
	    "approval's time. Start again" },
};

const char *
explain_row(unsigned i, const char **reason)
{
	if (i >= COUNT(rows))
		return NULL;
	*reason = rows[i].reason;
	return rows[i].text;
}

const char *
explain_reason(const char *reason)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].reason, reason) == 0)
			return rows[i].text;
	return NULL;
}

static bool
printable(const char *word)
{
	for (; *word != '\0'; word++)
		if (!isalnum((unsigned char)*word) && *word != '-' && *word != '_')
			return false;
	return true;
}

bool
explain_refusal(struct err *e, const char *who, const char *reason)
{
	const char *text = explain_reason(reason);
	char word[24];

	snprintf(word, sizeof(word), "%s", printable(reason) ? reason : "");
	err_clear(e);
	if (text == NULL)
		err_why(e, ERR_DENIED, word, "%s refused, with a word that this version does not "
		    "know: %s", who, word[0] == '\0' ? "(none)" : word);
	else
		err_why(e, ERR_DENIED, word, "%s refused (%s): %s", who, word, text);
	return err_mark(e, EXIT_REFUSED);
}

static const char *
at(const char *const *names, size_t n, unsigned i)
{
	return i < n ? names[i] : NULL;
}

const char *
role_name(unsigned role)
{
	static const char *const names[] = { NULL, "security officer", "system administrator",
		"system operator", "system auditor", "registration officer" };

	return at(names, COUNT(names), role);
}

unsigned
role_by_word(const char *word)
{
	static const char *const words[] = { NULL, "security", "administrator", "operator",
		"auditor", "registration" };

	for (unsigned i = 1; i < COUNT(words); i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return 0;
}

const char *
signer_state_name(unsigned state)
{
	static const char *const names[] = { NULL, "invited", "bound", "active", "suspended",
		"closed" };

	return at(names, COUNT(names), state);
}

const char *
key_state_name(unsigned state)
{
	static const char *const names[] = { NULL, "new", "requested", "active", "suspended",
		"destroyed" };

	return at(names, COUNT(names), state);
}

static const char *const loas[] = { NULL, "low", "substantial", "high" };

const char *
loa_name(unsigned loa)
{
	return at(loas, COUNT(loas), loa);
}

unsigned
loa_by_name(const char *name)
{
	for (unsigned i = 1; i < COUNT(loas); i++)
		if (strcmp(loas[i], name) == 0)
			return i;
	return 0;
}

const char *
protection_name(unsigned protection)
{
	static const char *const names[] = { NULL, "file under a passphrase", "token or card", "TPM",
		"phone", "passkey bound to its device, as it says itself",
		"passkey whose maker attests it", "passkey of which copies in a cloud may exist",
		"authentication module", "identity provider" };

	return at(names, COUNT(names), protection);
}

const char *
class_name(unsigned class)
{
	static const char *const names[] = { NULL, "signature", "seal" };

	return at(names, COUNT(names), class);
}
