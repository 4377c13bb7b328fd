/* SPDX-License-Identifier: Apache-2.0 */
/* Packages, activations, and which digest is which index. */
#include <stdlib.h>

#include "base/clock.h"
#include "json/base64.h"
#include "ssa/api/activation.h"
#include "ssa/api/window_row.h"

bool
package_read(struct span bytes, struct package *p)
{
	struct reader r = reader_over(bytes);
	struct err ignored = { 0 };
	struct evidences list;
	struct package got;

	if (!rd_span32(&r, 1, STATEMENT_MAX, &got.statement) ||
	    !rd_span32(&r, 1, EVIDENCES_BYTES_MAX, &got.evidences) || !rd_end(&r) ||
	    !evidences_read(got.evidences, &list, &ignored) || list.n == 0)
		return false;
	memcpy(got.authenticator, list.list[0].id, 16);
	statement_digest(got.statement, got.d);
	*p = got;
	return true;
}

void
activation_uncount(struct activation *a)
{
	struct parallel *counted = TAKE(a->counted);

	if (counted != NULL)
		parallel_leave(counted, a->account);
}

static void
activation_free(struct cached *x)
{
	activation_uncount((struct activation *)x);
	free(x);
}

struct activation *
activation_of(struct span bytes, const uint8_t d[HASH_LEN])
{
	static struct statement s;	/* large; handlers run on one thread */
	struct err ignored = { 0 };
	struct activation *a;
	size_t len;

	if (!statement_read(bytes, &s, &ignored) ||
	    (s.purpose != PURPOSE_SIGN && s.purpose != PURPOSE_SIGN_ONCE))
		return NULL;
	len = alg_find(s.sign.alg)->digest_len;
	if ((a = calloc(1, sizeof(*a) + s.sign.n * (len + 1))) == NULL)
		bug("out of memory");
	a->of.holders = 1;
	a->of.free = activation_free;
	memcpy(a->account, s.subject, 16);
	memcpy(a->key, s.sign.key, 16);
	memcpy(a->d, d, HASH_LEN);
	a->expires = s.exp;
	a->once = s.purpose == PURPOSE_SIGN_ONCE;
	a->kind = s.sign.kind;
	a->alg = alg_find(s.sign.alg);
	a->n = s.sign.n;
	a->listed = a->n;
	a->used = (bool *)(a + 1);
	a->digests = (uint8_t *)(a->used + a->n);
	for (size_t i = 0; i < a->n; i++)
		memcpy(a->digests + i * len, s.sign.items[i].digest.p, len);
	return a;
}

struct activation *
activation_window(const uint8_t key[16], const uint8_t account[16], const struct alg *alg, size_t n,
    const uint8_t *digests, size_t n_digests)
{
	struct activation *a = calloc(1, sizeof(*a) + n * (alg->digest_len + 1));

	if (a == NULL)
		bug("out of memory");
	a->of.holders = 1;
	a->of.free = activation_free;
	memcpy(a->account, account, 16);
	memcpy(a->key, key, 16);
	a->alg = alg;
	a->n = n;
	a->window = true;
	a->kind = KIND_DTBSR;
	a->listed = n_digests;
	a->used = (bool *)(a + 1);
	a->digests = (uint8_t *)(a->used + n);
	if (n_digests > 0)
		memcpy(a->digests, digests, n_digests * alg->digest_len);
	return a;
}

static size_t
count_in(const uint8_t *digests, size_t n, size_t len, const uint8_t *one)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += memcmp(digests + i * len, one, len) == 0;
	return count;
}

bool
activation_list(struct activation *a, const uint8_t *digests, size_t n)
{
	size_t len = a->alg->digest_len;

	for (size_t j = 0; a->window && j < n; j++) {
		const uint8_t *one = digests + j * len;

		if (count_in(digests, j + 1, len, one) <= count_in(a->digests, a->listed, len, one))
			continue;
		if (a->listed == a->n)
			return false;
		memcpy(a->digests + a->listed++ * len, one, len);
	}
	return true;
}

void
activation_release(struct activation *a)
{
	if (a != NULL)
		cached_release(&a->of);
}

