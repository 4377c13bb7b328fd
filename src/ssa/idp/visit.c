/* SPDX-License-Identifier: Apache-2.0 */
/* What approvals and logins at a provider have in common. */
#include <stdio.h>
#include <stdlib.h>

#include "json/base64.h"
#include "ssa/idp/visit.h"
#include "ssa/oauth/form.h"
#include "ssa/page/html.h"
#include "ssa/page/session.h"

#define LOGIN_AGE_S	"3600"

static void
visit_free(void *state)
{
	struct visit *v = state;

	idp_job_wipe(&v->job);
	writer_wipe(&v->details);
	writer_wipe(&v->code);
	writer_wipe(&v->issuer);
	explicit_bzero(v, sizeof(*v));
	free(v);
}

struct visit *
visit_new(struct call *c)
{
	struct visit *v = calloc(1, sizeof(*v));

	if (v == NULL)
		bug("out of memory");
	v->c = c;
	v->details = writer_grow(AUTHORIZATION_DETAILS_MAX);
	v->code = writer_grow(8192);
	v->issuer = writer_grow(IDP_TEXT_MAX);
	c->state = v;
	c->state_free = visit_free;
	return v;
}

bool
idp_find(const struct config *c, struct span name, bool login, size_t *which)
{
	for (size_t i = 0; i < c->idps.n; i++) {
		const struct idp_config *p = &c->idps.idp[i];

		if (span_equal(name, span_str(p->name)) && (login ? p->login_client_id : p->client_id)[0] != '\0') {
			*which = i;
			return true;
		}
	}
	return false;
}

const char *
idp_text(const struct idp_config *p)
{
	return p->text[0] == '\0' ? p->name : p->text;
}

/* An IPv6 address by its /64. */
static void
peer_of(const struct call *c, uint8_t peer[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(peer, c->x->peer, 16);
	if (memcmp(peer, mapped, sizeof(mapped)) != 0)
		memset(peer + 8, 0, 8);
}

struct idp_flow *
visit_begin(struct visit *v, enum idp_aim aim, size_t which)
{
	struct call *c = v->c;
	struct idp_flow *f;
	uint8_t peer[16], ignored[HASH_LEN];

	peer_of(c, peer);
	if ((f = idp_flows_add(c->ssa->idp_flows, c->account, peer, c->now)) == NULL)
		return NULL;
	f->aim = aim;
	f->provider = which;
	f->plain = c->x->plain;
	secret_text(v->state, f->state_hash);
	secret_text(v->flow_text, f->flow_hash);
	memcpy(v->flow, f->flow_hash, sizeof(v->flow));
	secret_text(f->verifier, ignored);
	secret_text(f->nonce, ignored);		/* approvals name what is approved instead */
	return f;
}

struct idp_flow *
visit_flow(struct visit *v)
{
	return idp_flows_by_flow(v->c->ssa->idp_flows, v->flow, v->c->now);
}

void
flow_failed(struct idp_flow *f, const char *why)
{
	f->state = IDP_FAILED;
	snprintf(f->why, sizeof(f->why), "%s", why);
}

static void
on_done(struct idp_job *j)
{
	call_wake(((struct visit *)(void *)j)->c);
}

/* What the job lends lives in the visit: the flow may be gone before the provider answers. */
static void
ask(struct visit *v, const struct idp_flow *f, enum idp_act act, call_then *then)
{
	struct call *c = v->c;

	snprintf(v->redirect, sizeof(v->redirect), "%s%s", c->ssa->base[f->plain].url,
	    f->aim == IDP_APPROVE ? "/idp/callback" : "/idp/login");
	memcpy(v->nonce, f->nonce, sizeof(v->nonce));
	memcpy(v->verifier, f->verifier, sizeof(v->verifier));
	v->job.done = on_done;
	v->job.act = act;
	v->job.login = f->aim != IDP_APPROVE;
	v->job.redirect = v->redirect;
	v->job.verifier = v->verifier;
	v->job.state = v->state;
	v->job.nonce = v->nonce;
	call_wait(c, then);
	if (idps_ask(c->ssa->idps, f->provider, &v->job))
		return;
	err_why(&v->job.e, ERR_BUSY, "busy", "Too many people are on their way to this provider; try again in a moment");
	call_wake(c);
}

void
visit_ask(struct visit *v, const struct idp_flow *f, call_then *then)
{
	v->job.max_age = f->aim == IDP_APPROVE ? "0" : LOGIN_AGE_S;
	v->job.prompt = f->aim == IDP_APPROVE || f->again ? "login" : "";
	v->job.details = writer_span(&v->details);
	ask(v, f, IDP_BEGIN, then);
}

void
visit_redeem(struct visit *v, struct idp_flow *f, call_then *then)
{
	f->state = IDP_TRADING;
	v->job.code = writer_span(&v->code);
	if (v->issuer.n > 0)
		v->job.issuer = writer_span(&v->issuer);
	ask(v, f, IDP_REDEEM, then);
}

static void
said_no(struct idp_flow *f, struct span error)
{
	flow_failed(f, span_equal(error, span_str("access_denied")) ? "You, or the provider, declined there" :
	    "The provider ended this with an error");
}

struct idp_flow *
visit_back(struct visit *v, bool login)
{
	struct call *c = v->c;
	struct idp_flow *f = NULL;
	uint8_t hash[HASH_LEN];
	AUTO_FORM form = { 0 };

	if (form_query(&form, c->x) && form.field[P_STATE].n == TOKEN_LETTERS) {
		sha256(form.field[P_STATE], hash);
		f = idp_flows_by_state(c->ssa->idp_flows, hash, c->now);
	}
	if (f == NULL || (f->aim != IDP_APPROVE) != login || (login && !visit_is(c, f->visit)) ||
	    f->plain != c->x->plain) {
		page_error(c, 400, "This request is over", "It was answered, took too long, or was begun in another"
		    " browser. Go back to where you came from and start again.");
		return NULL;
	}
	memset(f->state_hash, 0, sizeof(f->state_hash));
	memcpy(v->flow, f->flow_hash, sizeof(v->flow));
	wr_span(&v->code, form.field[P_CODE]);
	wr_span(&v->issuer, form.field[P_ISS]);
	if (form.field[P_ERROR].p != NULL)
		said_no(f, form.field[P_ERROR]);
	else if (v->code.n == 0 || !writer_ok(&v->code) || !writer_ok(&v->issuer))
		flow_failed(f, "The provider's answer is not as it should be");
	return f;
}
