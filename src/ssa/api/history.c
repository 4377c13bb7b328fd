/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history: each use ever of a key of the caller, or of all one-time keys, the latest first, with on whose
 * word and of what.
 */
#include <stdlib.h>

#include "ssa/api/activation.h"
#include "ssa/api/route.h"
#include "ssa/api/window_row.h"
#include "ssa/oauth/client.h"

#define LIMIT_MAX	100
#define USES_SEEN_MAX	2000		/* of other keys too, in one call */

struct history {
	uint8_t		key[16];
	bool		once;		/* instead: of keys that lived for one signature */
	size_t		limit, n;
	bool		more;
	size_t		n_uses;
	struct {
		uint8_t		d[32];
		uint64_t	place;
	} use[USES_SEEN_MAX];
};

static bool
use_noted(void *arg, const struct use_row *u)
{
	struct history *h = arg;

	if (h->n_uses == USES_SEEN_MAX) {
		h->more = true;
		return false;
	}
	memcpy(h->use[h->n_uses].d, u->d, 32);
	h->use[h->n_uses++].place = u->place;
	return true;
}

/* One use, with what stands behind it: a statement, or a window. */
struct one {
	struct emit	*m;
	struct history	*h;
	const uint8_t	*d;
	uint64_t	 place;
	const struct statement *st;		/* NULL: a window */
	const struct window_row *window;
	struct span	 name;			/* of the window's requester, as it is called today */
};

static void
requester_write(const struct one *o)
{
	bool is_window = o->st == NULL;

	emit_object(o->m, "requester");
	emit_hex(o->m, "id", span_of(is_window ? o->window->requester : o->st->sign.requester, 16));
	emit_span(o->m, "name", is_window ? o->name : o->st->sign.name);
	emit_object_end(o->m);
}

static void
item_write(const struct one *o, uint32_t index, struct span digest)
{
	bool is_window = o->st == NULL;

	emit_object(o->m, NULL);
	emit_hex(o->m, "d", span_of(o->d, 32));
	emit_number(o->m, "index", index);
	emit_number(o->m, "place", o->place);
	emit_text(o->m, "word", is_window ? "service" : "signer");
	emit_number(o->m, "time", is_window ? o->window->opened : o->st->iat);
	emit_base64(o->m, "digest", digest);
	emit_span(o->m, "label", is_window ? span_str("") : o->st->sign.items[index].label);
	emit_span(o->m, "text", is_window ? span_str("") : o->st->sign.text);
	requester_write(o);
	emit_number(o->m, "seen", is_window ? SEEN_LABELS : o->st->sign.seen);
	emit_object_end(o->m);
	o->h->n++;
}

static bool
indexes_write(void *arg, const struct use_row *u)
{
	struct reader r = reader_over(u->indexes), digests = reader_over(u->digests);
	const struct one *o = arg;
	size_t len = u->indexes.n == 0 ? 0 : u->digests.n / (u->indexes.n / 4);
	struct span digest;
	uint32_t i;

	while (u->place == o->place && rd_u32(&r, &i)) {
		if (o->st != NULL && i < o->st->sign.n)
			item_write(o, i, o->st->sign.items[i].digest);
		else if (o->st == NULL && rd_take(&digests, len, &digest))
			item_write(o, i, digest);
	}
	return true;
}

/* By id, as its name was not kept; of one that was removed, nothing is known any more. */
static bool
requester_name(struct call *c, const uint8_t id[16], struct writer *w, struct err *e)
{
	struct err why = { 0 };
	AUTO(client) *k = NULL;

	if (memcmp(id, c->account, 16) == 0)
		return true;
	if ((k = client_by_id(c->ssa, id, &why)) != NULL)
		wr_span(w, k->row.name);
	else if (why.code != ERR_MISSING)
		*e = why;
	return e->code == ERR_NONE;
}

