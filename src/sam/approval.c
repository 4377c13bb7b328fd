/* SPDX-License-Identifier: Apache-2.0 */
/* Whose approvals, how many: the one verifier of what the table of the trade asks for. */
#include "sam/grant.h"
#include "sam/passkey.h"
#include "sam/provider.h"
#include "sam/trade.h"
#include "webauthn/assertion.h"
#include "webauthn/authenticator_data.h"

static const uint8_t none[ID_LEN];

const struct rule *
rule_find(const struct trade *trade, uint16_t purpose)
{
	for (size_t i = 0; i < trade->n_rules; i++)
		if (trade->rules[i].purpose == purpose)
			return &trade->rules[i];
	return NULL;
}

static bool
does_not_verify(struct err *e)
{
	return err_why(e, ERR_DENIED, "auth", "an approval does not verify");
}

struct approving {		/* what all of them are held against */
	const struct state	*s;
	const struct statement	*st;
	const uint8_t		*d;
	struct token_reader	*tokens;
	struct approved		*approved;
};

/* A device key, or a passkey whose page and flags are right. flags: of its assertion. */
static bool
key_approves(const struct approving *p, const struct evidence *ev, uint8_t type, struct span spki,
    uint8_t *flags, struct err *e)
{
	struct assertion said;

	if (ev->type != type)
		return does_not_verify(e);
	if (type != EVIDENCE_PASSKEY)
		return evidence_verify(ev, p->d, spki) || does_not_verify(e);
	if (!assertion_verify(ev->body, p->d, spki, &p->s->rp, &said, e))
		return false;
	*flags = said.flags;
	memcpy(p->approved->passkey[p->approved->n].id, ev->id, ID_LEN);
	p->approved->passkey[p->approved->n++].count = said.count;
	return true;
}

static bool
module_approves(const struct approving *p, const struct evidence *ev, const struct authenticator *a,
    uint8_t level, struct err *e)
{
	struct approved *out = p->approved;
	struct grant g;

	if (ev->type != EVIDENCE_MODULE)
		return does_not_verify(e);
	if (!grant_approves(p->s, p->st, p->d, a->credential, ev->body, level, &g, e))
		return false;
	memcpy(out->grant[out->grants].id, ev->id, ID_LEN);
	out->grant[out->grants].n = g.share.n;
	if (g.share.n > 0)
		memcpy(out->grant[out->grants].share, g.share.p, g.share.n);
	out->grants++;
	return true;
}

/* A provider can sign in whom it likes: alone it approves only where it showed what is signed. */
static bool
token_approves(const struct approving *p, const struct evidence *ev, const struct authenticator *a,
    uint8_t level, struct err *e)
{
	struct provider_case want = { .st = p->st, .d = p->d, .issuer = p->st->bind.attestation };
	struct approved *out = p->approved;
	struct provider_says says;

	if (ev->type != EVIDENCE_PROVIDER)
		return does_not_verify(e);
	if (a->credential.n > 0 && !provider_link_read(a->credential, &want.issuer, &want.sub))
		return err_why(e, ERR_DENIED, "record", "an authenticator that names no issuer and person");
	if (!provider_approves(p->s, p->tokens, &want, ev->body, &says, e))
		return false;
	if (says.level < level)
		return err_why(e, ERR_DENIED, "level", "token: signed in by means that do not suffice");
	out->leans = out->leans || !says.shows;
	out->sub_len = says.sub_len;
	memcpy(out->sub, says.sub, says.sub_len);
	return true;
}

/* level: of the key that is used or made; where one factor gives nobody anything, 1. */
static bool
authenticator_approves(const struct approving *p, const struct evidence *ev,
    const struct authenticator *a, uint8_t level, struct err *e)
{
	uint8_t flags = 0;

	if (a->type == EVIDENCE_MODULE)
		return module_approves(p, ev, a, level, e);
	if (a->type == EVIDENCE_PROVIDER)
		return token_approves(p, ev, a, level, e);
	if (!key_approves(p, ev, a->type, a->spki, &flags, e))
		return false;
	return ((flags ^ a->flags) & FLAG_BACKUP_ELIGIBLE) == 0 ||
	    err_why(e, ERR_DENIED, "auth", "passkey: not as eligible for backup as at its enrolment");
}

/* What gives nobody anything may be done with whatever is at hand. */
static uint8_t
level_needed(const struct statement *st)
{
	switch (st->purpose) {
	case PURPOSE_SIGN:
		return st->sign.level;
	case PURPOSE_CREATE_KEY:
		return st->create_key.level;
	case PURPOSE_DESTROY_KEY:
		return 1;
	default:
		return 2;
	}
}

