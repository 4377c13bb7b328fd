/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What security officers decide: trust anchors, officers, policy, and going on after a rollback.
 * EN 419 241-1 SRG_M.1.3 to SRG_M.1.6; EN 419 241-2 FDP_ACF.1 TOE Maintenance, Privileged User
 * Creation.
 */
#include "crypto/verify.h"
#include "der/name.h"
#include "sam/peer.h"
#include "sam/provider.h"
#include "sam/start.h"
#include "sam/trade.h"
#include "webauthn/leaf.h"

static bool
may_add_anchor(const struct sam *sam, const struct statement *st, struct err *e)
{
	const struct body_add_anchor *b = &st->add_anchor;
	const struct alg *alg = alg_find(b->alg);
	uint8_t id[32];

	if (alg == NULL)
		return err_why(e, ERR_DENIED, "alg", "algorithm %u is not offered", b->alg);
	if (b->usage == ANCHOR_ATTESTATION && !attestation_root_fits(alg, b->spki))
		return err_why(e, ERR_DENIED, "alg", "an attestation root has a P-256, P-384 or RSA key");
	if ((b->usage == ANCHOR_ISSUER && !spki_check(alg->kind, b->spki, e)) ||
	    !name_check(b->issuer, e))
		return false;
	anchor_id(b, id);
	if (state_anchor(sam->state, id) != NULL)
		return err_why(e, ERR_DENIED, "state", "this CA is an anchor already, for this profile");
	if (sam->state->anchors >= ANCHORS_MAX)
		return err_why(e, ERR_DENIED, "limit", "%d anchors are the most", ANCHORS_MAX);
	return true;
}

static bool
may_remove_anchor(const struct sam *sam, const struct statement *st, struct err *e)
{
	return state_anchor(sam->state, st->remove_anchor) != NULL ||
	    err_why(e, ERR_DENIED, "owner", "no such anchor");
}

/* Who guards security does not audit himself; who runs the system does neither. */
static bool
roles_may_meet(uint8_t a, uint8_t b)
{
	static const uint8_t apart[][2] = {
		{ ROLE_SECURITY_OFFICER, ROLE_SYSTEM_AUDITOR },
		{ ROLE_SYSTEM_ADMINISTRATOR, ROLE_SECURITY_OFFICER },
		{ ROLE_SYSTEM_ADMINISTRATOR, ROLE_SYSTEM_AUDITOR },
	};

	if (a == b)
		return false;
	for (size_t i = 0; i < COUNT(apart); i++)
		if ((apart[i][0] == a && apart[i][1] == b) || (apart[i][0] == b && apart[i][1] == a))
			return false;
	return true;
}

static bool
may_add_officer(const struct sam *sam, const struct statement *st, struct err *e)
{
	const struct body_add_officer *b = &st->add_officer;
	const struct state *s = sam->state;
	enum passkey_kind kind;

	if (b->type == EVIDENCE_PASSKEY ? !passkey_kind(b->spki, &kind)
	    : !spki_check(KEY_P256, b->spki, e))
		return err_why(e, ERR_DENIED, "auth", "the new officer's key is malformed");
	if (s->officers >= OFFICERS_MAX)
		return err_why(e, ERR_DENIED, "limit", "%d officers are the most", OFFICERS_MAX);
	if (state_is_officer_key(s, b->spki))
		return err_why(e, ERR_DENIED, "state", "this key is an officer's already");
	if (prints_has(s->prints, b->spki))
		return err_why(e, ERR_DENIED, "auth", "a signing key of the group is no officer's key");
	for (size_t i = 0; i < s->officers; i++)
		if (span_equal(b->person, span_of(s->officer[i].person, s->officer[i].person_len)) &&
		    !roles_may_meet(b->role, s->officer[i].role))
			return err_why(e, ERR_DENIED, "state",
			    "this person holds a role that does not go with the new one");
	return true;
}

/* Persons, not keys; `without` may be NULL. */
static size_t
persons_in_role(const struct state *s, uint8_t role, const struct officer *without)
{
	size_t n = 0;

	for (size_t i = 0; i < s->officers; i++) {
		const struct officer *o = &s->officer[i];
		bool counted = o == without || o->role != role;

		for (size_t k = 0; k < i && !counted; k++)
			counted = &s->officer[k] != without && s->officer[k].role == role &&
			    span_equal(span_of(o->person, o->person_len),
			    span_of(s->officer[k].person, s->officer[k].person_len));
		n += !counted;
	}
	return n;
}

