/* SPDX-License-Identifier: Apache-2.0 */
/* GET /idp/callback: back from an approval. The code is traded for the token, and the person goes on to where it began. */
#include "ssa/idp/token.h"
#include "ssa/idp/visit.h"
#include "ssa/oauth/flow.h"
#include "ssa/page/html.h"

/* The page gets a secret of its own: only the browser that was at the provider gets the token. */
static void
back_to_page(struct call *c, struct idp_flow *f)
{
	char end[TOKEN_LETTERS + 1];

	secret_text(end, f->end_hash);
	flow_send(c, "%s/callback#flow=%s", c->ssa->config.sic_origin, end);
	explicit_bzero(end, sizeof(end));
}

static void
ended(struct call *c, struct idp_flow *f)
{
	if (f->page) {
		back_to_page(c, f);
		return;
	}
	if (f->state == IDP_DONE) {
		page_begin(c, 200, "Go back to your program");
		page_put(c, "<p>Your provider said who you are. The program that sent you here goes on by itself; you can"
		    " close this page.</p>\n");
		page_end(c, "");
		return;
	}
	page_error(c, 403, "This did not work", f->why);
}

static void
token_take(struct call *c, struct idp_flow *f, const struct idp_job *j)
{
	const struct idp_config *p = &c->ssa->config.idps.idp[f->provider];
	struct id_wanted wanted = { .issuer = p->issuer, .client = p->client_id, .nonce = f->nonce, .now = c->now };
	struct err e = j->e;

	if (e.code != ERR_NONE || !id_token_plausible(writer_span(&j->out), &wanted, &e)) {
		flow_failed(f, e.text);
		return;
	}
	f->token = writer_grow(IDP_TOKEN_MAX);
	wr_span(&f->token, writer_span(&j->out));
	f->state = IDP_DONE;
}

static void
on_redeemed(struct call *c)
{
	struct visit *v = c->state;
	struct idp_flow *f = visit_flow(v);

	if (f == NULL || f->state != IDP_TRADING) {
		page_error(c, 400, "This request is over", "It took too long. Go back to where you came from and start"
		    " again.");
		return;
	}
	token_take(c, f, &v->job);
	ended(c, f);
}

void
handle_idp_callback(struct call *c)
{
	struct visit *v = visit_new(c);
	struct idp_flow *f = visit_back(v, false);

	if (f == NULL)
		return;
	if (f->state == IDP_FAILED)
		ended(c, f);
	else
		visit_redeem(v, f, on_redeemed);
}