/*
 * A use asks for as many as its key was born with. Every other act of a signer asks for as many as
 * the strictest of his keys: else one stolen authenticator could add a second one, and then sign.
 */
size_t
approvals_needed(const struct state *s, const struct signer_record *signer,
    const struct statement *st)
{
	size_t most = 1;

	if (st->purpose == PURPOSE_SIGN)
		return signer_key_evidences(signer, st->sign.key);
	for (size_t i = 0; i < signer->keys; i++) {
		const struct row *row = index_find(s->index, RECORD_KEY, signer->key[i]);

		if (row != NULL && row->state != KEY_DESTROYED && signer->evidences[i] > most)
			most = signer->evidences[i];
	}
	return most;
}

/* A key that was born with an authenticator is used, and made, with its approval among the others. */
static bool
is_with(const struct approving *p, const struct signer_record *signer, const struct evidence *list,
    size_t n, struct err *e)
{
	const uint8_t *with = p->st->purpose == PURPOSE_SIGN ? signer_key_with(signer, p->st->sign.key)
	    : p->st->purpose == PURPOSE_CREATE_KEY ? p->st->create_key.with : none;

	if (with == NULL || memcmp(with, none, ID_LEN) == 0)
		return true;
	for (size_t i = 0; i < n; i++)
		if (memcmp(list[i].id, with, ID_LEN) == 0)
			return true;
	return err_why(e, ERR_DENIED, "quorum", "the approval of the key's own authenticator is needed");
}

