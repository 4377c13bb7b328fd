/* SPDX-License-Identifier: Apache-2.0 */
/* propria-ssa.conf: an INI file read strictly; what is not known is refused with its line. */
#ifndef SSA_CONFIG_H
#define SSA_CONFIG_H

#include "base/err.h"
#include "cmp/config.h"
#include "ssa/idp/config.h"

#define TEXT_MAX	256

struct config {
	/* [listen] */
	char		address[64];
	unsigned	port;			/* 0: any; see endpoint_file */
	char		endpoint_file[TEXT_MAX];	/* gets base_url when we listen; may be empty */
	char		base_url[TEXT_MAX];	/* empty: https://localhost:PORT */
	char		certificate[TEXT_MAX], key[TEXT_MAX];
	/* [http] */
	char		plain[64];		/* 127.0.0.1:PORT or [::1]:PORT; empty: none */
	char		plain_host[128];	/* its name in URLs */
	char		plain_endpoint_file[TEXT_MAX];
	/* [sic] */
	char		sic_origin[TEXT_MAX];	/* whose pages may call us; empty: nobody's */
	/* [sam] */
	char		socket[TEXT_MAX];
	char		genesis[TEXT_MAX];
	unsigned	deadline_ms;
	/* [auth] */
	char		auth_socket[TEXT_MAX], auth_genesis[TEXT_MAX];	/* empty: there is no module */
	char		auth_name[TEXT_MAX];
	/* [store] */
	char		store[TEXT_MAX];
	/* [info] */
	char		name[TEXT_MAX], region[8], logo[TEXT_MAX], description[TEXT_MAX], specs[16], lang[36];
	char		specs_v1[16];
	/* [csc] */
	char		auth_mode[16];		/* explicit or oauth2code: how clients get an approval */
	bool		basic;			/* auth/login with a password */
	char		scal1_factors[8];	/* none, pin, otp or both: in the clear, for SCAL1 keys of module people */
	unsigned	scal1_seconds, scal1_count;	/* windows of SCAL1 keys; within the SAM's policy; count 0: none */
	/* [timestamp] */
	char		timestamp_url[TEXT_MAX], timestamp_ca[TEXT_MAX];	/* empty: not offered */
	unsigned	timestamp_ms;
	/* [ca NAME] */
	struct ca_list	cas;
	/* [idp NAME] */
	struct idp_list	idps;
	/* [once] */
	unsigned	once_threads;			/* that ask CAs for certificates of one-time keys */
	/* [status] of certificates */
	unsigned	status_interval_s;	/* 0: never asked on schedule */
	unsigned	status_before_s;	/* how old it may be when one signs; 0: not looked at */
	/* [limits] */
	unsigned	connections, connections_per_peer, idle_s;
	unsigned	anonymous, anonymous_per_peer;	/* a second */
	unsigned	per_account;			/* calls a second with tokens of one */
	unsigned	tries_by_name, tries_by_address;	/* failed logins in 15 minutes */
	unsigned	authorizations;			/* of one account, under way together */
	unsigned	documents_mib;			/* memory for documents to be shown; 0: none */
	unsigned	cached;				/* signers, keys, tokens each */
	bool		log_requests;
};

bool	config_read(struct config *, const char *path, struct err *) MUST_USE;

#endif
