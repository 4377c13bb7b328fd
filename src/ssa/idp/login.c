/* SPDX-License-Identifier: Apache-2.0 */
/* Login at a provider, by a client that approves nothing: /idp/start, and /idp/login, which also makes links. */
#include <stdio.h>

#include "base/log.h"
#include "ssa/idp/token.h"
#include "ssa/idp/visit.h"
#include "ssa/oauth/flow.h"
#include "ssa/oauth/handle.h"
#include "ssa/page/html.h"

#define LINK_NAME_MAX	(IDP_TEXT_MAX + 1 + IDP_SUB_MAX)
#define LOGIN_AGE	3600

static void
not_logged_in(struct call *c, unsigned status, const char *why)
{
	page_begin(c, status, "The login did not work");
	page_put(c, "<p role=\"alert\">");
	page_text(c, span_str(why));
	page_put(c, "</p>\n<p><a href=\"/login\">Log in another way</a></p>\n");
	page_end(c, "");
}

void
idp_buttons(struct call *c, struct span r)
{
	const struct idp_list *list = &c->ssa->config.idps;

	for (size_t i = 0; i < list->n; i++) {
		if (list->idp[i].login_client_id[0] == '\0')
			continue;
		page_put(c, "<p><a class=\"button\" href=\"/idp/start?provider=");
		page_put(c, list->idp[i].name);
		if (r.n == TOKEN_LETTERS) {
			page_put(c, "&amp;r=");
			page_text(c, r);
		}
		page_put(c, "\">Log in with ");
		page_text(c, span_str(idp_text(&list->idp[i])));
		page_put(c, "</a></p>\n");
	}
}

static void
on_address(struct call *c)
{
	struct visit *v = c->state;
	struct idp_flow *f = visit_flow(v);

	if (v->job.e.code == ERR_NONE && f != NULL) {
		flow_send(c, "%.*s", (int)v->job.out.n, (const char *)v->job.out.p);
		return;
	}
	if (f != NULL)
		idp_flow_wipe(f);
	not_logged_in(c, 502, v->job.e.code != ERR_NONE ? v->job.e.text : "It took too long. Please try again.");
}

void
handle_idp_start(struct call *c)
{
	AUTO(flow) *request = NULL;
	AUTO_FORM form = { 0 };
	struct idp_flow *f;
	struct visit *v;
	struct span r;
	size_t which;

	if (!form_query(&form, c->x) || form.field[P_PROVIDER].p == NULL ||
	    !idp_find(&c->ssa->config, form.field[P_PROVIDER], true, &which)) {
		not_logged_in(c, 400, "There is no such provider here.");
		return;
	}
	r = form.field[P_R];
	if (r.p != NULL && (request = flow_find(c, r)) == NULL) {
		not_logged_in(c, 400, "The application's request is over. Go back to it and start again.");
		return;
	}
	v = visit_new(c);
	if (!handle_room(c->ssa, c->x->peer, BLOCK_BYTES) || (f = visit_begin(v, IDP_LOG_IN, which)) == NULL) {
		not_logged_in(c, 429, "Too many people are logging in. Please try again in a moment.");
		return;
	}
	visit_name(c, f->visit);
	if (request != NULL) {
		memcpy(f->r, r.p, r.n);
		f->again = request->q.login_anew != 0;
	}
	visit_ask(v, f, on_address);
}

static struct span
name_write(struct writer *w, const struct idp_config *p, const struct id_claims *id)
{
	wr_bytes(w, p->issuer, strlen(p->issuer));
	wr_u8(w, '\0');
	wr_bytes(w, id->sub, id->sub_n);
	return writer_span(w);
}