static bool
window_write(struct call *c, struct one *o, const struct window_row *window, struct err *e)
{
	AUTO_WRITER name = writer_grow(CLIENT_NAME_MAX);

	if (o->h->once || memcmp(window->key, o->h->key, 16) != 0)
		return true;
	if (!requester_name(c, window->requester, &name, e))
		return false;
	o->window = window;
	o->name = writer_span(&name);
	return c->ssa->store->ops->uses_of(c->ssa->store, o->d, indexes_write, o, e);
}

/* A use of several items is never split. */
static bool
use_write(struct call *c, struct emit *m, struct history *h, size_t at, struct err *e)
{
	static struct statement st;	/* large; handlers run on one thread */
	static uint8_t bytes[STATEMENT_MAX];
	const struct store_ops *ops = c->ssa->store->ops;
	struct one o = { .m = m, .h = h, .d = h->use[at].d, .place = h->use[at].place };
	struct window_row window;
	struct err ignored = { 0 };
	struct approval a;

	if (!ops->approval_get(c->ssa->store, o.d, &a, e))
		return false;
	if (window_row_read(&a, &window))
		return window_write(c, &o, &window, e);
	if (a.statement.n > sizeof(bytes))
		return true;
	memcpy(bytes, a.statement.p, a.statement.n);	/* the next call takes it away */
	if (!statement_read(span_of(bytes, a.statement.n), &st, &ignored) ||
	    st.purpose != (h->once ? PURPOSE_SIGN_ONCE : PURPOSE_SIGN) ||
	    (!h->once && memcmp(st.sign.key, h->key, 16) != 0))
		return true;
	o.st = &st;
	return ops->uses_of(c->ssa->store, o.d, indexes_write, &o, e);
}

static bool
limits_read(struct call *c, struct history *h, uint64_t *before)
{
	int64_t v;

	*before = INT64_MAX;
	h->limit = LIMIT_MAX;
	switch (json_whole(c->json, "before", &v)) {
	case JSON_ABSENT:
		break;
	case JSON_GOT:
		*before = v < 0 ? 0 : (uint64_t)v;
		break;
	case JSON_WRONG:
		call_invalid(c, "Invalid parameter before");
		return false;
	}
	switch (json_whole(c->json, "limit", &v)) {
	case JSON_ABSENT:
		return true;
	case JSON_GOT:
		h->limit = (size_t)v;
		if (v >= 1 && v <= LIMIT_MAX)
			return true;
		/* fall through */
	case JSON_WRONG:
		break;
	}
	call_invalid(c, "Invalid parameter limit");
	return false;
}

void
handle_history(struct call *c)
{
	struct history *h = calloc(1, sizeof(*h));
	struct err e = { 0 };
	uint64_t before;
	struct key *k = NULL;
	struct emit m;
	size_t i;

	if (h == NULL)
		bug("out of memory");
	c->state = h;
	c->state_free = free;
	if (!call_flag(c, "once", &h->once) || (!h->once && (k = call_credential(c)) == NULL))
		return;
	if (!h->once) {
		memcpy(h->key, k->row.id, 16);
		key_release(k);
	}
	if (!limits_read(c, h, &before))
		return;
	if (!c->ssa->store->ops->flush(c->ssa->store, &e) ||
	    !c->ssa->store->ops->uses_by(c->ssa->store, c->account, before, use_noted, h, &e)) {
		call_failed(c, &e);
		return;
	}
	m = call_answer(c);
	emit_array(&m, "uses");
	for (i = 0; i < h->n_uses; i++) {
		if (h->n >= h->limit) {
			h->more = true;
			break;
		}
		if (!use_write(c, &m, h, i, &e)) {
			call_failed(c, &e);
			return;
		}
	}
	emit_array_end(&m);
	emit_flag(&m, "more", h->more);
	if (h->more && i > 0)
		emit_number(&m, "before", h->use[i - 1].place);
	call_answered(c, &m);
}