static bool
use_seen_in(void *arg, const struct use_row *u)
{
	struct reader r = reader_over(u->indexes);
	struct activation *a = arg;
	uint32_t i;

	while (rd_u32(&r, &i))
		if (i < a->n)
			a->used[i] = true;
	return true;
}

static struct activation *
activation_load(struct ssa *s, const uint8_t handle[32])
{
	const struct store_ops *ops = s->store->ops;
	struct activation_row row;
	struct approval approval;
	struct err e = { 0 };
	struct activation *a;

	if (!ops->activation_get(s->store, handle, &row, &e) ||
	    !ops->approval_get(s->store, row.d, &approval, &e) ||
	    (a = activation_of(approval.statement, row.d)) == NULL)
		return NULL;
	memcpy(a->id, row.activation, 16);
	memcpy(a->requester, row.requester, 16);
	a->expires = row.expires;
	if (!ops->uses_of(s->store, row.d, use_seen_in, a, &e)) {
		activation_release(a);
		return NULL;
	}
	memcpy(a->of.key, handle, 32);
	cache_put(s->activations, &a->of);
	return a;
}

struct activation *
activation_find(struct ssa *s, struct span sad, const uint8_t account[16], const uint8_t requester[16])
{
	struct activation *a;
	uint8_t handle[32];

	if (sad.n != TOKEN_LETTERS)
		return NULL;
	sha256(sad, handle);
	a = (struct activation *)cache_hold(s->activations, handle);
	if (a == NULL)
		a = activation_load(s, handle);
	if (a != NULL && (memcmp(a->account, account, 16) != 0 || memcmp(a->requester, requester, 16) != 0)) {
		activation_release(a);
		return NULL;
	}
	return a;
}

/* Under which name the last window of a key and login is kept; kept itself beside the activations. */
struct newest {
	struct cached	of;
	uint8_t		handle[HASH_LEN];
};

static void
newest_free(struct cached *x)
{
	free(x);
}

static bool
is_named(const uint8_t handle[HASH_LEN])
{
	static const uint8_t none[HASH_LEN];

	return memcmp(handle, none, HASH_LEN) != 0;
}

/*
 * A new window: the SAM has closed the one before (PROTOCOL.sam 4.10), which is under way no longer.
 * One that had the name `was` only gets another: its code became a token.
 */
static void
newest_set(struct ssa *s, const struct activation *a, const uint8_t was[HASH_LEN])
{
	static const char prefix[] = "propria-newest-v1";
	const struct span parts[] = { span_of(prefix, sizeof(prefix)), span_of(a->key, 16),
		span_of(a->session, 16) };
	struct activation *old = NULL;
	struct newest *n;
	uint8_t name[HASH_LEN];

	sha256_parts(parts, COUNT(parts), name);
	if ((n = (struct newest *)cache_hold(s->activations, name)) == NULL) {
		if ((n = calloc(1, sizeof(*n))) == NULL)
			bug("out of memory");
		n->of.holders = 1;
		n->of.free = newest_free;
		memcpy(n->of.key, name, HASH_LEN);
		cache_put(s->activations, &n->of);
	} else if (!is_named(was)) {
		old = (struct activation *)cache_hold(s->activations, n->handle);
	}
	if (!is_named(was) || memcmp(n->handle, was, HASH_LEN) == 0)
		memcpy(n->handle, a->of.key, HASH_LEN);
	if (old != NULL && old != a)
		activation_uncount(old);
	activation_release(old);
	cached_release(&n->of);
}

void
activation_keep_as(struct ssa *s, struct activation *a, const uint8_t requester[16],
    const uint8_t handle[HASH_LEN])
{
	struct activation_row row = { .expires = a->expires };
	uint8_t was[HASH_LEN];

	memcpy(was, a->of.key, HASH_LEN);
	memcpy(a->of.key, handle, 32);
	memcpy(a->requester, requester, 16);
	cache_put(s->activations, &a->of);
	if (a->window) {
		newest_set(s, a, was);
		window_row_keep(s, a, clock_wall());
		return;
	}
	memcpy(row.handle, handle, 32);
	memcpy(row.activation, a->id, 16);
	memcpy(row.account, a->account, 16);
	memcpy(row.requester, requester, 16);
	memcpy(row.key, a->key, 16);
	memcpy(row.d, a->d, 32);
	s->store->ops->activation_put(s->store, &row);
}

