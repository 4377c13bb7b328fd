/* SPDX-License-Identifier: Apache-2.0 */
/* A browser's way to an identity provider and back. */
#ifndef SSA_IDP_VISIT_H
#define SSA_IDP_VISIT_H

#include "ssa/api/call.h"

#define AUTHORIZATION_DETAILS_MAX	(512u * 1024)

/* A call that waits for a provider: its state. */
struct visit {
	struct idp_job	job;			/* first */
	struct call	*c;
	uint8_t		flow[HASH_LEN];		/* flow_hash: what it is about, when the provider answered */
	char		flow_text[TOKEN_LETTERS + 1], state[TOKEN_LETTERS + 1];
	char		nonce[TOKEN_LETTERS + 1], verifier[TOKEN_LETTERS + 1];
	char		redirect[URL_MAX];
	struct writer	details, code, issuer;
};

/* The call's state from now on. */
struct visit	*visit_new(struct call *);
/* Which provider of the list has this name, and takes logins or approvals. */
bool		 idp_find(const struct config *, struct span name, bool login, size_t *which);
const char	*idp_text(const struct idp_config *);		/* what people call it */
/* A new flow with its secrets; NULL: no room, nothing was answered. */
struct idp_flow	*visit_begin(struct visit *, enum idp_aim, size_t which);
/* Asks for the address that the browser is sent to; `then` finds job.e and job.out, also when too many wait. */
void		 visit_ask(struct visit *, const struct idp_flow *, call_then *then);
/*
 * The flow that this redirect belongs to, its state spent; NULL: answered. Then visit_redeem, or nothing if the
 * provider said no: then it has failed already.
 */
struct idp_flow	*visit_back(struct visit *, bool login);
/* Asks for the token, in the same way. */
void		 visit_redeem(struct visit *, struct idp_flow *, call_then *then);
struct idp_flow	*visit_flow(struct visit *);			/* NULL: it is over */
void		 flow_failed(struct idp_flow *, const char *why);

void	handle_providers(struct call *);
void	handle_idp_begin(struct call *);
void	handle_idp_result(struct call *);
void	handle_idp_callback(struct call *);
void	handle_idp_start(struct call *);
void	handle_idp_login(struct call *);
void	handle_idp_link(struct call *);
void	handle_idp_unlink(struct call *);

/* On the login pages. */
void	idp_buttons(struct call *, struct span r);
void	idp_links(struct call *, const uint8_t account[16], const char *csrf);

#endif
