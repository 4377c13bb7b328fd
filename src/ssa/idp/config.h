/* SPDX-License-Identifier: Apache-2.0 */
/* [idp NAME]: an identity provider, and how it knows us. */
#ifndef SSA_IDP_CONFIG_H
#define SSA_IDP_CONFIG_H

#include "base/err.h"
#include "base/span.h"

#define IDP_NAME_MAX	32
#define IDP_TEXT_MAX	256
#define IDP_LIST_MAX	8

struct idp_config {
	char		name[IDP_NAME_MAX + 1];
	char		issuer[IDP_TEXT_MAX];
	char		text[IDP_TEXT_MAX];		/* on the button; empty: the name */
	char		client_id[IDP_TEXT_MAX];	/* for approvals; empty: none are given there */
	char		secret_file[IDP_TEXT_MAX], key_file[IDP_TEXT_MAX];	/* one of them */
	char		par[8];				/* auto or no: pushed authorization requests */
	char		scope[IDP_TEXT_MAX];
	char		acr_values[IDP_TEXT_MAX];	/* of approvals; empty: not asked for */
	char		ca_file[IDP_TEXT_MAX];		/* roots of its TLS; empty: the system's */
	char		proxy[IDP_TEXT_MAX];		/* empty: none */
	char		login_client_id[IDP_TEXT_MAX];	/* another client; empty: nobody logs in there */
	char		login_secret_file[IDP_TEXT_MAX], login_key_file[IDP_TEXT_MAX];
	bool		transaction;			/* it is told what is to be approved, and shows it */
	unsigned	timeout_ms;			/* of one exchange with it */
	unsigned	seen;				/* which settings were there */
};

struct idp_list {
	size_t			n;
	struct idp_config	idp[IDP_LIST_MAX];
};

/* One setting of section "idp NAME", in the order of the file. */
bool	idp_list_set(struct idp_list *, const char *section, const char *name, const char *value, struct err *)
	    MUST_USE;
/* After the last one: what is missing, and what contradicts itself. */
bool	idp_list_fits(const struct idp_list *, struct err *) MUST_USE;
bool	idp_list_logs_in(const struct idp_list *);	/* somebody can log in at one of them */
/* https, or http to a name of this machine; a host; nothing that has no place in a URL. */
bool	idp_url_fits(struct span url);

#endif