void
activation_keep(struct ssa *s, struct activation *a, const uint8_t requester[16],
    char sad[TOKEN_LETTERS + 1])
{
	uint8_t handle[HASH_LEN];

	secret_text(sad, handle);
	activation_keep_as(s, a, requester, handle);
}

struct place {
	const uint8_t	*digest;
	size_t		 len;
	uint32_t	 at;
};

static int
place_order(const void *x, const void *y)
{
	const struct place *a = x, *b = y;
	int differ = memcmp(a->digest, b->digest, a->len);

	return differ != 0 ? differ : (a->at > b->at) - (a->at < b->at);
}

static void
places_sort(struct place *p, const uint8_t *digests, size_t n, size_t len)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (struct place){ digests + i * len, len, (uint32_t)i };
	if (n > 1)
		qsort(p, n, sizeof(*p), place_order);
}

/* In one run of equal digests: first those whose used is `used`, in order. */
static size_t
run_take(const struct activation *a, const struct place *list, size_t from, size_t to, bool used,
    struct place *wanted, size_t n, uint32_t *index)
{
	size_t given = 0;

	for (size_t i = from; i < to && given < n; i++)
		if (a->used[list[i].at] == used)
			index[wanted[given++].at] = list[i].at;
	return given;
}

static bool
runs_match(const struct activation *a, struct place *list, struct place *wanted, size_t n,
    uint32_t *index, size_t *used)
{
	size_t at = 0, len = a->alg->digest_len;

	*used = 0;
	for (size_t j = 0; j < n;) {
		size_t want = 1, end, fresh, old;

		while (j + want < n && memcmp(wanted[j + want].digest, wanted[j].digest, len) == 0)
			want++;
		while (at < a->listed && memcmp(list[at].digest, wanted[j].digest, len) < 0)
			at++;
		for (end = at; end < a->listed && memcmp(list[end].digest, wanted[j].digest, len) == 0;)
			end++;
		fresh = run_take(a, list, at, end, false, wanted + j, want, index);
		old = run_take(a, list, at, end, true, wanted + j + fresh, want - fresh, index);
		if (fresh + old < want)
			return false;
		*used += old;
		j += want;
	}
	return true;
}

bool
activation_map(const struct activation *a, const uint8_t *digests, size_t n, uint32_t *index,
    size_t *used)
{
	struct place *p = calloc(a->listed + n, sizeof(*p));
	bool ok;

	if (p == NULL)
		bug("out of memory");
	places_sort(p, a->digests, a->listed, a->alg->digest_len);
	places_sort(p + a->listed, digests, n, a->alg->digest_len);
	ok = runs_match(a, p, p + a->listed, n, index, used);
	free(p);
	return ok;
}

void
approval_keep(struct ssa *s, const struct package *p, const uint8_t signer[16])
{
	struct approval a = { .statement = p->statement, .evidences = p->evidences };

	memcpy(a.d, p->d, 32);
	memcpy(a.signer, signer, 16);
	memcpy(a.authenticator, p->authenticator, 16);
	s->store->ops->approval_put(s->store, &a);
}

void
use_keep(struct ssa *s, const uint8_t d[HASH_LEN], const struct activation *a,
    const struct msg_results *m)
{
	static uint8_t bytes[USES_MAX * 4], digests[USES_MAX * HASH_MAX];
	struct writer w = writer_over(bytes, sizeof(bytes)), of = writer_over(digests, sizeof(digests));
	struct use_row u = { .place = m->place };

	if (m->place == 0)
		return;
	for (size_t i = 0; i < m->n; i++)
		if (m->result[i].status != USE_SPENT) {
			wr_u32(&w, m->result[i].index);
			if (a != NULL && a->window)
				wr_bytes(&of, a->digests + m->result[i].index * a->alg->digest_len,
				    a->alg->digest_len);
		}
	memcpy(u.d, d, 32);
	u.indexes = writer_span(&w);
	u.digests = writer_span(&of);
	s->store->ops->use_put(s->store, &u);
}
