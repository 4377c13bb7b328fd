/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ACTIVATE: the signature activation protocol. Cheap checks first, then records,
 * evidence, policy. EN 419 241-1 SRA_SAP.1, SRA_SAP.2; EN 419 241-2 FDP_ACF.1 Signing;
 * catalogue 3.6.
 */
#include "base/clock.h"
#include "der/signed_attributes.h"
#include "sam/check.h"
#include "sam/counters.h"
#include "sam/open_record.h"
#include "sam/share.h"
#include "sam/request.h"
#include "sam/use.h"
#include "wire/hsm.h"

struct request_parts {		/* an ACTIVATE, taken apart */
	struct msg_activate	 m;
	struct statement	 st;
	struct evidences	 ev;
	uint8_t			 d[32];
};

static bool
parts_read(struct reader *r, struct request_parts *p, struct call *c, struct err *e)
{
	if (!msg_activate_read(r, &p->m, e) || !statement_read(p->m.statement, &p->st, e))
		return false;
	statement_digest(p->m.statement, p->d);
	memcpy(c->signer, p->st.subject, ID_LEN);
	memcpy(c->d, p->d, sizeof(c->d));
	if (p->st.purpose != PURPOSE_SIGN)
		return err_why(e, ERR_DENIED, "purpose", "only SIGN activates");
	memcpy(c->key, p->st.sign.key, ID_LEN);
	return evidences_read(p->m.evidences, &p->ev, e);
}

/* Step 1: what costs microseconds. */
static bool
is_fresh(struct sam *sam, const struct request_parts *p, struct activation **known, struct err *e)
{
	if (!statement_is_for_us(sam, &p->st, sam->state->policy.statement_life, e) ||
	    !statement_nonce_holds(sam, &p->st, e))
		return false;
	*known = activation_of(sam->activations, p->d);
	/* The same statement again: its answer may have got lost. Another one: the nonce is gone. */
	if (*known == NULL && nonces_is_spent(sam->nonces, p->st.fresh))
		return err_why(e, ERR_DENIED, "replay", "nonce is spent");
	return true;
}

/* Step 2: the statement's fields are what the key was born with. */
static bool
key_fits(const struct statement *st, const struct opened_key *k, struct err *e)
{
	static const uint8_t zero[32];
	const struct body_sign *b = &st->sign;
	uint8_t spki[HASH_LEN];

	sha256(k->record.spki, spki);
	if (memcmp(b->spki, spki, sizeof(spki)) != 0)
		return err_why(e, ERR_DENIED, "svd", "statement names another public key");
	if (b->alg != k->record.alg->number)
		return err_why(e, ERR_DENIED, "alg", "the key's algorithm is %s", k->record.alg->name);
	if (b->class != k->record.class || b->level != k->record.level)
		return err_why(e, ERR_DENIED, "class", "class or level is not the key's");
	if (b->kind == KIND_DTBSR ? b->attrs != 0 : !signed_attributes_are_offered(b->kind, b->attrs))
		return err_why(e, ERR_DENIED, "kind", "kind %u with attributes %04x is not offered",
		    b->kind, b->attrs);
	if (memcmp(b->session, zero, 16) != 0 || memcmp(b->profile, zero, 16) != 0 ||
	    memcmp(b->idv, zero, 32) != 0)
		return err_why(e, ERR_DENIED, "kind", "a long-lived key has no session");
	return true;
}

/* Step 3: records are current, belong together, and are in the state for signing. */
static bool
records_hold(struct sam *sam, const struct request_parts *p, struct opened_signer *s,
    struct opened_key *k, struct err *e)
{
	if (!open_signer(sam, p->st.subject, p->m.signer_record, s, e) ||
	    !open_key(sam, p->st.sign.key, p->m.key_record, k, e))
		return false;
	if (memcmp(k->owner, p->st.subject, ID_LEN) != 0 ||
	    !signer_has_key(&s->record, p->st.sign.key))
		return err_why(e, ERR_DENIED, "owner", "the key is not this signer's");
	if (s->row->state != SIGNER_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "signer is in state %u", s->row->state);
	if (k->row->state != KEY_ACTIVE)
		return err_why(e, ERR_DENIED, "state", "key is in state %u", k->row->state);
	return true;
}

