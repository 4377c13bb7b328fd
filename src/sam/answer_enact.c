/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ENACT and PROPOSE: the one way by which state changes. Header, freshness, records, approvals;
 * only then the purpose's own function. EN 419 241-1 SRG_M.1.6; EN 419 241-2 FMT_SMF.1.
 */
#include "base/clock.h"
#include "sam/counters.h"
#include "sam/fail_point.h"
#include "sam/trade.h"

#define OFFICERS_ACT_MS	(UINT64_C(30) * 24 * 3600 * 1000)
#define ROOM_FOR_ACTS	(64u << 10)

static enact_fn
enact_of(const struct trade *trade, uint16_t purpose)
{
	for (size_t i = 0; i < trade->n_acts; i++)
		if (trade->acts[i].purpose == purpose)
			return trade->acts[i].enact;
	return NULL;
}

void
enacted(struct sam *sam, struct call *c, const struct msg_enacted *m)
{
	struct writer w = writer_grow(2 * RECORD_MAX + 256);

	msg_enacted_write(&w, m);
	fail_point("enacted");
	call_answer_when(sam, c, ANCHORED, w);
}

static bool
act_read(struct reader *r, struct act *a, struct err *e)
{
	if (!msg_enact_read(r, &a->m, e) || !statement_read(a->m.statement, &a->st, e))
		return false;
	statement_digest(a->m.statement, a->d);
	memcpy(a->call->signer, a->st.subject, ID_LEN);
	memcpy(a->call->d, a->d, sizeof(a->call->d));
	if (a->st.purpose == PURPOSE_DESTROY_KEY || a->st.purpose == PURPOSE_RELEASE_KEY ||
	    a->st.purpose == PURPOSE_REVOKE_KEY)
		memcpy(a->call->key, a->st.key.key, ID_LEN);
	a->ev.n = 0;
	return a->m.evidences.n == 0 || evidences_read(a->m.evidences, &a->ev, e);
}

/* RESUME is fresh by what it names: this anchor and this log, once, as it ends their epoch. */
static bool
resume_is_fresh(const struct statement *st, struct err *e)
{
	static const char tag[] = "propria-resume-v1";
	struct span parts[] = { span_of(tag, sizeof(tag)), st->body };
	uint8_t fresh[FRESH_LEN] = { 0 };

	sha256_parts(parts, COUNT(parts), fresh);
	return memcmp(fresh, st->fresh, FRESH_LEN) == 0 ||
	    err_why(e, ERR_DENIED, "proposal", "RESUME names another anchor or log");
}

static bool
is_fresh(struct sam *sam, const struct rule *rule, const struct statement *st, struct err *e)
{
	uint64_t most = rule->fresh == FRESH_NONCE ? sam->state->policy.statement_life : OFFICERS_ACT_MS;

	if (!statement_is_for_us(sam, st, most, e))
		return false;
	switch (rule->fresh) {
	case FRESH_NONCE:
		return statement_nonce_holds(sam, st, e) && (!nonces_is_spent(sam->nonces, st->fresh) ||
		    err_why(e, ERR_DENIED, "replay", "nonce is spent"));
	case FRESH_PROPOSAL:
		return statement_proposal_holds(sam, st, e);
	case FRESH_RESUME:
		return resume_is_fresh(st, e);
	case FRESH_NEVER:
		break;
	}
	return err_why(e, ERR_DENIED, "purpose", "this act was for the ceremony only");
}

/* May this purpose be enacted in the state the SAM is in? */
static bool
is_time_for(const struct sam *sam, const struct rule *rule, struct err *e)
{
	if (sam->behind != rule->behind)
		return err_why(e, ERR_NOT_NOW, "closed", sam->behind
		    ? "only RESUME while the log is behind its anchor"
		    : "RESUME only while the log is behind its anchor");
	if (sam->journal != NULL && journal_room(sam->journal) < ROOM_FOR_ACTS)
		return err_why(e, ERR_NOT_NOW, "room", "the log's disk is full");
	return true;
}

bool
answer_enact(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	static struct act a;
	AUTO_SIGNER signer = { .row = NULL };
	const struct trade *trade = sam->setup->trade;
	const struct rule *rule;

	a.call = c;
	a.signer = &signer;
	if (!act_read(r, &a, e))
		return false;
	if (trade->enacted_before(sam, &a))
		return true;
	rule = rule_find(trade, a.st.purpose);
	if (rule == NULL || enact_of(trade, a.st.purpose) == NULL)
		return err_why(e, ERR_DENIED, "purpose", "not for ENACT");
	if (a.ev.n == 0 && rule->by != BY_FACTORS)
		return err_why(e, ERR_DENIED, "quorum", "approvals are needed");
	if (!is_time_for(sam, rule, e) || !is_fresh(sam, rule, &a.st, e))
		return false;
	if (!trade->open_subject(sam, &a, e))
		return false;
	if (!approvals_hold(rule, sam->state, &signer.record, &a.st, a.d, &a.ev, sam->tokens, &a.approved,
	    e))
		return false;
	if (rule->fresh == FRESH_NONCE && !nonces_spend(sam->nonces, a.st.fresh, e))
		return false;
	counters_follow(sam, &a.approved);
	return enact_of(trade, a.st.purpose)(sam, &a, e);
}

static bool
may_propose(struct sam *sam, const struct msg_propose *m, struct err *e)
{
	const struct rule *rule = rule_find(sam->setup->trade, m->purpose);
	uint64_t now = clock_wall();
	size_t open = 0;

	if (rule == NULL || rule->fresh != FRESH_PROPOSAL)
		return err_why(e, ERR_DENIED, "purpose", "purpose %04x needs no proposal", m->purpose);
	if (m->expires <= now || m->expires - now > OFFICERS_ACT_MS)
		return err_why(e, ERR_DENIED, "time", "a proposal lives 30 days at most");
	for (size_t i = 0; i < PROPOSALS_MAX; i++)
		open += sam->state->proposal[i].expires >= now;
	if (open >= PROPOSALS_MAX - 1)
		return err_why(e, ERR_BUSY, "limit", "%zu proposals are open", open);
	return journal_room(sam->journal) >= ROOM_FOR_ACTS ||
	    err_why(e, ERR_NOT_NOW, "room", "the log's disk is full");
}

bool
answer_propose(struct sam *sam, struct call *c, struct reader *r, struct err *e)
{
	struct entry_proposed entry;
	struct msg_propose m;
	struct msg_proposed answer;
	struct writer w = writer_grow(64);

	if (!msg_propose_read(r, &m, e))
		return false;
	memcpy(c->signer, m.subject, ID_LEN);
	if (!may_propose(sam, &m, e))
		return false;
	entry = (struct entry_proposed){ .purpose = m.purpose, .expires = m.expires };
	memcpy(entry.subject, m.subject, ID_LEN);
	memcpy(entry.body, m.body, sizeof(entry.body));
	entry_proposed_write(journal_begin(sam->journal, ENTRY_PROPOSED), &entry);
	journal_end(sam->journal);
	journal_last_leaf(sam->journal, answer.id);
	answer.sequence = journal_last(sam->journal);
	msg_proposed_write(&w, &answer);
	/* Never held by the follower: with none left officers could not end "sync" any more. */
	call_answer_when(sam, c, ANCHORED_HERE, w);
	return true;
}
