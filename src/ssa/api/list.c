/* SPDX-License-Identifier: Apache-2.0 */
/* credentials/list: the keys of the caller that have a certificate, page by page (csc-api 9.1). */
#include "json/base64.h"
#include "ssa/api/credential.h"
#include "ssa/api/route.h"
#include "ssa/once/first.h"

#define PAGE_MAX	100

struct page {
	struct call	*c;
	bool		 only_valid;
	uint8_t		 after[16];	/* the last id of the page before */
	bool		 reached;
	size_t		 max, n;
	bool		 more;
	uint8_t		 id[PAGE_MAX][16];
};

/* The walk is over all keys of the owner, oldest first: what is made later comes at the end. */
static bool
id_seen(void *arg, const struct key_row *row)
{
	struct page *p = arg;

	if (!p->reached) {
		p->reached = memcmp(row->id, p->after, 16) == 0;
		return true;
	}
	if (row->state == KEY_DESTROYED || row->certificate.n == 0)
		return true;
	if (p->n == p->max) {
		p->more = true;
		return false;
	}
	memcpy(p->id[p->n++], row->id, 16);
	return true;
}

/* One-time keys that wait for their use, which are in no store, come last. CSC v1 cannot use them. */
static bool
held_id_seen(void *arg, const struct held *h)
{
	return id_seen(arg, &h->key->row);
}

static struct key *
key_of(struct call *c, const uint8_t id[16], const struct held **held)
{
	struct err e = { 0 };

	*held = held_find(c->ssa, c->account, id);
	return *held != NULL ? key_hold((*held)->key) : vault_key(c->ssa->vault, id, &e);
}

/* The store lends one row at a time, so whether a key is valid is asked afterwards. */
static void
keep_valid(struct page *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct held *held;
		AUTO(key) *k = key_of(p->c, p->id[i], &held);

		if (k != NULL && credential_is_enabled(k, p->c->now))
			memmove(p->id[kept++], p->id[i], 16);
	}
	p->n = kept;
}

static void
infos_write(struct call *c, struct emit *m, const struct page *p, const struct credential_wish *wish)
{
	emit_array(m, "credentialInfos");
	for (size_t i = 0; i < p->n; i++) {
		const struct held *held;
		AUTO(key) *k = key_of(c, p->id[i], &held);

		if (k == NULL)
			continue;
		emit_object(m, NULL);
		emit_hex(m, "credentialID", span_of(k->row.id, 16));
		credential_write(c, m, k, wish);
		if (held != NULL)
			first_view_write(held, m);
		emit_object_end(m);
	}
	emit_array_end(m);
}

static void
page_write(struct call *c, struct page *p, const uint8_t last[16],
    const struct credential_wish *infos)
{
	struct emit m = call_answer(c);

	emit_array(&m, "credentialIDs");
	for (size_t i = 0; i < p->n; i++)
		emit_hex(&m, NULL, span_of(p->id[i], 16));
	emit_array_end(&m);
	if (infos != NULL)
		infos_write(c, &m, p, infos);
	if (p->only_valid)
		emit_flag(&m, "onlyValid", true);
	if (p->more)
		emit_hex(&m, "nextPageToken", span_of(last, 16));
	call_answered(c, &m);
}

/* A size nobody can use is the default's, without an error. */
static bool
page_read(struct call *c, struct page *p)
{
	struct span token;
	int64_t max;

	p->max = PAGE_MAX;
	if (json_whole(c->json, "maxResults", &max) == JSON_GOT && max >= 1 && max < PAGE_MAX)
		p->max = (size_t)max;
	p->reached = true;
	switch (json_text(c->json, "pageToken", 64, &token)) {
	case JSON_ABSENT:
		return true;
	case JSON_GOT:
		p->reached = token.n == 0;
		if (token.n == 0 || hex_exact(token, p->after, 16))
			return true;
		/* fall through */
	case JSON_WRONG:
		break;
	}
	call_invalid(c, "Invalid parameter pageToken");
	return false;
}

void
handle_list(struct call *c)
{
	struct page p = { .c = c };
	struct credential_wish wish;
	uint8_t last[16] = { 0 };
	struct err e = { 0 };
	bool infos = false;

	if (!credential_wish_read(c, &wish) || !page_read(c, &p))
		return;
	if (call_version(c) != 1 && (!call_flag(c, "credentialInfo", &infos) ||
	    !call_flag(c, "onlyValid", &p.only_valid)))
		return;
	if (!c->ssa->store->ops->keys_of(c->ssa->store, c->account, id_seen, &p, &e)) {
		call_failed(c, &e);
		return;
	}
	if (!p.more && call_version(c) != 1)
		held_of(c->ssa, c->account, held_id_seen, &p);
	if (!p.reached) {
		call_invalid(c, "Invalid parameter pageToken");
		return;
	}
	if (p.n > 0)
		memcpy(last, p.id[p.n - 1], 16);
	if (p.only_valid)
		keep_valid(&p);
	page_write(c, &p, last, infos ? &wish : NULL);
}
