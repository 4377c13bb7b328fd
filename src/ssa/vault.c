/* SPDX-License-Identifier: Apache-2.0 */
/* Signers and keys, from the store through two caches. */
#include <stdlib.h>

#include "der/certificate.h"
#include "ssa/record.h"
#include "ssa/vault.h"
#include "wire/enact.h"

struct vault {
	struct store	*store;
	struct cache	*signers, *keys;
};

struct vault *
vault_new(struct store *store, size_t capacity)
{
	struct vault *v = calloc(1, sizeof(*v));

	if (v == NULL)
		bug("out of memory");
	v->store = store;
	v->signers = cache_new(capacity);
	v->keys = cache_new(capacity);
	return v;
}

void
vault_free(struct vault *v)
{
	if (v == NULL)
		return;
	cache_free(v->signers);
	cache_free(v->keys);
	free(v);
}

struct store *
vault_store(struct vault *v)
{
	return v->store;
}

static void
cache_key(const uint8_t id[16], uint8_t key[32])
{
	memcpy(key, id, 16);
	memset(key + 16, 0, 16);
}

static void *
made(size_t size)
{
	struct cached *x = calloc(1, size);

	if (x == NULL)
		bug("out of memory");
	x->holders = 1;
	return x;
}

/* Copies to *at and moves it on. */
static struct span
placed(uint8_t **at, struct span s)
{
	struct span here = span_of(*at, s.n);

	if (s.n > 0)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return here;
}

static void
cached_free(struct cached *x)
{
	free(x);
}

static bool
record_or_none(struct vault *v, uint8_t type, const uint8_t id[16], struct record *r, struct err *e)
{
	struct err why = { 0 };

	*r = (struct record){ .sealed = span_of("", 0) };
	if (v->store->ops->record_get(v->store, type, id, r, &why) || why.code == ERR_MISSING)
		return true;
	*e = why;
	return false;
}

static struct signer *
signer_load(struct vault *v, const uint8_t id[16], struct err *e)
{
	uint8_t login[SPKI_MAX], *at;
	struct account a;
	struct record r;
	struct signer *s;

	if (!v->store->ops->account_get(v->store, id, &a, e))
		return NULL;
	if (a.login.n > sizeof(login)) {
		err_set(e, ERR_BACKEND, "login key of another shape");
		return NULL;
	}
	memcpy(login, a.login.p, a.login.n);	/* the next call takes it away */
	if (!record_or_none(v, RECORD_SIGNER, id, &r, e))
		return NULL;
	s = made(sizeof(*s) + a.login.n + r.sealed.n);
	s->of.free = cached_free;
	at = (uint8_t *)(s + 1);
	memcpy(s->id, id, 16);
	s->state = a.state;
	s->version = a.version;
	s->login = placed(&at, span_of(login, a.login.n));
	s->record = placed(&at, r.sealed);
	return s;
}

struct signer *
vault_signer(struct vault *v, const uint8_t id[16], struct err *e)
{
	struct signer *s;
	uint8_t name[32];

	cache_key(id, name);
	if ((s = (struct signer *)cache_hold(v->signers, name)) != NULL)
		return s;
	if ((s = signer_load(v, id, e)) == NULL)
		return NULL;
	memcpy(s->of.key, name, 32);
	cache_put(v->signers, &s->of);
	return s;
}

static void
key_free(struct cached *x)
{
	free(((struct key *)x)->bytes);
	free(x);
}

static uint64_t
certificate_end(struct span der)
{
	struct certificate_cut cut;
	struct certificate cert;
	struct err e = { 0 };

	return der.n > 0 && certificate_cut(der, &cut, &e) && certificate_read(&cut, &cert, &e) ?
	    cert.not_after : 0;
}

static struct key *
key_load(struct vault *v, const uint8_t id[16], struct err *e)
{
	struct key_row row;
	struct record r;
	struct key *k;
	uint8_t *at, *grown;
	size_t n;

	if (!v->store->ops->key_get(v->store, id, &row, e))
		return NULL;
	k = made(sizeof(*k));
	k->of.free = key_free;
	k->row = row;
	n = row.spki.n + row.certificate.n + row.chain.n;
	if ((at = k->bytes = malloc(n + RECORD_MAX + 1)) == NULL)
		bug("out of memory");
	k->row.spki = placed(&at, row.spki);
	k->row.certificate = placed(&at, row.certificate);
	k->row.chain = placed(&at, row.chain);
	if ((k->alg = alg_find(row.alg)) == NULL || !record_or_none(v, RECORD_KEY, id, &r, e) ||
	    r.sealed.n > RECORD_MAX) {
		err_set(e, ERR_BACKEND, "a key in the store is of another shape");
		cached_release(&k->of);
		return NULL;
	}
	k->record = placed(&at, r.sealed);
	k->not_after = certificate_end(k->row.certificate);
	/* Most of RECORD_MAX was not needed. Shrinking does not move what is lent, or we move it. */
	grown = realloc(k->bytes, n + r.sealed.n + 1);
	if (grown != NULL && grown != k->bytes) {
		k->row.spki.p += grown - k->bytes;
		k->row.certificate.p += grown - k->bytes;
		k->row.chain.p += grown - k->bytes;
		k->record.p += grown - k->bytes;
		k->bytes = grown;
	}
	return k;
}

