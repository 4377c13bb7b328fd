/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credentials/authorize with the object "page", and credentials/authorizeCheck: the signer approves
 * on the signing page while the client waits (csc-api 5.5, 9.3, 9.4).
 */
#include "base/text.h"
#include "json/base64.h"
#include "ssa/api/credential.h"
#include "ssa/api/document.h"
#include "ssa/api/page.h"
#include "ssa/api/route.h"
#include "ssa/oauth/ticket.h"

#define WAIT_S	2

/* False: answered. The name of a registered client; a signer's own tool has none. */
static bool
client_named(struct call *c, struct request *q, struct writer *w)
{
	AUTO(client) *k = NULL;
	struct err e = { 0 };
	size_t id;

	memcpy(q->client, c->requester, 16);
	if (memcmp(c->requester, c->account, 16) == 0) {
		q->client_id = q->client_name = span_of("", 0);
		return true;
	}
	if ((k = client_by_id(c->ssa, c->requester, &e)) == NULL) {
		call_failed(c, &e);
		return false;
	}
	id = k->row.client_id.n;
	wr_span(w, k->row.client_id);
	wr_span(w, k->row.name);
	q->client_id = span_of(w->p, id);
	q->client_name = span_of(w->p + id, w->n - id);
	return true;
}

static bool
description_read(struct call *c, struct span *text)
{
	*text = span_of("", 0);
	if (json_text(c->json, "description", DESCRIPTION_MAX, text) != JSON_WRONG && text_is_clean(*text))
		return true;
	call_invalid(c, "Invalid parameter description");
	return false;
}

static bool
invalid(struct call *c, const char *description)
{
	call_invalid(c, description);
	return false;
}

/* An extension: a list of texts beside the hashes, one for each, or NULL. */
static bool
list_beside(const struct call *c, const char *name, size_t wanted, const json_t **list)
{
	size_t n = 0;
	enum json_got got = json_list(c->json, name, list, &n);

	if (got == JSON_ABSENT)
		*list = NULL;
	return got == JSON_ABSENT || (got == JSON_GOT && n == wanted);
}

/* "": this item has none. */
static bool
document_at(const json_t *documents, size_t i, uint8_t name[HASH_LEN], struct span *document)
{
	struct span text = span_of("", 0);

	*document = span_of("", 0);
	if (documents == NULL)
		return true;
	if (!json_text_at(documents, i, TOKEN_LETTERS, &text) ||
	    (text.n > 0 && !document_name_read(text, name)))
		return false;
	*document = span_of(name, text.n > 0 ? HASH_LEN : 0);
	return true;
}

/* Labels as the client gives them, attributes that hash to the item's digest, and documents. */
static bool
items_read(struct call *c, const struct sign *s, size_t len, struct writer *w)
{
	const json_t *labels, *sets, *documents;
	struct span text;

	if (!list_beside(c, "labels", s->n, &labels))
		return invalid(c, "Invalid parameter labels");
	if (!list_beside(c, "attributes", s->n, &sets) || (sets != NULL && s->key == NULL))
		return invalid(c, "Invalid parameter attributes");
	if (!list_beside(c, "documents", s->n, &documents))
		return invalid(c, "Invalid parameter documents");
	for (size_t i = 0; i < s->n; i++) {
		uint8_t bytes[ATTRIBUTES_MAX], name[HASH_LEN];
		struct writer set = writer_over(bytes, sizeof(bytes));
		struct request_item item = { .digest = span_of(s->digests + i * len, len) };

		if (labels != NULL && (!json_text_at(labels, i, LABEL_MAX, &item.label) ||
		    !text_is_clean(item.label)))
			return invalid(c, "Invalid parameter labels");
		if (sets != NULL && (!json_text_at(sets, i, BASE64_LEN(ATTRIBUTES_MAX), &text) ||
		    !request_attributes_read(text, item.digest, &set)))
			return invalid(c, "Invalid parameter attributes");
		if (!document_at(documents, i, name, &item.document))
			return invalid(c, "Invalid parameter documents");
		item.attributes = writer_span(&set);
		request_item_write(w, &item);
	}
	return true;
}

