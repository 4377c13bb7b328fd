/* SPDX-License-Identifier: Apache-2.0 */
/* idp/result: what became of a visit to a provider. A token is given once. */
#include "ssa/idp/visit.h"

/* By `flow` itself, or by what the browser that came back was given. *ends: this one may have the token. */
static struct idp_flow *
flow_of(struct call *c, struct span text, bool *ends)
{
	uint8_t hash[HASH_LEN];
	struct idp_flow *f;

	if (text.n != TOKEN_LETTERS)
		return NULL;
	sha256(text, hash);
	if ((f = idp_flows_by_end(c->ssa->idp_flows, hash, c->now)) != NULL)
		*ends = true;
	else if ((f = idp_flows_by_flow(c->ssa->idp_flows, hash, c->now)) != NULL)
		*ends = !f->page;
	if (f == NULL || f->aim != IDP_APPROVE ||
	    (f->with_token && memcmp(f->account, c->account, sizeof(f->account)) != 0))
		return NULL;
	return f;
}

void
handle_idp_result(struct call *c)
{
	static const char *const words[] = { "", "waiting", "waiting", "done", "failed" };
	bool ends = false;
	struct idp_flow *f;
	struct span text;
	struct emit m;

	if (!call_text(c, "flow", 64, &text))
		return;
	if ((f = flow_of(c, text, &ends)) == NULL) {
		call_error(c, 404, "invalid_request", "There is no such visit to a provider, or it is over", "unknown");
		return;
	}
	m = call_answer(c);
	emit_text(&m, "state", words[f->state]);
	if (f->state == IDP_FAILED)
		emit_text(&m, "why", f->why);
	if (f->state == IDP_DONE && ends)
		emit_span(&m, "token", writer_span(&f->token));
	call_answered(c, &m);
	if (f->state == IDP_DONE && ends)
		idp_flow_wipe(f);
}
