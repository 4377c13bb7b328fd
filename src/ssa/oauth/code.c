/* SPDX-License-Identifier: Apache-2.0 */
/* Codes. The order is the argument: a code is used up before anything is given for it. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "ssa/oauth/code.h"
#include "ssa/oauth/handle.h"
#include "ssa/oauth/pkce.h"

#define CODE_MAX	(REQUEST_MAX + 128)

enum code_state { CODE_FRESH, CODE_USED };

bool
code_issue(struct ssa *s, const struct request *q, const uint8_t account[16], const struct ticket *t,
    uint64_t now, char text[TOKEN_LETTERS + 1], struct err *e)
{
	static const struct ticket none;
	struct handle_row row = { .kind = HANDLE_CODE, .expires = now + CODE_MEMORY_MS };
	AUTO_WRITER request = writer_grow(REQUEST_MAX);
	AUTO_WRITER w = writer_grow(CODE_MAX);
	struct request kept = *q;

	t = t == NULL ? &none : t;
	kept.items = span_of("", 0);		/* the ticket had them; tokens need them no more */
	kept.n = 0;
	request_write(&request, &kept);
	wr_u64(&w, now + CODE_LIFE_MS);
	wr_span32(&w, writer_span(&request));
	wr_bytes(&w, t->activation, sizeof(t->activation));
	wr_bytes(&w, t->d, sizeof(t->d));
	wr_u64(&w, t->until);
	if (!writer_ok(&request) || !writer_ok(&w))
		return err_set(e, ERR_FORMAT, "the request is too large");
	memcpy(row.account, account, 16);
	memcpy(row.requester, q->client, 16);
	random_bytes(row.grant, sizeof(row.grant));
	row.data = writer_span(&w);
	return handle_make(s, &row, text, e);
}

static bool
code_read(struct code *c, struct span bytes, uint64_t *end)
{
	struct span request;
	struct reader r;

	if ((c->bytes = malloc(bytes.n + 1)) == NULL)
		bug("out of memory");
	memcpy(c->bytes, bytes.p, bytes.n);
	r = reader_over(span_of(c->bytes, bytes.n));
	return rd_u64(&r, end) && rd_span32(&r, 1, REQUEST_MAX, &request) && request_read(request, &c->q) &&
	    rd_bytes(&r, c->activation, sizeof(c->activation)) && rd_bytes(&r, c->d, sizeof(c->d)) &&
	    rd_u64(&r, &c->until) && rd_end(&r);
}

static bool
invalid(struct err *e, const char *why)
{
	return err_set(e, ERR_DENIED, "%s", why);
}

/* A second use means that somebody else has the code too: nobody keeps what it gave. */
static bool
replayed(struct ssa *s, const struct handle_row *row, struct err *e)
{
	struct err failed = { 0 };

	log_warn("an authorization code was used twice; its tokens are revoked");
	if (!tokens_end_grant(s->tokens, row->grant, &failed))
		log_error("revoking what a code gave: %s", failed.text);
	return invalid(e, "Authorization code is invalid or expired");
}

static bool
request_matches(const struct request *q, const struct form *f, struct err *e)
{
	struct span uri = f->field[P_REDIRECT_URI], verifier = f->field[P_CODE_VERIFIER];

	if ((q->redirect_named && uri.p == NULL) || (uri.p != NULL && !span_equal(uri, q->redirect)))
		return invalid(e, "redirect_uri parameter does not match");
	if (q->challenge.n == 0)	/* v1 with a secret: then a verifier is for another code */
		return verifier.p == NULL || invalid(e, "code_verifier does not match");
	if (verifier.p == NULL || !pkce_holds(q->challenge, verifier))
		return invalid(e, "code_verifier does not match");
	if (f->field[P_AUTHORIZATION_DETAILS].p != NULL &&
	    (q->details.n == 0 || !details_agree(q->details, f->field[P_AUTHORIZATION_DETAILS])))
		return invalid(e, "authorization_details differ from the authorization request");
	return true;
}

static bool
code_use(struct ssa *s, struct code *c, const struct client *k, const struct form *f, uint64_t now,
    struct err *e)
{
	struct handle_row row;
	struct err why = { 0 };
	uint64_t end = 0;

	if (f->field[P_CODE].n != TOKEN_LETTERS ||
	    !handle_find(s, HANDLE_CODE, f->field[P_CODE], now, &row, &why))
		return why.code == ERR_NONE || why.code == ERR_MISSING ?
		    invalid(e, "Authorization code is invalid or expired") : (*e = why, false);
	if (memcmp(row.requester, k->row.id, 16) != 0)
		return invalid(e, "Invalid parameter code");
	if (row.state != CODE_FRESH)
		return replayed(s, &row, e);
	memcpy(c->account, row.account, 16);
	memcpy(c->grant, row.grant, 16);
	if (!code_read(c, row.data, &end))
		return err_set(e, ERR_BACKEND, "a code in the store is of another shape");
	/* Also when what follows is wrong: who guesses has one guess. */
	if (!s->store->ops->handle_move(s->store, HANDLE_CODE, row.hash, CODE_FRESH, CODE_USED, row.grant,
	    span_of("", 0), &why))
		return why.code == ERR_NOT_NOW ? replayed(s, &row, e) : (*e = why, false);
	if (now >= end)
		return invalid(e, "Authorization code is invalid or expired");
	return request_matches(&c->q, f, e);
}

struct code *
code_redeem(struct ssa *s, const struct client *k, const struct form *f, uint64_t now, struct err *e)
{
	struct code *c = calloc(1, sizeof(*c));

	if (c == NULL)
		bug("out of memory");
	if (code_use(s, c, k, f, now, e))
		return c;
	code_free(c);
	return NULL;
}

void
code_free(struct code *c)
{
	if (c == NULL)
		return;
	free(c->bytes);
	free(c);
}
