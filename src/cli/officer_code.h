/* SPDX-License-Identifier: Apache-2.0 */
/* The enrolment code that a registration officer makes for a person: here, and for nobody else to see. */
#ifndef CLI_OFFICER_CODE_H
#define CLI_OFFICER_CODE_H

#include "cli/command.h"
#include "statement/evidence.h"
#include "wire/status.h"

#define CODE_TEXT	(CODE_LETTERS + 6)
#define OPTION_CODE_OUT \
	{ "code-out", "FILE", "write the enrolment code here (mode 0600), do not print it" }

/* The module sees the public key of the code alone. */
void	officer_code_make(const uint8_t group[GROUP_LEN], uint8_t public_key[32], char text[CODE_TEXT]);
/* Both need OPTION_CODE_OUT in the table. Before the act, so that no code gets lost: to its file, if one is named. */
bool	officer_code_keep(struct call *, const char *code, struct err *) MUST_USE;
void	officer_code_drop(struct call *);		/* the act came to nothing */
void	officer_code_tell(struct call *, const char *code, bool done);

#endif
