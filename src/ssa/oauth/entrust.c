/* SPDX-License-Identifier: Apache-2.0 */
/* A SCAL1 key in a client's hands for a while: page, window, code. */
#include <stdio.h>
#include <stdlib.h>

#include "der/certificate.h"
#include "der/name.h"
#include "json/base64.h"
#include "ssa/api/credential.h"
#include "ssa/api/fault.h"
#include "ssa/api/window.h"
#include "ssa/oauth/entrust.h"
#include "ssa/page/html.h"

#define PRINT_LEN	10		/* bytes of a digest that people are shown */

static void
number_put(struct call *c, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	page_put(c, text);
}

static void
key_put(struct call *c, const struct key *k)
{
	char id[33], name[NAME_MAX_TEXT];
	struct certificate_cut cut;
	struct certificate cert;
	struct err e = { 0 };

	hex_text(k->row.id, 16, id);
	page_put(c, "<dt>Key</dt>\n<dd>");
	if (certificate_cut(k->row.certificate, &cut, &e) && certificate_read(&cut, &cert, &e) &&
	    name_check(cert.subject, &e) && name_to_text(cert.subject, name, sizeof(name), &e)) {
		page_text(c, span_str(name));
		page_put(c, "<br>");
	}
	page_put(c, "<code>");
	page_put(c, id);
	page_put(c, "</code></dd>\n<dt>Level</dt>\n<dd>SCAL1: your login here is all that is asked. No"
	    " authenticator of yours approves a signature; the log says that it was made on the word of"
	    " this service.</dd>\n");
}

static void
print_put(struct call *c, struct span digest)
{
	char text[4];

	page_put(c, "<code>");
	for (size_t i = 0; i < PRINT_LEN && i < digest.n; i++) {
		snprintf(text, sizeof(text), "%02x%s", digest.p[i], i % 2 == 1 && i + 1 < PRINT_LEN ? " " : "");
		page_put(c, text);
	}
	page_put(c, "</code>");
}

/* Honestly: with a list, we keep to it; that the key is bound to it, nobody can say. */
static void
documents_put(struct call *c, const struct request *q)
{
	struct reader r = reader_over(q->items);
	struct request_item i;

	page_put(c, "<dt>Documents</dt>\n<dd>");
	if (q->items.n == 0) {
		page_put(c, "not named: the application says later what is signed (<code>hash_bound</code>: no)");
	} else {
		page_put(c, "<ul>\n");
		while (request_item_next(&r, &i)) {
			page_put(c, "<li>");
			page_text(c, i.label);
			page_put(c, i.label.n > 0 ? " " : "");
			print_put(c, i.digest);
			page_put(c, "</li>\n");
		}
		page_put(c, "</ul>\nThis service signs no others for this request. Nothing but its word binds"
		    " your key to them (<code>hash_bound</code>: no).");
	}
	page_put(c, "</dd>\n");
}

static void
bounds_put(struct call *c, const struct request *q)
{
	page_put(c, "<dt>Signatures</dt>\n<dd>at most ");
	number_put(c, q->n);
	page_put(c, ", within ");
	number_put(c, c->ssa->config.scal1_seconds);
	page_put(c, " seconds, and no longer than you stay logged in</dd>\n");
}

void
entrust_page(struct call *c, const struct flow *f, const struct key *k, struct span r)
{
	char csrf[TOKEN_LETTERS + 1], leads_to[2 * REDIRECT_MAX], id[33];

	hex_text(k->row.id, 16, id);
	csrf_make(c, csrf);
	flow_leads_to(c, f, leads_to);
	page_begin(c, 200, "Let this application sign for you?");
	page_put(c, "<p><strong>");
	page_text(c, f->q.client_name);
	page_put(c, "</strong> (");
	page_text(c, uri_origin(f->q.redirect));
	page_put(c, ") wants to sign with a key of yours, without asking you about each signature.</p>\n<dl>\n");
	if (f->q.text.n > 0) {
		page_put(c, "<dt>It says</dt>\n<dd>");
		page_text(c, f->q.text);
		page_put(c, "</dd>\n");
	}
	bounds_put(c, &f->q);
	documents_put(c, &f->q);
	key_put(c, k);
	page_put(c, "</dl>\n<form method=\"post\" action=\"/oauth2/consent\">\n");
	page_hidden(c, "csrf", span_str(csrf));
	page_hidden(c, "r", r);
	page_hidden(c, "credentialID", span_str(id));
	page_put(c, "<button name=\"act\" value=\"allow\">Let it sign</button>\n"
	    "<button name=\"act\" value=\"deny\" class=\"other\">Do not allow</button>\n</form>\n");
	page_end(c, leads_to);
}

struct entrusting {
	struct flow	*flow;
	struct key	*key;
	struct session	 who;
	uint8_t		 session[16];
	struct activation *activation;
};

static void
entrusting_free(void *state)
{
	struct entrusting *t = state;

	flow_free(t->flow);
	key_release(t->key);
	activation_release(t->activation);
	free(t);
}

