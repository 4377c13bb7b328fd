/* SPDX-License-Identifier: Apache-2.0 */
/* [ca NAME]: where a CA is, how we prove who we are to it, and for how long we try. */
#ifndef CMP_CONFIG_H
#define CMP_CONFIG_H

#include <stddef.h>

#include "base/err.h"

#define CA_NAME_MAX	32
#define CA_PROFILE_MAX	16
#define CA_TEXT_MAX	256
#define CA_LIST_MAX	8

struct ca_config {
	char		name[CA_NAME_MAX + 1];
	char		method[8];			/* cmp, or hand: request out, certificate in */
	char		profile[CA_PROFILE_MAX + 1];	/* of keys; empty: of those without one */
	char		qualifier[CA_TEXT_MAX];		/* CSC signatureQualifier; empty: none */
	char		url[CA_TEXT_MAX];
	char		request[8];			/* p10cr, cr, ir */
	char		certificate[CA_TEXT_MAX], key[CA_TEXT_MAX];	/* ours, to sign requests; PEM */
	char		key_passphrase[CA_TEXT_MAX];	/* a file */
	char		secret[CA_TEXT_MAX];		/* instead: a file, for a MAC */
	char		reference[CA_TEXT_MAX];
	char		server[CA_TEXT_MAX];		/* certificate that signs the answers; PEM */
	char		trust[CA_TEXT_MAX];		/* or roots that it must lead to; PEM */
	char		recipient[CA_TEXT_MAX], issuer[CA_TEXT_MAX];	/* RFC 4514; may be empty */
	char		tls_trust[CA_TEXT_MAX];		/* roots of an https URL; empty: the system's */
	char		proxy[CA_TEXT_MAX];		/* empty: none */
	char		ocsp[CA_TEXT_MAX], crl[CA_TEXT_MAX];	/* instead of those in certificates */
	bool		implicit_confirm, attestation, nonce;
	unsigned	timeout_ms;			/* of one exchange */
	unsigned	total_seconds, polls;		/* of one transaction */
	unsigned	retries, retry_ms;		/* the pause doubles */
	unsigned long long seen;			/* which settings were there */
};

struct ca_list {
	size_t			n;
	struct ca_config	ca[CA_LIST_MAX];
};

/* One setting of section "ca NAME", in the order of the file. */
bool	ca_list_set(struct ca_list *, const char *section, const char *name, const char *value,
	    struct err *) MUST_USE;
/* After the last one: what is missing, and what contradicts itself. */
bool	ca_list_fits(const struct ca_list *, struct err *) MUST_USE;
/* The CA of a profile; NULL: none. */
const struct ca_config *ca_list_find(const struct ca_list *, const char *profile);

#endif
