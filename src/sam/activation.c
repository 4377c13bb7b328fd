/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded table of activations, by id and by digest of the statement. */
#include <stdlib.h>

#include "base/secret.h"
#include "sam/activation.h"

struct activations {
	size_t			  n, most, slots;
	struct activation	**by_id, **by_d;	/* open addressing, twice the size needed */
	struct activation	**list;			/* the first n are there */
};

static void
activation_free(struct activation *a)
{
	if (a == NULL)
		return;
	if (a->wrapped != NULL)
		explicit_bzero(a->wrapped, a->wrapped_len);
	share_wipe(&a->share);
	free(a->wrapped);
	free(a->digests);
	free(a->used);
	free(a);
}

struct activations *
activations_new(size_t most, struct err *e)
{
	struct activations *t = calloc(1, sizeof(*t));

	if (t != NULL) {
		t->most = most;
		t->slots = 2 * most + 1;
		t->by_id = calloc(t->slots, sizeof(*t->by_id));
		t->by_d = calloc(t->slots, sizeof(*t->by_d));
		t->list = calloc(most, sizeof(*t->list));
	}
	if (t == NULL || t->by_id == NULL || t->by_d == NULL || t->list == NULL) {
		activations_free(t);
		err_set(e, ERR_BACKEND, "no memory for %zu activations", most);
		return NULL;
	}
	return t;
}

void
activations_free(struct activations *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; t->list != NULL && i < t->n; i++)
		activation_free(t->list[i]);
	free(t->by_id);
	free(t->by_d);
	free(t->list);
	free(t);
}

static size_t
start_slot(const struct activations *t, const uint8_t *key)
{
	uint64_t h;

	memcpy(&h, key, sizeof(h));
	return (size_t)(h % t->slots);
}

static void
insert(const struct activations *t, struct activation **slots, const uint8_t *key,
    struct activation *a)
{
	size_t i = start_slot(t, key);

	while (slots[i] != NULL)
		i = (i + 1) % t->slots;
	slots[i] = a;
}

/* Linear probing without tombstones: what stands behind the hole is put in again. */
static void
take_out(const struct activations *t, struct activation **slots, const struct activation *a,
    bool by_id)
{
	size_t i = start_slot(t, by_id ? a->id : a->d);

	while (slots[i] != a)
		i = (i + 1) % t->slots;
	slots[i] = NULL;
	for (i = (i + 1) % t->slots; slots[i] != NULL; i = (i + 1) % t->slots) {
		struct activation *moved = slots[i];

		slots[i] = NULL;
		insert(t, slots, by_id ? moved->id : moved->d, moved);
	}
}

static void
drop(struct activations *t, size_t i)
{
	struct activation *a = t->list[i];

	take_out(t, t->by_id, a, true);
	take_out(t, t->by_d, a, false);
	t->list[i] = t->list[--t->n];
	activation_free(a);
}

void
activations_expire(struct activations *t, uint64_t now_life)
{
	for (size_t i = t->n; i-- > 0;)
		if (t->list[i]->in_flight == 0 && t->list[i]->exp_life <= now_life)
			drop(t, i);
}

/*
 * Whose indexes are all used can give nothing more; that their statement was used, the nonce says.
 * Kept to their end while there is room, they would limit the rate to places by life time.
 */
static void
drop_exhausted(struct activations *t)
{
	for (size_t i = t->n; i-- > 0;)
		if (t->list[i]->in_flight == 0 && memchr(t->list[i]->used, 0, t->list[i]->n) == NULL)
			drop(t, i);
}

struct activation *
activation_add(struct activations *t, const uint8_t id[ID_LEN], const uint8_t d[32], size_t n,
    const struct alg *alg, struct span wrapped, uint64_t now_life, struct err *e)
{
	struct activation *a;

	if (t->n == t->most)
		activations_expire(t, now_life);
	if (t->n == t->most)
		drop_exhausted(t);
	if (t->n == t->most) {
		err_why(e, ERR_BUSY, "busy", "%zu activations are open", t->n);
		return NULL;
	}
	if ((a = calloc(1, sizeof(*a))) == NULL || (a->wrapped = malloc(wrapped.n)) == NULL ||
	    (a->digests = calloc(n, alg->digest_len)) == NULL || (a->used = calloc(n, 1)) == NULL) {
		activation_free(a);
		err_set(e, ERR_BACKEND, "no memory for an activation");
		return NULL;
	}
	memcpy(a->id, id, ID_LEN);
	memcpy(a->d, d, sizeof(a->d));
	memcpy(a->wrapped, wrapped.p, wrapped.n);
	a->wrapped_len = wrapped.n;
	a->alg = alg;
	a->n = n;
	t->list[t->n++] = a;
	insert(t, t->by_id, a->id, a);
	insert(t, t->by_d, a->d, a);
	return a;
}

