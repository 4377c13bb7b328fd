/* SPDX-License-Identifier: Apache-2.0 */
/* The fold of what officers decide: genesis, proposals, acts. */
#include "sam/peer.h"
#include "sam/provider.h"
#include "sam/trade.h"

bool
fold_impossible(const struct fold *f, const char *why, struct err *e)
{
	return err_set(e, ERR_FORMAT, "log entry %llu (%s): %s",
	    (unsigned long long)f->entry->sequence, entry_kind_name(f->entry->kind), why);
}

static bool
officer_add(struct fold *f, const uint8_t id[ID_LEN], uint8_t role, uint8_t type,
    struct span person, struct span spki, struct err *e)
{
	struct state *s = f->s;
	struct officer *o = &s->officer[s->officers];

	if (s->officers == OFFICERS_MAX || person.n > sizeof(o->person) || spki.n > sizeof(o->spki))
		return fold_impossible(f, "one officer too many", e);
	memcpy(o->id, id, ID_LEN);
	o->role = role;
	o->type = type;
	o->spki_len = spki.n;
	o->person_len = person.n;
	memcpy(o->person, person.p, person.n);
	memcpy(o->spki, spki.p, spki.n);
	s->officers++;
	return true;
}

bool
fold_genesis(struct fold *f, struct err *e)
{
	struct state *s = f->s;
	struct genesis g;

	if (s->entries != 0)
		return fold_impossible(f, "not at the start of the log", e);
	if (!genesis_read(f->p->genesis.genesis, &g, e))
		return false;
	if (g.kind != s->trade->kind)
		return fold_impossible(f, "the genesis of another kind of module", e);
	genesis_group(f->p->genesis.genesis, s->group);
	s->epoch = 1;
	s->policy = g.policy;
	if (!relying_party_init(&s->rp, g.origin, g.service))
		return fold_impossible(f, "origins", e);
	memcpy(s->kek, g.kek, ID_LEN);
	memcpy(s->hmac, g.hmac, ID_LEN);
	memcpy(s->log_key, g.log.p, sizeof(s->log_key));
	memcpy(s->attestation_key, g.attest.p, sizeof(s->attestation_key));
	for (size_t i = 0; i < g.n; i++)
		if (!officer_add(f, g.officer[i].id, g.officer[i].card.role, g.officer[i].card.type,
		    g.officer[i].card.person, g.officer[i].card.spki, e))
			return false;
	return true;
}

bool
fold_proposed(struct fold *f, struct err *e)
{
	struct proposal *oldest = NULL;

	for (size_t i = 0; i < PROPOSALS_MAX; i++) {
		struct proposal *p = &f->s->proposal[i];

		if (p->expires < f->entry->time) {	/* free, or out of date */
			oldest = p;
			break;
		}
	}
	if (oldest == NULL)
		return fold_impossible(f, "one proposal too many", e);
	tree_leaf(f->bytes, oldest->id);
	oldest->purpose = f->p->proposed.purpose;
	memcpy(oldest->subject, f->p->proposed.subject, ID_LEN);
	memcpy(oldest->body, f->p->proposed.body, 32);
	oldest->expires = f->p->proposed.expires;
	return true;
}

void
fold_close_proposal(struct state *s, const uint8_t fresh[FRESH_LEN])
{
	struct proposal *p = state_proposal(s, fresh);

	if (p != NULL)
		memset(p, 0, sizeof(*p));
}

