/* SPDX-License-Identifier: Apache-2.0 */
/* The page that asks, and what becomes of the answer. */
#include "ssa/page/consent.h"
#include "ssa/page/html.h"
#include "ssa/page/session.h"

void
consent_page(struct call *c, const struct flow *f, struct span r)
{
	struct span origin = uri_origin(f->q.redirect);
	char csrf[TOKEN_LETTERS + 1], leads_to[2 * REDIRECT_MAX];

	csrf_make(c, csrf);
	flow_leads_to(c, f, leads_to);
	page_begin(c, 200, "Allow this application?");
	page_put(c, "<p><strong>");
	page_text(c, f->q.client_name);
	page_put(c, "</strong> (");
	page_text(c, origin);
	page_put(c, ") wants to see your signing keys and their certificates, and to prepare signatures"
	    " for you.</p>\n<p>With keys of level SCAL2 it cannot sign: you approve each signature by"
	    " itself, with your own authenticator. With keys of level SCAL1, if you have any, this service"
	    " lets it sign without asking you again.</p>\n<form method=\"post\" action=\"/oauth2/consent\">\n");
	page_hidden(c, "csrf", span_str(csrf));
	page_hidden(c, "r", r);
	page_put(c, "<button name=\"act\" value=\"allow\">Allow</button>\n"
	    "<button name=\"act\" value=\"deny\" class=\"other\">Do not allow</button>\n</form>\n");
	page_end(c, leads_to);
}

void
handle_consent(struct call *c)
{
	AUTO(flow) *f = NULL;
	struct session who;
	AUTO_FORM form = { 0 };

	if (!form_read(&form, c->x->body) || !csrf_holds(c, form.field[P_CSRF]))
		page_error(c, 403, "This form was not sent from our page", "Go back to the application and"
		    " start again.");
	else if ((f = flow_find(c, form.field[P_R])) == NULL)
		page_error(c, 400, "This request is over", "It was answered, or took too long. Go back to the"
		    " application and start again.");
	else if (!session_find(c, &who) || flow_wants_login(f, &who))
		flow_send(c, "/login?r=%.*s", (int)form.field[P_R].n, (const char *)form.field[P_R].p);
	else if (form_is(&form, P_ACT, "allow") && f->q.scope == SCOPE_CREDENTIAL)
		flow_entrust(c, TAKE(f), &who, form.field[P_CREDENTIAL_ID], form.field[P_R]);
	else if (form_is(&form, P_ACT, "allow"))
		flow_finish(c, f, who.account);
	else
		flow_decline(c, f);
}