/* No token hashes to it: those have 43 letters. */
static void
entrusted_handle(const uint8_t activation[16], uint8_t handle[HASH_LEN])
{
	static const char prefix[] = "propria-entrusted-v1";
	const struct span both[] = { span_of(prefix, sizeof(prefix)), span_of(activation, 16) };

	sha256_parts(both, COUNT(both), handle);
}

struct activation *
entrusted_take(struct ssa *s, const uint8_t activation[16])
{
	uint8_t handle[HASH_LEN];
	struct activation *a;

	entrusted_handle(activation, handle);
	if ((a = (struct activation *)cache_hold(s->activations, handle)) != NULL)
		cache_drop(s->activations, handle);	/* it gets the token's name */
	return a;
}

static void
entrusted_keep(struct call *c, struct entrusting *t)
{
	struct ticket given = { .until = t->activation->expires };
	uint8_t handle[HASH_LEN];

	memcpy(given.activation, t->activation->id, 16);
	memcpy(given.d, t->activation->d, HASH_LEN);
	memcpy(t->flow->q.key, t->key->row.id, 16);
	entrusted_handle(t->activation->id, handle);
	memcpy(t->activation->session, t->session, 16);
	activation_keep_as(c->ssa, t->activation, t->flow->q.client, handle);
	flow_give_code(c, &t->flow->q, t->who.account, &given);
}

static void
refused(struct call *c, struct entrusting *t, const struct err *refusal)
{
	const struct fault *f = fault_of(refusal);

	parallel_leave(c->ssa->parallel, c->account);
	if (strcmp(refusal->reason, "kind") == 0 && t->flow->q.items.n > 0)
		flow_approve(c, t->flow, t->key, &t->who);
	else if (strcmp(refusal->reason, "kind") == 0)
		flow_refuse(c, &t->flow->q, "access_denied",
		    "This service authorizes nothing by itself: name the hashes, the signer approves them");
	else if (strcmp(refusal->reason, "limit") == 0)
		flow_refuse(c, &t->flow->q, "invalid_request", "Numbers of signatures is too high");
	else
		flow_refuse(c, &t->flow->q, f->status == 503 ? "temporarily_unavailable" :
		    f->status >= 500 ? "server_error" : "access_denied", f->csc);
}

static void on_opened(struct call *, struct reader *, const struct err *);

static void
ask(struct call *c)
{
	struct entrusting *t = c->state;

	window_open(c, t->key, t->session, t->activation->n, on_opened);
}

static void
ask_again(struct call *c)
{
	struct entrusting *t = c->state;
	struct err e = { 0 };
	struct key *k = vault_key(c->ssa->vault, t->key->row.id, &e);

	if (k != NULL) {
		key_release(t->key);
		t->key = k;
	}
	ask(c);
}

static void
on_opened(struct call *c, struct reader *r, const struct err *refusal)
{
	struct entrusting *t = c->state;
	struct err e = { 0 };

	if (refusal->code != ERR_NONE && (call_is_outdated(c, refusal) || (!c->refreshed &&
	    (c->signer->record.n == 0 || t->key->record.n == 0)))) {
		call_refresh(c, t->key->row.id, ask_again);
	} else if (refusal->code != ERR_NONE) {
		refused(c, t, refusal);
	} else if (window_opened(c, t->activation, r, &e)) {
		entrusted_keep(c, t);
	} else {
		parallel_leave(c->ssa->parallel, c->account);
		page_failed(c, &e);
	}
}

/* Digests as a window knows them: all, or none yet. */
static struct activation *
activation_wanted(const struct request *q, const struct key *k, const uint8_t account[16])
{
	size_t len = k->alg->digest_len, n = 0;
	struct reader r = reader_over(q->items);
	uint8_t *digests = calloc(q->n, len);
	struct activation *a;
	struct request_item i;

	if (digests == NULL)
		bug("out of memory");
	while (n < q->n && request_item_next(&r, &i) && i.digest.n == len)
		memcpy(digests + n++ * len, i.digest.p, len);
	a = activation_window(k->row.id, account, k->alg, q->n, digests, n);
	a->entrusted = true;
	free(digests);
	return a;
}

void
entrust(struct call *c, struct flow *f, struct key *k, const struct session *who)
{
	struct entrusting *t = calloc(1, sizeof(*t));
	struct err e = { 0 };

	if (t == NULL)
		bug("out of memory");
	*t = (struct entrusting){ .flow = f, .key = k, .who = *who };
	c->state = t;
	c->state_free = entrusting_free;
	memcpy(c->account, who->account, 16);
	memcpy(c->requester, f->q.client, 16);
	window_browser(who->hash, t->session);
	t->activation = activation_wanted(&f->q, k, who->account);
	if ((c->signer = vault_signer(c->ssa->vault, c->account, &e)) == NULL)
		page_failed(c, &e);
	else if (!parallel_enter(c->ssa->parallel, c->account, c->now))
		flow_refuse(c, &f->q, "temporarily_unavailable", "Too many authorizations under way");
	else
		ask(c);
}
