/* SPDX-License-Identifier: Apache-2.0 */
/* Passphrases, PINs and the keys they open: from a descriptor or the terminal, nowhere else. */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "cli/command.h"
#include "cli/key.h"

/* Options of every command that approves. */
#define OPTIONS_KEY_SECRETS							\
	{ "passphrase-fd", "N", "read the key file's passphrase from descriptor N" }, \
	{ "pin-fd", "N", "read the token's PIN from descriptor N" }

/* Opens --NAME's key, asking for what it needs. Needs OPTIONS_KEY_SECRETS in the table. */
struct key	*ask_key(struct call *, const char *where, struct err *) MUST_USE;	/* yours */
/* Makes the key, with a passphrase asked twice; then opens it. */
struct key	*ask_new_key(struct call *, const char *where, struct err *) MUST_USE;	/* yours */
/* One line from the descriptor in this option, else from the terminal. */
struct secret	*ask_secret(struct call *, const char *option_name, const char *prompt,
		    struct err *) MUST_USE;						/* yours */
/* From --code-fd or the terminal; to be wiped. */
bool		 ask_enrolment_code(struct call *, uint8_t code[CODE_LEN], struct err *) MUST_USE;

#endif
