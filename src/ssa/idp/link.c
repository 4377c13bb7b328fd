/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts at providers with which somebody logs in here: shown, linked by who is logged in, unlinked. */
#include <stdio.h>

#include "json/base64.h"
#include "ssa/idp/visit.h"
#include "ssa/oauth/flow.h"
#include "ssa/page/html.h"

#define NAME_LETTERS	BASE64_LEN(HASH_LEN)

struct list {
	struct call	*c;
	const char	*csrf;
};

/* What a form calls a link. */
static struct span
link_name(struct span name, uint8_t letters[NAME_LETTERS])
{
	struct writer w = writer_over(letters, NAME_LETTERS);
	uint8_t hash[HASH_LEN];

	sha256(name, hash);
	base64url_write(&w, span_of(hash, sizeof(hash)));
	return writer_span(&w);
}

static bool
link_put(void *arg, const struct login_row *l)
{
	const struct list *list = arg;
	const uint8_t *end = l->kind == LOGIN_PROVIDER ? memchr(l->name.p, '\0', l->name.n) : NULL;
	uint8_t letters[NAME_LETTERS];

	if (end == NULL)
		return true;
	page_put(list->c, "<form method=\"post\" action=\"/login/unlink\">\n");
	page_hidden(list->c, "csrf", span_str(list->csrf));
	page_hidden(list->c, "name", link_name(l->name, letters));
	page_put(list->c, "<p>You can log in with <strong>");
	page_text(list->c, span_of(end + 1, (size_t)(l->name.p + l->name.n - end - 1)));
	page_put(list->c, "</strong> of ");
	page_text(list->c, span_of(l->name.p, (size_t)(end - l->name.p)));
	page_put(list->c, "</p>\n<button class=\"other\">Unlink it</button>\n</form>\n");
	return true;
}

void
idp_links(struct call *c, const uint8_t account[16], const char *csrf)
{
	const struct idp_list *configured = &c->ssa->config.idps;
	struct list list = { c, csrf };
	struct err ignored = { 0 };

	if (!c->ssa->store->ops->logins_of(c->ssa->store, account, link_put, &list, &ignored))
		return;
	for (size_t i = 0; i < configured->n; i++) {
		if (configured->idp[i].login_client_id[0] == '\0')
			continue;
		page_put(c, "<form method=\"post\" action=\"/login/link\">\n");
		page_hidden(c, "csrf", span_str(csrf));
		page_hidden(c, "provider", span_str(configured->idp[i].name));
		page_put(c, "<button class=\"other\">Link your account at ");
		page_text(c, span_str(idp_text(&configured->idp[i])));
		page_put(c, "</button>\n</form>\n");
	}
}

/* A page between, not a redirect: a form's policy would have to name every provider. */
static void
on_address(struct call *c)
{
	struct visit *v = c->state;
	struct idp_flow *f = visit_flow(v);

	if (v->job.e.code != ERR_NONE || f == NULL) {
		if (f != NULL)
			idp_flow_wipe(f);
		page_error(c, 502, "This did not work", v->job.e.code != ERR_NONE ? v->job.e.text :
		    "It took too long. Please try again.");
		return;
	}
	page_begin(c, 200, "On to your provider");
	page_put(c, "<meta http-equiv=\"refresh\" content=\"0;url=");
	page_text(c, writer_span(&v->job.out));
	page_put(c, "\">\n<p><a class=\"button\" id=\"on\" href=\"");
	page_text(c, writer_span(&v->job.out));
	page_put(c, "\">Log in at ");
	page_text(c, span_str(idp_text(&c->ssa->config.idps.idp[f->provider])));
	page_put(c, "</a></p>\n");
	page_end(c, "");
}

/* False: answered. */
static bool
form_of_ours(struct call *c, struct form *form, struct session *who)
{
	if (!form_read(form, c->x->body) || !csrf_holds(c, form->field[P_CSRF]))
		page_error(c, 403, "This form was not sent from our page", "Please try again.");
	else if (!session_find(c, who))
		page_error(c, 403, "You are logged out", "Log in first.");
	else
		return true;
	return false;
}

void
handle_idp_link(struct call *c)
{
	AUTO_FORM form = { 0 };
	struct session who;
	struct idp_flow *f;
	struct visit *v;
	size_t which;

	if (!form_of_ours(c, &form, &who))
		return;
	if (!idp_find(&c->ssa->config, form.field[P_PROVIDER], true, &which)) {
		page_error(c, 400, "This did not work", "There is no such provider here.");
		return;
	}
	memcpy(c->account, who.account, 16);
	v = visit_new(c);
	if ((f = visit_begin(v, IDP_LINK, which)) == NULL) {
		page_error(c, 429, "This did not work", "Too many people are logging in. Please try again in a moment.");
		return;
	}
	f->again = true;		/* who is there at that moment, not who was */
	visit_name(c, f->visit);
	visit_ask(v, f, on_address);
}

struct wanted {
	struct span	letters;
	struct writer	name;
};

static bool
link_seen(void *arg, const struct login_row *l)
{
	struct wanted *w = arg;
	uint8_t letters[NAME_LETTERS];

	if (l->kind != LOGIN_PROVIDER || !span_equal(link_name(l->name, letters), w->letters))
		return true;
	wr_span(&w->name, l->name);
	return false;
}

void
handle_idp_unlink(struct call *c)
{
	uint8_t bytes[1024];
	struct wanted w = { .name = writer_over(bytes, sizeof(bytes)) };
	AUTO_FORM form = { 0 };
	struct session who;
	struct err e = { 0 };

	if (!form_of_ours(c, &form, &who))
		return;
	w.letters = form.field[P_NAME];
	if (!c->ssa->store->ops->logins_of(c->ssa->store, who.account, link_seen, &w, &e) || (w.name.n > 0 &&
	    !c->ssa->store->ops->login_remove(c->ssa->store, LOGIN_PROVIDER, writer_span(&w.name), who.account, &e)))
		page_failed(c, &e);
	else
		flow_send(c, "/login");
}
