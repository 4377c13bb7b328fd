/* SPDX-License-Identifier: Apache-2.0 */
/* An authenticator on its way to the signer's record that is no key: a person of the authentication
 * module, or an account at an identity provider. */
#ifndef CLI_NEWCOMER_H
#define CLI_NEWCOMER_H

#include "cli/means.h"

#define OPTIONS_NEWCOMER							\
	{ "module", "HEX", "PIN and code at this authentication module: its id, as its officers gave it" }, \
	{ "person", "ID", "with --module: your person id there" },		\
	{ "idp", "NAME", "an identity provider, as the server calls it" },	\
	{ "factor-pin-fd", "N", "with --module: read the PIN from descriptor N" }, \
	{ "factor-code-fd", "N", "with --module: read the code from descriptor N" }

struct newcomer {
	bool		is_module;		/* else a provider */
	struct module	module;
	const char	*idp;
	char		issuer[ISSUER_TEXT];
	uint8_t		link[HASH_LEN + 16];	/* module and person */
	struct writer	body;			/* of its evidence; init by newcomer_open */
};

/* Do the options name one? */
bool	newcomer_is_asked(const struct call *);
bool	newcomer_open(struct newcomer *, struct ssa *, struct call *, struct err *) MUST_USE;
void	newcomer_close(struct newcomer *);
#define AUTO_NEWCOMER __attribute__((cleanup(newcomer_close))) struct newcomer
/* The body of BIND or ADD_AUTHENTICATOR; lends from the newcomer and label. */
void	newcomer_body(const struct newcomer *, const char *label, struct body_bind *);
/* Its approval of the statement, under the zero id. The list lends from the newcomer. */
bool	newcomer_approve(struct newcomer *, struct ssa *, struct call *, const struct approved *,
	    struct evidences *list, struct err *) MUST_USE;

#endif
