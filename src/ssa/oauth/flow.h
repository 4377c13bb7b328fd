/* SPDX-License-Identifier: Apache-2.0 */
/* An authorization under way in a browser: from the client's request to the way back to it. */
#ifndef SSA_OAUTH_FLOW_H
#define SSA_OAUTH_FLOW_H

#include "ssa/oauth/ticket.h"
#include "ssa/oauth/uri.h"
#include "ssa/page/session.h"

#define FLOW_LIFE_MS	(30 * 60000ull)
#define LOGIN_FRESH_MS	(60 * 60000ull)	/* as old as a login may be that gives the use of a key */

struct flow {
	uint8_t		hash[HASH_LEN];		/* of r, the handle in our pages' URLs */
	struct request	q;
	uint8_t		*bytes;
};

/* Keeps it and sends the browser on to its next step. */
void	flow_start(struct call *, const struct request *);
/* Yours; NULL: unknown or expired. */
struct flow *flow_find(struct call *, struct span r) MUST_USE;
void	flow_free(struct flow *);
static inline void
flow_auto(struct flow **f)
{
	flow_free(*f);
}

/* Answers, each a redirect to the client's registered URI with state and iss. */
void	flow_give_code(struct call *, const struct request *, const uint8_t account[16],
	    const struct ticket *);
void	flow_refuse(struct call *, const struct request *, const char *error, const char *description);
/* A redirect: 302 after GET, 303 after POST. */
void	flow_send(struct call *, const char *fmt, ...) PRINTF(2, 3);
/* After the person consented, or did not. */
void	flow_finish(struct call *, const struct flow *, const uint8_t account[16]);
void	flow_decline(struct call *, const struct flow *);
/*
 * On to the signing page: the person approves there. Answers; the flow has ended before. Key NULL: a
 * one-time key.
 */
void	flow_approve(struct call *, struct flow *, const struct key *, const struct session *);
/*
 * The person allowed a client to use a SCAL1 key, the one that was shown. Takes the flow; answers,
 * perhaps later.
 */
void	flow_entrust(struct call *, struct flow *, const struct session *, struct span shown, struct span r);
/* prompt=login and this login is older than the request; or it is of another account than is wanted. */
bool	flow_wants_login(const struct flow *, const struct session *);
/* Where the browser may end up after a form of ours in this flow, for its policy. */
void	flow_leads_to(const struct call *, const struct flow *, char text[2 * REDIRECT_MAX]);

#endif