/* Until when the person was there is not known better than by auth_time; a clock ahead of ours gains nothing. */
static void
log_in(struct call *c, struct idp_flow *f, const struct id_claims *id)
{
	uint8_t bytes[LINK_NAME_MAX], account[16];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct login_row row;
	struct err e = { 0 };
	char r[TOKEN_LETTERS + 1];

	memcpy(r, f->r, sizeof(r));
	if (!c->ssa->store->ops->login_get(c->ssa->store, LOGIN_PROVIDER, name_write(&w,
	    &c->ssa->config.idps.idp[f->provider], id), &row, &e)) {
		idp_flow_wipe(f);
		if (e.code == ERR_MISSING)
			not_logged_in(c, 403, "Nobody here is known by this account. Log in another way, then link it.");
		else
			page_failed(c, &e);
		return;
	}
	idp_flow_wipe(f);
	memcpy(account, row.account, 16);
	if (!session_start_at(c, account, id->auth_time < c->now ? id->auth_time : c->now, &e))
		page_failed(c, &e);
	else if (r[0] != '\0')
		flow_send(c, "/oauth2/resume?r=%s", r);
	else
		flow_send(c, "/login");
}

/* The person is still logged in who asked for it. */
static void
link_make(struct call *c, struct idp_flow *f, const struct id_claims *id)
{
	uint8_t bytes[LINK_NAME_MAX];
	struct writer w = writer_over(bytes, sizeof(bytes));
	struct login_row row = { .kind = LOGIN_PROVIDER, .data = span_of("", 0), .name = name_write(&w,
	    &c->ssa->config.idps.idp[f->provider], id) }, there;
	struct session who;
	struct err e = { 0 };
	bool same;

	memcpy(row.account, f->account, 16);
	idp_flow_wipe(f);
	if (!session_find(c, &who) || memcmp(who.account, row.account, 16) != 0) {
		not_logged_in(c, 403, "Whoever asked for this link is logged out. Nothing was linked.");
	} else if (c->ssa->store->ops->login_get(c->ssa->store, LOGIN_PROVIDER, row.name, &there, &e)) {
		same = memcmp(there.account, row.account, 16) == 0;
		if (same)
			flow_send(c, "/login");
		else
			not_logged_in(c, 403, "Somebody else here logs in with that account. Nothing was linked.");
	} else if (e.code != ERR_MISSING) {
		page_failed(c, &e);
	} else {
		err_clear(&e);
		if (c->ssa->store->ops->login_put(c->ssa->store, &row, &e))
			flow_send(c, "/login");
		else
			page_failed(c, &e);
	}
}

static void
on_token(struct call *c)
{
	struct visit *v = c->state;
	struct idp_flow *f = visit_flow(v);
	struct id_wanted wanted = { .now = c->now, .max_age_s = LOGIN_AGE };
	struct id_claims id;
	struct err e = v->job.e;

	if (f == NULL || f->state != IDP_TRADING) {
		not_logged_in(c, 400, "It took too long. Please try again.");
		return;
	}
	wanted.issuer = c->ssa->config.idps.idp[f->provider].issuer;
	wanted.client = c->ssa->config.idps.idp[f->provider].login_client_id;
	wanted.nonce = f->nonce;
	if (e.code == ERR_NONE && id_token_verify(writer_span(&v->job.out), writer_span(&v->job.keys), &wanted, &id, &e)) {
		if (f->aim == IDP_LINK)
			link_make(c, f, &id);
		else
			log_in(c, f, &id);
		return;
	}
	idp_flow_wipe(f);
	log_warn("%s a login at a provider failed: %s", c->x->id, e.text);
	not_logged_in(c, e.code == ERR_BUSY ? 502 : 403, e.text);
}

void
handle_idp_login(struct call *c)
{
	struct visit *v = visit_new(c);
	struct idp_flow *f = visit_back(v, true);
	char why[FLOW_WHY_MAX];

	if (f == NULL)
		return;
	if (f->state == IDP_FAILED) {
		memcpy(why, f->why, sizeof(why));
		idp_flow_wipe(f);
		not_logged_in(c, 403, why);
		return;
	}
	visit_redeem(v, f, on_token);
}