static void
pending_write(struct call *c, const char *handle, bool first)
{
	char url[TEXT_MAX + 80];
	struct emit m = call_answer(c);

	c->x->status = 202;
	c->x->retry_after = WAIT_S;
	emit_text(&m, "handle", handle);
	ticket_url(c->ssa, handle, url);
	if (first)
		emit_text(&m, "approvalURL", url);
	call_answered(c, &m);
}

void
page_authorize(struct call *c, struct sign *s, const struct alg *alg, uint8_t kind, struct span qualifier)
{
	AUTO_WRITER items = writer_grow(REQUEST_MAX);
	AUTO_WRITER names = writer_grow(CLIENT_ID_MAX + CLIENT_NAME_MAX);
	struct request q = { .scope = SCOPE_CREDENTIAL, .version = 2, .plain = c->x->plain,
		.n = (uint32_t)s->n, .kind = kind, .qualifier = qualifier };
	char handle[TOKEN_LETTERS + 1];
	struct err e = { 0 };

	if (!description_read(c, &q.text) || !client_named(c, &q, &names) || !items_read(c, s, alg->digest_len, &items))
		return;
	q.items = writer_span(&items);
	if (!documents_are_there(c->ssa, &q, c->now)) {
		call_invalid(c, "Invalid parameter documents");
		return;
	}
	if (!parallel_enter(c->ssa->parallel, c->account, c->now)) {
		call_busy(c, "Too many authorizations under way; use or await those");
		return;
	}
	if (s->key != NULL)
		memcpy(q.key, s->key->row.id, 16);
	q.redirect = q.state = q.challenge = q.hash_oid = q.details = span_of("", 0);
	if (ticket_make(c->ssa, c->account, &q, c->now, handle, &e)) {
		pending_write(c, handle, true);
	} else {
		parallel_leave(c->ssa->parallel, c->account);
		call_failed(c, &e);
	}
	explicit_bzero(handle, sizeof(handle));
}

/* The caller's, and not of an authorization by OAuth, which a code fetches. NULL: answered. */
static struct ticket *
ticket_of(struct call *c, struct span text)
{
	struct err e = { 0 };
	struct ticket *t = ticket_find(c->ssa, text, &e);

	if (t != NULL && memcmp(t->account, c->account, 16) == 0 &&
	    memcmp(t->q.client, c->requester, 16) == 0 && t->q.redirect.n == 0)
		return t;
	ticket_free(t);
	if (e.code != ERR_NONE && e.code != ERR_MISSING)
		call_failed(c, &e);
	else
		call_invalid(c, "Invalid parameter handle");
	return NULL;
}

static void
sad_give(struct call *c, struct ticket *t)
{
	struct err e = { 0 };
	AUTO(activation) *a = ticket_redeem(c->ssa, t, &e);
	char sad[TOKEN_LETTERS + 1];
	struct emit m;

	if (a == NULL && e.code == ERR_NOT_NOW)
		call_invalid(c, "Invalid parameter handle");
	else if (a == NULL)
		call_failed(c, &e);
	if (a == NULL)
		return;
	if (t->q.kind == 0)		/* else all is signed already */
		a->counted = c->ssa->parallel;
	activation_keep(c->ssa, a, c->requester, sad);
	m = call_answer(c);
	emit_text(&m, "SAD", sad);
	emit_number(&m, "expiresIn", a->expires > c->now ? (a->expires - c->now) / 1000 : 0);
	emit_hex(&m, "approval", span_of(a->d, sizeof(a->d)));	/* d, with which a receipt is asked for */
	call_answered(c, &m);
	explicit_bzero(sad, sizeof(sad));
}

void
handle_authorize_check(struct call *c)
{
	char handle[TOKEN_LETTERS + 1];
	AUTO(ticket) *t = NULL;
	struct span text;
	const char *word;

	if (!call_text(c, "handle", TOKEN_LETTERS, &text) || (t = ticket_of(c, text)) == NULL)
		return;
	memcpy(handle, text.p, text.n);
	handle[text.n] = '\0';
	word = ticket_word(t, c->now);
	if (strcmp(word, "pending") == 0) {
		pending_write(c, handle, false);
	} else if (strcmp(word, "approved") == 0) {
		sad_give(c, t);
	} else if (strcmp(word, "declined") == 0) {
		call_error(c, 400, "invalid_authentication_data", "The signer declined", NULL);
	} else {
		call_invalid(c, "Invalid parameter handle");	/* expired, or the SAD was given */
	}
}
