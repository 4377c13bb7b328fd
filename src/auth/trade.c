/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trade of the authentication module: its policy in closed tables. What is not in them is
 * refused: no signature of a signer, no certificate, no key of his is made here.
 */
#include <stdlib.h>

#include "auth/attempt.h"

#define KIB 1024u

static const struct request requests[] = {
	/* type			from		in state	at most		answered by */
	{ SAM_STATUS,		FROM_ANY,	ALWAYS,		0,		answer_status },
	{ SAM_CHALLENGE,	FROM_SSA,	WHEN_OPEN,	64,		answer_challenge },
	{ SAM_ENACT,		FROM_ANY,	WHEN_BEHIND,	384 * KIB,	answer_enact },
	{ SAM_PROPOSE,		FROM_OFFICERS,	WHEN_OPEN,	128,		answer_propose },
	{ SAM_RECORD,		FROM_ANY,	WHEN_OPEN,	32,		answer_person },
	{ SAM_FOLLOW,		FROM_OFFICERS,	WHEN_BEHIND,	16,		answer_follow },
	{ SAM_HEAD,		FROM_ANY,	WHEN_BEHIND,	0,		answer_head },
	{ SAM_ROSTER,		FROM_OFFICERS,	WHEN_BEHIND,	0,		answer_roster },
	{ AUTH_FACTOR_KEY,	FROM_SSA,	WHEN_OPEN,	0,		answer_factor_key },
	{ AUTH_GRANT,		FROM_SSA,	WHEN_OPEN,	288 * KIB,	answer_grant },
};

static const struct rule rules[] = {
	/* purpose			approvals by			fresh by	behind */
	{ PURPOSE_FOUND,		BY_NOBODY,			FRESH_NEVER,	false },
	{ PURPOSE_ADD_OFFICER,		BY_SECURITY_QUORUM_AND_NEW,	FRESH_PROPOSAL,	false },
	{ PURPOSE_REMOVE_OFFICER,	BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_SET_POLICY,		BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_ADD_PEER,		BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_REMOVE_PEER,		BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_RESUME,		BY_SECURITY_QUORUM,		FRESH_RESUME,	true },
	{ PURPOSE_ADMIT,		BY_REGISTRATION_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_SET_FACTORS,		BY_CODE,			FRESH_NONCE,	false },
	{ PURPOSE_CHANGE_FACTORS,	BY_FACTORS,			FRESH_NONCE,	false },
	{ PURPOSE_UNLOCK,		BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_DISMISS,		BY_REGISTRATION,		FRESH_PROPOSAL,	false },
	{ PURPOSE_NEW_GRANT_KEY,	BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_CHECK,		BY_FACTORS,			FRESH_NONCE,	false },
};

static const struct enactment acts[] = {
	{ PURPOSE_ADD_OFFICER, enact_officers },
	{ PURPOSE_REMOVE_OFFICER, enact_officers },
	{ PURPOSE_SET_POLICY, enact_officers },
	{ PURPOSE_ADD_PEER, enact_officers },
	{ PURPOSE_REMOVE_PEER, enact_officers },
	{ PURPOSE_RESUME, enact_resume },
	{ PURPOSE_ADMIT, enact_admit },
	{ PURPOSE_SET_FACTORS, enact_set_factors },
	{ PURPOSE_CHANGE_FACTORS, enact_change_factors },
	{ PURPOSE_UNLOCK, enact_unlock },
	{ PURPOSE_DISMISS, enact_dismiss },
	{ PURPOSE_NEW_GRANT_KEY, enact_new_grant_key },
	{ PURPOSE_CHECK, enact_check },
};

static bool
parts_open(struct sam *sam, struct err *e)
{
	struct auth_parts *parts = calloc(1, sizeof(*parts));

	if (parts == NULL)
		return err_set(e, ERR_BACKEND, "no memory");
	sam->own = parts;
	parts->factor_key_said = writer_grow(0);
	return (parts->factor_key = hpke_key_random(e)) != NULL && (parts->seen = seen_new(e)) != NULL;
}

static void
parts_close(struct sam *sam)
{
	struct auth_parts *parts = auth_parts(sam);

	if (parts == NULL)
		return;
	hpke_key_free(parts->factor_key);
	writer_wipe(&parts->factor_key_said);
	seen_free(parts->seen);
	free(parts);
	sam->own = NULL;
}

static void
tick(struct sam *sam UNUSED, uint64_t now UNUSED)
{
}

static void
stop(struct sam *sam UNUSED)
{
}

static void
left(struct sam *sam UNUSED, uint64_t connection UNUSED)
{
}

static void
changed(struct sam *sam UNUSED, uint16_t purpose UNUSED)
{
}

/* A try asks again for the state it began in, before it grants: nothing has to be awaited. */
static bool
is_closing(const struct sam *sam UNUSED, const struct call *c UNUSED)
{
	return false;
}

static void
withdraw(struct sam *sam UNUSED, const struct call *c UNUSED)
{
}

static void
count(const struct sam *sam, struct msg_status *m)
{
	if (sam->state != NULL)
		m->signers = auth_persons(sam)->n;
}

/* Approvals by an enrolment code are held against the person's record. */
static bool
open_subject(struct sam *sam, struct act *a, struct err *e)
{
	AUTO_PERSON p = { .row = NULL };

	if (a->st.purpose != PURPOSE_SET_FACTORS)
		return true;
	if (!open_person(sam, a->st.subject, a->m.signer_record, &p, e))
		return false;
	if (p.row->state != PERSON_ADMITTED)	/* else the code is burned, and zeros are a key */
		return err_why(e, ERR_DENIED, "state", "person is in state %u", p.row->state);
	memcpy(a->signer->record.code, p.record.code, sizeof(a->signer->record.code));
	return true;
}

const struct trade auth_trade = {
	.kind = GROUP_AUTH,
	.name = "propria-auth",
	.title = "the authentication module",
	.section = "auth-module",
	.requests = requests, .n_requests = COUNT(requests),
	.rules = rules, .n_rules = COUNT(rules),
	.acts = acts, .n_acts = COUNT(acts),
	.kinds = auth_kinds,
	.own = &persons_state,
	.open = parts_open,
	.close = parts_close,
	.tick = tick,
	.stop = stop,
	.left = left,
	.changed = changed,
	.is_closing = is_closing,
	.withdraw = withdraw,
	.count = count,
	.open_subject = open_subject,
	.enacted_before = person_enacted_before,
};
