/* SPDX-License-Identifier: Apache-2.0 */
/* Every path there is, who may call it, and what answers. */
#ifndef SSA_API_ROUTE_H
#define SSA_API_ROUTE_H

#include "ssa/api/call.h"

enum who {
	WHO_ANYONE,
	WHO_LIMITED,	/* anyone, so many times a second */
	WHO_PERHAPS,	/* with a token: its account; without: as WHO_LIMITED */
	WHO_TOKEN,	/* of scope service */
	WHO_EITHER,	/* or of scope credential: the handler looks what it covers */
	WHO_CLIENT,	/* scope service, of an account or of a client alone */
};
enum takes { TAKES_NOTHING, TAKES_JSON, TAKES_FORM };

struct route {
	const char	*path;
	bool		 get, post;
	enum who	 who;
	enum takes	 takes;
	bool		 secret;	/* the answer is not to be stored by caches */
	void		(*handle)(struct call *);
};

const struct route *route_find(const char *path);	/* NULL: no such path */
const struct route *route_at(size_t i);			/* NULL past the last */
bool	route_is_offered(const struct route *, const struct config *);
unsigned route_version(const char *path);	/* of CSC: 1, 2; 0: not CSC */
/* As `info` lists it; NULL: not in that list. */
const char *route_method(const struct route *);
/* Is it a method of CSC or OAuth, which then answers 501? */
bool	route_is_standard(const char *path);

void	handle_info(struct call *);
void	handle_sign_doc(struct call *);
void	handle_once_challenge(struct call *);
void	handle_list(struct call *);
void	handle_credential(struct call *);
void	handle_get_challenge(struct call *);
void	handle_authorize(struct call *);
void	handle_authorize_check(struct call *);
void	handle_extend(struct call *);
void	handle_create(struct call *);
void	handle_delete(struct call *);
void	handle_auth_login(struct call *);
void	handle_revoke(struct call *);
void	handle_timestamp(struct call *);
void	handle_history(struct call *);
void	handle_freeze(struct call *);
void	handle_documents(struct call *);
void	handle_approval_document(struct call *);
void	handle_evidence(struct call *);
void	handle_evidence_list(struct call *);
void	handle_sign_hash(struct call *);
void	handle_token(struct call *);
void	handle_oauth_authorize(struct call *);
void	handle_pushed_authorize(struct call *);
void	handle_oauth_revoke(struct call *);
void	handle_metadata(struct call *);
void	handle_resume(struct call *);
void	handle_continue(struct call *);
void	handle_approval(struct call *);
void	handle_approval_answer(struct call *);
void	handle_approval_decline(struct call *);
void	handle_approval_state(struct call *);
void	handle_status(struct call *);
void	handle_genesis(struct call *);
void	handle_challenge(struct call *);
void	handle_module(struct call *);
void	handle_module_challenge(struct call *);
void	handle_module_enact(struct call *);
void	handle_module_grant(struct call *);
void	handle_invitation(struct call *);
void	handle_enrol(struct call *);
void	handle_account(struct call *);
void	handle_enact(struct call *);
void	handle_key_request(struct call *);
void	handle_key_certificate(struct call *);
void	handle_key_certify(struct call *);
void	handle_outcome(struct call *);
void	handle_receipt(struct call *);

#endif
