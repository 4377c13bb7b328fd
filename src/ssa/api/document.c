/* SPDX-License-Identifier: Apache-2.0 */
/*
 * documents: a client hands over, part by part, what the signing page is to show; the requests that
 * follow name it beside a hash. Nobody here looks into it: the page hashes what it shows.
 */
#include <stdlib.h>

#include "json/base64.h"
#include "ssa/api/document.h"
#include "ssa/api/route.h"

#define PART_MAX	(256u << 10)

bool
document_name_read(struct span text, uint8_t name[HASH_LEN])
{
	uint8_t bytes[32];
	struct writer w = writer_over(bytes, sizeof(bytes));

	if (text.n != TOKEN_LETTERS || !base64url_read(text, &w))
		return false;
	sha256(text, name);
	return true;
}

const struct document *
document_of(struct ssa *s, const struct request *q, struct span name, uint64_t now)
{
	const struct document *one = name.n != HASH_LEN ? NULL
	    : documents_find(s->documents, name.p, q->client, now);

	return one != NULL && one->have == one->size ? one : NULL;
}

bool
documents_are_there(struct ssa *s, const struct request *q, uint64_t now)
{
	struct reader r = reader_over(q->items);
	struct request_item i;

	while (request_item_next(&r, &i))
		if (i.document.n > 0 && document_of(s, q, i.document, now) == NULL)
			return false;
	return true;
}

/* A first part says how long the whole is, and gets a name for it. NULL: answered. */
static struct document *
document_begin(struct call *c, char text[TOKEN_LETTERS + 1])
{
	struct document *one;
	uint8_t name[HASH_LEN];
	struct err e = { 0 };
	int64_t size, at = 0;

	if (json_whole(c->json, "size", &size) != JSON_GOT || size < 1 ||
	    (uint64_t)size > documents_largest(c->ssa->documents)) {
		call_invalid(c, "Missing (or invalid) integer parameter size");
		return NULL;
	}
	if (json_whole(c->json, "at", &at) == JSON_WRONG || at != 0) {
		call_invalid(c, "Invalid parameter at");
		return NULL;
	}
	secret_text(text, name);
	one = documents_add(c->ssa->documents, name, c->account, c->requester, (size_t)size, c->now, &e);
	if (one == NULL)
		call_busy(c, "There is no room for more documents; each goes half an hour after it came");
	return one;
}

/* One of this token's own. NULL: answered. */
static struct document *
document_go_on(struct call *c, struct span text, int64_t *at)
{
	uint8_t name[HASH_LEN];
	struct document *one = document_name_read(text, name)
	    ? documents_find(c->ssa->documents, name, c->requester, c->now) : NULL;

	if (one == NULL || memcmp(one->account, c->account, 16) != 0)
		call_invalid(c, "Invalid parameter document");
	else if (json_whole(c->json, "at", at) != JSON_GOT || *at < 0 || (size_t)*at != one->have)
		call_invalid(c, "Invalid parameter at");
	else
		return one;
	return NULL;
}

void
handle_documents(struct call *c)
{
	AUTO_WRITER part = writer_grow(PART_MAX);
	char name[TOKEN_LETTERS + 1];
	struct document *one;
	struct span text;
	int64_t at = 0;
	struct emit m;

	if (!call_base64(c, "bytes", PART_MAX, &part))
		return;
	switch (json_text(c->json, "document", TOKEN_LETTERS, &text)) {
	case JSON_GOT:
		one = document_go_on(c, text, &at);
		memcpy(name, text.p, text.n);
		name[text.n] = '\0';
		break;
	case JSON_ABSENT:
		one = document_begin(c, name);
		break;
	case JSON_WRONG:
	default:
		call_invalid(c, "Invalid parameter document");
		return;
	}
	if (one == NULL)
		return;
	if (!document_append(one, (size_t)at, writer_span(&part))) {
		call_invalid(c, "Invalid parameter bytes");	/* a new one goes with its time */
		return;
	}
	m = call_answer(c);
	emit_text(&m, "document", name);
	emit_number(&m, "have", one->have);
	emit_number(&m, "expires", one->expires);
	call_answered(c, &m);
}