static struct activation *
find(const struct activations *t, struct activation *const *slots, const uint8_t *key, bool by_id)
{
	size_t n = by_id ? ID_LEN : 32;

	for (size_t i = start_slot(t, key); slots[i] != NULL; i = (i + 1) % t->slots)
		if (memcmp(by_id ? slots[i]->id : slots[i]->d, key, n) == 0)
			return slots[i];
	return NULL;
}

struct activation *
activation_find(struct activations *t, const uint8_t id[ID_LEN])
{
	return find(t, t->by_id, id, true);
}

struct activation *
activation_of(struct activations *t, const uint8_t d[32])
{
	return find(t, t->by_d, d, false);
}

size_t
activations_count(const struct activations *t)
{
	return t->n;
}

static void
close_one(struct activations *t, size_t i)
{
	struct activation *a = t->list[i];

	memset(a->used, 1, a->n);	/* also where a use in flight still holds it */
	a->exp_life = 0;
	share_wipe(&a->share);
	if (a->in_flight == 0)
		drop(t, i);
}

void
activations_close(struct activations *t, enum record_type type, const uint8_t id[ID_LEN])
{
	for (size_t i = t->n; i-- > 0;) {
		struct activation *a = t->list[i];

		if (memcmp(type == RECORD_KEY ? a->key : a->signer, id, ID_LEN) == 0)
			close_one(t, i);
	}
}

void
activations_close_window(struct activations *t, const uint8_t key[ID_LEN],
    const uint8_t session[ID_LEN])
{
	for (size_t i = t->n; i-- > 0;) {
		struct activation *a = t->list[i];

		if (a->window && memcmp(a->key, key, ID_LEN) == 0 &&
		    memcmp(a->session, session, ID_LEN) == 0)
			close_one(t, i);
	}
}

bool
activation_is_closed(const struct activation *a)
{
	return a->exp_life == 0;
}

bool
activations_closing(const struct activations *t, const uint8_t signer[ID_LEN],
    const uint8_t key[ID_LEN])
{
	for (size_t i = 0; i < t->n; i++) {
		const struct activation *a = t->list[i];

		if (activation_is_closed(a) && a->in_flight > 0 &&
		    (memcmp(a->signer, signer, ID_LEN) == 0 || memcmp(a->key, key, ID_LEN) == 0))
			return true;
	}
	return false;
}

size_t
activations_close_session(struct activations *t, const uint8_t session[ID_LEN])
{
	size_t n = 0;

	for (size_t i = t->n; i-- > 0;)
		if (t->list[i]->window && !activation_is_closed(t->list[i]) &&
		    memcmp(t->list[i]->session, session, ID_LEN) == 0) {
			close_one(t, i);
			n++;
		}
	return n;
}

static bool
row_holds(const struct state *s, enum record_type type, const uint8_t id[ID_LEN], uint32_t version,
    uint8_t state, struct err *e)
{
	const struct row *row = index_find(s->index, type, id);

	if (row == NULL)
		return err_why(e, ERR_DENIED, "owner", "record is unknown");
	if (row->version != version)
		return err_why(e, ERR_DENIED, "version", "record is version %u, current is %u",
		    version, row->version);
	if (row->state != state)
		return err_why(e, ERR_DENIED, "state", "record is in state %u", row->state);
	return true;
}

bool
activation_still_holds(const struct activation *a, const struct state *s, uint64_t now_wall,
    uint64_t now_life, struct err *e)
{
	if (now_wall >= a->exp || now_life >= a->exp_life)
		return err_why(e, ERR_DENIED, "time", "approval has expired");
	if (a->epoch != s->epoch)
		return err_why(e, ERR_DENIED, "epoch", "approval of another epoch");
	if (!row_holds(s, RECORD_SIGNER, a->signer, a->signer_version, SIGNER_ACTIVE, e) ||
	    !row_holds(s, RECORD_KEY, a->key, a->key_version, KEY_ACTIVE, e))
		return false;
	if (now_wall < a->not_before || now_wall >= a->not_after)
		return err_why(e, ERR_DENIED, "cert", "certificate is not in its validity");
	return true;
}

struct span
activation_digest(const struct activation *a, uint32_t index)
{
	return span_of(a->digests + index * a->alg->digest_len, a->alg->digest_len);
}

void
activation_fill(struct activation *a, uint32_t index, struct span digest)
{
	memcpy(a->digests + index * a->alg->digest_len, digest.p, a->alg->digest_len);
}

bool
activation_covers(const struct activation *a, uint32_t index, struct span digest, struct err *e)
{
	if (index >= a->n)
		return err_why(e, ERR_DENIED, "dtbs", "index %u of %zu", index, a->n);
	if (a->window && digest.p != NULL && digest.n != a->alg->digest_len)
		return err_why(e, ERR_DENIED, "dtbs", "digest of %zu bytes", digest.n);
	if (!a->window && digest.p != NULL && !secret_equal(digest, activation_digest(a, index)))
		return err_why(e, ERR_DENIED, "dtbs", "digest is not the approved one");
	if (a->used[index] != 0)
		return err_why(e, ERR_DENIED, "replay", "index %u is used", index);
	return true;
}