/* Exactly so many, each of another authenticator in the signer's record. */
static bool
by_signer(const struct approving *p, const struct signer_record *signer,
    const struct evidence *list, size_t n, struct err *e)
{
	size_t needed = approvals_needed(p->s, signer, p->st);
	bool stands = false;

	if (n != needed)
		return err_why(e, ERR_DENIED, "quorum", "%zu approvals of the signer are needed", needed);
	if (!is_with(p, signer, list, n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct authenticator *a = signer_authenticator(signer, list[i].id);

		if (a == NULL || (i > 0 && memcmp(list[i].id, list[i - 1].id, ID_LEN) == 0))
			return does_not_verify(e);
		if (!authenticator_approves(p, &list[i], a, level_needed(p->st), e) ||
		    !authenticator_suffices(a, p->s, level_needed(p->st), e))
			return false;
		stands = stands || a->type != EVIDENCE_PROVIDER;
	}
	return level_needed(p->st) < LEVEL_SCAL2 || stands || !p->approved->leans ||
	    err_why(e, ERR_DENIED, "level", "the provider does not show what is signed: it needs "
	    "another approval beside its own");
}

/* The authenticator that the statement introduces approves it itself, under the zero id. */
static bool
new_approves(const struct approving *p, const struct evidence *ev, struct err *e)
{
	struct authenticator new;
	bool good = new_authenticator(p->s, p->st, &new, e) &&
	    authenticator_approves(p, ev, &new, LEVEL_SCAL1, e);

	p->approved->n = 0;	/* it has no id yet under which its counter could be kept */
	p->approved->grants = 0;
	p->approved->leans = false;
	return good;
}

static bool
by_signer_and_new(const struct approving *p, const struct signer_record *signer,
    const struct evidences *ev, struct err *e)
{
	/* The zero id sorts first. */
	if (memcmp(ev->list[0].id, none, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "quorum", "the new authenticator's own approval is needed");
	return new_approves(p, &ev->list[0], e) && by_signer(p, signer, ev->list + 1, ev->n - 1, e);
}

/* Both carry the zero id: the key that the statement introduces, then the code (type 5). */
static bool
by_code_and_new(const struct approving *p, const struct signer_record *signer,
    const struct evidences *ev, struct err *e)
{
	if (ev->n != 2 || ev->list[0].type != p->st->bind.type || ev->list[1].type != EVIDENCE_CODE ||
	    memcmp(ev->list[0].id, none, ID_LEN) != 0 || memcmp(ev->list[1].id, none, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "quorum", "code and new authenticator are needed");
	if (!evidence_verify(&ev->list[1], p->d, span_of(signer->code, sizeof(signer->code))))
		return does_not_verify(e);
	return new_approves(p, &ev->list[0], e);
}

/* What the registration office handed over, and nothing beside it. */
static bool
by_code(const struct approving *p, const struct signer_record *signer, const struct evidences *ev,
    struct err *e)
{
	if (ev->n != 1 || ev->list[0].type != EVIDENCE_CODE || memcmp(ev->list[0].id, none, ID_LEN) != 0)
		return err_why(e, ERR_DENIED, "quorum", "the enrolment code is needed, and nothing else");
	return evidence_verify(&ev->list[0], p->d, span_of(signer->code, sizeof(signer->code))) ||
	    does_not_verify(e);
}

static bool
is_same_person(const struct officer *a, const struct officer *b)
{
	return span_equal(span_of(a->person, a->person_len), span_of(b->person, b->person_len));
}

/* As a signer's at SCAL2; of how it is kept only what each assertion says is known. */
static bool
officer_passkey_suffices(const struct state *s, struct span spki, uint8_t flags, struct err *e)
{
	if ((flags & FLAG_BACKUP_ELIGIBLE) != 0 &&
	    (s->policy.protections >> PROTECTION_PASSKEY_COPIED & 1) == 0)
		return err_why(e, ERR_DENIED, "level", "policy takes no passkey of which copies may exist");
	return passkey_is_taken(s, spki, e);
}

static bool
officer_approves(const struct approving *p, const struct evidence *ev, uint8_t type,
    struct span spki, struct err *e)
{
	uint8_t flags = 0;

	return key_approves(p, ev, type, spki, &flags, e) &&
	    (type != EVIDENCE_PASSKEY || officer_passkey_suffices(p->s, spki, flags, e));
}

/* Counts persons, not keys. Each evidence must be an officer's of this role, and verify. */
static bool
by_officers(const struct approving *p, uint8_t role, size_t quorum, const struct evidence *list,
    size_t n, struct err *e)
{
	const struct officer *seen[EVIDENCES_MAX];
	size_t persons = 0;

	for (size_t i = 0; i < n; i++) {
		const struct officer *o = state_officer(p->s, list[i].id);
		bool known = false;

		if (o == NULL || o->role != role)
			return does_not_verify(e);
		if (!officer_approves(p, &list[i], o->type, span_of(o->spki, o->spki_len), e))
			return false;
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
by_officers_and_new(const struct approving *p, const struct evidences *ev, struct err *e)
{
	const struct body_add_officer *b = &p->st->add_officer;

	/* The zero id sorts first. */
	if (memcmp(ev->list[0].id, none, ID_LEN) != 0 || ev->list[0].type != b->type)
		return err_why(e, ERR_DENIED, "quorum", "the new officer's own approval is needed");
	if (!officer_approves(p, &ev->list[0], b->type, b->spki, e))
		return false;
	p->approved->n = 0;
	return by_officers(p, ROLE_SECURITY_OFFICER, p->s->policy.so_quorum, ev->list + 1, ev->n - 1, e);
}

bool
approvals_hold(const struct rule *rule, const struct state *s, const struct signer_record *signer,
    const struct statement *st, const uint8_t d[HASH_LEN], const struct evidences *ev,
    struct token_reader *tokens, struct approved *approved, struct err *e)
{
	const struct approving p = { s, st, d, tokens, approved };

	approved->n = approved->grants = approved->sub_len = 0;
	approved->leans = false;
	switch (rule->by) {
	case BY_SIGNER:
		return by_signer(&p, signer, ev->list, ev->n, e);
	case BY_SIGNER_AND_NEW:
		return by_signer_and_new(&p, signer, ev, e);
	case BY_CODE_AND_NEW:
		return by_code_and_new(&p, signer, ev, e);
	case BY_CODE:
		return by_code(&p, signer, ev, e);
	case BY_FACTORS:	/* the act's own function compares them: nothing is done before */
		return ev->n == 0 || err_why(e, ERR_DENIED, "quorum", "factors approve this, and nothing else");
	case BY_REGISTRATION:
		return by_officers(&p, ROLE_REGISTRATION_OFFICER, 1, ev->list, ev->n, e);
	case BY_REGISTRATION_QUORUM:
		return by_officers(&p, ROLE_REGISTRATION_OFFICER, s->policy.ro_quorum, ev->list, ev->n, e);
	case BY_SECURITY_QUORUM:
		return by_officers(&p, ROLE_SECURITY_OFFICER, s->policy.so_quorum, ev->list, ev->n, e);
	case BY_SECURITY_QUORUM_AND_NEW:
		return by_officers_and_new(&p, ev, e);
	case BY_NOBODY:
		break;
	}
	return err_why(e, ERR_DENIED, "purpose", "nobody can approve this any more");
}

bool
authenticator_suffices(const struct authenticator *a, const struct state *s, uint8_t level,
    struct err *e)
{
	if (level != 2)
		return true;
	if ((s->policy.protections >> a->protection & 1) == 0)
		return err_why(e, ERR_DENIED, "level",
		    "policy takes no authenticator of protection %u at SCAL2", a->protection);
	return a->type != EVIDENCE_PASSKEY || passkey_is_taken(s, a->spki, e);
}
