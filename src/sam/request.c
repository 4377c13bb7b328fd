/* SPDX-License-Identifier: Apache-2.0 */
/* The request table: the SAM's policy in one table. */
#include "base/log.h"
#include "sam/refusal.h"
#include "sam/request.h"

#define KIB 1024u

enum from { FROM_SSA = SOCKET_SSA, FROM_OFFICERS = SOCKET_OFFICERS, FROM_ANY = SOCKET_SSA | SOCKET_OFFICERS };
enum when { WHEN_OPEN, WHEN_BEHIND, ALWAYS };	/* BEHIND: also while the log is behind its anchor */

static const struct request {
	uint8_t		type;
	enum from	from;
	enum when	when;
	size_t		at_most;
	answer_fn	answer;
} requests[] = {
	/* type				from		in state	at most		answered by */
	{ SAM_STATUS,			FROM_ANY,	ALWAYS,		0,		answer_status },
	{ SAM_CHALLENGE,		FROM_SSA,	WHEN_OPEN,	64,		answer_challenge },
	{ SAM_ACTIVATE,			FROM_SSA,	WHEN_OPEN,	384 * KIB,	answer_activate },
	{ SAM_USE,			FROM_SSA,	WHEN_OPEN,	64 * KIB,	answer_use },
	{ SAM_OPEN_WINDOW,		FROM_SSA,	WHEN_OPEN,	36 * KIB,	answer_open_window },
	{ SAM_CLOSE_WINDOWS,		FROM_SSA,	WHEN_OPEN,	16,		answer_close_windows },
	{ SAM_SESSION_CHALLENGE,	FROM_SSA,	WHEN_OPEN,	20 * KIB,	answer_session_challenge },
	{ SAM_OPEN_SESSION,		FROM_SSA,	WHEN_OPEN,	384 * KIB,	answer_open_session },
	{ SAM_SESSION_CERTIFICATE,	FROM_SSA,	WHEN_OPEN,	9 * KIB,	answer_session_certificate },
	{ SAM_SESSION_SIGN,		FROM_SSA,	WHEN_OPEN,	384 * KIB,	answer_session_sign },
	{ SAM_END_SESSION,		FROM_SSA,	WHEN_OPEN,	32,		answer_end_session },
	{ SAM_ENACT,			FROM_ANY,	WHEN_BEHIND,	384 * KIB,	answer_enact },
	{ SAM_PROPOSE,			FROM_OFFICERS,	WHEN_OPEN,	128,		answer_propose },
	{ SAM_REQUEST_CERTIFICATE,	FROM_SSA,	WHEN_OPEN,	40 * KIB,	answer_request_certificate },
	{ SAM_LINK_CERTIFICATE,		FROM_SSA,	WHEN_OPEN,	32 * KIB,	answer_link_certificate },
	{ SAM_REVOKED,			FROM_SSA,	WHEN_OPEN,	300 * KIB,	answer_revoked },
	{ SAM_FREEZE,			FROM_SSA,	WHEN_OPEN,	32,		answer_freeze },
	{ SAM_RECORD,			FROM_ANY,	WHEN_OPEN,	32,		answer_record },
	{ SAM_OUTCOME,			FROM_SSA,	WHEN_OPEN,	8 * KIB,	answer_outcome },
	{ SAM_RECEIPT,			FROM_SSA,	WHEN_OPEN,	20 * KIB,	answer_receipt },
	{ SAM_FOLLOW,			FROM_OFFICERS,	WHEN_BEHIND,	16,		answer_follow },
	{ SAM_HEAD,			FROM_ANY,	WHEN_BEHIND,	0,		answer_head },
	{ SAM_ROSTER,			FROM_OFFICERS,	WHEN_BEHIND,	0,		answer_roster },
};

static const struct request *
request_find(uint8_t type)
{
	for (size_t i = 0; i < COUNT(requests); i++)
		if (requests[i].type == type)
			return &requests[i];
	return NULL;
}

static bool
is_time_for(const struct sam *sam, const struct request *r, struct err *e)
{
	if (r->when == ALWAYS || (r->when == WHEN_BEHIND && sam->behind))
		return true;
	return sam_is_open(sam, e);
}

bool
request_dispatch(struct sam *sam, struct call *call, struct span payload)
{
	const struct request *r = request_find(call->type);
	struct reader in = reader_over(payload);
	struct err e = { 0 };

	if (r == NULL || (r->from & call->socket) == 0 || payload.n > r->at_most) {
		err_why(&e, ERR_DENIED, "parse", "request %u is not for this socket, or too long",
		    call->type);
		refusal_log(sam, call, &e);
		log_warn("closing a connection: %s", e.text);
		call_free(call);
		return false;
	}
	if (!is_time_for(sam, r, &e) || !r->answer(sam, call, &in, &e))
		call_refuse(sam, call, &e);
	return true;
}
