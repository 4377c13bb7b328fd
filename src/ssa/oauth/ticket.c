/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets: the request, and behind it what became of it. */
#include <stdio.h>
#include <stdlib.h>

#include "ssa/api/window_row.h"
#include "ssa/oauth/handle.h"
#include "ssa/oauth/ticket.h"

#define TICKET_MAX	(REQUEST_MAX + 128)

static const uint8_t nothing[32];

static void
ticket_write(struct writer *w, const struct ticket *t)
{
	AUTO_WRITER request = writer_grow(REQUEST_MAX);

	request_write(&request, &t->q);
	if (!writer_ok(&request))
		w->bad = true;
	wr_span32(w, writer_span(&request));
	wr_bytes(w, t->activation, sizeof(t->activation));
	wr_bytes(w, t->d, sizeof(t->d));
	wr_u64(w, t->until);
}

static bool
ticket_read(struct span bytes, struct ticket *t)
{
	struct reader r = reader_over(bytes);
	struct span request;

	return rd_span32(&r, 1, REQUEST_MAX, &request) && request_read(request, &t->q) &&
	    rd_bytes(&r, t->activation, sizeof(t->activation)) && rd_bytes(&r, t->d, sizeof(t->d)) &&
	    rd_u64(&r, &t->until) && rd_end(&r);
}

bool
ticket_make(struct ssa *s, const uint8_t account[16], struct request *q, uint64_t now,
    char text[TOKEN_LETTERS + 1], struct err *e)
{
	struct handle_row row = { .kind = HANDLE_TICKET, .expires = now + TICKET_LIFE_MS + HOUR_MS };
	AUTO_WRITER w = writer_grow(TICKET_MAX);
	struct ticket t = { 0 };

	q->created = now;
	t.q = *q;
	ticket_write(&w, &t);
	if (!writer_ok(&w))
		return err_set(e, ERR_FORMAT, "the request is too large");
	memcpy(row.account, account, 16);
	memcpy(row.requester, q->client, 16);
	row.data = writer_span(&w);
	return handle_make(s, &row, text, e);
}

void
ticket_url(const struct ssa *s, const char *text, char url[TEXT_MAX + 80])
{
	snprintf(url, TEXT_MAX + 80, "%s/sign#t=%s", s->config.sic_origin, text);
}

struct ticket *
ticket_by_hash(struct ssa *s, const uint8_t hash[HASH_LEN], struct err *e)
{
	struct handle_row row;
	struct ticket *t;

	if (!s->store->ops->handle_get(s->store, HANDLE_TICKET, hash, &row, e))
		return NULL;
	if ((t = calloc(1, sizeof(*t))) == NULL || (t->bytes = malloc(row.data.n + 1)) == NULL)
		bug("out of memory");
	memcpy(t->bytes, row.data.p, row.data.n);
	memcpy(t->hash, hash, sizeof(t->hash));
	memcpy(t->account, row.account, 16);
	t->state = row.state;
	if (!ticket_read(span_of(t->bytes, row.data.n), t)) {
		err_set(e, ERR_BACKEND, "a ticket in the store is of another shape");
		ticket_free(t);
		return NULL;
	}
	return t;
}

struct ticket *
ticket_find(struct ssa *s, struct span text, struct err *e)
{
	uint8_t hash[HASH_LEN];

	if (text.n != TOKEN_LETTERS) {
		err_set(e, ERR_MISSING, "no such ticket");
		return NULL;
	}
	sha256(text, hash);
	return ticket_by_hash(s, hash, e);
}

void
ticket_free(struct ticket *t)
{
	if (t == NULL)
		return;
	free(t->bytes);
	free(t);
}

uint64_t
ticket_expires(const struct ticket *t)
{
	return t->state == TICKET_PENDING ? t->q.created + TICKET_LIFE_MS : t->until;
}

const char *
ticket_word(const struct ticket *t, uint64_t now)
{
	switch ((enum ticket_state)t->state) {
	case TICKET_PENDING:
		return now >= t->q.created + TICKET_LIFE_MS ? "expired" : "pending";
	case TICKET_APPROVED:
		return "approved";
	case TICKET_DECLINED:
		return "declined";
	case TICKET_DONE:
		return "done";
	case TICKET_OVER:
		break;
	}
	return "expired";
}

static bool
ticket_move(struct ssa *s, struct ticket *t, enum ticket_state to, struct err *e)
{
	AUTO_WRITER w = writer_grow(TICKET_MAX);

	ticket_write(&w, t);
	if (!writer_ok(&w))
		return err_set(e, ERR_BUG, "a ticket that was written once is too large");
	if (!s->store->ops->handle_move(s->store, HANDLE_TICKET, t->hash, t->state, (uint8_t)to, nothing,
	    writer_span(&w), e))
		return false;
	t->state = (uint8_t)to;
	return true;
}

bool
ticket_approve(struct ssa *s, struct ticket *t, const struct activation *a, struct err *e)
{
	memcpy(t->activation, a->id, 16);
	memcpy(t->d, a->d, sizeof(t->d));
	t->until = a->expires;
	return ticket_move(s, t, TICKET_APPROVED, e);
}

bool
ticket_decline(struct ssa *s, struct ticket *t, struct err *e)
{
	return ticket_move(s, t, TICKET_DECLINED, e);
}

/* Approvals are written behind: what is not there yet is there after a flush. */
static bool
approval_get(struct ssa *s, const uint8_t d[HASH_LEN], struct approval *a, struct err *e)
{
	struct err first = { 0 };

	if (s->store->ops->approval_get(s->store, d, a, &first))
		return true;
	return s->store->ops->flush(s->store, e) && s->store->ops->approval_get(s->store, d, a, e);
}

struct activation *
activation_recall(struct ssa *s, const uint8_t d[HASH_LEN], const uint8_t activation[16],
    uint64_t until, struct err *e)
{
	struct window_row window;
	struct approval approval;
	struct activation *a;

	if (!approval_get(s, d, &approval, e))
		return NULL;
	if (window_row_read(&approval, &window)) {
		err_set(e, ERR_MISSING, "a window of our last life");
		return NULL;
	}
	if ((a = activation_of(approval.statement, d)) == NULL) {
		err_set(e, ERR_BACKEND, "an approval in the store is of another shape");
		return NULL;
	}
	memcpy(a->id, activation, 16);
	a->expires = until;
	return a;
}

bool
ticket_done(struct ssa *s, struct ticket *t, struct err *e)
{
	return t->state == TICKET_APPROVED ? ticket_move(s, t, TICKET_DONE, e) :
	    err_set(e, ERR_NOT_NOW, "the ticket is not approved");
}

struct activation *
ticket_redeem(struct ssa *s, struct ticket *t, struct err *e)
{
	AUTO(activation) *a = activation_recall(s, t->d, t->activation, t->until, e);

	return a != NULL && ticket_done(s, t, e) ? TAKE(a) : NULL;
}