struct key *
vault_key_alone(const struct key_row *row)
{
	struct key *k = made(sizeof(*k));
	uint8_t *at = malloc(row->spki.n + row->certificate.n + row->chain.n + 1);

	if (at == NULL)
		bug("out of memory");
	k->of.free = key_free;
	k->once = true;
	k->row = *row;
	k->bytes = at;
	k->row.spki = placed(&at, row->spki);
	k->row.certificate = placed(&at, row->certificate);
	k->row.chain = placed(&at, row->chain);
	k->record = span_of(at, 0);
	k->alg = alg_find(row->alg);
	k->not_after = certificate_end(k->row.certificate);
	return k;
}

struct key *
vault_key_cached(struct vault *v, const uint8_t id[16])
{
	uint8_t name[32];

	cache_key(id, name);
	return (struct key *)cache_hold(v->keys, name);
}

struct key *
vault_key(struct vault *v, const uint8_t id[16], struct err *e)
{
	struct key *k;
	uint8_t name[32];

	cache_key(id, name);
	if ((k = (struct key *)cache_hold(v->keys, name)) != NULL)
		return k;
	if ((k = key_load(v, id, e)) == NULL)
		return NULL;
	memcpy(k->of.key, name, 32);
	cache_put(v->keys, &k->of);
	return k;
}

void
signer_release(struct signer *s)
{
	if (s != NULL)
		cached_release(&s->of);
}

struct key *
key_hold(struct key *k)
{
	k->of.holders++;
	return k;
}

void
key_release(struct key *k)
{
	if (k != NULL)
		cached_release(&k->of);
}

static void
forget(struct vault *v, uint8_t type, const uint8_t id[16])
{
	uint8_t name[32];

	cache_key(id, name);
	cache_drop(type == RECORD_SIGNER ? v->signers : v->keys, name);
}

/* Inside a transaction. */
static bool
records_put(struct vault *v, const uint8_t owner[16], const struct span *records, size_t n,
    struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct record r;

		if (!record_head_read(records[i], &r) || memcmp(r.owner, owner, 16) != 0)
			return err_set(e, ERR_FORMAT, "the SAM gave a record of another shape or owner");
		if (!v->store->ops->record_put(v->store, &r, e))
			return false;
		forget(v, r.type, r.id);
	}
	return true;
}

/* Rows know the version too: it follows the newest record. */
static bool
versions_follow(struct vault *v, const struct span *records, size_t n, struct err *e)
{
	const struct store_ops *ops = v->store->ops;

	for (size_t i = 0; i < n; i++) {
		uint8_t login[SPKI_MAX];
		struct account a;
		struct record r;

		if (!record_head_read(records[i], &r) || r.type != RECORD_SIGNER)
			continue;
		if (!ops->account_get(v->store, r.id, &a, e))
			return false;
		if (a.version >= r.version || a.login.n > sizeof(login))
			continue;
		memcpy(login, a.login.p, a.login.n);
		a.login.p = login;
		a.version = r.version;
		if (!ops->account_put(v->store, &a, e))
			return false;
	}
	return true;
}

static bool
finish(struct vault *v, bool ok, struct err *e)
{
	if (ok)
		return v->store->ops->commit(v->store, e);
	v->store->ops->rollback(v->store);
	return false;
}

bool
vault_enrolled(struct vault *v, const uint8_t id[16], struct span login, const struct span *records,
    size_t n, struct err *e)
{
	struct account a = { .login = login, .state = 2 };
	struct record r;

	memcpy(a.id, id, 16);
	for (size_t i = 0; i < n; i++)
		if (record_head_read(records[i], &r) && r.type == RECORD_SIGNER)
			a.version = r.version;
	forget(v, RECORD_SIGNER, id);
	return v->store->ops->begin(v->store, e) && finish(v,
	    v->store->ops->account_put(v->store, &a, e) && records_put(v, id, records, n, e), e);
}

bool
vault_records(struct vault *v, const uint8_t owner[16], const struct span *records, size_t n,
    struct err *e)
{
	return v->store->ops->begin(v->store, e) && finish(v, records_put(v, owner, records, n, e) &&
	    versions_follow(v, records, n, e), e);
}

bool
vault_signer_state(struct vault *v, const uint8_t id[16], uint8_t state, uint32_t version,
    struct span record, struct err *e)
{
	uint8_t login[SPKI_MAX];
	struct account a;

	if (!v->store->ops->account_get(v->store, id, &a, e))
		return false;
	if (a.login.n > sizeof(login))
		return err_set(e, ERR_BACKEND, "login key of another shape");
	memcpy(login, a.login.p, a.login.n);
	a.login.p = login;
	a.state = state;
	a.version = version;
	forget(v, RECORD_SIGNER, id);
	return v->store->ops->begin(v->store, e) && finish(v,
	    records_put(v, id, &record, record.n > 0, e) && v->store->ops->account_put(v->store, &a, e), e);
}

bool
vault_key_put(struct vault *v, const struct key_row *row, const struct span *records, size_t n,
    struct err *e)
{
	forget(v, RECORD_KEY, row->id);
	return v->store->ops->begin(v->store, e) && finish(v,
	    v->store->ops->key_put(v->store, row, e) && records_put(v, row->owner, records, n, e) &&
	    versions_follow(v, records, n, e), e);
}