/* One lost key must not end the group: there is always one more than the quorum. */
static bool
quorums_stand(const struct state *s, const struct policy *p, const struct officer *without,
    struct err *e)
{
	if (persons_in_role(s, ROLE_SECURITY_OFFICER, without) < (size_t)p->so_quorum + 1)
		return err_why(e, ERR_DENIED, "quorum",
		    "there must be one security officer more than the quorum of %u", p->so_quorum);
	if (persons_in_role(s, ROLE_REGISTRATION_OFFICER, without) < p->ro_quorum)
		return err_why(e, ERR_DENIED, "quorum", "%u registration officers are needed",
		    p->ro_quorum);
	return true;
}

static bool
may_remove_officer(const struct sam *sam, const struct statement *st, struct err *e)
{
	const struct officer *o = state_officer(sam->state, st->remove_officer);

	if (o == NULL)
		return err_why(e, ERR_DENIED, "owner", "no such officer");
	return quorums_stand(sam->state, &sam->state->policy, o, e);
}

static bool
may_set_policy(const struct sam *sam, const struct statement *st, struct err *e)
{
	struct reader r = reader_over(span_of(st->policy, sizeof(st->policy)));
	struct policy p;

	if (!policy_read(&r, &p, e))
		return false;
	return quorums_stand(sam->state, &p, NULL, e);
}

static void
log_act(struct sam *sam, const struct act *a)
{
	struct entry_act entry = { .statement = a->m.statement, .evidences = a->m.evidences };

	entry_act_write(journal_begin(sam->journal, ENTRY_ACT), &entry);
	journal_end(sam->journal);
}

static void
answer_act(struct sam *sam, struct act *a, uint64_t sequence)
{
	struct msg_enacted answer = { .sequence = sequence };

	memcpy(answer.id, a->d, ID_LEN);	/* of an officer who was added: his id */
	enacted(sam, a->call, &answer);
}

bool
enact_officers(struct sam *sam, struct act *a, struct err *e)
{
	static const struct {
		uint16_t purpose;
		bool	 (*may)(const struct sam *, const struct statement *, struct err *);
	} acts[] = {
		{ PURPOSE_ADD_ANCHOR, may_add_anchor },
		{ PURPOSE_REMOVE_ANCHOR, may_remove_anchor },
		{ PURPOSE_ADD_OFFICER, may_add_officer },
		{ PURPOSE_REMOVE_OFFICER, may_remove_officer },
		{ PURPOSE_SET_POLICY, may_set_policy },
		{ PURPOSE_ADD_PEER, peer_may_be_added },
		{ PURPOSE_REMOVE_PEER, peer_may_be_removed },
		{ PURPOSE_ADD_PROVIDER, provider_may_be_added },
		{ PURPOSE_REMOVE_PROVIDER, provider_may_be_removed },
	};

	for (size_t i = 0; i < COUNT(acts); i++)
		if (acts[i].purpose == a->st.purpose && !acts[i].may(sam, &a->st, e))
			return false;
	log_act(sam, a);
	sam->setup->trade->changed(sam, a->st.purpose);
	a->call->settles_all = true;
	nonces_set_lifetime(sam->nonces, sam->state->policy.statement_life);
	answer_act(sam, a, journal_last(sam->journal));
	return true;
}

/* The statement names the head that the anchor has and the head that is there; nothing else
 * fits. */
bool
enact_resume(struct sam *sam, struct act *a, struct err *e)
{
	const struct body_resume *b = &a->st.resume;
	uint8_t root[HASH_LEN];
	uint64_t sequence;

	tree_root(&sam->tree, root);
	if (b->epoch != sam->anchor.epoch || b->size != sam->anchor.size ||
	    memcmp(b->root, sam->anchor.root, HASH_LEN) != 0)
		return err_why(e, ERR_DENIED, "proposal", "RESUME names another anchor");
	if (b->log_size != sam->tree.size || memcmp(b->log_root, root, HASH_LEN) != 0)
		return err_why(e, ERR_DENIED, "proposal", "RESUME names another log");
	if (!start_journal(sam, e))
		return false;
	log_act(sam, a);
	sequence = journal_last(sam->journal);
	start_life(sam);
	answer_act(sam, a, sequence);
	return true;
}
