/* SPDX-License-Identifier: Apache-2.0 */
/* Registered clients: who asks on behalf of people, and how they prove who they are. */
#ifndef SSA_OAUTH_CLIENT_H
#define SSA_OAUTH_CLIENT_H

#include "ssa/api/call.h"
#include "ssa/oauth/form.h"

#define CLIENT_ID_MAX	64
#define CLIENT_NAME_MAX	128
#define REDIRECTS_MAX	16
#define ASSERTION_TYPE	"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define SIC_CLIENT_ID	"sic"

struct client {
	struct client_row row;		/* its spans live in bytes */
	bool		 is_sic;	/* our own pages: asked about nothing */
	bool		 is_account;	/* a signer's own tool: id is the account's */
	uint8_t		*bytes;
};

/* Ours (the pages of [sic] origin) or a registered one. Yours; NULL with ERR_MISSING. */
struct client *client_find(struct ssa *, struct span client_id, struct err *) MUST_USE;
/* The same by the id that statements and tokens carry. */
struct client *client_by_id(struct ssa *, const uint8_t id[16], struct err *) MUST_USE;
void	client_free(struct client *);
static inline void
client_auto(struct client **c)
{
	client_free(*c);
}

bool	client_may_return_to(const struct client *, struct span redirect_uri);
/*
 * Who is it that calls the token endpoint or its neighbours? Nothing, Basic, post, or an assertion,
 * as the client was registered. A signer's own login key counts as well. NULL: answered.
 */
struct client *client_authenticate(struct call *, const struct form *) MUST_USE;

#endif
