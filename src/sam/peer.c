/* SPDX-License-Identifier: Apache-2.0 */
/* Peers in the state: whose key may become one, and what the log makes of it. */
#include "crypto/verify.h"
#include "sam/peer.h"
#include "sam/trade.h"

const struct peer *
state_peer(const struct state *s, const uint8_t id[32])
{
	for (size_t i = 0; i < s->peers; i++)
		if (memcmp(s->peer[i].id, id, 32) == 0)
			return &s->peer[i];
	return NULL;
}

const struct peer *
state_peer_key(const struct state *s, enum peer_kind kind, const uint8_t peer[GROUP_LEN], size_t i)
{
	for (size_t at = 0; at < s->peers; at++) {
		const struct peer *p = &s->peer[at];

		if (p->kind == kind && memcmp(p->peer, peer, GROUP_LEN) == 0 && i-- == 0)
			return p;
	}
	return NULL;
}

static bool
key_is_on_curve(const struct body_add_peer *b, struct err *e)
{
	uint8_t mem[PEER_KEY_MAX];
	struct span spki = b->key;
	struct err why = { 0 };

	if (b->kind == PEER_SAM) {
		spki_from_point(KEY_P256, b->key, mem);
		spki = span_of(mem, sizeof(mem));
	}
	return spki_check(KEY_P256, spki, &why) ||
	    err_why(e, ERR_DENIED, "auth", "the peer's key is malformed: %s", why.text);
}

/* Nobody speaks with two voices: no person's key, no key of this group. */
static bool
key_is_a_peers(const struct state *s, const struct body_add_peer *b, struct err *e)
{
	if (!key_is_on_curve(b, e))
		return false;
	if (state_is_officer_key(s, b->key))
		return err_why(e, ERR_DENIED, "auth", "an officer's key is no peer's");
	if (prints_has(s->prints, b->key))
		return err_why(e, ERR_DENIED, "auth", "a signing key of the group is no peer's");
	return true;
}

bool
peer_may_be_added(const struct sam *sam, const struct statement *st, struct err *e)
{
	const struct body_add_peer *b = &st->add_peer;
	const struct state *s = sam->state;
	uint8_t id[32];

	if (b->kind != (sam->setup->trade->kind == GROUP_SAM ? PEER_MODULE : PEER_SAM))
		return err_why(e, ERR_DENIED, "kind", "a module of this kind has peers of the other");
	if (memcmp(b->peer, s->group, GROUP_LEN) == 0)
		return err_why(e, ERR_DENIED, "peer", "a group is no peer of itself");
	if (!key_is_a_peers(s, b, e))
		return false;
	peer_id(b, id);
	if (state_peer(s, id) != NULL)
		return err_why(e, ERR_DENIED, "state", "this key is a peer's already");
	if (s->peers >= PEERS_MAX)
		return err_why(e, ERR_DENIED, "limit", "%d peers' keys are the most", PEERS_MAX);
	return true;
}

bool
peer_may_be_removed(const struct sam *sam, const struct statement *st, struct err *e)
{
	return state_peer(sam->state, st->remove_peer) != NULL ||
	    err_why(e, ERR_DENIED, "owner", "no such peer");
}

bool
fold_peer_add(struct fold *f, const struct body_add_peer *b, struct err *e)
{
	struct state *s = f->s;
	struct peer *p = &s->peer[s->peers];

	if (s->peers == PEERS_MAX || b->key.n > sizeof(p->key) || b->label.n > sizeof(p->label))
		return fold_impossible(f, "one peer too many", e);
	memset(p, 0, sizeof(*p));
	peer_id(b, p->id);
	if (state_peer(s, p->id) != NULL)
		return fold_impossible(f, "a peer twice", e);
	p->kind = b->kind;
	memcpy(p->peer, b->peer, GROUP_LEN);
	p->key_len = b->key.n;
	memcpy(p->key, b->key.p, b->key.n);
	p->label_len = b->label.n;
	memcpy(p->label, b->label.p, b->label.n);
	s->peers++;
	return true;
}

bool
fold_peer_remove(struct fold *f, const uint8_t id[32], struct err *e)
{
	struct state *s = f->s;

	for (size_t i = 0; i < s->peers; i++)
		if (memcmp(s->peer[i].id, id, 32) == 0) {
			s->peer[i] = s->peer[--s->peers];
			return true;
		}
	return fold_impossible(f, "no such peer", e);
}
