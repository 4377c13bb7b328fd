/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Visits to identity providers that are under way: in memory only, for ten minutes, within bounds for each account and
 * address. What is known of a flow outside are three secrets, kept here as their hashes: `state`, which the provider
 * brings back once; `flow`, which the asker has; and `end`, which the browser gets that came back.
 */
#ifndef SSA_IDP_FLOWS_H
#define SSA_IDP_FLOWS_H

#include "crypto/hash.h"
#include "ssa/idp/provider.h"

#define FLOW_MS		(10 * 60000ull)
#define FLOWS_EACH	4		/* of an account, or of an address without one */
#define FLOW_WHY_MAX	200

enum idp_state { IDP_FREE, IDP_WAITING_FOR, IDP_TRADING, IDP_DONE, IDP_FAILED };
enum idp_aim {
	IDP_APPROVE,		/* a token for the SAM */
	IDP_LOG_IN,
	IDP_LINK,		/* who is logged in wants to log in there from now on */
};

struct idp_flow {
	enum idp_state	state;
	enum idp_aim	aim;
	size_t		provider;		/* of the list */
	bool		page, plain;		/* ends on the pages; by which entrance it began */
	bool		with_token;		/* its result is for a token of the account */
	uint8_t		account[16];		/* zero: of none yet */
	uint8_t		peer[16];
	uint8_t		state_hash[HASH_LEN], flow_hash[HASH_LEN], end_hash[HASH_LEN];
	uint8_t		visit[HASH_LEN];	/* the browser's cookie; logins */
	char		verifier[IDP_LETTERS + 1], nonce[IDP_LETTERS + 1];
	char		r[IDP_LETTERS + 1];	/* the request that a login is for; may be empty */
	bool		again;			/* that request wants a new login */
	uint64_t	since, expires;
	struct writer	token;
	char		why[FLOW_WHY_MAX];
};

struct idp_flows;

struct idp_flows *idp_flows_new(void);
void	idp_flows_free(struct idp_flows *);	/* wipes; NULL is fine */
/* Lent; fill it in. The oldest of the same account or address gives way. NULL: there is no room. */
struct idp_flow	*idp_flows_add(struct idp_flows *, const uint8_t account[16], const uint8_t peer[16], uint64_t now);
/* By the secrets' hashes; lent until the next call; NULL: there is none, or no more. */
struct idp_flow	*idp_flows_by_state(struct idp_flows *, const uint8_t hash[HASH_LEN], uint64_t now);
struct idp_flow	*idp_flows_by_flow(struct idp_flows *, const uint8_t hash[HASH_LEN], uint64_t now);
struct idp_flow	*idp_flows_by_end(struct idp_flows *, const uint8_t hash[HASH_LEN], uint64_t now);
void	idp_flow_wipe(struct idp_flow *);	/* it is free again */

#endif
