/* SPDX-License-Identifier: Apache-2.0 */
/* Whose approvals, how many: the table, and the one verifier. */
#include "sam/approval.h"

static const struct rule rules[] = {
	/* purpose			approvals by			fresh by	behind */
	{ PURPOSE_SIGN,			BY_SIGNER,			FRESH_NONCE,	false },
	{ PURPOSE_INVITE,		BY_REGISTRATION_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_BIND,			BY_CODE_AND_NEW,		FRESH_NONCE,	false },
	{ PURPOSE_SUSPEND,		BY_REGISTRATION,		FRESH_PROPOSAL,	false },
	{ PURPOSE_REINSTATE,		BY_REGISTRATION,		FRESH_PROPOSAL,	false },
	{ PURPOSE_CLOSE,		BY_REGISTRATION,		FRESH_PROPOSAL,	false },
	{ PURPOSE_CREATE_KEY,		BY_SIGNER,			FRESH_NONCE,	false },
	{ PURPOSE_DESTROY_KEY,		BY_SIGNER,			FRESH_NONCE,	false },
	{ PURPOSE_RELEASE_KEY,		BY_SIGNER,			FRESH_NONCE,	false },
	{ PURPOSE_FOUND,		BY_NOBODY,			FRESH_NEVER,	false },
	{ PURPOSE_ADD_ANCHOR,		BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_REMOVE_ANCHOR,	BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_ADD_OFFICER,		BY_SECURITY_QUORUM_AND_NEW,	FRESH_PROPOSAL,	false },
	{ PURPOSE_REMOVE_OFFICER,	BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_SET_POLICY,		BY_SECURITY_QUORUM,		FRESH_PROPOSAL,	false },
	{ PURPOSE_RESUME,		BY_SECURITY_QUORUM,		FRESH_RESUME,	true },
};

static const uint8_t none[ID_LEN];

const struct rule *
rule_find(uint16_t purpose)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		if (rules[i].purpose == purpose)
			return &rules[i];
	return NULL;
}

static bool
does_not_verify(struct err *e)
{
	return err_why(e, ERR_DENIED, "auth", "an approval does not verify");
}

/* Version 1 of the protocol: exactly one evidence, of an authenticator in the signer's record. */
static bool
by_signer(const struct signer_record *signer, const uint8_t d[HASH_LEN], const struct evidences *ev,
    struct err *e)
{
	const struct authenticator *a = signer_authenticator(signer, ev->list[0].id);

	if (ev->n != 1)
		return err_why(e, ERR_DENIED, "quorum", "one approval of the signer is needed");
	if (a == NULL || a->type != ev->list[0].type || !evidence_verify(&ev->list[0], d, a->spki))
		return does_not_verify(e);
	return true;
}

/* Both carry the zero id: the key that the statement introduces (type 1), then the code (type 5). */
static bool
by_code_and_new(const struct signer_record *signer, const struct statement *st,
    const uint8_t d[HASH_LEN], const struct evidences *ev, struct err *e)
{
	if (ev->n != 2 || ev->list[0].type != EVIDENCE_DEVICE || ev->list[1].type != EVIDENCE_CODE ||
	    memcmp(ev->list[0].id, none, ID_LEN) != 0 || memcmp(ev->list[1].id, none, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "quorum", "code and new authenticator are needed");
	if (!evidence_verify(&ev->list[1], d, span_of(signer->code, sizeof(signer->code))) ||
	    !evidence_verify(&ev->list[0], d, st->bind.spki))
		return does_not_verify(e);
	return true;
}

static bool
is_same_person(const struct officer *a, const struct officer *b)
{
	return span_equal(span_of(a->person, a->person_len), span_of(b->person, b->person_len));
}

/* Counts persons, not keys. Each evidence must be an officer's of this role, and verify. */
static bool
by_officers(const struct state *s, uint8_t role, size_t quorum, const uint8_t d[HASH_LEN],
    const struct evidence *list, size_t n, struct err *e)
{
	const struct officer *seen[EVIDENCES_MAX];
	size_t persons = 0;

	for (size_t i = 0; i < n; i++) {
		const struct officer *o = state_officer(s, list[i].id);
		bool known = false;

		if (o == NULL || o->role != role || list[i].type != EVIDENCE_DEVICE ||
		    !evidence_verify(&list[i], d, span_of(o->spki, sizeof(o->spki))))
			return does_not_verify(e);
		for (size_t k = 0; k < persons; k++)
			known = known || is_same_person(seen[k], o);
		if (!known)
			seen[persons++] = o;
	}
	if (persons < quorum)
		return err_why(e, ERR_DENIED, "quorum", "%zu of %zu officers approved", persons, quorum);
	return true;
}

static bool
by_officers_and_new(const struct state *s, const struct statement *st, const uint8_t d[HASH_LEN],
    const struct evidences *ev, struct err *e)
{
	/* The zero id sorts first. */
	if (memcmp(ev->list[0].id, none, ID_LEN) != 0 || ev->list[0].type != EVIDENCE_DEVICE)
		return err_why(e, ERR_DENIED, "quorum", "the new officer's own approval is needed");
	if (!evidence_verify(&ev->list[0], d, st->add_officer.spki))
		return does_not_verify(e);
	return by_officers(s, ROLE_SECURITY_OFFICER, s->policy.so_quorum, d, ev->list + 1, ev->n - 1, e);
}

bool
approvals_hold(const struct rule *rule, const struct state *s, const struct signer_record *signer,
    const struct statement *st, const uint8_t d[HASH_LEN], const struct evidences *ev, struct err *e)
{
	switch (rule->by) {
	case BY_SIGNER:
		return by_signer(signer, d, ev, e);
	case BY_CODE_AND_NEW:
		return by_code_and_new(signer, st, d, ev, e);
	case BY_REGISTRATION:
		return by_officers(s, ROLE_REGISTRATION_OFFICER, 1, d, ev->list, ev->n, e);
	case BY_REGISTRATION_QUORUM:
		return by_officers(s, ROLE_REGISTRATION_OFFICER, s->policy.ro_quorum, d, ev->list,
		    ev->n, e);
	case BY_SECURITY_QUORUM:
		return by_officers(s, ROLE_SECURITY_OFFICER, s->policy.so_quorum, d, ev->list, ev->n, e);
	case BY_SECURITY_QUORUM_AND_NEW:
		return by_officers_and_new(s, st, d, ev, e);
	case BY_NOBODY:
		break;
	}
	return err_why(e, ERR_DENIED, "purpose", "nobody can approve this any more");
}

bool
authenticator_suffices(const struct authenticator *a, const struct policy *policy, uint8_t level,
    struct err *e)
{
	if (level == 2 && (policy->protections >> a->protection & 1) == 0)
		return err_why(e, ERR_DENIED, "level",
		    "policy takes no authenticator of protection %u at SCAL2", a->protection);
	return true;
}
