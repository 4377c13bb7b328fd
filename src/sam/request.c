/* SPDX-License-Identifier: Apache-2.0 */
/* What comes in, held against the table of the trade. */
#include "base/log.h"
#include "sam/refusal.h"
#include "sam/trade.h"

static const struct request *
request_find(const struct trade *trade, uint8_t type)
{
	for (size_t i = 0; i < trade->n_requests; i++)
		if (trade->requests[i].type == type)
			return &trade->requests[i];
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
	const struct request *r = request_find(sam->setup->trade, call->type);
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
