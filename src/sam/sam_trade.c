/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trade of the signature activation module: its policy in closed tables. What is not in them
 * is refused. EN 419 241-2 FDP_ACC.1, FDP_ACF.1; FMT_SMF.1.
 */
#include "sam/once.h"
#include "sam/supply.h"
#include "sam/trade.h"
#include "sam/use.h"

#define KIB		1024u
#define EXPIRED_MS	10000	/* how long after its end an activation is still told "time" */

static const struct request requests[] = {
	/* type				from		in state	at most		answered by */
	{ SAM_STATUS,			FROM_ANY,	ALWAYS,		0,		answer_status },
	{ SAM_CHALLENGE,		FROM_SSA,	WHEN_OPEN,	64,		answer_challenge },
	{ SAM_ACTIVATE,			FROM_SSA,	WHEN_OPEN,	384 * KIB,	answer_activate },
	{ SAM_USE,			FROM_SSA,	WHEN_OPEN,	64 * KIB,	answer_use },
	{ SAM_OPEN_WINDOW,		FROM_SSA,	WHEN_OPEN,	36 * KIB,	answer_open_window },
	{ SAM_CLOSE_WINDOWS,		FROM_SSA,	WHEN_OPEN,	16,		answer_close_windows },
	{ SAM_SESSION_CHALLENGE,	FROM_SSA,	WHEN_OPEN,	20 * KIB,	answer_session_challenge },
	{ SAM_OPEN_SESSION,		FROM_SSA,	WHEN_OPEN,	384 * KIB,	answer_open_session },
	{ SAM_SESSION_CERTIFICATE,	FROM_SSA,	WHEN_OPEN,	9 * KIB,	answer_session_certificate },
	{ SAM_SESSION_SIGN,		FROM_SSA,	WHEN_OPEN,	384 * KIB,	answer_session_sign },
	{ SAM_END_SESSION,		FROM_SSA,	WHEN_OPEN,	32,		answer_end_session },
	{ SAM_ENACT,			FROM_ANY,	WHEN_BEHIND,	384 * KIB,	answer_enact },
	{ SAM_PROPOSE,			FROM_OFFICERS,	WHEN_OPEN,	128,		answer_propose },
	{ SAM_REQUEST_CERTIFICATE,	FROM_SSA,	WHEN_OPEN,	40 * KIB,	answer_request_certificate },
	{ SAM_LINK_CERTIFICATE,		FROM_SSA,	WHEN_OPEN,	32 * KIB,	answer_link_certificate },
	{ SAM_REVOKED,			FROM_SSA,	WHEN_OPEN,	300 * KIB,	answer_revoked },
	{ SAM_FREEZE,			FROM_SSA,	WHEN_OPEN,	32,		answer_freeze },
	{ SAM_RECORD,			FROM_ANY,	WHEN_OPEN,	32,		answer_record },
	{ SAM_OUTCOME,			FROM_SSA,	WHEN_OPEN,	8 * KIB,	answer_outcome },
	{ SAM_RECEIPT,			FROM_SSA,	WHEN_OPEN,	20 * KIB,	answer_receipt },
	{ SAM_FOLLOW,			FROM_OFFICERS,	WHEN_BEHIND,	16,		answer_follow },
	{ SAM_HEAD,			FROM_ANY,	WHEN_BEHIND,	0,		answer_head },
	{ SAM_ROSTER,			FROM_OFFICERS,	WHEN_BEHIND,	0,		answer_roster },
};

static const struct rule rules[] = {
	/* purpose			approvals by			fresh by	behind */
	{ PURPOSE_SIGN,			BY_SIGNER,			FRESH_NONCE,	false },
	{ PURPOSE_SIGN_ONCE,		BY_SIGNER,			FRESH_NONCE,	false },
	{ PURPOSE_INVITE,		BY_REGISTRATION_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_BIND,			BY_CODE_AND_NEW,		FRESH_NONCE,	false },
	{ PURPOSE_SUSPEND,		BY_REGISTRATION,		FRESH_PROPOSAL,	false },
	{ PURPOSE_REINSTATE,		BY_REGISTRATION,		FRESH_PROPOSAL,	false },
	{ PURPOSE_CLOSE,		BY_REGISTRATION,		FRESH_PROPOSAL,	false },
	{ PURPOSE_ADD_AUTHENTICATOR,	BY_SIGNER_AND_NEW,		FRESH_NONCE,	false },
	{ PURPOSE_REMOVE_AUTHENTICATOR,	BY_SIGNER,			FRESH_NONCE,	false },
	{ PURPOSE_CREATE_KEY,		BY_SIGNER,			FRESH_NONCE,	false },
	{ PURPOSE_DESTROY_KEY,		BY_SIGNER,			FRESH_NONCE,	false },
	{ PURPOSE_RELEASE_KEY,		BY_SIGNER,			FRESH_NONCE,	false },
	{ PURPOSE_OPEN_SESSION,		BY_SIGNER,			FRESH_NONCE,	false },
	{ PURPOSE_REVOKE_KEY,		BY_REGISTRATION,		FRESH_PROPOSAL,	false },
	{ PURPOSE_FOUND,		BY_NOBODY,			FRESH_NEVER,	false },
	{ PURPOSE_ADD_ANCHOR,		BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_REMOVE_ANCHOR,	BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_ADD_OFFICER,		BY_SECURITY_QUORUM_AND_NEW,	FRESH_PROPOSAL,	false },
	{ PURPOSE_REMOVE_OFFICER,	BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_SET_POLICY,		BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_ADD_PEER,		BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_REMOVE_PEER,		BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_ADD_PROVIDER,		BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_REMOVE_PROVIDER,	BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_RESUME,		BY_SECURITY_QUORUM,		FRESH_RESUME,	true },
};

