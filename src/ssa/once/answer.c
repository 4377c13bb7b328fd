/* SPDX-License-Identifier: Apache-2.0 */
/*
 * approval/answer with documents: the person approved, the key is made, certified, used and gone, and
 * then the ticket is approved. What fails before leaves it pending: the person may try again.
 */
#include <stdlib.h>

#include "ssa/oauth/approval.h"
#include "ssa/once/once.h"

#define WRONG	"The statement is not of this request"

struct once_reply {
	struct once	 once;
	struct ticket	*ticket;
};

static void
once_reply_free(void *state)
{
	struct once_reply *a = state;

	once_wipe(&a->once);
	ticket_free(a->ticket);
	free(a);
}

static void
on_signed(struct call *c)
{
	struct once_reply *a = c->state;
	struct err e = { 0 };

	memcpy(a->once.a->id, a->once.session, sizeof(a->once.a->id));
	if (ticket_approve(c->ssa, a->ticket, a->once.a, &e)) {
		if (a->once.counted)
			parallel_leave(c->ssa->parallel, c->account);
		approval_answer(c, a->ticket, &a->once);
	} else if (e.code == ERR_NOT_NOW) {
		call_error(c, 409, "invalid_request", "The request was answered already", "replay");
	} else {
		call_failed(c, &e);
	}
}

static const char *
digests_fault(const struct activation *a, const struct request *q)
{
	struct reader r = reader_over(q->items);
	size_t len = a->alg->digest_len, n = 0, used;
	uint8_t *digests = calloc(q->n, len);
	uint32_t *index = calloc(q->n, sizeof(*index));
	struct request_item i;
	bool same;

	if (digests == NULL || index == NULL)
		bug("out of memory");
	for (; n < q->n && request_item_next(&r, &i) && i.digest.n == len; n++)
		memcpy(digests + n * len, i.digest.p, len);
	same = n == q->n && n == a->n && activation_map(a, digests, n, index, &used);
	free(digests);
	free(index);
	return same ? NULL : "dtbs";
}

/* Of this request, CA and format; the SAM looks at all the rest. NULL: it fits. */
static const char *
package_fault(struct call *c, const struct once_reply *a)
{
	static struct statement st;	/* large; handlers run on one thread */
	const struct request *q = &a->ticket->q;
	const struct once *o = &a->once;
	struct err ignored = { 0 };

	if (!statement_read(o->package.statement, &st, &ignored) || !approval_agrees(a->ticket, &st.sign) ||
	    o->ca != ca_list_once(&c->ssa->config.cas, q->qualifier) || o->kind != q->kind ||
	    o->a->alg != alg_by_name(o->ca->once))
		return "parse";
	return digests_fault(o->a, q);
}

void
once_answer(struct call *c, struct ticket *t)
{
	struct once_reply *a = calloc(1, sizeof(*a));
	const char *fault;

	if (a == NULL)
		bug("out of memory");
	once_init(&a->once, c, on_signed);
	a->ticket = t;
	a->once.counted = approval_is_counted(t);
	memcpy(a->once.ticket, t->hash, sizeof(t->hash));
	c->state = a;
	c->state_free = once_reply_free;
	if (!approval_package_take(c, &a->once.bytes))
		return;
	if (once_package_fault(&a->once) != NULL)
		call_error(c, 400, "invalid_request", WRONG, "parse");
	else if ((fault = package_fault(c, a)) != NULL)
		call_error(c, 400, "invalid_request", WRONG, fault);
	else if (once_is_answering(c->ssa, t->hash))
		call_error(c, 503, "temporarily_unavailable", "This request is being signed", "busy");
	else
		once_begin(&a->once);
}
