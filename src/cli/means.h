/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With what a signer approves: the key of the profile, PIN and code at the authentication module, an
 * identity provider. How many are needed the SAM says; here they are gathered.
 */
#ifndef CLI_MEANS_H
#define CLI_MEANS_H

#include "cli/module.h"
#include "cli/session.h"
#include "cli/visit.h"
#include "statement/grant.h"

#define OPTIONS_MEANS								\
	{ "pin", NULL, "approve with PIN and code of the authentication module" }, \
	{ "idp", "NAME", "approve at this identity provider, in a browser" },	\
	{ "factor-pin-fd", "N", "read the PIN for --pin from descriptor N" },	\
	{ "factor-code-fd", "N", "read the code for --pin from descriptor N" }
#define OPTION_NO_QR { "no-qr", NULL, "with --idp: show the address alone" }

/* In place of an approval key in the profile. */
#define APPROVAL_MODULE	"module:"
#define APPROVAL_IDP	"idp:"		/* and the provider's name */

struct means {
	bool		 device, pin;
	const char	*idp;		/* NULL: none */
};

/* With what the profile was enrolled. */
struct means	means_own(const struct profile *);
/* What the options ask for; without any, what the profile was enrolled with. */
struct means	means_chosen(const struct profile *, const struct call *);
/*
 * Makes them as many as are needed, with the one that the key was made with; `with` may be NULL or
 * zero. The account is the server's.
 */
bool	means_complete(struct means *, const struct profile *, const json_t *account, uint64_t needed,
	    const uint8_t *with, struct err *) MUST_USE;
/* As many as the strictest living key of the account asks for. */
uint64_t means_strictest(const json_t *account);
/* Gathers the approvals of a->statement into a->evidences. */
bool	means_approve(const struct means *, struct session *, struct call *, const json_t *account,
	    struct approved *a, struct err *) MUST_USE;

/* The authenticator of this account that is the profile's person at its module, or of this issuer. */
bool	means_module_id(const struct profile *, const json_t *account, uint8_t id[16], struct err *) MUST_USE;
bool	means_issuer_id(const json_t *account, const char *issuer, uint8_t id[16], struct err *) MUST_USE;
/* PIN and code, asked for; yours. A line that is empty is a factor that the person has not. */
bool	means_ask_factors(struct call *, struct secret **pin, struct secret **code, struct err *) MUST_USE;

#endif