static const struct enactment acts[] = {
	{ PURPOSE_INVITE, enact_invite },
	{ PURPOSE_BIND, enact_bind },
	{ PURPOSE_SUSPEND, enact_suspend },
	{ PURPOSE_REINSTATE, enact_reinstate },
	{ PURPOSE_CLOSE, enact_close },
	{ PURPOSE_ADD_AUTHENTICATOR, enact_add_authenticator },
	{ PURPOSE_REMOVE_AUTHENTICATOR, enact_remove_authenticator },
	{ PURPOSE_CREATE_KEY, enact_create_key },
	{ PURPOSE_DESTROY_KEY, enact_destroy_key },
	{ PURPOSE_RELEASE_KEY, enact_release_key },
	{ PURPOSE_REVOKE_KEY, enact_destroy_key },
	{ PURPOSE_ADD_ANCHOR, enact_officers },
	{ PURPOSE_REMOVE_ANCHOR, enact_officers },
	{ PURPOSE_ADD_OFFICER, enact_officers },
	{ PURPOSE_REMOVE_OFFICER, enact_officers },
	{ PURPOSE_SET_POLICY, enact_officers },
	{ PURPOSE_ADD_PEER, enact_officers },
	{ PURPOSE_REMOVE_PEER, enact_officers },
	{ PURPOSE_ADD_PROVIDER, enact_officers },
	{ PURPOSE_REMOVE_PROVIDER, enact_officers },
	{ PURPOSE_RESUME, enact_resume },
};

static const fold_fn kinds[ENTRY_KINDS] = {
	[ENTRY_SIGNER] = fold_signer,
	[ENTRY_KEY] = fold_key,
	[ENTRY_RESERVED] = fold_reserved,
	[ENTRY_OUTCOME] = fold_outcome,
	[ENTRY_WINDOW] = fold_window,
	[ENTRY_SESSION] = fold_nothing,
	[ENTRY_SESSION_CERTIFIED] = fold_nothing,
	[ENTRY_SESSION_ENDED] = fold_nothing,
};

static bool
sam_parts_open(struct sam *sam, struct err *e)
{
	const struct decider_setup *setup = sam->setup;

	return (sam->activations = activations_new(setup->activations, e)) != NULL &&
	    (sam->onces = onces_new(e)) != NULL &&
	    (sam->supply = supply_new(&setup->onetime, setup->n_workers, e)) != NULL;
}

static void
sam_parts_close(struct sam *sam)
{
	supply_free(sam->supply);
	activations_free(sam->activations);
	onces_free(sam->onces);
}

static void
expire(struct sam *sam, uint64_t now)
{
	if (now < sam->expire_at)
		return;
	sam->expire_at = now + 1000;
	activations_expire(sam->activations, now > EXPIRED_MS ? now - EXPIRED_MS : 0);
}

static void
sam_tick(struct sam *sam, uint64_t now)
{
	expire(sam, now);
	supply_tick(sam, now);
	onces_tick(sam, now);
}

static void
sam_stops(struct sam *sam)
{
	onces_end_all(sam, SESSION_RESTART);
}

static void
sam_changed(struct sam *sam, uint16_t purpose)
{
	if (purpose == PURPOSE_SET_POLICY)	/* what was approved under another one */
		onces_end_all(sam, SESSION_CHANGED);
	onces_recheck(sam);
}

static bool
sam_is_closing(const struct sam *sam, const struct call *c)
{
	return activations_closing(sam->activations, c->signer, c->key) ||
	    onces_closing(sam->onces, c->settles_all ? NULL : c->signer);
}

static void
sam_withdraw(struct sam *sam, const struct call *c)
{
	if (activations_closing(sam->activations, c->signer, c->key))
		uses_withdraw(sam);
	if (onces_closing(sam->onces, c->settles_all ? NULL : c->signer))
		onces_withdraw(sam);
}

static void
sam_count(const struct sam *sam, struct msg_status *m)
{
	const struct state *s = sam->state;

	m->activations = (uint32_t)activations_count(sam->activations);
	m->stock = supply_count(sam);
	if (s == NULL)
		return;
	m->signers = index_count(s->index, RECORD_SIGNER);
	m->keys = index_count(s->index, RECORD_KEY);
	m->sessions = (uint32_t)s->sessions->n;
}

/* Acts of a signer, and those of officers upon him. */
static bool
sam_open_subject(struct sam *sam, struct act *a, struct err *e)
{
	if (a->st.purpose < PURPOSE_BIND || a->st.purpose > PURPOSE_REVOKE_KEY)
		return true;
	return open_signer(sam, a->st.subject, a->m.signer_record, a->signer, e);
}

const struct trade sam_trade = {
	.kind = GROUP_SAM,
	.name = "propria-sam",
	.title = "the signature activation module",
	.section = "sam",
	.requests = requests, .n_requests = COUNT(requests),
	.rules = rules, .n_rules = COUNT(rules),
	.acts = acts, .n_acts = COUNT(acts),
	.kinds = kinds,
	.open = sam_parts_open,
	.close = sam_parts_close,
	.tick = sam_tick,
	.stop = sam_stops,
	.left = onces_end_of,
	.changed = sam_changed,
	.is_closing = sam_is_closing,
	.withdraw = sam_withdraw,
	.count = sam_count,
	.open_subject = sam_open_subject,
	.enacted_before = enacted_before,
};
