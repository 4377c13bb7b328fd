/* SPDX-License-Identifier: Apache-2.0 */
/* The status of a certificate before its key signs. The SAM does not know it: hiding it forges nothing. */
#include <stdlib.h>

#include "cmp/ca.h"
#include "ssa/issue/before.h"
#include "ssa/issue/issuer.h"

struct before {
	struct status_wish	 wish;		/* first: what comes back */
	struct call		*call;
	uint8_t			 type;
	struct writer		 payload;
	call_next		*next;
};

static void
on_status(struct status_wish *w)
{
	call_wake(((struct before *)w)->call);
}

static void
before_free(struct before *b)
{
	writer_wipe(&b->payload);
	free(b);
}

/* No certificate (a new key), or short-lived ones: nothing can be asked, and nothing is wrong. */
static bool
is_good(struct ssa *s, const uint8_t key[16])
{
	struct status_row row;
	struct err e = { 0 };

	return !s->store->ops->status_get(s->store, key, &row, &e) || row.checked == 0 ||
	    row.standing == CA_GOOD;
}

static void
on_woken(struct call *c)
{
	struct before *b = TAKE(c->before);
	struct reader nothing = reader_over(span_of("", 0));
	struct err e = { 0 };

	if (!b->wish.ok)
		err_why(&e, ERR_BUSY, "status", "the CA does not say whether the certificate is revoked");
	else if (!is_good(c->ssa, b->wish.key))
		err_why(&e, ERR_DENIED, "cert", "the certificate is revoked, on hold or unknown to its CA");
	if (e.code == ERR_NONE)
		call_ask(c, b->type, writer_span(&b->payload), b->next);
	else
		b->next(c, &nothing, &e);
	before_free(b);
}

void
before_ask(struct call *c, const struct key *k, uint8_t type, struct span payload, call_next *next)
{
	struct before *b;

	if (k->row.certificate.n == 0 || issuer_status_is_young(c->ssa, k, c->now)) {
		call_ask(c, type, payload, next);
		return;
	}
	if ((b = calloc(1, sizeof(*b))) == NULL)
		bug("out of memory");
	*b = (struct before){ .wish.done = on_status, .call = c, .type = type, .next = next,
		.payload = writer_grow(FRAME_MAX) };
	memcpy(b->wish.key, k->row.id, 16);
	wr_span(&b->payload, payload);
	c->before = b;
	call_wait(c, on_woken);
	if (!issuer_status_ask(c->ssa, &b->wish))
		call_wake(c);
}