static bool
anchor_add(struct fold *f, const struct body_add_anchor *b, struct err *e)
{
	struct state *s = f->s;
	struct trust_anchor *a = &s->anchor[s->anchors];

	if (s->anchors == ANCHORS_MAX || b->spki.n > sizeof(a->spki) ||
	    b->issuer.n > sizeof(a->issuer) || b->label.n > sizeof(a->label) ||
	    b->policy.n > sizeof(a->policy) || b->added.n > sizeof(a->added) ||
	    alg_find(b->alg) == NULL)
		return fold_impossible(f, "one trust anchor too many", e);
	anchor_id(b, a->id);
	a->alg = b->alg;
	a->spki_len = b->spki.n;
	memcpy(a->spki, b->spki.p, b->spki.n);
	a->issuer_len = b->issuer.n;
	memcpy(a->issuer, b->issuer.p, b->issuer.n);
	a->label_len = b->label.n;
	memcpy(a->label, b->label.p, b->label.n);
	a->max_days = b->max_days;
	a->usage = b->usage;
	memcpy(a->profile, b->profile, sizeof(a->profile));
	a->rules = b->rules;
	a->policy_len = b->policy.n;
	memcpy(a->policy, b->policy.p, b->policy.n);
	a->added_len = b->added.n;
	memcpy(a->added, b->added.p, b->added.n);
	s->anchors++;
	return true;
}

static bool
anchor_remove(struct fold *f, const uint8_t id[32], struct err *e)
{
	struct state *s = f->s;

	for (size_t i = 0; i < s->anchors; i++)
		if (memcmp(s->anchor[i].id, id, 32) == 0) {
			s->anchor[i] = s->anchor[--s->anchors];
			return true;
		}
	return fold_impossible(f, "no such trust anchor", e);
}

static bool
officer_remove(struct fold *f, const uint8_t id[ID_LEN], struct err *e)
{
	struct state *s = f->s;

	for (size_t i = 0; i < s->officers; i++)
		if (memcmp(s->officer[i].id, id, ID_LEN) == 0) {
			s->officer[i] = s->officer[--s->officers];
			return true;
		}
	return fold_impossible(f, "no such officer", e);
}

/* The id of an officer who came later: the first bytes of the act's digest. */
static bool
act_apply(struct fold *f, const struct statement *st, const uint8_t d[32], struct err *e)
{
	struct reader r = reader_over(span_of(st->policy, POLICY_LEN));

	switch (st->purpose) {
	case PURPOSE_ADD_ANCHOR:
		return anchor_add(f, &st->add_anchor, e);
	case PURPOSE_REMOVE_ANCHOR:
		return anchor_remove(f, st->remove_anchor, e);
	case PURPOSE_ADD_OFFICER:
		return officer_add(f, d, st->add_officer.role, st->add_officer.type,
		    st->add_officer.person, st->add_officer.spki, e);
	case PURPOSE_REMOVE_OFFICER:
		return officer_remove(f, st->remove_officer, e);
	case PURPOSE_SET_POLICY:
		return policy_read(&r, &f->s->policy, e);
	case PURPOSE_ADD_PEER:
		return fold_peer_add(f, &st->add_peer, e);
	case PURPOSE_REMOVE_PEER:
		return fold_peer_remove(f, st->remove_peer, e);
	case PURPOSE_ADD_PROVIDER:
		return fold_provider_add(f, &st->add_provider, e);
	case PURPOSE_REMOVE_PROVIDER:
		return fold_provider_remove(f, st->remove_provider, e);
	case PURPOSE_NEW_GRANT_KEY:	/* GRANT_KEY follows it */
		return f->s->trade->kind == GROUP_AUTH || fold_impossible(f, "not an act of this module", e);
	case PURPOSE_RESUME:	/* past the anchor's, for this log may be older than a RESUME */
		if (f->s->epoch < st->resume.epoch)
			f->s->epoch = st->resume.epoch;
		f->s->epoch++;
		return true;
	default:
		return fold_impossible(f, "not an officers' act", e);
	}
}

bool
fold_act(struct fold *f, struct err *e)
{
	static struct statement st;	/* large; the fold runs in one place at a time */
	uint8_t d[32];

	if (!statement_read(f->p->act.statement, &st, e))
		return false;
	statement_digest(f->p->act.statement, d);
	if (!act_apply(f, &st, d, e))
		return false;
	fold_close_proposal(f->s, st.fresh);
	answers_add(f->s->answers, d, f->position);
	return true;
}
