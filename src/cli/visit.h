/* SPDX-License-Identifier: Apache-2.0 */
/* A visit to an identity provider: the person approves there, in a browser; the token comes back. */
#ifndef CLI_VISIT_H
#define CLI_VISIT_H

#include "cli/command.h"
#include "cli/sic.h"

#define ISSUER_TEXT	201

/* GET providers: the issuer of the provider that the server calls so. */
bool	visit_issuer(struct ssa *, const char *name, char issuer[ISSUER_TEXT], struct err *) MUST_USE;
/*
 * Begins, shows the address, and waits until the provider said yes or no, or Ctrl-C. Appends the ID
 * token. Needs the option no-qr.
 */
bool	visit_provider(struct ssa *, struct call *, const char *name, const struct approved *,
	    struct writer *token, struct err *) MUST_USE;

/* What one answer of the server's says of it, for the above and for tests. */
enum visit_state { VISIT_WAITS, VISIT_DONE, VISIT_FAILED };
enum visit_state visit_read(const json_t *answer, struct writer *token, struct err *);
/* The issuer in the server's list. */
bool	visit_issuer_of(const json_t *list, const char *name, char issuer[ISSUER_TEXT], struct err *) MUST_USE;

#endif