/* Step 4: the signer approved exactly these bytes, with authenticators that suffice. */
static bool
is_approved(struct sam *sam, const struct request_parts *p, const struct opened_signer *s,
    struct approved *approved, struct err *e)
{
	return approvals_hold(rule_find(sam->setup->trade, PURPOSE_SIGN), sam->state, &s->record,
	    &p->st, p->d, &p->ev, sam->tokens, approved, e);
}

/* Step 5: of a key with a share the grant brought it, and it opens the key. */
static bool
share_opens(struct sam *sam, const struct request_parts *p, const struct opened_signer *s,
    const struct opened_key *k, const struct approved *approved, struct share *share, struct err *e)
{
	AUTO_WRITER wrapped = writer_grow(HSM_WRAPPED_MAX);
	struct err why = { 0 };

	if (!share_take(sam, &s->record, k->record.with, approved, p->d, p->st.sign.key, share, e))
		return false;
	return share->n == 0 || seal_unwrapped(sam->seal, k->epoch, p->st.sign.key, share_span(share),
	    k->record.wrapped, &wrapped, &why) ||
	    err_why(e, ERR_DENIED, "share", "the share is not the key's");
}

static struct activation *
activation_make(struct sam *sam, const struct request_parts *p, const struct opened_signer *s,
    const struct opened_key *k, const struct share *share, struct err *e)
{
	const struct body_sign *b = &p->st.sign;
	uint64_t now = clock_wall(), life = clock_life();
	struct activation *a;
	uint8_t id[ID_LEN];

	sam_random(sam, id, sizeof(id));
	if ((a = activation_add(sam->activations, id, p->d, b->n, k->record.alg, k->record.wrapped,
	    life, e)) == NULL)
		return NULL;
	memcpy(a->signer, p->st.subject, ID_LEN);
	memcpy(a->key, b->key, ID_LEN);
	memcpy(a->authenticator, p->ev.list[0].id, ID_LEN);
	a->signer_version = s->row->version;
	a->key_version = k->row->version;
	a->epoch = sam->state->epoch;
	a->exp = p->st.exp;
	a->exp_life = life + (p->st.exp - now);
	a->not_before = k->record.not_before;
	a->not_after = k->record.not_after;
	memcpy(a->spki, k->record.spki.p, k->record.spki.n);
	a->key_epoch = k->epoch;
	a->mech = k->record.mech;
	a->share = *share;
	sha256(p->m.evidences, a->evidence);
	memcpy(a->requester, b->requester, ID_LEN);
	a->seen = b->seen;
	a->kind = b->kind;
	a->attrs = b->attrs;
	memcpy(a->cert, k->record.cert, sizeof(a->cert));
	for (size_t i = 0; i < b->n; i++)
		memcpy(a->digests + i * a->alg->digest_len, b->items[i].digest.p, a->alg->digest_len);
	return a;
}

bool
answer_activate(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	static struct request_parts p;
	static struct msg_activated answer;
	AUTO_SIGNER s = { .row = NULL };
	AUTO_KEY k = { .row = NULL };
	struct activation *a;
	struct approved approved;
	AUTO_SHARE share = { .n = 0 };
	uint8_t mem[192];
	struct writer w = writer_over(mem, sizeof(mem));

	if (!parts_read(r, &p, c, e) || !is_fresh(sam, &p, &a, e) || !records_hold(sam, &p, &s, &k, e) ||
	    !key_fits(&p.st, &k, e) || !is_approved(sam, &p, &s, &approved, e) ||
	    !share_opens(sam, &p, &s, &k, &approved, &share, e))
		return false;
	if (a == NULL) {
		if ((a = activation_make(sam, &p, &s, &k, &share, e)) == NULL)
			return false;
		if (!nonces_spend(sam->nonces, p.st.fresh, e))
			bug("a nonce was spent between its check and its use");
		counters_follow(sam, &approved);
	}
	if (!activation_still_holds(a, sam->state, clock_wall(), clock_life(), e))
		return false;
	if (p.m.n > 0)
		return use_begin(sam, c, a, p.m.index, NULL, p.m.n,
		    p.m.next ? USE_ACTIVATED_NEXT : USE_ACTIVATED, e);
	memcpy(answer.activation, a->id, ID_LEN);
	answer.expires = a->exp;
	answer.results = (struct msg_results){ .n = 0 };
	answer.has_next = p.m.next && challenge_make(sam, a->signer, PURPOSE_SIGN, &answer.next, NULL);
	msg_activated_write(&w, &answer);
	call_answer(sam, c, &w);
	return true;
}
